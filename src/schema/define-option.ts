// The functions that declare options. A declaration has a type (zod) and facets, and says nothing about
// generated files. The doc comment above the property is the option's description. The generator reads it
// from the source, and refuses an option without one.

import type { Platform, System } from "../model/platform.ts";
import { UserError } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import { z } from "../zod.ts";
import { secretFile } from "./value-types.ts";
import type { OrValue, Ref } from "./build-expression.ts";
import type { Inheritance } from "../model/option-type.ts";
import type { RelaxationTest } from "../model/relaxation.ts";
import type { PlatformValues } from "../model/platform-values.ts";

/** The value of an option. It is readonly: code only reads options, and zod's own types are mutable. */
export type ValueOf<S extends z.ZodTypeAny> = DeepReadonly<z.infer<S>>;

type DeepReadonly<T> = T extends string | number | boolean | null | undefined
  ? T
  : T extends readonly (infer Element)[]
    ? readonly DeepReadonly<Element>[]
    : { readonly [K in keyof T]: DeepReadonly<T[K]> };

/** The effects of an option, besides its type. */
export interface Facets<T> {
  /** The value if nobody sets one. Without a default, the user must set the option. */
  readonly default?: OrValue<T> | PlatformValues<OrValue<T>>;
  readonly example?: T;
  /** The key of the program's own configuration that this option fills. */
  readonly setting?: string;
  /** The platforms on which the option exists. Default: all of the service's. */
  readonly platforms?: readonly Platform[];
  /** The operating systems it is for, if its platforms also run on others. Default: all. */
  readonly systems?: readonly System[];
  /** Default: `inherit`. */
  readonly instance?: Inheritance;
  /** Why the option should no longer be used, and what to use instead. */
  readonly deprecated?: string;
  /** Earlier paths of the option, relative to the service: `provider.key`. */
  readonly renamedFrom?: readonly string[];
  /** Earlier names of the option's values, and the values that took their place: `{ on: "always" }`. */
  readonly renamedValues?: Readonly<Record<string, string>>;
}

/** How a secret file reaches the process. */
export interface CredentialFacet {
  /** The environment variable that holds the secret. */
  readonly variable: OrValue<string>;
  /** The secret's purpose, for `anyCredential`. */
  readonly purpose?: string;
  /** The hosts that the program needs if the secret is set, in the form of `namedHost()`. Default: none. */
  readonly hosts?: readonly string[];
  /** The key of the program's configuration with a URL that takes the place of `hosts`. */
  readonly hostsSetting?: string;
  /**
   * How requests get the secret outside of the service, which then has none (`NamedHosts.keysOutside`), or why they
   * cannot. Default: the service has it.
   */
  readonly outside?: OutsideKey | InsideKey;
}

/** A secret that goes into a header of every HTTP request to one server, and nowhere else. */
export interface OutsideKey {
  /** Its name, a part of host names: lower-case letters, digits and hyphens. */
  readonly name: string;
  /** The server's URL, unless the setting `hostsSetting` has another: `https://api.example.org/v1`. */
  readonly url: string;
  /** The header, and what is before the secret in it: `Bearer `. Default: nothing. */
  readonly header: string;
  readonly prefix?: string;
  /** What the service has in its place, if the program looks at its form. Default: `this-key-is-outside`. */
  readonly placeholder?: string;
  /**
   * Settings without which the program would ask the server at another URL in another way, by their dotted keys. The
   * user's own settings win over them.
   */
  readonly settings?: Readonly<Record<string, JsonValue>>;
}

/** A secret that the service needs itself. */
export interface InsideKey {
  /** Why; follows "it cannot be outside:". */
  readonly cannot: string;
}

export interface Option<S extends z.ZodTypeAny = z.ZodTypeAny> {
  readonly kind: "option";
  readonly type: S;
  readonly facets: Facets<ValueOf<S>>;
  readonly credential: CredentialFacet | undefined;
  /** The tests of a relaxation: they show what it opens, and that it opens nothing else. */
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
 * The entries of a tree, each an option or a group. Another value can get past the type checker as
 * `any`; it may contain itself, and a walk through it would never end.
 *
 * @param path the path of the tree, for the error
 * @throws UserError for an entry that is neither
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
 * it opens. Each test sets the option in an instance of its own; every promise that the test does not
 * list has to hold there. The doc comment says what the relaxation costs.
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
 * Declares an option for a secret file, null by default. The process gets the secret as an environment variable;
 * only the service can read it.
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

/** Gives facets to several options at once; an option's own facets win. */
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
 * An option of the library or of another service, with other facets.
 *
 * @param facets the facets that differ
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
