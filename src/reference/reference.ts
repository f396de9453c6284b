// The reference of a service's options: what a manual says about each, as data. `documentedOptions` is the list that
// nixpkgs makes of the generated module (`lib.optionAttrSetToDocList`), made without evaluating it; a test compares
// both on every platform. `referenceOf` says besides what an option does: only the model knows that.

import type { SourceLocation } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import { describeDefault } from "../model/describe-default.ts";
import { describeType } from "../model/describe-type.ts";
import { exampleValue } from "../model/example-value.ts";
import type { ExpNode } from "../model/expression.ts";
import { isSettings, optionsOn, withWholeNames } from "../model/option-facts.ts";
import type { Field, IrOption, OptionType } from "../model/option-type.ts";
import {
  describeEnable,
  exampleInstances,
  instanceEnableDescription,
  instanceNamePattern,
  instancesDescription,
  withInstanceEnable,
} from "../model/own-options.ts";
import type { Platform, System } from "../model/platform.ts";
import { effectsOf, type RulePromise } from "../model/relaxation-effects.ts";
import type { IrService } from "../model/service-model.ts";
import { type Destination, destinationsOf, ownDestinations, textsOf } from "./destinations.ts";
import { showName, showValue } from "./show-value.ts";

/** A value in a manual: Nix code, or a text in Markdown. */
export interface ShownValue {
  readonly _type: "literalExpression" | "literalMD";
  readonly text: string;
}

/** An option as nixpkgs' documentation has it. */
export interface DocumentedOption {
  readonly name: string;
  readonly loc: readonly string[];
  /** In the words of the module system. */
  readonly type: string;
  readonly description: string;
  readonly default?: ShownValue;
  readonly example?: ShownValue;
  /** The schema file that declares it. */
  readonly declaredIn: string;
}

/** A test of an option that loosens the confinement. */
export interface ReferenceRelaxation {
  readonly value: JsonValue;
  /** The promises that this value gives up, by their rules. */
  readonly lifts: readonly RulePromise[];
  /** What works with the defaults, and no longer does with this value. */
  readonly closes: readonly RulePromise[];
  /** What it makes possible, or shows to stay impossible. */
  readonly shows: readonly string[];
}

/** An option of the top level, or a field of its type, on all platforms. */
export interface ReferenceOption {
  /** The whole name: `services.it.port`. */
  readonly name: string;
  readonly type: string;
  readonly description: string;
  readonly declaredIn: string;
  readonly platforms: readonly Platform[];
  /** The operating systems it is for, if not for all of its platforms'. */
  readonly systems?: readonly System[];
  readonly defaults: Readonly<Partial<Record<Platform, ShownValue>>>;
  readonly example?: ShownValue;
  /** Whether each instance has it, and where its default there comes from. */
  readonly instance: IrOption["instance"];
  /** The key of the program's configuration that it fills. */
  readonly setting?: string;
  /** The variable in which the program gets the secret: its name, or one for each variant of the program. */
  readonly credential?: { readonly variables: readonly string[] };
  readonly deprecated?: string;
  readonly goesTo: readonly Destination[];
  readonly relaxation?: readonly ReferenceRelaxation[];
}

/** The options of all platforms, in the order of their declarations. */
export function referenceOf(service: IrService, file: string): readonly ReferenceOption[] {
  const lists = service.platforms.map((platform) => ({
    platform,
    options: topLevel(service, platform, file),
  }));
  const known = new Map(service.options.map((option) => [option.path.join("."), option]));
  const names = [
    ...new Set([
      `services.${service.name}.enable`,
      ...service.options.flatMap(({ path }) => {
        const name = nameOf(service, path);
        const below = lists.flatMap(({ options }) =>
          options.filter((option) => option.name.startsWith(`${name}.`)),
        );
        return [name, ...below.map((option) => option.name)];
      }),
      `services.${service.name}.instances`,
    ]),
  ];
  return names.flatMap((name) => {
    const here = lists.flatMap(({ platform, options }) => {
      const option = options.find((candidate) => candidate.name === name);
      return option === undefined ? [] : [{ platform, option }];
    });
    const [first] = here;
    if (first === undefined) return [];
    const owner = ownerOf(first.option.loc.slice(2), known);
    const isEnable = name === `services.${service.name}.enable`;
    return [
      {
        name,
        type: first.option.type,
        description: isEnable
          ? withInstanceEnable(first.option.description.trimEnd())
          : first.option.description.trimEnd(),
        declaredIn: first.option.declaredIn,
        platforms: here.map(({ platform }) => platform),
        ...(owner?.systems !== undefined && { systems: owner.systems }),
        defaults: Object.fromEntries(
          here.flatMap(({ platform, option }) =>
            option.default === undefined ? [] : [[platform, option.default]],
          ),
        ),
        ...(first.option.example !== undefined && { example: first.option.example }),
        instance: isEnable ? "own" : (owner?.instance ?? "none"),
        ...factsOf(service, first.option.loc.slice(2).join("."), known),
      },
    ];
  });
}

/** The option to which a name or the name of a field belongs. */
function ownerOf(
  path: readonly string[],
  known: ReadonlyMap<string, IrOption>,
): IrOption | undefined {
  const lengths = path.map((_, index) => path.length - index);
  return lengths
    .map((length) => known.get(path.slice(0, length).join(".")))
    .find((option) => option !== undefined);
}

function factsOf(
  service: IrService,
  path: string,
  known: ReadonlyMap<string, IrOption>,
): Pick<ReferenceOption, "setting" | "credential" | "deprecated" | "goesTo" | "relaxation"> {
  if (path === "enable" || path === "instances") return { goesTo: ownDestinations[path] };
  const option = known.get(path);
  // The field of a submodule: its option has all facts.
  if (option === undefined) return { goesTo: [] };
  const { setting, credential, deprecated, relaxation } = option;
  return {
    ...(setting !== undefined && { setting: setting.join(".") }),
    ...(credential !== undefined && {
      credential: { variables: textsOf(service, credential.variable) },
    }),
    ...(deprecated !== undefined && { deprecated }),
    goesTo: destinationsOf(service, option),
    ...(relaxation !== undefined && {
      relaxation: relaxation.map(({ value, lifts = [], shows = [] }) => {
        const { givesUp, closes } = effectsOf(service.model.confinement, lifts);
        return { value, lifts: givesUp, closes, shows: shows.map(({ promise }) => promise) };
      }),
    }),
  };
}

/** All options on a platform, instances' among them, by name. */
export function documentedOptions(
  service: IrService,
  platform: Platform,
  file: string,
): readonly DocumentedOption[] {
  const options = optionsOn(service, platform);
  const inInstances = options
    .filter(({ instance }) => instance !== "none")
    .flatMap((option) =>
      documentOption(service, platform, option, ["services", service.name, "instances", "<name>"]),
    );
  const enable: DocumentedOption = {
    ...named(["services", service.name, "instances", "<name>", "enable"]),
    type: describeType({ kind: "bool" }),
    description: ended(instanceEnableDescription),
    default: code(true),
    declaredIn: file,
  };
  return [...topLevel(service, platform, file), enable, ...inInstances].sort((left, right) =>
    left.name < right.name ? -1 : 1,
  );
}

function topLevel(
  service: IrService,
  platform: Platform,
  file: string,
): readonly DocumentedOption[] {
  const base = ["services", service.name];
  return [
    {
      ...named([...base, "enable"]),
      type: describeType({ kind: "bool" }),
      description: describeEnable(service),
      default: code(false),
      example: code(true),
      declaredIn: file,
    },
    ...optionsOn(service, platform).flatMap((option) =>
      documentOption(service, platform, option, base),
    ),
    {
      ...named([...base, "instances"]),
      type: describeType({
        kind: "attrs",
        value: { kind: "submodule", fields: [] },
        keyPattern: instanceNamePattern,
      }),
      description: ended(instancesDescription),
      default: code({}),
      example: code(exampleInstances(service, platform)),
      declaredIn: file,
    },
  ];
}

function nameOf(service: IrService, path: readonly string[]): string {
  return named(["services", service.name, ...path]).name;
}

function named(loc: readonly string[]): { readonly name: string; readonly loc: readonly string[] } {
  const isPlaceholder = (part: string): boolean => part === "*" || /^<.*>$/.test(part);
  return {
    name: loc.map((part) => (isPlaceholder(part) ? part : showName(part))).join("."),
    loc,
  };
}

function code(value: JsonValue): ShownValue {
  return { _type: "literalExpression", text: showValue(value) };
}

/** An option and the fields of its type. */
function documentOption(
  service: IrService,
  platform: Platform,
  option: IrOption,
  base: readonly string[],
): readonly DocumentedOption[] {
  const loc = [...base, ...option.path];
  const { type, example, defaults } = option;
  const settings = isSettings(service, option);
  const node = defaults?.[platform];
  return [
    {
      ...named(loc),
      type: settings ? (service.model.config?.title ?? service.name) : describeType(type),
      description: describeOption(service, option, node),
      ...shownDefault(type, node),
      ...(example !== undefined && { example: code(exampleValue(type, example)) }),
      declaredIn: declaringFile(option.location),
    },
    ...(settings ? [] : documentFields(type, loc)),
  ];
}

function describeOption(
  service: IrService,
  { type, description, credential, example }: IrOption,
  node: ExpNode | undefined,
): string {
  const whole = withWholeNames(service, description);
  if (type.kind === "package" && node?.kind === "literal") {
    // The words of `lib.mkPackageOption`.
    return `The ${describeDefault(node)} package to use. ${whole}`;
  }
  const isShort = credential !== undefined && example === undefined;
  return isShort ? whole : ended(whole);
}

/** Descriptions of several lines are indented strings, which end with a newline. */
function ended(description: string): string {
  return description.includes("\n") ? `${description}\n` : description;
}

function shownDefault(
  type: OptionType,
  node: ExpNode | undefined,
): { readonly default?: ShownValue } {
  if (node === undefined) {
    const empty = emptyValue(type);
    return empty === undefined ? {} : { default: code(empty) };
  }
  if (node.kind !== "literal") {
    return { default: { _type: "literalMD", text: `\`${describeDefault(node)}\`` } };
  }
  if (type.kind === "package" && typeof node.value === "string") {
    return { default: { _type: "literalExpression", text: `pkgs.${node.value}` } };
  }
  return { default: code(node.value) };
}

/** The value that an option without default and definitions has, for types without fields. */
function emptyValue(type: OptionType): JsonValue | undefined {
  if (hasFields(type)) return undefined;
  switch (type.kind) {
    case "list":
      return type.nonEmpty ? undefined : [];
    case "attrs":
    case "jsonObject":
      return {};
    case "nullable":
    case "json":
      return null;
    case "submodule":
    case "union":
    case "taggedUnion":
    case "bool":
    case "string":
    case "int":
    case "number":
    case "port":
    case "enum":
    case "absolutePath":
    case "plainPath":
    case "sourcePath":
    case "secretFile":
    case "package":
      return undefined;
  }
}

function hasFields(type: OptionType): boolean {
  return documentFields(type, []).length > 0;
}

/** The options inside of a type, as the module system finds them. */
function documentFields(type: OptionType, loc: readonly string[]): readonly DocumentedOption[] {
  switch (type.kind) {
    case "submodule":
      return type.fields.flatMap((field) => documentField(field, [...loc, field.name]));
    case "list":
      return documentFields(type.element, [...loc, "*"]);
    case "attrs":
      return documentFields(type.value, [...loc, "<name>"]);
    case "nullable":
      return documentFields(type.of, loc);
    // The module system does not look into these.
    case "union":
    case "taggedUnion":
    case "bool":
    case "string":
    case "int":
    case "number":
    case "port":
    case "enum":
    case "json":
    case "jsonObject":
    case "absolutePath":
    case "plainPath":
    case "sourcePath":
    case "secretFile":
    case "package":
      return [];
  }
}

function documentField(
  { type, description, example, location, default: node }: Field,
  loc: readonly string[],
): readonly DocumentedOption[] {
  return [
    {
      ...named(loc),
      type: describeType(type),
      description: ended(description),
      ...shownDefault(type, node),
      ...(example !== undefined && { example: code(exampleValue(type, example)) }),
      declaredIn: declaringFile(location),
    },
    ...documentFields(type, loc),
  ];
}

/** The file of a declaration. A package's file begins with the package, wherever it is installed. */
function declaringFile({ file }: SourceLocation): string {
  return file.replace(/^(?:.*\/)?node_modules\//, "");
}
