// `defineService` puts a service together: its options, the table of differences between variants
// of the program, and the model, which refers to options through typed references.

import { UserError } from "../errors.ts";
import { type Exp as BareExp, type ExpNode, nodeOf, type OrValue } from "../model/expression.ts";
import type {
  ConfigSchema,
  DerivedDefault,
  ServiceModel,
  VariantTable,
} from "../model/service-model.ts";
import { type Platform, platforms } from "../model/platform.ts";
import type { PlatformValues } from "../model/platform-values.ts";
import { completeModel, type ModelDefinition } from "./complete-model.ts";
import { type Exp, type Ref, reference, variantValue } from "./build-expression.ts";
import { entriesOf, isOption, type OptionTree, type Refs } from "./define-option.ts";

type Row = Readonly<Record<string, OrValue<unknown>>>;

/** The keys of a variant table as expressions: each stands for the value of the selected variant. */
export type VariantValues<T extends Row> = {
  readonly [K in keyof T]: Exp<T[K] extends BareExp<infer V> ? V : Widen<T[K]>>;
};

type Widen<T> = T extends string ? string : T extends boolean ? boolean : T;

export interface Variants<Name extends string, T extends Row> {
  readonly table: VariantTable;
  /** The variants' names, for the option that selects one. */
  readonly names: readonly [Name, ...Name[]];
  readonly value: VariantValues<T>;
}

/**
 * Declares the differences between variants of the program (names of variables, of files).
 *
 * @param name name of the table in generated code
 * @param rows one record per variant, all with the same keys
 * @throws UserError if there is no variant, or if two have different keys
 */
export function variants<const Name extends string, T extends Row>(
  name: string,
  rows: Readonly<Record<Name, T>>,
): Variants<Name, T> {
  const names = Object.keys(rows) as Name[];
  const [first, ...rest] = names;
  if (first === undefined) throw new UserError(`variant table ${name} is empty`);
  const keys = Object.keys(rows[first]);
  for (const other of rest) {
    const missing = keys.filter((key) => !(key in rows[other]));
    if (missing.length > 0 || Object.keys(rows[other]).length !== keys.length) {
      throw new UserError(`variants ${first} and ${other} of ${name} have different keys`, {
        expected: keys.join(", "),
        received: Object.keys(rows[other]).join(", "),
      });
    }
  }
  const toNodes = (row: T): Readonly<Record<string, ExpNode>> =>
    Object.fromEntries(Object.entries(row).map(([key, value]) => [key, nodeOf(value)]));
  return {
    table: {
      name,
      variants: Object.fromEntries(names.map((variant) => [variant, toNodes(rows[variant])])),
    },
    names: [first, ...rest],
    value: Object.fromEntries(
      keys.map((key) => [key, variantValue(key)]),
    ) as unknown as VariantValues<T>,
  };
}

/** A default computed from other options; the value's type must be the option's. */
export function derived<T>(
  option: Ref<T>,
  value: OrValue<NoInfer<T>> | PlatformValues<OrValue<NoInfer<T>>>,
): DerivedDefault {
  return { option, value };
}

export interface ServiceDefinition<T extends OptionTree> {
  /** The service's name: options live in `services.<name>`. */
  readonly name: string;
  /** A few words about it, which follow "Whether to enable". */
  readonly summary: string;
  /** The address of its manual. */
  readonly documentation: string;
  /** Earlier names of the service. */
  readonly renamedFrom?: readonly string[];
  /** The platforms for which it gets a module. Default: all. */
  readonly platforms?: readonly [Platform, ...Platform[]];
  readonly options: T;
  readonly variants?: VariantTable;
  /** Without it, nobody checks settings. */
  readonly configSchema?: ConfigSchema;
  readonly model: (cfg: Refs<T>) => ModelDefinition;
}

export interface Service<T extends OptionTree = OptionTree> {
  readonly kind: "service";
  readonly name: string;
  readonly summary: string;
  readonly documentation: string;
  readonly renamedFrom: readonly string[];
  readonly platforms: readonly Platform[];
  readonly options: T;
  readonly variants: VariantTable | undefined;
  readonly configSchema?: ConfigSchema | undefined;
  readonly model: ServiceModel;
}

function refsOf(tree: OptionTree, path: readonly string[]): unknown {
  return Object.fromEntries(
    entriesOf(tree, path).map(([name, child]) => {
      const childPath = [...path, name];
      return [name, isOption(child) ? reference(childPath) : refsOf(child, childPath)];
    }),
  );
}

/** Defines a service. A schema file exports the result as its default. */
export function defineService<const T extends OptionTree>(
  definition: ServiceDefinition<T>,
): Service<T> {
  return {
    kind: "service",
    name: definition.name,
    summary: definition.summary,
    documentation: definition.documentation,
    renamedFrom: definition.renamedFrom ?? [],
    platforms: definition.platforms ?? platforms,
    options: definition.options,
    variants: definition.variants,
    configSchema: definition.configSchema,
    model: completeModel(definition.model(refsOf(definition.options, []) as Refs<T>), definition),
  };
}
