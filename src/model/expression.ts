// Expressions: a schema writes one for each value that depends on other options (derived defaults, the service
// model, assertions). They are typed (`Exp<string>` is an expression whose value is a string), and closed: an
// emitter handles every kind or does not compile. The functions on values are rows of one table
// (`functions.ts`). `schema/build-expression.ts` builds expressions.

import type { JsonValue } from "../json.ts";
import type { FunctionName, PlainOf } from "./functions.ts";

/** A parameter of a function. Every reference to it is the same object; its name is only a wish. */
export interface Variable {
  /** The author's name for it, if that is known. */
  readonly name: string | undefined;
}

/** The name of a value in generated code, and the comment above it. */
export interface DefinedName {
  readonly name: string;
  readonly comment: string;
}

/** The syntax tree of an expression. */
export type ExpNode =
  /** With a table's name, each file that refers to it defines it once. */
  | { readonly kind: "literal"; readonly value: JsonValue; readonly table?: DefinedName }
  /** The value of the option at `path`, in the instance at hand. */
  | { readonly kind: "option"; readonly path: readonly string[] }
  /** The effective value of a key of the program's configuration, after all layers. */
  | { readonly kind: "setting"; readonly path: readonly string[] }
  /** The path from which the service reads its configuration file; each platform has its own. */
  | { readonly kind: "configFile" }
  /** A row of the variant table, for the variant the instance selects. */
  | { readonly kind: "variant"; readonly key: string }
  /** An expression that assertions define once for each instance, under a name. */
  | { readonly kind: "named"; readonly defined: DefinedName; readonly of: ExpNode }
  | { readonly kind: "variable"; readonly variable: Variable }
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
  /** A function of one parameter, as an argument of a function of the table. */
  | { readonly kind: "function"; readonly variable: Variable; readonly body: ExpNode }
  /** A function of the table, applied to expressions and then to plain values. */
  | {
      readonly kind: "call";
      readonly function: FunctionName;
      readonly arguments: readonly ExpNode[];
      readonly plain: readonly JsonValue[];
    };

/** Marks expressions, so that no JSON value can pass for one. */
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

/** A plain value or an expression for it. */
export type OrValue<T> = T | Exp<T>;

export function isExp(value: unknown): value is Exp<unknown> {
  return typeof value === "object" && value !== null && valueType in value;
}

/** The node of an expression; a plain value becomes a literal. */
export function nodeOf(value: OrValue<unknown>): ExpNode {
  return isExp(value) ? value.node : { kind: "literal", value: value as JsonValue };
}

export type CallNode = Extract<ExpNode, { readonly kind: "call" }>;

/** Whether a node calls a certain function of the table. */
export function isCallOf<N extends FunctionName>(
  node: ExpNode,
  name: N,
): node is CallNode & { readonly plain: PlainOf<N> } {
  return node.kind === "call" && node.function === name;
}

/** Whether the generator knows the value. */
export function isConstant(node: ExpNode): boolean {
  return node.kind === "literal";
}
