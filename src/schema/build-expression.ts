// Builds the expressions of `model/expression.ts`: the functions and methods that a schema's author calls. Those
// of the table of functions have their types from there.

import {
  type Exp as BareExp,
  type ExpNode,
  nodeOf,
  type OrValue,
  valueType,
  type Variable,
} from "../model/expression.ts";
import { type FunctionName, functions, rowOf } from "../model/functions.ts";
import type { JsonValue } from "../json.ts";
import { parameterName } from "./parameter-name.ts";

export type { OrValue } from "../model/expression.ts";

// Types derived from the table.

/** The type of an argument that an author passes: a value or an expression; for a function, the author's function. */
type Given<T> = T extends (element: never) => infer R
  ? (element: Exp<unknown>) => OrValue<R>
  : OrValue<T>;

type AllGiven<A extends readonly unknown[]> = { readonly [K in keyof A]: Given<A[K]> };

type Table = typeof functions;

type Values = readonly unknown[];
type Plain = readonly JsonValue[];

type SignatureOf<R> = R extends { readonly signature?: infer S } ? NonNullable<S> : never;

type CalledFunction<R> =
  SignatureOf<R> extends (given: infer A extends Values, plain: infer P extends Plain) => infer T
    ? (...given: readonly [...AllGiven<A>, ...P]) => Exp<T>
    : never;

/** The method of a row: the row's first argument is the expression on which the method is called. */
type CalledMethod<R> =
  SignatureOf<R> extends (given: infer A extends Values, plain: infer P extends Plain) => infer T
    ? A extends readonly [infer Subject, ...infer Rest]
      ? (this: BareExp<Subject>, ...given: readonly [...AllGiven<Rest>, ...P]) => Exp<T>
      : (this: BareExp<A[number]>, ...given: AllGiven<A>) => Exp<T>
    : never;

type PlainMethods = {
  readonly [
    N in keyof Table as Table[N] extends { readonly isMethod: true } ? N : never
  ]: CalledMethod<Table[N]>;
};

/** Any type if null is among the values, else `never`. */
type IfNullable<V> = null extends V ? unknown : never;

/** Methods with type parameters, and methods that are no functions of the table. */
interface GenericMethods {
  /** Whether both are equal; the right side has to be a value that the left side can have. */
  is<V>(this: BareExp<V>, other: OrValue<NoInfer<V>>): Exp<boolean>;
  /** Whether a nullable value is null. */
  isNull<V>(this: BareExp<V> & IfNullable<V>): Exp<boolean>;
  /** Whether a nullable value is not null. */
  isSet<V>(this: BareExp<V> & IfNullable<V>): Exp<boolean>;
  /** Whether an element equals the value. */
  includes<E>(this: BareExp<readonly E[]>, element: OrValue<NoInfer<E>>): Exp<boolean>;
  /** Applies `body` to every element. Generated code names the element after the parameter, here as in all methods. */
  map<E, U>(
    this: BareExp<readonly E[]>,
    body: (element: Fields<E>) => OrValue<U>,
  ): Exp<readonly U[]>;
  /** The elements that fulfil a condition. */
  filter<E>(
    this: BareExp<readonly E[]>,
    body: (element: Fields<E>) => BareExp<boolean>,
  ): Exp<readonly E[]>;
  /** Whether a condition holds of at least one element. */
  any<E>(this: BareExp<readonly E[]>, body: (element: Fields<E>) => BareExp<boolean>): Exp<boolean>;
  /** The value of free settings at a path, or `otherwise` if they have none. */
  at<T extends JsonValue>(this: BareExp<unknown>, path: string, otherwise: T): Exp<T>;
  /** The keys whose values fulfil a condition, in alphabetical order. */
  namesWhere<V>(
    this: BareExp<Readonly<Record<string, V>>>,
    body: (value: Fields<V>) => BareExp<boolean>,
  ): Exp<readonly string[]>;
  /** The value of a key that is there. */
  entry<V>(this: BareExp<Readonly<Record<string, V>>>, name: OrValue<string>): Exp<V>;
  /** A record with a value for each name. */
  recordFor<U>(
    this: BareExp<readonly string[]>,
    body: (name: Exp<string>) => OrValue<U>,
  ): Exp<Readonly<Record<string, U>>>;
  /** A value that may be a list: the list, or an empty one. */
  listOrEmpty<V>(
    this: BareExp<V>,
  ): Exp<readonly (V extends readonly (infer Element)[] ? Element : never)[]>;
  /** The same value, with a type without null: for code that runs only if a condition elsewhere excludes null. */
  nonNull<V>(this: BareExp<V>): Exp<NonNullable<V>>;
  /** The value, or `otherwise` if it is null. */
  orElse<V, U>(this: BareExp<V> & IfNullable<V>, otherwise: OrValue<U>): Exp<NonNullable<V> | U>;
  /** A field of a record. An element's fields are also its properties, except those with the name of a method. */
  get<V, K extends keyof V & string>(this: BareExp<V>, name: K): Exp<Exclude<V[K], undefined>>;
  /** The store path of a source directory or file, which Nix copies to the store. */
  storePath(this: BareExp<string>): Exp<string>;
}

type Methods = GenericMethods & Omit<PlainMethods, keyof GenericMethods>;

/** An expression with a value of type `T`, and its methods: a method that does not fit the value does not compile. */
export interface Exp<out T> extends BareExp<T>, Methods {}

/** A reference to an option whose value has type `T`. */
export interface Ref<out T> extends Exp<T> {
  readonly path: readonly string[];
}

/** An element of a list inside `map`, `filter` and `any`: its fields are properties. */
export type Fields<T> = [T] extends [readonly unknown[]]
  ? Exp<T>
  : [T] extends [object]
    ? Exp<T> & {
        readonly [K in Exclude<keyof T, keyof Exp<unknown>>]-?: Exp<Exclude<T[K], undefined>>;
      }
    : Exp<T>;

// Construction of expressions and methods.

/** The same expression, with the methods for authors. */
export function withMethods<T>(bare: BareExp<T>): Exp<T> {
  return make(bare.node);
}

function make<T>(node: ExpNode): Exp<T> {
  // The object `methods` has no types; they exist only as types of the table's rows.
  return Object.assign(Object.create(methods) as object, {
    node,
    [valueType]: undefined,
  }) as unknown as Exp<T>;
}

/** A call of a function of the table. `given` has the expressions first, then the plain values. */
function callOf(name: FunctionName, given: readonly unknown[]): Exp<unknown> {
  const count = given.length - (rowOf(name).plain ?? 0);
  return make({
    kind: "call",
    function: name,
    arguments: given.slice(0, count).map(argumentOf),
    plain: given.slice(count) as readonly JsonValue[],
  });
}

type Body = (element: Exp<unknown>) => OrValue<unknown>;

function argumentOf(given: unknown): ExpNode {
  if (typeof given !== "function") return nodeOf(given);
  const body = given as Body;
  const variable: Variable = { name: parameterName(body) };
  return { kind: "function", variable, body: nodeOf(body(elementOf(variable))) };
}

function elementOf(variable: Variable): Exp<unknown> {
  // A proxy, because the names of the fields exist only as types.
  return new Proxy(make<Readonly<Record<string, unknown>>>({ kind: "variable", variable }), {
    get: (target, name) =>
      typeof name === "symbol" || name in target
        ? (Reflect.get(target, name) as unknown)
        : target.get(name),
  });
}

const names = Object.keys(functions) as readonly FunctionName[];

// Without a prototype: a method of all objects would hide a field of that name, and `toString` would turn an
// expression into a string by mistake.
const methods: object = Object.assign(Object.create(null) as object, {
  ...Object.fromEntries(
    names
      .filter((name) => "isMethod" in functions[name])
      .map((name) => [
        name,
        function (this: BareExp<unknown>, ...given: readonly unknown[]) {
          return callOf(name, [this, ...given]);
        },
      ]),
  ),
  nonNull(this: BareExp<unknown>): Exp<unknown> {
    return make(this.node);
  },
  orElse(this: BareExp<unknown>, otherwise: OrValue<unknown>): Exp<unknown> {
    return choose(callOf("isNull", [this]) as Exp<boolean>, otherwise, this);
  },
  get(this: BareExp<unknown>, name: string): Exp<unknown> {
    return make({ kind: "field", of: this.node, name });
  },
  storePath(this: BareExp<unknown>): Exp<string> {
    return make({ kind: "text", parts: [this.node] });
  },
});

/** The functions of the table, by name. */
const called = Object.fromEntries(
  names.map((name) => [name, (...given: readonly unknown[]) => callOf(name, given)]),
) as unknown as { readonly [N in FunctionName]: CalledFunction<Table[N]> };

/** The functions that authors call by name, because they read better in front of their arguments. */
export const { and, anyCredential, not, or, program, sourceDirectory, textFile } = called;

// References, and expressions made from plain values.

/** A plain value as an expression, for its methods or for a place that takes only an expression. */
export function literal<const T extends JsonValue>(value: T): Exp<T> {
  return make({ kind: "literal", value });
}

/**
 * A long plain value: generated code defines it once, under a name.
 *
 * @param name in generated code, a Nix identifier that is not in use there
 * @param comment the comment above the definition
 */
export function table<const T extends JsonValue>(name: string, comment: string, value: T): Exp<T> {
  return make({ kind: "literal", value, table: { name, comment } });
}

/**
 * An expression that several assertions use: generated code defines it once for each instance, under a name.
 *
 * @param name a Nix identifier, unique in the generated assertions
 * @param comment the comment above the definition
 * @param of an expression outside of all functions, so without parameters
 */
export function named<T>(name: string, comment: string, of: Exp<T>): Exp<T> {
  return make({ kind: "named", defined: { name, comment }, of: of.node });
}

/** A reference to the option at `path`. Schemas get typed references from `defineService`. */
export function reference<T>(path: readonly string[]): Ref<T> {
  return Object.assign(make<T>({ kind: "option", path }), { path });
}

/** The name of the instance: `default` if the user declares none. */
export const instanceName: Exp<string> = called.instanceName();

/** The effective value of a key of the program's configuration, after all layers. */
export function setting<T>(path: string): Exp<T> {
  return make({ kind: "setting", path: path.split(".") });
}

/** The path from which the service reads its configuration, on each platform its own. */
export const configFile: Exp<string> = make({ kind: "configFile" });

/** All packages on the service's PATH, the user's included. */
export const packagesOnPath: Exp<readonly string[]> = called.packages();

/**
 * The files and directories that the configuration puts into the service's own directories: the first part of
 * each managed file's target.
 */
export const managedPaths: Exp<readonly string[]> = called.managedPaths();

/** The name of the service's unit, without its type: `hello-work`. */
export const unitName: Exp<string> = called.unitName();

/** The model's `namedDirectories`: it cannot be used there. */
export const namedDirectories: Exp<readonly string[]> = called.namedDirectories();

/** The hosts(5) file of the service's own network. */
export const hostsTable: Exp<string> = called.hostsTable();

/** The addresses of the service's own network; none if it has no such network. */
export const hostRanges: Exp<readonly string[]> = called.hostRanges();

/**
 * The service's own directories: its state directory, its other directories, and those on the way from one to
 * another, because the service could replace them. Outer directories come first.
 */
export const ownDirectories: Exp<readonly string[]> = called.ownDirectories();

/** `base` for the instance `default`, `base-<name>` for every other. */
export function perInstance(base: string): Exp<string> {
  return called.nameFor(instanceName, base);
}

/**
 * A number that depends on the instance's name only: `first` for `default`, one of the `count` numbers after it
 * for every other. Two names may get the same number.
 */
export function stableNumber(first: number, count: number): Exp<number> {
  return called.numberFor(instanceName, first, count);
}

/** The home directory of the configuration's user; home-manager only. */
export const homeDirectory: Exp<string> = called.homeDirectory();

/** Whether the machine runs macOS; home-manager runs on Linux, too. */
export const isMacOS: Exp<boolean> = called.isMacOS();

/**
 * The value of an option of the system itself, `nix.settings.trusted-users`.
 *
 * @param otherwise the value if the system has no such option
 */
export function systemOption<T extends JsonValue>(path: string, otherwise: T): Exp<T> {
  return called.systemOption(path, otherwise) as Exp<T>;
}

/**
 * The names of the groups that the system's configuration gives an account besides its own, by the
 * account's options or by the group's; for platforms on which the configuration has accounts.
 */
export function groupsOf(account: OrValue<string>): Exp<readonly string[]> {
  return called.groupsOf(account);
}

/** A value of the variant table. Schemas get typed values from `variants`. */
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

/** A list of values and expressions. */
export function list<T>(...items: readonly OrValue<T>[]): Exp<readonly T[]> {
  return make({ kind: "list", items: items.map(nodeOf) });
}

/** A record of values and expressions. */
export function record<T extends Readonly<Record<string, OrValue<unknown>>>>(
  entries: T,
): Exp<{ readonly [K in keyof T]: T[K] extends BareExp<infer V> ? V : T[K] }> {
  return make({
    kind: "record",
    entries: Object.entries(entries).map(([name, value]) => [name, nodeOf(value)]),
  });
}

/** `then` if the condition holds, else null. */
export function when<T>(condition: BareExp<boolean>, then: OrValue<T>): Exp<T | null> {
  return choose<T | null>(condition, then, null);
}

/** `then` if the condition holds, else `otherwise`. */
export function choose<T>(
  condition: BareExp<boolean>,
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

/** The elements of all lists, in order. */
export function concat<T>(...lists: readonly BareExp<readonly T[]>[]): Exp<readonly T[]> {
  return callOf("concat", lists) as Exp<readonly T[]>;
}

/** The store path of one file of a source directory. */
export function sourceFile(directory: BareExp<string | null>, file: OrValue<string>): Exp<string> {
  return make({ kind: "text", parts: [called.below(directory, text`/${file}`).node] });
}
