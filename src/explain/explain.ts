// Explains an option: everything that a user has to know to set it, and what setting it costs.

import { emitExample } from "../emit/example.ts";
import { scopeOf } from "../emit/emit-expression.ts";
import { emitType } from "../emit/type.ts";
import { code, defaultCode } from "../interface/describe-interface.ts";
import { describeDefault, notShown } from "../model/describe-default.ts";
import { describeType } from "../model/describe-type.ts";
import { isConstant } from "../model/expression.ts";
import type { Field, Inheritance, IrOption, OptionType } from "../model/option-type.ts";
import {
  describeEnable,
  instanceNamePattern,
  instancesDescription,
  withInstanceEnable,
} from "../model/own-options.ts";
import type { Platform, System } from "../model/platform.ts";
import { effectsOf, type RulePromise } from "../model/relaxation-effects.ts";
import type { ConfinementRule, IrService } from "../model/service-model.ts";
import type { SourceLocation } from "../errors.ts";
import { ownPromises } from "../vm-test/own-promises.ts";
import { type Destination, destinationsOf, ownDestinations } from "../reference/destinations.ts";

export interface ExplainedType {
  /** In the words of the module system: `boolean`. */
  readonly words: string;
  /** As the module declares it. */
  readonly nix: string;
}

export interface ExplainedField {
  readonly name: string;
  readonly type: string;
  /** Nix code; absent if the field has to be set. */
  readonly default?: string | undefined;
  readonly description: string;
}

/** A rule whose directives read the option, or whose promises it can give up. */
export interface ExplainedRule {
  readonly id: string;
  readonly why: string;
  readonly promises: readonly string[];
}

/** What one value of an option that loosens the confinement does. */
export interface ExplainedRelaxation {
  /** The name of its test in the VM test. */
  readonly test: string;
  /** Nix code. */
  readonly value: string;
  readonly givesUp: readonly RulePromise[];
  /** What works with the defaults, and no longer does with this value. */
  readonly closes: readonly RulePromise[];
  /** What becomes possible, or stays closed, and is shown by a probe. */
  readonly shows: readonly string[];
}

export interface Explanation {
  /** The whole path: `services.hello.port`. */
  readonly option: string;
  readonly service: string;
  /** Below the service. */
  readonly path: readonly string[];
  readonly description: string;
  readonly type: ExplainedType;
  readonly fields: readonly ExplainedField[];
  /** Nix code, or words for a default that is computed; absent for a platform where the option has to be set. */
  readonly defaults: Readonly<Partial<Record<Platform, string>>>;
  /** Nix code. */
  readonly example?: string | undefined;
  readonly platforms: readonly Platform[];
  readonly systems?: readonly System[] | undefined;
  readonly instance: Inheritance;
  readonly declared?: SourceLocation | undefined;
  readonly deprecated?: string | undefined;
  readonly renamedFrom: readonly string[];
  readonly goesTo: readonly Destination[];
  readonly rules: readonly ExplainedRule[];
  readonly relaxes: readonly ExplainedRelaxation[];
  /** Where the outcomes of the proofs are, relative to the directory of the table of promises. */
  readonly evidence?: string | undefined;
}

/**
 * The options of a service, `enable` and `instances` included.
 *
 * @param isWanted which of them, by their paths below the service
 */
export function explainAll(
  service: IrService,
  isWanted: (path: readonly string[]) => boolean = () => true,
): readonly Explanation[] {
  const own = [
    explainOwn(service, "enable", {
      description: withInstanceEnable(describeEnable(service)),
      type: { kind: "bool" },
      fallback: "false",
    }),
    explainOwn(service, "instances", {
      description: instancesDescription,
      type: {
        kind: "attrs",
        keyPattern: instanceNamePattern,
        value: { kind: "submodule", fields: [] },
      },
      fallback: "{ }",
    }),
  ];
  return [
    ...own.filter(({ path }) => isWanted(path)),
    ...service.options
      .filter(({ path }) => isWanted(path))
      .map((option) => explain(service, option)),
  ];
}

/** An option that the module adds to every service. */
function explainOwn(
  { name, platforms }: IrService,
  option: "enable" | "instances",
  {
    description,
    type,
    fallback,
  }: { readonly description: string; readonly type: OptionType; readonly fallback: string },
): Explanation {
  const isEnable = option === "enable";
  return {
    option: `services.${name}.${option}`,
    service: name,
    path: [option],
    description,
    type: {
      words: describeType(type),
      nix: isEnable ? code(emitType(type)) : "types.attrsOf (types.submodule …)",
    },
    fields: [],
    defaults: Object.fromEntries(platforms.map((platform) => [platform, fallback])),
    platforms,
    instance: isEnable ? "own" : "none",
    renamedFrom: [],
    goesTo: ownDestinations[option],
    rules: [],
    relaxes: [],
  };
}

export function explain(service: IrService, option: IrOption): Explanation {
  const { type, example, platforms, systems, instance, deprecated } = option;
  const goesTo = destinationsOf(service, option);
  const { evidence } = service.model;
  return {
    option: `services.${service.name}.${option.path.join(".")}`,
    service: service.name,
    path: option.path,
    description: option.description,
    type: { words: describeType(type), nix: code(emitType(type)) },
    fields: fieldsIn(type).map((field) => explainField(field, service)),
    defaults: defaultsOf(service, option),
    ...(example !== undefined && { example: code(emitExample(type, example)) }),
    platforms,
    ...(systems !== undefined && { systems }),
    instance,
    declared: option.location,
    ...(deprecated !== undefined && { deprecated }),
    renamedFrom: option.renamedFrom.map((path) => path.join(".")),
    goesTo,
    rules: rulesOf(service, goesTo),
    relaxes: relaxationsOf(service, option),
    ...(evidence !== undefined && { evidence: evidence.probes }),
  };
}

function defaultsOf(
  service: IrService,
  { type, defaults = {} }: IrOption,
): Explanation["defaults"] {
  const scope = scopeOf(service, "cfg");
  return Object.fromEntries(
    Object.entries(defaults).map(([platform, node]) => {
      if (isConstant(node)) return [platform, defaultCode(type, node, scope)];
      const words = describeDefault(node);
      return [platform, words === notShown ? defaultCode(type, node, scope) : words];
    }),
  );
}

/** The fields of the submodules in a type, at its outermost level of them. */
function fieldsIn(type: OptionType): readonly Field[] {
  switch (type.kind) {
    case "submodule":
      return type.fields;
    case "list":
      return fieldsIn(type.element);
    case "attrs":
      return fieldsIn(type.value);
    case "nullable":
      return fieldsIn(type.of);
    case "union":
      return type.members.flatMap(fieldsIn);
    case "taggedUnion":
      return type.members.flatMap(({ fields }) => fields);
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

function explainField(field: Field, service: IrService): ExplainedField {
  const { name, type, description, default: fallback } = field;
  return {
    name,
    type: describeType(type),
    ...(fallback !== undefined && {
      default: defaultCode(type, fallback, scopeOf(service, "cfg")),
    }),
    description,
  };
}

function rulesOf(
  { model, platforms }: IrService,
  goesTo: readonly Destination[],
): readonly ExplainedRule[] {
  const rules = new Set(goesTo.flatMap(({ rule }) => rule ?? []));
  const partsOf = new Set(
    goesTo.flatMap(({ part }): readonly string[] => (part === undefined ? [] : [part])),
  );
  const own = platforms.includes("nixos") ? ownPromises(model) : [];
  return [
    ...model.confinement
      .filter(({ id }) => rules.has(id))
      .map((rule) => ({ id: rule.id, why: rule.why, promises: promisesOf(rule) })),
    ...own
      .filter(({ part, promises }) => partsOf.has(part) && promises.length > 0)
      .map(({ part, promises }) => ({
        id: part,
        why: "",
        promises: promises.map(({ promise }) => promise),
      })),
  ];
}

function promisesOf({ proofs }: ConfinementRule): readonly string[] {
  return (proofs ?? []).map(({ promise }) => promise);
}

function relaxationsOf(
  { model }: IrService,
  { type, relaxation = [] }: IrOption,
): readonly ExplainedRelaxation[] {
  return relaxation.map(({ name, value, lifts = [], shows = [] }) => ({
    test: name,
    value: code(emitExample(type, value)),
    ...effectsOf(model.confinement, lifts),
    shows: shows.map(({ promise }) => promise),
  }));
}
