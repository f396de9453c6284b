// Builds the expressions of `model/expression.ts`: the functions and methods a schema's author calls. What
// is in the table of functions has its types from there.

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

// The types of what the table has.

/** What authors give for an argument: a value or an expression; for a function, one of theirs. */
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

/** The method of a row: its first argument is what the method is called on, and is an expression. */
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

/** Null, if it is among the values; nothing else fits. */
type IfNullable<V> = null extends V ? unknown : never;

/** Methods whose types have parameters, and those that are no functions of the table. */
interface GenericMethods {
  /** Whether both are the same; the right side has to be a value the left side can have. */
  is<V>(this: BareExp<V>, other: OrValue<NoInfer<V>>): Exp<boolean>;
  /** Whether it is null, which it may be. */
  isNull<V>(this: BareExp<V> & IfNullable<V>): Exp<boolean>;
  /** Whether it is not null, which it may be. */
  isSet<V>(this: BareExp<V> & IfNullable<V>): Exp<boolean>;
  /** Whether an element is the same as a value. */
  includes<E>(this: BareExp<readonly E[]>, element: OrValue<NoInfer<E>>): Exp<boolean>;
  /**
   * Applies `body` to every element. Its parameter's name is the element's in the generated code; the same
   * goes for `filter` and `any`.
   */
  map<E, U>(
    this: BareExp<readonly E[]>,
    body: (element: Fields<E>) => OrValue<U>,
  ): Exp<readonly U[]>;
  /** The elements of which something holds. */
  filter<E>(
    this: BareExp<readonly E[]>,
    body: (element: Fields<E>) => BareExp<boolean>,
  ): Exp<readonly E[]>;
  /** Whether something holds of at least one element. */
  any<E>(this: BareExp<readonly E[]>, body: (element: Fields<E>) => BareExp<boolean>): Exp<boolean>;
  /** What free settings say at a path, or another value where they say nothing. */
  at<T extends JsonValue>(this: BareExp<unknown>, path: string, otherwise: T): Exp<T>;
  /** The keys whose values something holds of, in alphabetical order. */
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
  /** The same value, where a condition elsewhere makes sure that it is not null. */
  nonNull<V>(this: BareExp<V>): Exp<NonNullable<V>>;
  /** The value, or another one where it is null. */
  orElse<V, U>(this: BareExp<V> & IfNullable<V>, otherwise: OrValue<U>): Exp<NonNullable<V> | U>;
  /** A field of a record; elements have theirs as properties, but for those called like a method. */
  get<V, K extends keyof V & string>(this: BareExp<V>, name: K): Exp<Exclude<V[K], undefined>>;
  /** The store path of a source directory or file, which is copied there. */
  storePath(this: BareExp<string>): Exp<string>;
}

type Methods = GenericMethods & Omit<PlainMethods, keyof GenericMethods>;

/**
 * An expression with a value of type `T`, and what can be made of it: a method that does not fit the value
 * does not compile.
 */
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

// How they are made.

/** The same expression, with the methods that authors have. */
export function withMethods<T>(bare: BareExp<T>): Exp<T> {
  return make(bare.node);
}

function make<T>(node: ExpNode): Exp<T> {
  // The methods exist as types of the table's rows only.
  return Object.assign(Object.create(methods) as object, {
    node,
    [valueType]: undefined,
  }) as unknown as Exp<T>;
}

/** A call of a function of the table: its plain values come after the expressions. */
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

// Without a prototype: a method of every object would hide a field, and make text of an expression.
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

/** Those that read better in front of what they are applied to. */
export const { and, anyCredential, not, or, program, sourceDirectory, textFile } = called;

// References, and what is made of other things than expressions.

/** A plain value as an expression, for its methods or where only an expression will do. */
export function literal<const T extends JsonValue>(value: T): Exp<T> {
  return make({ kind: "literal", value });
}

/**
 * A plain value that is too long to stand where it is used: generated code defines it once, under a name.
 *
 * @param name in generated code, a Nix identifier that nothing else there is called
 * @param comment what is said above it
 */
export function table<const T extends JsonValue>(name: string, comment: string, value: T): Exp<T> {
  return make({ kind: "literal", value, table: { name, comment } });
}

/** A reference to the option at `path`; schemas get theirs, typed, from `defineService`. */
export function reference<T>(path: readonly string[]): Ref<T> {
  return Object.assign(make<T>({ kind: "option", path }), { path });
}

/** The name of the instance at hand: `default` where none are declared. */
export const instanceName: Exp<string> = called.instanceName();

/** The value a key of the program's configuration ends up with, whoever set it. */
export function setting<T>(path: string): Exp<T> {
  return make({ kind: "setting", path: path.split(".") });
}

/** The path the service reads its configuration from, on whatever platform. */
export const configFile: Exp<string> = make({ kind: "configFile" });

/** All packages on the service's PATH, the user's included. */
export const packagesOnPath: Exp<readonly string[]> = called.packages();

/**
 * The files and directories that the configuration puts into the service's own directories: for each
 * managed file the first part of its target.
 */
export const managedPaths: Exp<readonly string[]> = called.managedPaths();

/** The name of the service's unit, without its type: `hello-work`. */
export const unitName: Exp<string> = called.unitName();

/**
 * The service's own directories: its state directory, its other ones, and those that lie between one
 * and another, which the service could replace by others. Outer ones come first.
 */
export const ownDirectories: Exp<readonly string[]> = called.ownDirectories();

/** `base` for the instance `default`, `base-<name>` for every other. */
export function perInstance(base: string): Exp<string> {
  return called.nameFor(instanceName, base);
}

/**
 * A number for the instance at hand, the same whatever other instances there are: `first` for
 * `default`, one of the `count` numbers after it for every other. Two names may get the same.
 */
export function stableNumber(first: number, count: number): Exp<number> {
  return called.numberFor(instanceName, first, count);
}

/** The home directory of the user whose configuration it is; exists under home-manager only. */
export const homeDirectory: Exp<string> = called.homeDirectory();

/** Whether the machine runs macOS: home-manager is for Linux, too. */
export const isMacOS: Exp<boolean> = called.isMacOS();

/**
 * The value of an option of the system itself, `nix.settings.trusted-users`.
 *
 * @param otherwise the value where the system has no such option
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

/** The value where the condition holds, and null where it does not. */
export function when<T>(condition: BareExp<boolean>, then: OrValue<T>): Exp<T | null> {
  return choose<T | null>(condition, then, null);
}

/** One value where the condition holds, the other where it does not. */
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
