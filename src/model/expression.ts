// Expressions: where a value depends on other options (derived defaults, the service model,
// assertions), a schema says so with one of these. They are typed (`Exp<string>` is an expression
// whose value is a string), closed (an emitter handles every kind or does not compile) and know
// nothing of Nix. `schema/expression.ts` holds the functions that build them.

import type { JsonValue } from "../json.ts";

/** What an expression is made of. `variable` names are chosen by the functions that bind them. */
export type ExpNode =
  | { readonly kind: "literal"; readonly value: JsonValue }
  /** The value of the option at `path`, in the instance at hand. */
  | { readonly kind: "option"; readonly path: readonly string[] }
  /** The name of the instance at hand. */
  | { readonly kind: "instanceName" }
  /** The effective value of a key of the program's configuration, after all layers. */
  | { readonly kind: "setting"; readonly path: readonly string[] }
  /** Where the service finds its configuration file. */
  | { readonly kind: "configFile" }
  /** All packages on the service's PATH. */
  | { readonly kind: "packages" }
  /** The files and directories of the configuration in the service's own directories. */
  | { readonly kind: "managedPaths" }
  /** The name of the instance's unit, without its type. */
  | { readonly kind: "unitName" }
  /** The service's own directories, and those between them. */
  | { readonly kind: "ownDirectories" }
  /** `base` for the instance `default`, `base-<name>` for every other. */
  | { readonly kind: "perInstance"; readonly base: string }
  /**
   * A number for the instance at hand, the same whatever other instances there are: `first` for
   * `default`, one of the `count` numbers after it for every other.
   */
  | { readonly kind: "stableNumber"; readonly first: number; readonly count: number }
  /** The home directory of the user whose configuration it is; home-manager only. */
  | { readonly kind: "homeDirectory" }
  /** Whether the machine runs macOS, where that differs within a platform. */
  | { readonly kind: "isMacOS" }
  /** An option of the system the module is part of, where the system has it. */
  | {
      readonly kind: "systemOption";
      readonly path: readonly string[];
      readonly otherwise: JsonValue;
    }
  /** The value itself where it is a list, otherwise nothing. */
  | { readonly kind: "listOrEmpty"; readonly of: ExpNode }
  /** A row of the variant table, for the variant the instance selects. */
  | { readonly kind: "variant"; readonly key: string }
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "field"; readonly of: ExpNode; readonly name: string }
  | { readonly kind: "text"; readonly parts: readonly (string | ExpNode)[] }
  | { readonly kind: "list"; readonly items: readonly ExpNode[] }
  | { readonly kind: "record"; readonly entries: readonly (readonly [string, ExpNode])[] }
  | {
      readonly kind: "if";
      readonly condition: ExpNode;
      readonly then: ExpNode;
      readonly else: ExpNode;
    }
  | { readonly kind: "equals"; readonly left: ExpNode; readonly right: ExpNode }
  | { readonly kind: "not"; readonly of: ExpNode }
  | { readonly kind: "and"; readonly all: readonly ExpNode[] }
  | { readonly kind: "or"; readonly any: readonly ExpNode[] }
  | {
      readonly kind: "map";
      readonly over: ExpNode;
      readonly variable: string;
      readonly body: ExpNode;
    }
  | {
      readonly kind: "filter";
      readonly over: ExpNode;
      readonly variable: string;
      readonly body: ExpNode;
    }
  | {
      readonly kind: "any";
      readonly over: ExpNode;
      readonly variable: string;
      readonly body: ExpNode;
    }
  | { readonly kind: "concat"; readonly lists: readonly ExpNode[] }
  | { readonly kind: "join"; readonly list: ExpNode; readonly separator: string }
  | { readonly kind: "names"; readonly of: ExpNode }
  /** The elements of a list of strings that occur more than once, each once. */
  | { readonly kind: "duplicates"; readonly list: ExpNode }
  /** Whether all of a text matches a POSIX extended regular expression. */
  | { readonly kind: "matches"; readonly text: ExpNode; readonly pattern: string }
  /** Whether a deep value has something at a path. */
  | { readonly kind: "has"; readonly of: ExpNode; readonly path: readonly string[] }
  | { readonly kind: "hasPrefix"; readonly text: ExpNode; readonly prefix: ExpNode }
  /** Whether a value is part of the configuration: a path, or something of the store. */
  | { readonly kind: "isSource"; readonly of: ExpNode }
  /** A source directory; one that is built is checked and completed when it is. */
  | {
      readonly kind: "sourceDirectory";
      readonly of: ExpNode;
      readonly name: string;
      readonly required: readonly string[];
      readonly optional: readonly string[];
    }
  /** Whether a file exists below a source directory; taken to be so in one that is yet to be built. */
  | { readonly kind: "sourceFileExists"; readonly directory: ExpNode; readonly file: ExpNode }
  /** The store path of one file of a source directory. */
  | { readonly kind: "sourceFile"; readonly directory: ExpNode; readonly file: ExpNode }
  /** Where a source directory is, which is not copied to the store. */
  | { readonly kind: "pathInPlace"; readonly of: ExpNode }
  /** The store path of a file with the given content. */
  | { readonly kind: "textFile"; readonly name: ExpNode; readonly text: ExpNode }
  | { readonly kind: "json"; readonly of: ExpNode }
  /** The name a package goes by: what it provides, for people. */
  | { readonly kind: "packageName"; readonly of: ExpNode }
  /** The absolute path of a program of the package collection. */
  | { readonly kind: "program"; readonly package: string; readonly program: string }
  /** Whether a package is of this version or a later one; one without a version is. */
  | { readonly kind: "isAtLeast"; readonly package: ExpNode; readonly version: string }
  /** Whether at least one credential of this purpose is given. */
  | { readonly kind: "anyCredential"; readonly purpose: string };

/** Marks expressions, so that no JSON value is mistaken for one. */
export const valueType = Symbol("expression");

/** An expression with a value of type `T`. */
export interface Exp<out T> {
  readonly node: ExpNode;
  /** Holds nothing; makes expressions of different types different types. */
  readonly [valueType]: T | undefined;
}

/** A reference to an option whose value has type `T`. */
export interface Ref<out T> extends Exp<T> {
  readonly path: readonly string[];
}

/** Where an expression is wanted, a plain value will do. */
export type OrValue<T> = T | Exp<T>;

export function isExp(value: unknown): value is Exp<unknown> {
  return typeof value === "object" && value !== null && valueType in value;
}

/** The node of an expression; a plain value becomes a literal. */
export function nodeOf(value: OrValue<unknown>): ExpNode {
  return isExp(value) ? value.node : { kind: "literal", value: value as JsonValue };
}
