// The option declarations of a module: a function that every instance and the top level share,
// the options only the top level has, and what an instance inherits.

import { type ExpNode, nodeOf } from "../model/expression.ts";
import type { IrService } from "../model/service-model.ts";
import type { IrOption } from "../model/option-type.ts";
import { instanceNamePattern, instancesDescription } from "../model/own-options.ts";
import type { Platform } from "../model/platform.ts";
import { type Binding, nix, type NixExpr } from "../nix/index.ts";
import { emitExample } from "./example.ts";
import { emitExpression, type Scope, scopeOf } from "./emit-expression.ts";
import { emitType, mkOption } from "./type.ts";

export function optionsOn(service: IrService, platform: Platform): readonly IrOption[] {
  return service.options.filter((option) => option.platforms.includes(platform));
}

/** `name: self: { … }`: the options of the instance `name`, whose values are `self`. */
export function emitInstanceOptions(service: IrService, platform: Platform): NixExpr {
  const scope = scopeOf(service, "self");
  const options = optionsOn(service, platform).filter(({ instance }) => instance !== "none");
  return nix`name: self: ${nix.attrs(emitTree(service, options, 0, platform, scope))}`;
}

/** The options that exist once, whatever the instances. */
export function emitTopLevelOptions(service: IrService, platform: Platform): readonly Binding[] {
  const options = optionsOn(service, platform).filter(({ instance }) => instance === "none");
  return [
    nix.binding(["enable"], nix`lib.mkEnableOption ${service.summary}`),
    ...emitTree(service, options, 0, platform, scopeOf(service, "cfg")),
    nix.binding(
      ["instances"],
      mkOption({
        type: nix`attrsMatching ${instanceNamePattern} (types.submodule instanceModule)`,
        default: nix`{ }`,
        example: emitExampleInstances(service, platform),
        description: instancesDescription,
      }),
    ),
  ];
}

/** Two instances that differ in what they must not share, if that is a port. */
function emitExampleInstances(service: IrService, platform: Platform): NixExpr {
  const unique = new Set(service.model.unique.map(({ option }) => option.path.join(".")));
  const port = optionsOn(service, platform).find(
    ({ path, type }) => type.kind === "port" && unique.has(path.join(".")),
  );
  const taken = port?.defaults?.[platform];
  return nix.attrs(
    ["work", "family"].map((name, index) =>
      port !== undefined && taken?.kind === "literal" && typeof taken.value === "number"
        ? nix.binding([name, ...port.path], nix.value(taken.value + index + 1))
        : nix.binding([name], nix`{ }`),
    ),
  );
}

/** The module of one instance: the shared options, with the top level's values as defaults. */
export function emitInstanceModule(service: IrService, platform: Platform): NixExpr {
  const own = optionsOn(service, platform)
    .filter(({ instance }) => instance === "own")
    .map(({ path }) => nix.value(path));
  return nix`
    { name, config, ... }:
    let
      options = instanceOptions name config;

      # Each instance has these for itself.
      own = ${nix.list(own)};

      # Weaker than anything the instance says, stronger than the options' own defaults.
      inheritFrom = value:
        if lib.isAttrs value && !lib.isStringLike value then
          lib.mapAttrs (_: inheritFrom) value
        else
          lib.mkOverride 1400 value;
    in
    {
      inherit options;
      config = lib.mapAttrsRecursiveCond (value: !lib.isOption value) (
        path: _: lib.mkIf (!lib.elem path own) (inheritFrom (lib.getAttrFromPath path cfg))
      ) options;
    }
  `;
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

/** Whether an option holds the free settings of a program whose configuration schema is known. */
function isSettings(service: IrService, option: IrOption): boolean {
  return (
    service.configSchema !== undefined &&
    option.path.join(".") === service.model.config?.settings.path.join(".")
  );
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
    // The program's own manual has a page for each of them; editors find them in the type.
    visible: isSettings(service, option) ? nix.str("shallow") : undefined,
    description,
  });
}

/** A file that need not be there, as nearly all secrets are. */
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

/** Options that a description refers to, by their whole names: manuals link these. */
function withWholeNames({ name, options }: IrService, description: string): string {
  const known = new Set(options.map(({ path }) => path.join(".")));
  return description.replaceAll(/(?<=\{option\}`)[^`]+(?=`)/g, (path) =>
    known.has(path) ? `services.${name}.${path}` : path,
  );
}

function emitPackageOption(attribute: string, description: string): NixExpr {
  return nix`lib.mkPackageOption pkgs ${attribute} { extraDescription = ${description}; }`;
}

function isConstant(node: ExpNode): boolean {
  return node.kind === "literal";
}

/** What manuals show for a default that depends on other options. */
function emitDefaultText(node: ExpNode): NixExpr {
  return nix`lib.literalMD ${`\`${describeDefault(node)}\``}`;
}

/** A default for people: options and the instance's name appear as `<placeholders>`. */
function describeDefault(node: ExpNode): string {
  if (node.kind === "literal") {
    return typeof node.value === "string" ? node.value : JSON.stringify(node.value);
  }
  if (node.kind === "option") return `<${node.path.join(".")}>`;
  if (node.kind === "instanceName") return "<name>";
  if (node.kind === "perInstance") return `${node.base}[-<name>]`;
  if (node.kind === "homeDirectory") return "~";
  if (node.kind === "variant") return `<${node.key}>`;
  if (node.kind === "stableNumber") {
    return `${String(node.first)}, or one of the ${String(node.count)} numbers after it`;
  }
  if (node.kind === "if" && node.condition.kind === "isMacOS") {
    return `${describeDefault(node.then)} on macOS, ${describeDefault(node.else)} on Linux`;
  }
  if (node.kind === "text") {
    return node.parts
      .map((part) => (typeof part === "string" ? part : describeDefault(part)))
      .join("");
  }
  return "computed from other options";
}
