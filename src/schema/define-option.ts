// How a schema says what an option is: its type (zod), what it does (facets), and nothing about
// where it ends up. The doc comment above the property is the option's description; it is read
// from the source, so an option cannot be declared without one.

import type { Platform, System } from "../model/platform.ts";
import { UserError } from "../errors.ts";
import { z } from "../zod.ts";
import { secretFile } from "./value-types.ts";
import type { OrValue, Ref } from "./build-expression.ts";
import type { Inheritance } from "../model/option-type.ts";
import type { RelaxationTest } from "../model/relaxation.ts";
import type { PlatformValues } from "../model/platform-values.ts";

/** The value of an option. Options are read, never changed; zod's own types would allow both. */
export type ValueOf<S extends z.ZodTypeAny> = DeepReadonly<z.infer<S>>;

type DeepReadonly<T> = T extends string | number | boolean | null | undefined
  ? T
  : T extends readonly (infer Element)[]
    ? readonly DeepReadonly<Element>[]
    : { readonly [K in keyof T]: DeepReadonly<T[K]> };

/** What an option does, besides having a type. */
export interface Facets<T> {
  /** The value where nobody sets one; without it the option must be set. */
  readonly default?: OrValue<T> | PlatformValues<OrValue<T>>;
  readonly example?: T;
  /** The key of the program's own configuration that this option fills. */
  readonly setting?: string;
  /** Where the option exists, of the service's platforms; on all of them if absent. */
  readonly platforms?: readonly Platform[];
  /** The operating systems it is for, where its platforms run on others, too. */
  readonly systems?: readonly System[];
  /** Default: `inherit`. */
  readonly instance?: Inheritance;
  /** Why the option should no longer be used, and what to use instead. */
  readonly deprecated?: string;
  /** Earlier paths of the option, relative to the service: `provider.key`. */
  readonly renamedFrom?: readonly string[];
}

/** How a secret file reaches the process. */
export interface CredentialFacet {
  /** The environment variable the secret is exported as. */
  readonly variable: OrValue<string>;
  /** What the secret is for; `anyCredential` asks for one of a purpose. */
  readonly purpose?: string;
}

export interface Option<S extends z.ZodTypeAny = z.ZodTypeAny> {
  readonly kind: "option";
  readonly type: S;
  readonly facets: Facets<ValueOf<S>>;
  readonly credential: CredentialFacet | undefined;
  /** How it is shown what a relaxation opens, and that it opens nothing else. */
  readonly relaxation: readonly RelaxationTest<unknown>[] | undefined;
}

/** The options of a service: a tree of groups whose leaves are options. */
export interface OptionTree {
  readonly [name: string]: Option | OptionTree;
}

export function isOption(value: Option | OptionTree): value is Option {
  return value.kind === "option" && "facets" in value;
}

/**
 * The entries of a tree, each an option or a group. What is neither has got past the type checker, as
 * `any` does; without an end to its parts it would be walked through for ever.
 *
 * @param path of the tree, for the error
 */
export function entriesOf(
  tree: OptionTree,
  path: readonly string[],
): readonly (readonly [string, Option | OptionTree])[] {
  const entries: readonly (readonly [string, unknown])[] = Object.entries(tree);
  const stray = entries.find(([, child]) => !isPlainObject(child));
  if (stray === undefined) return Object.entries(tree);
  const [name, value] = stray;
  const option = [...path, name].join(".");
  throw new UserError(`${option} is not an option`, {
    option,
    expected: "option(…), credential(…), or a group of options",
    next: value instanceof z.ZodType ? "wrap it in option(…)" : "declare it as an option",
  });
}

function isPlainObject(value: unknown): boolean {
  return (
    typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype
  );
}

/** Declares an option. The property's doc comment is its description. */
export function option<S extends z.ZodTypeAny>(
  type: S,
  facets: Facets<ValueOf<S>> = {},
): Option<S> {
  return { kind: "option", type, facets, credential: undefined, relaxation: undefined };
}

/**
 * Declares an option that loosens confinement: strict by default, and never without a proof of what
 * it opens. Each test gives the option a value on a machine of its own; every promise it does not
 * list has to hold there as it does by default. The doc comment says what the relaxation costs.
 */
export function relaxation<S extends z.ZodTypeAny>(
  type: S,
  facets: Facets<ValueOf<S>>,
  tests: readonly [
    RelaxationTest<NoInfer<ValueOf<S>>>,
    ...(readonly RelaxationTest<NoInfer<ValueOf<S>>>[]),
  ],
): Option<S> {
  return { kind: "option", type, facets, credential: undefined, relaxation: tests };
}

/**
 * Declares a secret file: null by default, never readable by anyone but the service, exported to
 * the process as an environment variable.
 */
export function credential(
  facet: CredentialFacet,
  facets: Omit<Facets<string | null>, "default"> = {},
): Option<ReturnType<typeof nullableSecretFile>> {
  return {
    kind: "option",
    type: nullableSecretFile(),
    facets: { ...facets, default: null },
    credential: facet,
    relaxation: undefined,
  };
}

function nullableSecretFile(): z.ZodNullable<z.ZodString> {
  return secretFile().nullable();
}

/** Facets that several options can share. */
type SharedFacets = Pick<Facets<unknown>, "platforms" | "systems" | "instance" | "deprecated">;

/** Declares several options that share facets; a facet an option sets itself wins. */
export function group<const T extends OptionTree>(facets: SharedFacets, options: T): T {
  return withFacets(facets, options, []) as T;
}

function withFacets(
  facets: SharedFacets,
  options: OptionTree,
  path: readonly string[],
): OptionTree {
  return Object.fromEntries(
    entriesOf(options, path).map(([name, child]) => [
      name,
      isOption(child)
        ? { ...child, facets: { ...facets, ...child.facets } }
        : withFacets(facets, child, [...path, name]),
    ]),
  );
}

/**
 * The same option with other facets: an option that is taken from the library or from another service.
 *
 * @param facets those that differ
 */
export function override<S extends z.ZodTypeAny>(
  { facets: own, ...rest }: Option<S>,
  facets: Facets<ValueOf<NoInfer<S>>>,
): Option<S> {
  return { ...rest, facets: { ...own, ...facets } };
}

/** The options of a tree, as typed references. */
export type Refs<T> = {
  readonly [K in keyof T]: T[K] extends Option<infer S> ? Ref<ValueOf<S>> : Refs<T[K]>;
};
