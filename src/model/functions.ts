// The functions of expressions, one row for each: the types of its arguments and of its result, its Nix
// code, and further facts about it. The functions and methods that authors call
// (`schema/build-expression.ts`) have their types from here, and code that walks expressions reads
// the rows: a new function is a new row.
//
// Only here do expressions and Nix meet. A row writes Nix with a tag that the emitter
// passes in, so the vocabulary still depends on no target.

import { isDeepStrictEqual } from "node:util";
import { isJsonArray, isJsonObject, type JsonValue } from "../json.ts";
import type { OptionType } from "./option-type.ts";

/** The tag with which rows write Nix; its holes take code and plain values. */
export interface Write<Code> {
  (template: TemplateStringsArray, ...holes: readonly (Code | JsonValue)[]): Code;
  /** The negation of a condition. */
  readonly not: (condition: Code) => Code;
}

/** The arguments of a function in Nix: the code of each. */
type Codes<A extends readonly unknown[], Code> = { readonly [K in keyof A]: Code };

/** The arguments of a function in a text for people. */
type Texts<A extends readonly unknown[]> = { readonly [K in keyof A]: string };

/**
 * One function. `A` are the types of its arguments, which are expressions; `P` those of the plain values
 * after them, which the generator knows; `R` is the type of its result.
 */
export interface Row<A extends readonly unknown[], R, P extends readonly JsonValue[]> {
  /** Holds nothing; the types of builders are derived from it. */
  readonly signature?: (given: A, plain: P) => R;
  /** The number of plain values that it takes; default 0. */
  readonly plain?: P["length"];
  /** Its Nix code. */
  readonly nix: <Code>(nix: Write<Code>, ...given: readonly [...Codes<A, Code>, ...P]) => Code;
  /** Computes the result in the generator; without it, only the evaluation of a configuration knows the result. */
  readonly value?: (...given: readonly [...A, ...P]) => R;
  /**
   * Whether it is a function of truth values. The generator then knows the result even with an unknown argument,
   * if that argument makes no difference.
   */
  readonly ofTruths?: true;
  /** The type of the result, for the check against the program's configuration schema. */
  readonly type?: OptionType | ((...plain: P) => OptionType);
  /** Its text in the description of a default. */
  readonly shown?: (...given: readonly [...Texts<A>, ...P]) => string;
}

interface Method {
  readonly isMethod: true;
}

/** A function that is called by its name. */
function define<A extends readonly unknown[], R, P extends readonly JsonValue[] = readonly []>(
  row: Row<A, R, P>,
): Row<A, R, P> {
  return row;
}

/** A function that is a method of its first argument as well. */
function method<A extends readonly unknown[], R, P extends readonly JsonValue[] = readonly []>(
  row: Row<A, R, P>,
): Row<A, R, P> & Method {
  return { ...row, isMethod: true };
}

const bool: OptionType = { kind: "bool" };
const anyText: OptionType = { kind: "string", nonEmpty: false };
const nonEmptyText: OptionType = { kind: "string", nonEmpty: true };

/** The files that a source directory must and may have, and the name of the derivation that checks them. */
type SourceContents = Readonly<
  { name: string } & Record<"required" | "optional", readonly string[]>
>;

/** The table. `schema/build-expression.ts` has better types for methods with type parameters. */
export const functions = {
  // Of any value.

  /** Whether both are equal; the right side has to be a value that the left side can have. */
  is: method<[left: unknown, right: unknown], boolean>({
    nix: (nix, left, right) => nix`${left} == ${right}`,
    value: isDeepStrictEqual,
    type: bool,
  }),
  isNull: method<[of: unknown], boolean>({
    nix: (nix, of) => nix`${of} == null`,
    value: (of) => of === null,
    type: bool,
  }),
  isSet: method<[of: unknown], boolean>({
    nix: (nix, of) => nix`${of} != null`,
    value: (of) => of !== null,
    type: bool,
  }),
  /** Whether free settings have a value at a path: `cfg.settings.has("models.providers")`. */
  has: method<[of: unknown], boolean, [path: string]>({
    plain: 1,
    nix: (nix, of, path) => nix`${of} ? ${path.split(".")}`,
    value: (of, path) => hasPath(of as JsonValue, path.split(".")),
    type: bool,
  }),
  /** The texts in free settings, at any depth, that have one of these names. */
  textsNamed: method<[of: unknown], readonly string[], [names: readonly string[]]>({
    plain: 1,
    nix: (nix, of, names) => nix`lib.filter lib.isString (valuesNamed ${names} ${of})`,
  }),
  /** The whole numbers in free settings, at any depth, that have one of these names. */
  integersNamed: method<[of: unknown], readonly number[], [names: readonly string[]]>({
    plain: 1,
    nix: (nix, of, names) => nix`lib.filter lib.isInt (valuesNamed ${names} ${of})`,
    type: { kind: "list", element: { kind: "int" }, nonEmpty: false },
  }),
  /** A value as JSON, in a text. */
  json: method<[of: unknown], string>({
    nix: (nix, of) => nix`builtins.toJSON ${of}`,
    type: anyText,
  }),
  /** A value that may be a list: the list, or an empty one. */
  listOrEmpty: method<[of: unknown], readonly unknown[]>({
    nix: (nix, of) => nix`lib.optionals (lib.isList ${of}) ${of}`,
    value: (of) => (isJsonArray(of as JsonValue) ? (of as readonly unknown[]) : []),
  }),

  // Of conditions.

  not: define<[of: boolean], boolean>({
    nix: (nix, of) => nix.not(of),
    value: (of) => !of,
    ofTruths: true,
    type: bool,
  }),
  /** Whether all hold; true without any. */
  and: method<readonly boolean[], boolean>({
    nix: (nix, ...all) => chain(all, (left, right) => nix`${left} && ${right}`) ?? nix`true`,
    value: (...all) => !all.includes(false),
    ofTruths: true,
    type: bool,
  }),
  /** Whether at least one holds; false without any. */
  or: method<readonly boolean[], boolean>({
    nix: (nix, ...all) => chain(all, (left, right) => nix`${left} || ${right}`) ?? nix`false`,
    value: (...all) => all.includes(true),
    ofTruths: true,
    type: bool,
  }),
  /** Whether the consequence holds, or the premise does not. */
  implies: method<[premise: boolean, consequence: boolean], boolean>({
    nix: (nix, premise, consequence) => nix`${premise} -> ${consequence}`,
    value: (premise, consequence) => !premise || consequence,
    ofTruths: true,
    type: bool,
  }),

  // Of lists and records.

  /** Whether it has no elements. */
  isEmpty: method<[list: readonly unknown[]], boolean>({
    nix: (nix, list) => nix`${list} == [ ]`,
    value: (list) => list.length === 0,
    type: bool,
  }),
  includes: method<[list: readonly unknown[], element: unknown], boolean>({
    nix: (nix, list, element) => nix`lib.elem ${element} ${list}`,
    value: (list, element) => list.some((each) => isDeepStrictEqual(each, element)),
    type: bool,
  }),
  map: method<[list: readonly unknown[], body: (element: unknown) => unknown], readonly unknown[]>({
    nix: (nix, list, body) => nix`map ${body} ${list}`,
    value: (list, body) => list.map((element) => body(element)),
  }),
  filter: method<
    [list: readonly unknown[], body: (element: unknown) => boolean],
    readonly unknown[]
  >({
    nix: (nix, list, body) => nix`lib.filter ${body} ${list}`,
    value: (list, body) => list.filter((element) => body(element)),
  }),
  /** Whether a condition holds of at least one element. */
  any: method<[list: readonly unknown[], body: (element: unknown) => boolean], boolean>({
    nix: (nix, list, body) => nix`lib.any ${body} ${list}`,
    value: (list, body) => list.some((element) => body(element)),
    type: bool,
  }),
  /** The elements of all lists. */
  concat: define<readonly (readonly unknown[])[], readonly unknown[]>({
    nix: (nix, ...lists) =>
      chainRight(lists, (left, right) => nix`${left} ++ ${right}`) ?? nix`[ ]`,
    value: (...lists) => lists.flat(),
  }),
  /** All texts, with a separator between them. */
  join: method<[list: readonly string[]], string, [separator: string]>({
    plain: 1,
    nix: (nix, list, separator) => nix`lib.concatStringsSep ${separator} ${list}`,
    value: (list, separator) => list.join(separator),
    type: anyText,
  }),
  /** The elements that occur more than once, each once, in alphabetical order. */
  duplicates: method<[list: readonly string[]], readonly string[]>({
    nix: (nix, list) => nix`duplicates ${list}`,
    value: (list) =>
      [...new Set(list.filter((each, index) => list.indexOf(each) !== index))].sort(),
  }),
  /** The value of free settings at a path, or `otherwise`: `cfg.settings.at("channels", {})`. */
  at: method<[of: unknown], unknown, [path: string, otherwise: JsonValue]>({
    plain: 2,
    nix: (nix, of, path, otherwise) => nix`${of}.${path.split(".")} or ${otherwise}`,
  }),
  /** The keys whose values fulfil a condition, in alphabetical order. */
  namesWhere: method<
    [of: Readonly<Record<string, unknown>>, body: (value: unknown) => boolean],
    readonly string[]
  >({
    nix: (nix, of, body) => nix`lib.attrNames (lib.filterAttrs (_: ${body}) ${of})`,
    value: (of, body) =>
      Object.keys(of)
        .filter((name) => body(of[name]))
        .sort(),
  }),
  /** The value of a key that is there. */
  entry: method<[of: Readonly<Record<string, unknown>>, name: string], unknown>({
    nix: (nix, of, name) => nix`lib.getAttr ${name} ${of}`,
    value: (of, name) => of[name],
  }),
  /** A record with a value for each name. */
  recordFor: method<
    [names: readonly string[], body: (name: string) => unknown],
    Readonly<Record<string, unknown>>
  >({
    nix: (nix, names, body) => nix`lib.genAttrs ${names} ${body}`,
    value: (names, body) => Object.fromEntries(names.map((name) => [name, body(name)])),
  }),
  /** The keys of a record, in alphabetical order. */
  names: method<[of: Readonly<Record<string, unknown>>], readonly string[]>({
    nix: (nix, of) => nix`lib.attrNames ${of}`,
    value: (of) => Object.keys(of).sort(),
  }),

  // Of texts.

  /** Whether a text begins with another one. */
  hasPrefix: method<[text: string, prefix: string], boolean>({
    nix: (nix, text, prefix) => nix`lib.hasPrefix ${prefix} ${text}`,
    value: (text, prefix) => text.startsWith(prefix),
    type: bool,
  }),
  /** Whether all of a text matches a POSIX extended regular expression. */
  matches: method<[text: string], boolean, [pattern: string]>({
    plain: 1,
    nix: (nix, text, pattern) => nix`builtins.match ${pattern} ${text} != null`,
    type: bool,
  }),
  /** Whether all of a text matches one of several POSIX extended regular expressions. */
  matchesOne: method<[text: string, patterns: readonly string[]], boolean>({
    nix: (nix, text, patterns) => nix`matchesOne ${patterns} ${text}`,
    type: bool,
  }),

  // Of the instance at hand.

  /** The name of the instance: `default` if the user declares none. */
  instanceName: define<[], string>({
    nix: (nix) => nix`name`,
    value: () => "default",
    type: nonEmptyText,
    shown: () => "<name>",
  }),
  /** `base` for the instance `default`, `base-<name>` for every other. */
  nameFor: define<[instance: string], string, [base: string]>({
    plain: 1,
    nix: (nix, instance, base) => nix`nameFor ${base} ${instance}`,
    value: (instance, base) => (instance === "default" ? base : `${base}-${instance}`),
    type: nonEmptyText,
    shown: (instance, base) => `${base}[-${instance}]`,
  }),
  /** `first` for the instance `default`, one of the `count` numbers after it for every other. */
  numberFor: define<[instance: string], number, [first: number, count: number]>({
    plain: 2,
    nix: (nix, instance, first, count) => nix`numberFor ${first} ${count} ${instance}`,
    type: (first, count) => ({ kind: "int", min: first, max: first + count }),
    shown: (_, first, count) => `${first}, or one of the ${count} numbers after it`,
  }),
  /** All packages on the service's PATH. */
  packages: define<[], readonly string[]>({ nix: (nix) => nix`path` }),
  /** The files and directories of the configuration in the service's own directories. */
  managedPaths: define<[], readonly string[]>({ nix: (nix) => nix`managedPaths` }),
  /** The hosts(5) file of the service's own network; empty hosts if it has none. */
  hostsTable: define<[], string>({ nix: (nix) => nix`hostsTable`, type: nonEmptyText }),
  /** The addresses of its own network. */
  hostRanges: define<[], readonly string[]>({ nix: (nix) => nix`hostRanges` }),
  /** The name of the instance's unit, without its type. */
  unitName: define<[], string>({ nix: (nix) => nix`unit`, type: nonEmptyText }),
  /** The service's own directories, and those between them. */
  ownDirectories: define<[], readonly string[]>({ nix: (nix) => nix`ownDirectories` }),
  /** The service's own directories that free settings name. */
  namedDirectories: define<[], readonly string[]>({ nix: (nix) => nix`namedDirectories` }),
  /** Whether the user has set at least one credential of this purpose. */
  anyCredential: define<[], boolean, [purpose: string]>({
    plain: 1,
    nix: (nix, purpose) => nix`lib.any (credential: credential.purpose == ${purpose}) credentials`,
    type: bool,
  }),

  // Of the machine and its configuration.

  /** The home directory of the configuration's user; home-manager only. */
  homeDirectory: define<[], string>({
    nix: (nix) => nix`config.home.homeDirectory`,
    type: nonEmptyText,
    shown: () => "~",
  }),
  /** Whether the machine runs macOS; home-manager runs on Linux, too. */
  isMacOS: define<[], boolean>({ nix: (nix) => nix`isDarwin`, type: bool }),
  /**
   * The value of an option of the system itself, `nix.settings.trusted-users`.
   *
   * @param otherwise the value if the system has no such option
   */
  systemOption: define<[], unknown, [path: string, otherwise: JsonValue]>({
    plain: 2,
    nix: (nix, path, otherwise) => nix`config.${path.split(".")} or ${otherwise}`,
  }),
  /** The names of the groups that the system's configuration gives an account besides its own. */
  groupsOf: define<[account: string], readonly string[]>({
    nix: (nix, account) =>
      nix`lib.attrNames (lib.filterAttrs (_: group: lib.elem ${account} group.members) config.users.groups)`,
  }),

  // Of packages and files of the configuration.

  /** The name of a package without its version, for people. */
  packageName: method<[of: string], string>({
    nix: (nix, of) => nix`lib.getName ${of}`,
    type: nonEmptyText,
  }),
  /** The path of a package's main program. */
  mainProgram: method<[of: string], string>({
    nix: (nix, of) => nix`lib.getExe ${of}`,
    type: nonEmptyText,
  }),
  /** The version of a package; empty for a package without one. */
  packageVersion: method<[of: string], string>({
    nix: (nix, of) => nix`lib.getVersion ${of}`,
    type: anyText,
  }),
  /** Whether a package has this version or a later one; true for a package without a version. */
  isAtLeast: method<[of: string], boolean, [version: string]>({
    plain: 1,
    nix: (nix, of, version) => nix`isAtLeast ${version} ${of}`,
    type: bool,
  }),
  /** The absolute path of a program of the package collection. */
  program: define<[], string, [attribute: string, name: string]>({
    plain: 2,
    nix: (nix, attribute, name) => nix`lib.getExe' pkgs.${attribute} ${name}`,
    type: nonEmptyText,
  }),
  /** The store path of a file with this content. Never for secrets: the store is public. */
  textFile: define<[name: string, content: string], string>({
    nix: (nix, name, content) => nix`pkgs.writeText ${name} ${content}`,
    type: nonEmptyText,
  }),
  /**
   * Whether a value is part of the configuration: a path, which Nix copies to the store, or a store path.
   * A text that names a directory elsewhere is not.
   */
  isSource: method<[of: string | null], boolean>({
    nix: (nix, of) => nix`isSource ${of}`,
    type: bool,
  }),
  /**
   * A source directory with certain files. If a derivation makes it, its content is unknown before it
   * is built: a further derivation then checks it, and adds an empty file for each missing optional file.
   */
  sourceDirectory: define<[of: string | null], string, [contents: SourceContents]>({
    plain: 1,
    nix: (nix, of, { name, required, optional }) => nix`
      sourceDirectory {
        name = ${name};
        required = ${required};
        optional = ${optional};
      } ${of}
    `,
    type: nonEmptyText,
  }),
  /**
   * Whether a file exists in a source directory, as far as evaluation knows: true for every file of a directory
   * that is yet to be built.
   */
  hasFile: method<[directory: string | null, file: string], boolean>({
    nix: (nix, directory, file) => nix`hasFile ${directory} ${file}`,
    type: bool,
  }),
  /** A path in a source directory. It stays a Nix path, so a text with it copies only this file to the store. */
  below: define<[directory: string | null, path: string], string>({
    nix: (nix, directory, path) => nix`${directory} + ${path}`,
    type: nonEmptyText,
  }),
  /** The path of a source directory as a string; Nix copies nothing to the store. */
  inPlace: method<[of: string], string>({
    nix: (nix, of) => nix`toString ${of}`,
    type: nonEmptyText,
  }),
} as const;

export type FunctionName = keyof typeof functions;

/** The types of the plain values that a function takes. */
export type PlainOf<N extends FunctionName> = Parameters<
  NonNullable<(typeof functions)[N]["signature"]>
>[1];

/** A row without the types of its arguments: TypeScript has checked them where the call was built. */
export type AnyRow = Omit<Row<readonly unknown[], unknown, readonly JsonValue[]>, "nix"> & {
  readonly nix: <Code>(nix: Write<Code>, ...given: readonly (Code | JsonValue)[]) => Code;
};

export function rowOf(name: FunctionName): AnyRow {
  return functions[name] as unknown as AnyRow;
}

function chain<T>(parts: readonly T[], join: (left: T, right: T) => T): T | undefined {
  const [first, ...rest] = parts;
  return first === undefined ? undefined : rest.reduce(join, first);
}

function chainRight<T>(parts: readonly T[], join: (left: T, right: T) => T): T | undefined {
  const [last, ...rest] = parts.toReversed();
  return last === undefined ? undefined : rest.reduce((right, left) => join(left, right), last);
}

function hasPath(of: JsonValue, [name, ...rest]: readonly string[]): boolean {
  if (name === undefined) return true;
  const inner = isJsonObject(of) && Object.hasOwn(of, name) ? of[name] : undefined;
  return inner !== undefined && hasPath(inner, rest);
}
