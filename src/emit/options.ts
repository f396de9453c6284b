// The option declarations of a module: the options that the top level and every instance share, those that only
// the top level has, and those that an instance inherits. Declarations that do not depend on an instance are
// evaluated once (docs/performance.md).

import { describeDefault } from "../model/describe-default.ts";
import { type ExpNode, isConstant, nodeOf } from "../model/expression.ts";
import type { IrService } from "../model/service-model.ts";
import type { IrOption, OptionType } from "../model/option-type.ts";
import {
  exampleInstances,
  instanceEnableDescription,
  instanceNamePattern,
  instancesDescription,
} from "../model/own-options.ts";
import { isSettings, optionsOn, withWholeNames } from "../model/option-facts.ts";
import type { Platform } from "../model/platform.ts";
import { type Binding, nix, type NixExpr } from "../nix/index.ts";
import { emitExample } from "./example.ts";
import { emitExpression, emitJson, type Scope, scopeOf } from "./emit-expression.ts";
import { emitType, mkOption } from "./type.ts";

/**
 * The options of the top level and of every instance: `commonOptions`, which are the same everywhere and
 * evaluated once, and `ownOptions`, a function for those that depend on the instance.
 */
export function emitSharedOptions(service: IrService, platform: Platform): readonly Binding[] {
  const common = optionsOn(service, platform).filter(
    (option) => option.instance === "inherit" && !isSettings(service, option),
  );
  // In instances the default is the top level's value, so these defaults are for the top level alone.
  const topLevel = { ...scopeOf(service, "cfg"), name: nix.str("default") };
  return [
    nix.binding(["commonOptions"], nix.attrs(emitTree(service, common, 0, platform, topLevel)), {
      comment: "The options that are the same at the top level and in every instance.",
      blankLine: true,
    }),
    nix.binding(["ownOptions"], emitOwnOptions(service, platform), {
      comment: "The options that depend on the instance `name`, whose values are `self`.",
      blankLine: true,
    }),
  ];
}

/** Options whose declarations depend on the instance. The type of the settings does. */
function ownOptionsOn(service: IrService, platform: Platform): readonly IrOption[] {
  return optionsOn(service, platform).filter(
    (option) => option.instance === "own" || isSettings(service, option),
  );
}

function emitOwnOptions(service: IrService, platform: Platform): NixExpr {
  const own = ownOptionsOn(service, platform);
  return nix`name: self: ${nix.attrs(emitTree(service, own, 0, platform, scopeOf(service, "self")))}`;
}

/** `common`, and the options that depend on the instance. */
function withOwnOptions(
  service: IrService,
  platform: Platform,
  common: NixExpr,
  own: NixExpr,
): NixExpr {
  const isInGroup = ownOptionsOn(service, platform).some(({ path }) => path.length > 1);
  return isInGroup ? nix`lib.recursiveUpdate ${common} (${own})` : nix.op("//", common, own);
}

/** All options of the top level. */
export function emitTopLevel(service: IrService, platform: Platform): NixExpr {
  const own = nix`ownOptions "default" cfg`;
  return nix.op(
    "//",
    withOwnOptions(service, platform, nix`commonOptions`, own),
    nix.attrs(emitTopLevelOptions(service, platform)),
  );
}

/** The options that exist at the top level only. */
function emitTopLevelOptions(service: IrService, platform: Platform): readonly Binding[] {
  const options = optionsOn(service, platform).filter(({ instance }) => instance === "none");
  return [
    nix.binding(["enable"], nix`lib.mkEnableOption ${service.summary}`),
    ...emitTree(service, options, 0, platform, scopeOf(service, "cfg")),
    nix.binding(
      ["instances"],
      mkOption({
        type: nix`attrsMatching ${instanceNamePattern} (types.submodule instanceModule)`,
        default: nix`{ }`,
        example: emitJson(exampleInstances(service, platform)),
        description: instancesDescription,
      }),
    ),
  ];
}

/** The module of one instance: the shared options, with the top level's values as defaults. */
export function emitInstanceModule(service: IrService, platform: Platform): readonly Binding[] {
  const options = optionsOn(service, platform).filter(({ instance }) => instance === "inherit");
  const sets = options.filter(({ type }) => mayBeSet(type));
  const instanceScope = scopeOf(service, "config");
  const presets = presetsOn(service, platform).flatMap(({ switchedBy, sets }) => {
    const [here, above] = [nix.select(nix`config`, switchedBy), nix.select(nix`cfg`, switchedBy)];
    const values = sets.map(({ target, value }) => preset(target, value, instanceScope));
    const usual = sets.flatMap(({ target }) => {
      const value = target.defaults?.[platform];
      return value === undefined ? [] : [preset(target, value, instanceScope)];
    });
    return [
      nix`(lib.mkIf ${here} ${nix.attrs(values)})`,
      // The top level's values are those for its own switch.
      nix`(lib.mkIf (${above} && !${here}) ${nix.attrs(usual)})`,
    ];
  });
  const areOptional = options.every(({ defaults }) => defaults?.[platform] !== undefined);
  const text = areOptional
    ? nix`option.defaultText or option.default`
    : nix`option.defaultText or option.default or (lib.literalMD "the top level's value")`;
  return [
    nix.binding(
      ["inheritedOptions"],
      nix`
        lib.mapAttrsRecursiveCond (value: !lib.isOption value) (
          path: option:
          option
          // {
            default = lib.getAttrFromPath path cfg;
            # Manuals show the top level's default.
            defaultText = ${text};
          }
        ) commonOptions
      `,
      {
        comment: "The same options in instances: their default is the top level's value.",
        blankLine: true,
      },
    ),
    nix.binding(
      ["inheritFrom"],
      nix`
        value:
        if lib.isAttrs value && !lib.isStringLike value then
          lib.mapAttrs (_: inheritFrom) value
        else
          lib.mkOverride 1400 value
      `,
      {
        comment:
          "Instances inherit sets attribute by attribute: with a priority below the instance's own\ndefinitions and above the options' defaults.",
        blankLine: true,
      },
    ),
    nix.binding(["inheritedSets"], nix.attrs(emitInherited(sets, 0))),
    nix.binding(
      ["instanceModule"],
      nix`
        { name, config, ... }:
        {
          options = ${nix.op(
            "//",
            withOwnOptions(service, platform, nix`inheritedOptions`, nix`ownOptions name config`),
            nix.attrs([nix.binding(["enable"], instanceEnable)]),
          )};
          config = ${presets.length === 0 ? nix`inheritedSets` : nix`lib.mkMerge ${nix.list([nix`inheritedSets`, ...presets])}`};
        }
      `,
      { comment: "A declared instance.", blankLine: true },
    ),
  ];
}

interface PresetOn {
  readonly switchedBy: readonly string[];
  readonly sets: readonly { readonly target: IrOption; readonly value: ExpNode }[];
}

/** The presets, without options that do not exist on the platform. */
function presetsOn(service: IrService, platform: Platform): readonly PresetOn[] {
  const byPath = new Map(
    optionsOn(service, platform).map((option) => [option.path.join("."), option] as const),
  );
  return (service.model.presets ?? []).flatMap(({ when, sets }) =>
    byPath.has(when.path.join("."))
      ? [
          {
            switchedBy: when.path,
            sets: sets.flatMap(({ option, value }) => {
              const target = byPath.get(option.path.join("."));
              return target === undefined ? [] : [{ target, value: value.node }];
            }),
          },
        ]
      : [],
  );
}

/** A definition that wins over defaults and over what an instance inherits, and over nothing else. */
function preset({ path }: IrOption, value: ExpNode, scope: Scope): Binding {
  return nix.binding([...path], nix`lib.mkOverride 1300 (${emitExpression(value, scope)})`);
}

/** The top level's definitions for its presets; undefined if there are none. */
export function emitPresets(service: IrService, platform: Platform): NixExpr | undefined {
  const scope = scopeOf(service, "cfg");
  const definitions = presetsOn(service, platform).map(
    ({ switchedBy, sets }) =>
      nix`lib.mkIf ${nix.select(nix`cfg`, switchedBy)} ${nix.attrs(sets.map(({ target, value }) => preset(target, value, scope)))}`,
  );
  const [only, ...others] = definitions;
  if (only === undefined) return undefined;
  return others.length === 0
    ? only
    : nix`lib.mkMerge ${nix.list(definitions.map((each) => nix`(${each})`))}`;
}

const instanceEnable = mkOption({
  example: undefined,
  type: nix`types.bool`,
  default: nix`true`,
  description: instanceEnableDescription,
});

/** Definitions of an instance, which inherit the top level's value of each of these options. */
function emitInherited(options: readonly IrOption[], depth: number): readonly Binding[] {
  return [...new Set(options.map(({ path }) => path[depth] ?? ""))].map((name) => {
    const below = options.filter(({ path }) => path[depth] === name);
    const [only, ...others] = below;
    return only !== undefined && others.length === 0
      ? nix.binding(only.path.slice(depth), nix`inheritFrom ${nix.select(nix`cfg`, only.path)}`)
      : nix.binding([name], nix.attrs(emitInherited(below, depth + 1)));
  });
}

/** Whether a value may be a set, which instances inherit attribute by attribute. */
function mayBeSet(type: OptionType): boolean {
  switch (type.kind) {
    case "attrs":
    case "submodule":
    case "taggedUnion":
    case "json":
    case "jsonObject":
      return true;
    case "nullable":
      return mayBeSet(type.of);
    case "union":
      return type.members.some(mayBeSet);
    case "bool":
    case "string":
    case "int":
    case "number":
    case "port":
    case "enum":
    case "list":
    case "absolutePath":
    case "plainPath":
    case "sourcePath":
    case "secretFile":
    case "package":
      return false;
  }
}

/** Options of one level of the tree, groups as nested attribute sets, in declaration order. */
function emitTree(
  service: IrService,
  options: readonly IrOption[],
  depth: number,
  platform: Platform,
  scope: Scope,
): readonly Binding[] {
  const names = [...new Set(options.map(({ path }) => path[depth] ?? ""))];
  return names.map((name, index) => {
    const below = options.filter(({ path }) => path[depth] === name);
    const leaf = below.find(({ path }) => path.length === depth + 1);
    const value =
      leaf === undefined
        ? nix.attrs(emitTree(service, below, depth + 1, platform, scope))
        : emitOption(service, leaf, platform, scope);
    return nix.binding([name], value, { blankLine: index > 0 });
  });
}

/** The settings' type: checked against a schema, for the variant the schemas belong to. */
function emitSettingsType(service: IrService, scope: Scope): NixExpr {
  const level = emitExpression(nodeOf(service.model.config?.check ?? "error"), scope);
  const known = emitIsKnownVariant(service, scope);
  const checked = known === undefined ? level : nix.if_(known, level, nix.str("off"));
  return nix`settingsType (${checked}) ${emitExpression(service.model.package.node, scope)}`;
}

/** Whether the instance is of the variant whose configuration schema is known. */
export function emitIsKnownVariant(service: IrService, scope: Scope): NixExpr | undefined {
  const { configSchema, model } = service;
  return configSchema?.variant === undefined || model.variant === undefined
    ? undefined
    : nix.op("==", emitExpression(model.variant.node, scope), nix.str(configSchema.variant));
}

function emitOption(
  service: IrService,
  option: IrOption,
  platform: Platform,
  scope: Scope,
): NixExpr {
  const value = option.defaults?.[platform];
  const literal = value?.kind === "literal" ? value.value : undefined;
  const description = withWholeNames(service, option.description);
  if (option.type.kind === "package" && typeof literal === "string") {
    return emitPackageOption(literal, description);
  }
  if (isPlainSecret(option, value)) return nix`secretFileOption ${description}`;
  return mkOption({
    type: isSettings(service, option) ? emitSettingsType(service, scope) : emitType(option.type),
    default: value === undefined ? undefined : emitExpression(value, scope),
    defaultText: value === undefined || isConstant(value) ? undefined : emitDefaultText(value),
    example: option.example === undefined ? undefined : emitExample(option.type, option.example),
    // Manuals leave out the settings, which the program's own manual documents; editors find them in the type.
    visible: isSettings(service, option) ? nix.str("shallow") : undefined,
    description,
  });
}

/** Whether the option is a nullable secret file with no default but null, as nearly all secrets are. */
function isPlainSecret(
  { credential, example, type }: IrOption,
  value: ExpNode | undefined,
): boolean {
  return (
    credential !== undefined &&
    example === undefined &&
    type.kind === "nullable" &&
    type.of.kind === "secretFile" &&
    value?.kind === "literal" &&
    value.value === null
  );
}

function emitPackageOption(attribute: string, description: string): NixExpr {
  return nix`lib.mkPackageOption pkgs ${attribute} { extraDescription = ${description}; }`;
}

/** The text in manuals for a default that depends on other options. */
function emitDefaultText(node: ExpNode): NixExpr {
  return nix`lib.literalMD ${`\`${describeDefault(node)}\``}`;
}
