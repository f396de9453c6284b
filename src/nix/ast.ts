// The Nix expression language as data: one readonly interface per kind of node, closed unions.
//
// Contract: a node describes code, never its layout; the printer decides that. It keeps two things for readers,
// though: a comment and a blank line before a binding, a list element or a parameter. Only the factories
// in `create.ts` make nodes: they check, bring to normal form, and freeze.
//
// There is no node for raw text. To write Nix as text, use the `nix` tag or `parseNix`, which return
// nodes; so no unparsed text reaches a generated file.

/** A piece of a string or a path: literal text (its value, unescaped) or `${expression}`. */
export type StringPart = TextPart | InterpolationPart;

export interface TextPart {
  readonly kind: "text";
  readonly text: string;
}

export interface InterpolationPart {
  readonly kind: "interpolation";
  readonly expression: NixExpr;
}

/** The comment and the blank line before a binding, a list element or a parameter. */
export interface Leading {
  /** The text of a `#` comment, without the `#`; may have several lines. */
  readonly comment: string | undefined;
  /** Whether there is a blank line before it. */
  readonly blankLine: boolean;
}

/** `"…"` */
export interface StringNode {
  readonly kind: "string";
  readonly parts: readonly StringPart[];
}

/** `''…''`; the text holds real newlines and no indentation of the surrounding code. */
export interface IndentedStringNode {
  readonly kind: "indentedString";
  readonly parts: readonly StringPart[];
}

/** A literal, so never negative: Nix writes -1 as the negation of 1. */
export interface IntegerNode {
  readonly kind: "integer";
  readonly value: bigint;
}

/** A literal, so never negative. */
export interface FloatNode {
  readonly kind: "float";
  readonly value: number;
}

/** `./a/b`, `/etc/x`, `~/x` or `./${name}/x`. */
export interface PathNode {
  readonly kind: "path";
  readonly parts: readonly StringPart[];
}

/** `<nixpkgs/nixos>` */
export interface SearchPathNode {
  readonly kind: "searchPath";
  readonly name: string;
}

/** A variable; also `true`, `false` and `null`, which are variables in Nix. */
export interface IdentifierNode {
  readonly kind: "identifier";
  readonly name: string;
}

export interface ListNode {
  readonly kind: "list";
  readonly items: readonly ListItem[];
}

export interface ListItem extends Leading {
  readonly kind: "item";
  readonly value: NixExpr;
}

export interface SetNode {
  readonly kind: "set";
  readonly recursive: boolean;
  readonly bindings: readonly Binding[];
}

export type Binding = AssignBinding | InheritBinding;

/** `path = value;` */
export interface AssignBinding extends Leading {
  readonly kind: "assign";
  /** At least one key. */
  readonly path: readonly AttrKey[];
  readonly value: NixExpr;
}

/** `inherit names;` or `inherit (from) names;` */
export interface InheritBinding extends Leading {
  readonly kind: "inherit";
  readonly from: NixExpr | undefined;
  readonly names: readonly string[];
}

/** One step of an attribute path. */
export type AttrKey = NameKey | DynamicKey;

export interface NameKey {
  readonly kind: "name";
  readonly name: string;
}

/** `${expression}`, or `"a${b}"` when the expression is a string with interpolations. */
export interface DynamicKey {
  readonly kind: "dynamic";
  readonly expression: NixExpr;
}

/** `subject.path` or `subject.path or fallback` */
export interface SelectNode {
  readonly kind: "select";
  readonly subject: NixExpr;
  readonly path: readonly AttrKey[];
  readonly fallback: NixExpr | undefined;
}

/** `subject ? path` */
export interface HasAttrNode {
  readonly kind: "hasAttr";
  readonly subject: NixExpr;
  readonly path: readonly AttrKey[];
}

/** `callee a b c`; the callee itself is never a call. */
export interface CallNode {
  readonly kind: "call";
  readonly callee: NixExpr;
  /** At least one. */
  readonly args: readonly NixExpr[];
}

export interface LambdaNode {
  readonly kind: "lambda";
  readonly parameter: Parameter;
  readonly body: NixExpr;
}

export type Parameter = NameParameter | PatternParameter;

/** `name: body` */
export interface NameParameter {
  readonly kind: "nameParameter";
  readonly name: string;
}

/** `{ a, b ? 1, ... }@alias: body` */
export interface PatternParameter {
  readonly kind: "patternParameter";
  readonly fields: readonly PatternField[];
  readonly ellipsis: boolean;
  readonly alias: string | undefined;
}

export interface PatternField extends Leading {
  readonly kind: "field";
  readonly name: string;
  readonly fallback: NixExpr | undefined;
}

export interface LetNode {
  readonly kind: "let";
  readonly bindings: readonly Binding[];
  readonly body: NixExpr;
}

export interface IfNode {
  readonly kind: "if";
  readonly condition: NixExpr;
  readonly consequent: NixExpr;
  readonly alternative: NixExpr;
}

export interface WithNode {
  readonly kind: "with";
  readonly scope: NixExpr;
  readonly body: NixExpr;
}

export interface AssertNode {
  readonly kind: "assert";
  readonly condition: NixExpr;
  readonly body: NixExpr;
}

export const UNARY_OPERATORS = ["-", "!"] as const;
export type UnaryOperator = (typeof UNARY_OPERATORS)[number];

export interface UnaryNode {
  readonly kind: "unary";
  readonly operator: UnaryOperator;
  readonly operand: NixExpr;
}

export const BINARY_OPERATORS = [
  "++",
  "*",
  "/",
  "+",
  "-",
  "//",
  "<",
  "<=",
  ">",
  ">=",
  "==",
  "!=",
  "&&",
  "||",
  "->",
] as const;
export type BinaryOperator = (typeof BINARY_OPERATORS)[number];

export interface BinaryNode {
  readonly kind: "binary";
  readonly operator: BinaryOperator;
  readonly left: NixExpr;
  readonly right: NixExpr;
}

/** Any Nix expression. */
export type NixExpr =
  | StringNode
  | IndentedStringNode
  | IntegerNode
  | FloatNode
  | PathNode
  | SearchPathNode
  | IdentifierNode
  | ListNode
  | SetNode
  | SelectNode
  | HasAttrNode
  | CallNode
  | LambdaNode
  | LetNode
  | IfNode
  | WithNode
  | AssertNode
  | UnaryNode
  | BinaryNode;

export type NixKind = NixExpr["kind"];

/** The node of one kind. */
export type NodeOf<K extends NixKind> = Extract<NixExpr, { readonly kind: K }>;

/** A table with one function per kind: a kind without its function does not compile. */
export type Visitor<Result> = { readonly [K in NixKind]: (node: NodeOf<K>) => Result };

/** Applies the function for the node's own kind. */
export function visit<Result>(visitor: Visitor<Result>, node: NixExpr): Result {
  return visitKind(visitor, node.kind, node);
}

// TypeScript relates `visitor[kind]` and `node` only through a type parameter for the kind.
function visitKind<K extends NixKind, Result>(
  visitor: { readonly [P in K]: (node: NodeOf<P>) => Result },
  kind: K,
  node: NodeOf<K>,
): Result {
  return visitor[kind](node);
}
