// Builds the expressions of `model/expression.ts`: the functions a schema's author calls.

import {
  type Exp,
  type ExpNode,
  nodeOf,
  type OrValue,
  type Ref,
  valueType,
} from "../model/expression.ts";
import type { JsonValue } from "../json.ts";

export type { Exp, OrValue, Ref } from "../model/expression.ts";

function make<T>(node: ExpNode): Exp<T> {
  return { node, [valueType]: undefined };
}

export function literal<const T extends JsonValue>(value: T): Exp<T> {
  return make({ kind: "literal", value });
}

/** A reference to the option at `path`; schemas get theirs, typed, from `defineService`. */
export function reference<T>(path: readonly string[]): Ref<T> {
  return { ...make<T>({ kind: "option", path }), path };
}

/** The name of the instance at hand: `default` where none are declared. */
export const instanceName: Exp<string> = make({ kind: "instanceName" });

/** The value a key of the program's configuration ends up with, whoever set it. */
export function setting<T>(path: string): Exp<T> {
  return make({ kind: "setting", path: path.split(".") });
}

/** The path the service reads its configuration from, on whatever platform. */
export const configFile: Exp<string> = make({ kind: "configFile" });

/** All packages on the service's PATH, the user's included. */
export const packagesOnPath: Exp<readonly string[]> = make({ kind: "packages" });

/**
 * The files and directories that the configuration puts into the service's own directories: for each
 * managed file the first part of its target.
 */
export const managedPaths: Exp<readonly string[]> = make({ kind: "managedPaths" });

/** The name of the service's unit, without its type: `hello-work`. */
export const unitName: Exp<string> = make({ kind: "unitName" });

/**
 * The service's own directories: its state directory, its other ones, and those that lie between one
 * and another, which the service could replace by others. Outer ones come first.
 */
export const ownDirectories: Exp<readonly string[]> = make({ kind: "ownDirectories" });

/** `base` for the instance `default`, `base-<name>` for every other. */
export function perInstance(base: string): Exp<string> {
  return make({ kind: "perInstance", base });
}

/**
 * A number for the instance at hand, the same whatever other instances there are: `first` for
 * `default`, one of the `count` numbers after it for every other. Two names may get the same.
 */
export function stableNumber(first: number, count: number): Exp<number> {
  return make({ kind: "stableNumber", first, count });
}

/** The home directory of the user whose configuration it is; exists under home-manager only. */
export const homeDirectory: Exp<string> = make({ kind: "homeDirectory" });

/** Whether the machine runs macOS: home-manager is for Linux, too. */
export const isMacOS: Exp<boolean> = make({ kind: "isMacOS" });

/**
 * The value of an option of the system itself, `nix.settings.trusted-users`.
 *
 * @param otherwise the value where the system has no such option
 */
export function systemOption<T extends JsonValue>(path: string, otherwise: T): Exp<T> {
  return make({ kind: "systemOption", path: path.split("."), otherwise });
}

/** A row of the variant table; schemas get theirs, typed, from `variants`. */
export function variantValue<T>(key: string): Exp<T> {
  return make({ kind: "variant", key });
}

/** Text with expressions in it: ``text`${cfg.stateDir}/logs` ``. */
export function text(
  strings: TemplateStringsArray,
  ...values: readonly OrValue<string | number>[]
): Exp<string> {
  const parts = strings.flatMap((string, index): readonly (string | ExpNode)[] => {
    const value = values[index];
    return value === undefined ? [string] : [string, nodeOf(value)];
  });
  return make({ kind: "text", parts: parts.filter((part) => part !== "") });
}

export function list<T>(...items: readonly OrValue<T>[]): Exp<readonly T[]> {
  return make({ kind: "list", items: items.map(nodeOf) });
}

export function record<T extends Readonly<Record<string, OrValue<unknown>>>>(
  entries: T,
): Exp<{ readonly [K in keyof T]: T[K] extends Exp<infer V> ? V : T[K] }> {
  return make({
    kind: "record",
    entries: Object.entries(entries).map(([name, value]) => [name, nodeOf(value)]),
  });
}

export function when<T>(condition: Exp<boolean>, then: OrValue<T>): Exp<T | null> {
  return choose<T | null>(condition, then, null);
}

export function choose<T>(
  condition: Exp<boolean>,
  then: OrValue<T>,
  otherwise: OrValue<T>,
): Exp<T> {
  return make({
    kind: "if",
    condition: condition.node,
    then: nodeOf(then),
    else: nodeOf(otherwise),
  });
}

/** Whether both are the same; the right side has to be a value the left side can have. */
export function equals<T>(left: Exp<T>, right: OrValue<NoInfer<T>>): Exp<boolean> {
  return make({ kind: "equals", left: left.node, right: nodeOf(right) });
}

export function not(of: Exp<boolean>): Exp<boolean> {
  return make({ kind: "not", of: of.node });
}

export function and(...all: readonly Exp<boolean>[]): Exp<boolean> {
  return make({ kind: "and", all: all.map(nodeOf) });
}

export function or(...any: readonly Exp<boolean>[]): Exp<boolean> {
  return make({ kind: "or", any: any.map(nodeOf) });
}

/** Whether the condition `consequence` holds wherever `premise` does. */
export function implies(premise: Exp<boolean>, consequence: Exp<boolean>): Exp<boolean> {
  return or(not(premise), consequence);
}

export function isNull(of: Exp<unknown>): Exp<boolean> {
  return equals(of, null);
}

export function isSet(of: Exp<unknown>): Exp<boolean> {
  return not(isNull(of));
}

/** The same value, where a condition elsewhere makes sure that it is not null. */
export function nonNull<T>(of: Exp<T | null>): Exp<T> {
  return make(of.node);
}

export function isEmpty(of: Exp<readonly unknown[]>): Exp<boolean> {
  return make({ kind: "equals", left: of.node, right: { kind: "list", items: [] } });
}

/** Typed access to the fields of a list's element inside `map`, `filter` and `any`. */
export type Fields<T> = Exp<T> & {
  readonly [K in keyof T]-?: Exp<Exclude<T[K], undefined>>;
};

function elementOf<T>(variable: string): Fields<T> {
  const node: ExpNode = { kind: "variable", name: variable };
  // A proxy, because the names of the fields exist only as types.
  return new Proxy(make<T>(node), {
    get: (target, name) =>
      typeof name === "symbol" || name in target
        ? (Reflect.get(target, name) as unknown)
        : make({ kind: "field", of: node, name }),
  }) as Fields<T>;
}

/** Applies `body` to every element. `variable` is the element's name in the generated code. */
export function map<T, U>(
  over: Exp<readonly T[]>,
  variable: string,
  body: (element: Fields<T>) => OrValue<U>,
): Exp<readonly U[]> {
  return make({
    kind: "map",
    over: over.node,
    variable,
    body: nodeOf(body(elementOf<T>(variable))),
  });
}

export function filter<T>(
  over: Exp<readonly T[]>,
  variable: string,
  body: (element: Fields<T>) => Exp<boolean>,
): Exp<readonly T[]> {
  return make({
    kind: "filter",
    over: over.node,
    variable,
    body: body(elementOf<T>(variable)).node,
  });
}

export function any<T>(
  over: Exp<readonly T[]>,
  variable: string,
  body: (element: Fields<T>) => Exp<boolean>,
): Exp<boolean> {
  return make({ kind: "any", over: over.node, variable, body: body(elementOf<T>(variable)).node });
}

/** A value that may be a list: the list, or an empty one. */
export function listOrEmpty<T>(
  of: Exp<T>,
): Exp<readonly (T extends readonly (infer Element)[] ? Element : never)[]> {
  return make({ kind: "listOrEmpty", of: of.node });
}

export function concat<T>(...lists: readonly Exp<readonly T[]>[]): Exp<readonly T[]> {
  return make({ kind: "concat", lists: lists.map(nodeOf) });
}

export function join(of: Exp<readonly string[]>, separator: string): Exp<string> {
  return make({ kind: "join", list: of.node, separator });
}

/** The keys of a record. */
export function namesOf(of: Exp<Readonly<Record<string, unknown>>>): Exp<readonly string[]> {
  return make({ kind: "names", of: of.node });
}

export function duplicates(of: Exp<readonly string[]>): Exp<readonly string[]> {
  return make({ kind: "duplicates", list: of.node });
}

export function hasPrefix(of: Exp<string>, prefix: OrValue<string>): Exp<boolean> {
  return make({ kind: "hasPrefix", text: of.node, prefix: nodeOf(prefix) });
}

/** Whether all of a text matches a POSIX extended regular expression. */
export function matches(of: Exp<string>, pattern: string): Exp<boolean> {
  return make({ kind: "matches", text: of.node, pattern });
}

/** Whether free settings say anything at a path: `has(cfg.settings, "models.providers")`. */
export function has(of: Exp<unknown>, path: string): Exp<boolean> {
  return make({ kind: "has", of: of.node, path: path.split(".") });
}

/** The store path of a source directory or file, which is copied there. */
export function storePath(of: Exp<string>): Exp<string> {
  return make({ kind: "text", parts: [of.node] });
}

/** Where a source directory is: the path itself, of which nothing is copied to the store. */
export function pathInPlace(of: Exp<string>): Exp<string> {
  return make({ kind: "pathInPlace", of: of.node });
}

/**
 * Whether a value is part of the configuration: a path, which is copied to the store, or something of
 * the store. A text that names a directory elsewhere is not.
 */
export function isSource(of: Exp<string | null>): Exp<boolean> {
  return make({ kind: "isSource", of: of.node });
}

/**
 * A source directory with certain files. What is in one that a derivation makes is not known before it
 * is built: it is checked then, and has the optional files in any case, empty where it lacks them.
 *
 * @param name how its derivation is called
 */
export function sourceDirectory(
  of: Exp<string | null>,
  {
    name,
    required,
    optional,
  }: Readonly<{ name: string } & Record<"required" | "optional", readonly string[]>>,
): Exp<string> {
  return make({ kind: "sourceDirectory", of: of.node, name, required, optional });
}

/**
 * Whether a file exists in a source directory, as far as it is known when the configuration is
 * evaluated: a directory that is yet to be built is taken to have all.
 */
export function sourceFileExists(
  directory: Exp<string | null>,
  file: OrValue<string>,
): Exp<boolean> {
  return make({ kind: "sourceFileExists", directory: directory.node, file: nodeOf(file) });
}

/** The store path of one file of a source directory. */
export function sourceFile(directory: Exp<string | null>, file: OrValue<string>): Exp<string> {
  return make({ kind: "sourceFile", directory: directory.node, file: nodeOf(file) });
}

/** The store path of a file with this content. Never for secrets: the store is public. */
export function textFile(name: OrValue<string>, content: OrValue<string>): Exp<string> {
  return make({ kind: "textFile", name: nodeOf(name), text: nodeOf(content) });
}

export function json(of: Exp<unknown>): Exp<string> {
  return make({ kind: "json", of: of.node });
}

export function packageName(of: Exp<unknown>): Exp<string> {
  return make({ kind: "packageName", of: of.node });
}

/** Whether a package is of this version or a later one; one without a version is taken to be. */
export function isAtLeast(of: Exp<unknown>, version: string): Exp<boolean> {
  return make({ kind: "isAtLeast", package: of.node, version });
}

export function program(packageAttribute: string, name: string): Exp<string> {
  return make({ kind: "program", package: packageAttribute, program: name });
}

/** Whether at least one credential of this purpose is given. */
export function anyCredential(purpose: string): Exp<boolean> {
  return make({ kind: "anyCredential", purpose });
}
