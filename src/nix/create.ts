// Factories: the only way to make nodes. One per kind of node, named after what a Nix developer
// calls it.
//
// Contract: what a factory returns is frozen, prints as valid Nix, and is in normal form, so that
// two ways to say the same are the same node:
//   - neighbouring pieces of text in a string are one piece, and there are no empty ones;
//   - an indented string without a newline is a plain string;
//   - `${"name"}` as an attribute name is the plain name;
//   - a call of a call is one call with more arguments, and `(a.b).c` is `a.b.c`;
//   - `{ x = a.x; y = a.y; }` is `{ inherit (a) x y; }`.
// Input that cannot become valid Nix throws: `BugError` for misuse by the program, `UserError` for
// text that no Nix file can hold.

import { BugError, UserError } from "../errors.ts";
import {
  BINARY_OPERATORS,
  UNARY_OPERATORS,
  type AssertNode,
  type AssignBinding,
  type AttrKey,
  type BinaryNode,
  type BinaryOperator,
  type Binding,
  type CallNode,
  type DynamicKey,
  type FloatNode,
  type HasAttrNode,
  type IdentifierNode,
  type IfNode,
  type IndentedStringNode,
  type InheritBinding,
  type IntegerNode,
  type InterpolationPart,
  type LambdaNode,
  type LetNode,
  type ListItem,
  type ListNode,
  type NameKey,
  type NameParameter,
  type NixExpr,
  type Parameter,
  type PathNode,
  type PatternField,
  type PatternParameter,
  type SearchPathNode,
  type SelectNode,
  type SetNode,
  type StringNode,
  type StringPart,
  type UnaryNode,
  type UnaryOperator,
  type WithNode,
} from "./ast.ts";
import { checkText, escapeIdentifier, escapePathText } from "./escape.ts";
import { BINARY_RULES } from "./operators.ts";

/** A comment and a blank line before a binding, a list element or a parameter. */
export interface LeadingOptions {
  readonly comment?: string | undefined;
  readonly blankLine?: boolean | undefined;
}

/** An attribute path as callers write it: a string is one name, dots and all. */
export type PathInput = string | NixExpr | readonly (string | NixExpr | AttrKey)[];

/** The pieces of a string as callers write them: text, or an expression to interpolate. */
export type PartsInput = string | readonly (string | NixExpr | StringPart)[];

type Made = NixExpr | StringPart | AttrKey | Binding | ListItem | Parameter | PatternField;

// Remembers what the factories made. Data from outside cannot pass for a node, whatever its shape.
const made = new WeakSet<object>();

function make<Node extends Made>(node: Node): Node {
  made.add(node);
  return Object.freeze(node);
}

function isMade(value: unknown): value is Made {
  return typeof value === "object" && value !== null && made.has(value);
}

type MadeKind = Made["kind"];

const EXPRESSION_KINDS: { readonly [K in MadeKind]: K extends NixExpr["kind"] ? true : false } = {
  string: true,
  indentedString: true,
  integer: true,
  float: true,
  path: true,
  searchPath: true,
  identifier: true,
  list: true,
  set: true,
  select: true,
  hasAttr: true,
  call: true,
  lambda: true,
  let: true,
  if: true,
  with: true,
  assert: true,
  unary: true,
  binary: true,
  text: false,
  interpolation: false,
  name: false,
  dynamic: false,
  assign: false,
  inherit: false,
  item: false,
  nameParameter: false,
  patternParameter: false,
  field: false,
};

/** Whether a value is an expression made here. */
export function isExpr(value: unknown): value is NixExpr {
  return isMade(value) && EXPRESSION_KINDS[value.kind];
}

/** Whether a value is a binding made here. */
export function isBinding(value: unknown): value is Binding {
  return isMade(value) && (value.kind === "assign" || value.kind === "inherit");
}

/** Whether a value is a list element made here. */
export function isItem(value: unknown): value is ListItem {
  return isMade(value) && value.kind === "item";
}

function isKey(value: unknown): value is AttrKey {
  return isMade(value) && (value.kind === "name" || value.kind === "dynamic");
}

function isPart(value: unknown): value is StringPart {
  return isMade(value) && (value.kind === "text" || value.kind === "interpolation");
}

function expectExpr(value: NixExpr, where: string): NixExpr {
  if (!isExpr(value)) {
    throw new BugError(`${where} must be a Nix expression, not ${describe(value)}`);
  }
  return value;
}

/** Names a value in an error message. */
export function describe(value: unknown): string {
  if (isMade(value)) {
    return `a Nix ${value.kind}`;
  }
  // JSON has no word for some values, which the type of `stringify` does not say.
  const json: unknown = JSON.stringify(value);
  const shown = typeof json === "string" ? json : String(value);
  return shown.length > 60 ? `${shown.slice(0, 60)}…` : shown;
}

function leading(options: LeadingOptions): {
  readonly comment: string | undefined;
  readonly blankLine: boolean;
} {
  return {
    comment: options.comment === undefined ? undefined : toComment(options.comment),
    blankLine: options.blankLine ?? false,
  };
}

function toComment(comment: string): string {
  return checkText(comment)
    .split(/\r\n|\r|\n/)
    .map((line) => line.trimEnd())
    .join("\n");
}

/** The same binding, element or parameter with another comment or blank line before it. */
export function withLeading<Node extends Binding | ListItem | PatternField>(
  node: Node,
  options: LeadingOptions,
): Node {
  return make({ ...node, ...leading(options) });
}

// What stands first has nothing before it to be separated from.
function withoutFirstBlank<Node extends Binding | ListItem | PatternField>(
  nodes: readonly Node[],
): readonly Node[] {
  return Object.freeze(
    nodes.map((node, index) =>
      index === 0 && node.blankLine ? withLeading(node, { comment: node.comment }) : node,
    ),
  );
}

// ---- strings, numbers, names ---------------------------------------------------------------

/** Text inside a string. */
export function text(value: string): StringPart {
  return make({ kind: "text", text: checkText(value) });
}

/** `${expression}` inside a string. */
export function interpolation(expression: NixExpr): InterpolationPart {
  return make({ kind: "interpolation", expression: expectExpr(expression, "an interpolation") });
}

function toParts(input: PartsInput): readonly StringPart[] {
  const parts = (typeof input === "string" ? [input] : input).map((part) =>
    typeof part === "string" ? text(part) : isPart(part) ? part : interpolation(asExpr(part)),
  );
  const merged: StringPart[] = [];
  for (const part of parts) {
    const last = merged.at(-1);
    if (part.kind === "interpolation") {
      merged.push(part);
    } else if (last?.kind === "text") {
      merged[merged.length - 1] = text(last.text + part.text);
    } else if (part.text !== "") {
      merged.push(part);
    }
  }
  return Object.freeze(merged);
}

function asExpr(value: NixExpr | StringPart): NixExpr {
  if (!isExpr(value)) {
    throw new BugError(
      `a piece of a string must be text or a Nix expression, not ${describe(value)}`,
    );
  }
  return value;
}

/** `"…"`, also when the text has newlines (they are written `\n`). */
export function quoted(parts: PartsInput): StringNode {
  return make({ kind: "string", parts: toParts(parts) });
}

/** `''…''`. Without a newline it is the plain string of the same text. */
export function indented(input: PartsInput): StringNode | IndentedStringNode {
  const parts = toParts(input);
  return parts.some((part) => part.kind === "text" && part.text.includes("\n"))
    ? make({ kind: "indentedString", parts })
    : quoted(parts);
}

/** A string as a Nix developer would write it: indented when it has lines to show. */
export function str(input: PartsInput): StringNode | IndentedStringNode {
  const parts = toParts(input);
  return isReadableAsLines(parts) ? indented(parts) : quoted(parts);
}

// Lines that indentation or escapes would obscure are easier to read in one double-quoted line.
function isReadableAsLines(parts: readonly StringPart[]): boolean {
  const whole = parts.map((part) => (part.kind === "text" ? part.text : "x")).join("");
  const lines = whole.split("\n");
  return (
    lines.length > 1 &&
    !/[\u0000-\u0009\u000b-\u001f\u007f]/.test(whole) &&
    /^[^\s]/.test(whole) &&
    lines.every((line) => line === line.trimEnd())
  );
}

const MAX_INTEGER = 2n ** 63n - 1n;

/** A non-negative integer literal; for others see `value`. */
export function int(value: number | bigint): IntegerNode {
  if (typeof value === "number" && !Number.isInteger(value)) {
    throw new BugError(`${value} is not an integer`);
  }
  const integer = BigInt(value);
  if (integer < 0n || integer > MAX_INTEGER) {
    throw new BugError(`${integer} is not between 0 and ${MAX_INTEGER}`);
  }
  return make({ kind: "integer", value: integer });
}

/** The smallest number that Nix reads: it refuses literals that lose precision near zero. */
const MIN_FLOAT = 2 ** -1022;

/** A non-negative floating-point literal; for others see `value`. */
export function float(value: number): FloatNode {
  if (!Number.isFinite(value) || value < 0 || Object.is(value, -0)) {
    throw new BugError(`${value} is not a non-negative finite number`);
  }
  if (value !== 0 && value < MIN_FLOAT) {
    throw new BugError(`${value} is too small for a Nix literal`);
  }
  return make({ kind: "float", value });
}

/** A variable. */
export function id(name: string): IdentifierNode {
  return make({ kind: "identifier", name: escapeIdentifier(name) });
}

export function bool(value: boolean): IdentifierNode {
  return id(value ? "true" : "false");
}

export function null_(): IdentifierNode {
  return id("null");
}

/** A path literal, for example `./module.nix` or `["./", name, "/x"]`. */
export function path(input: PartsInput): PathNode {
  const parts = toParts(input);
  const shape = parts
    .map((part) => (part.kind === "text" ? escapePathText(part.text) : "x"))
    .join("");
  const first = parts[0];
  if (
    first?.kind !== "text" ||
    !/^(~|[A-Za-z0-9._+-]*)(\/[A-Za-z0-9._+-]+)+$/.test(shape) ||
    !first.text.includes("/")
  ) {
    throw new BugError(`${JSON.stringify(shape)} is not a Nix path`);
  }
  return make({ kind: "path", parts });
}

/** `<name>` */
export function searchPath(name: string): SearchPathNode {
  if (!/^[A-Za-z0-9._+-]+(\/[A-Za-z0-9._+-]+)*$/.test(name)) {
    throw new BugError(`${JSON.stringify(name)} is not a Nix search path`);
  }
  return make({ kind: "searchPath", name });
}

// ---- lists and sets ------------------------------------------------------------------------

/** A list element with a comment or a blank line before it. */
export function item(value: NixExpr, options: LeadingOptions = {}): ListItem {
  return make({
    kind: "item",
    value: expectExpr(value, "a list element"),
    ...leading(options),
  });
}

export function list(items: readonly (NixExpr | ListItem)[]): ListNode {
  return make({
    kind: "list",
    items: withoutFirstBlank(items.map((entry) => (isItem(entry) ? entry : item(entry)))),
  });
}

/** A static attribute name. */
function nameKey(name: string): NameKey {
  return make({ kind: "name", name: checkText(name) });
}

/** An attribute name that is computed. */
function dynamicKey(expression: NixExpr): AttrKey {
  expectExpr(expression, "an attribute name");
  const known = staticText(expression);
  return known === undefined ? make<DynamicKey>({ kind: "dynamic", expression }) : nameKey(known);
}

/** The text of a string without interpolations. */
export function staticText(node: NixExpr): string | undefined {
  if (node.kind !== "string" && node.kind !== "indentedString") {
    return undefined;
  }
  const texts = node.parts.map((part) => (part.kind === "text" ? part.text : undefined));
  return texts.includes(undefined) ? undefined : texts.join("");
}

/** Brings the ways to write an attribute path to its keys. */
export function keys(input: PathInput): readonly AttrKey[] {
  const steps = typeof input === "string" || isExpr(input) ? [input] : input;
  if (!Array.isArray(steps) || steps.length === 0) {
    throw new BugError(`an attribute path needs at least one name, not ${describe(input)}`);
  }
  return Object.freeze(
    steps.map((step: string | NixExpr | AttrKey) =>
      typeof step === "string" ? nameKey(step) : isKey(step) ? step : dynamicKey(step),
    ),
  );
}

/** `path = value;` */
export function binding(
  path: PathInput,
  value: NixExpr,
  options: LeadingOptions = {},
): AssignBinding {
  return make({
    kind: "assign",
    path: keys(path),
    value: expectExpr(value, "the value of a binding"),
    ...leading(options),
  });
}

/** `inherit names;` or `inherit (from) names;` */
export function inherit(
  names: readonly string[],
  from?: NixExpr,
  options: LeadingOptions = {},
): InheritBinding {
  if (names.length === 0) {
    throw new BugError("inherit needs at least one name");
  }
  return make({
    kind: "inherit",
    from: from === undefined ? undefined : expectExpr(from, "the source of inherit"),
    // Without a source the names are variables; with one they are attributes.
    names: Object.freeze(names.map((name) => (from ? checkText(name) : escapeIdentifier(name)))),
    ...leading(options),
  });
}

/** An attribute set; a record is short for bindings of its names. */
export function attrs(input: readonly Binding[] | Readonly<Record<string, NixExpr>>): SetNode {
  return set(false, toBindings(input));
}

/** `rec { … }` */
export function rec(input: readonly Binding[] | Readonly<Record<string, NixExpr>>): SetNode {
  return set(true, toBindings(input));
}

function isBindings(
  input: readonly Binding[] | Readonly<Record<string, NixExpr>>,
): input is readonly Binding[] {
  return Array.isArray(input);
}

function toBindings(
  input: readonly Binding[] | Readonly<Record<string, NixExpr>>,
): readonly Binding[] {
  return isBindings(input)
    ? input
    : Object.entries(input).map(([name, value]) => binding(name, value));
}

function set(recursive: boolean, bindings: readonly Binding[]): SetNode {
  return make({ kind: "set", recursive, bindings: checkBindings(bindings) });
}

/** One name per set: Nix merges `a.b = …; a.c = …;` and refuses every other repetition. */
function checkBindings(bindings: readonly Binding[]): readonly Binding[] {
  const seen: NameTree = new Map<string, NameTree | "leaf">();
  for (const entry of bindings) {
    if (!isBinding(entry)) {
      throw new BugError(`expected a binding, not ${describe(entry)}`);
    }
    if (entry.kind === "inherit") {
      for (const name of entry.names) {
        declare(seen, [nameKey(name)], undefined);
      }
    } else {
      declare(seen, entry.path, entry.value);
    }
  }
  return withoutFirstBlank(inheritSelected(bindings));
}

/** Bindings that take an attribute under its own name inherit it, neighbours together. */
function inheritSelected(bindings: readonly Binding[]): readonly Binding[] {
  const result: Binding[] = [];
  for (const entry of bindings) {
    const selected = entry.kind === "assign" ? asInherit(entry) : undefined;
    const last = result.at(-1);
    if (
      selected?.from !== undefined &&
      last?.kind === "inherit" &&
      last.from !== undefined &&
      isSamePath(last.from, selected.from) &&
      // A comment is about one of them.
      last.comment === undefined &&
      selected.comment === undefined &&
      !selected.blankLine
    ) {
      result[result.length - 1] = inherit([...last.names, ...selected.names], last.from, last);
    } else {
      result.push(selected ?? entry);
    }
  }
  return result;
}

/** `x = a.b.x` as what it inherits; undefined for every other binding. */
function asInherit(entry: AssignBinding): InheritBinding | undefined {
  const { path, value } = entry;
  const [key, ...deeper] = path;
  if (key?.kind !== "name" || deeper.length > 0) return undefined;
  if (value.kind !== "select" || value.fallback !== undefined) return undefined;
  const last = value.path.at(-1);
  if (last?.kind !== "name" || last.name !== key.name) return undefined;
  const before = value.path.slice(0, -1);
  const from = before.length === 0 ? value.subject : select(value.subject, before);
  return namesOf(from) === undefined ? undefined : inherit([key.name], from, entry);
}

/** The names of `a.b.c`; undefined for what is computed. */
function namesOf(node: NixExpr): readonly string[] | undefined {
  if (node.kind === "identifier") return [node.name];
  if (node.kind !== "select" || node.fallback !== undefined) return undefined;
  const before = namesOf(node.subject);
  const names = node.path.flatMap((key) => (key.kind === "name" ? [key.name] : []));
  return before === undefined || names.length < node.path.length
    ? undefined
    : [...before, ...names];
}

function isSamePath(left: NixExpr, right: NixExpr): boolean {
  const names = namesOf(left);
  return names !== undefined && names.join("\0") === namesOf(right)?.join("\0");
}

/** The names a set declares so far; a leaf is closed: nothing may be declared below it. */
type NameTree = Map<string, NameTree | "leaf">;

function declare(tree: NameTree, path: readonly AttrKey[], value: NixExpr | undefined): void {
  const [first, ...rest] = path;
  if (first?.kind !== "name") {
    return; // what a computed name declares is known to Nix only
  }
  const known = tree.get(first.name);
  const merges = value?.kind === "set" && !value.recursive;
  if (known === "leaf" || (known !== undefined && rest.length === 0 && !merges)) {
    throw new BugError(`the attribute ${JSON.stringify(first.name)} is defined twice`);
  }
  if (rest.length === 0 && !merges) {
    tree.set(first.name, "leaf");
    return;
  }
  const below: NameTree = known ?? new Map<string, NameTree | "leaf">();
  tree.set(first.name, below);
  if (rest.length > 0) {
    declare(below, rest, value);
  } else if (value?.kind === "set") {
    for (const inner of value.bindings) {
      if (inner.kind === "assign") {
        declare(below, inner.path, inner.value);
      } else {
        for (const name of inner.names) {
          declare(below, [nameKey(name)], undefined);
        }
      }
    }
  }
}

/** `subject.path` or `subject.path or fallback` */
export function select(subject: NixExpr, path: PathInput, fallback?: NixExpr): SelectNode {
  expectExpr(subject, "what is selected from");
  const merges = subject.kind === "select" && subject.fallback === undefined;
  return make({
    kind: "select",
    subject: merges ? subject.subject : subject,
    path: merges ? Object.freeze([...subject.path, ...keys(path)]) : keys(path),
    fallback: fallback === undefined ? undefined : expectExpr(fallback, "the value after `or`"),
  });
}

/** `subject ? path` */
export function has(subject: NixExpr, path: PathInput): HasAttrNode {
  return make({
    kind: "hasAttr",
    subject: expectExpr(subject, "the left side of `?`"),
    path: keys(path),
  });
}

// ---- functions -----------------------------------------------------------------------------

/** `callee a b c` */
export function call(callee: NixExpr, ...args: readonly NixExpr[]): CallNode {
  expectExpr(callee, "what is called");
  if (args.length === 0) {
    throw new BugError("a call needs at least one argument");
  }
  args.forEach((arg) => expectExpr(arg, "an argument"));
  return callee.kind === "call"
    ? make({
        kind: "call",
        callee: callee.callee,
        args: Object.freeze([...callee.args, ...args]),
      })
    : make({ kind: "call", callee, args: Object.freeze([...args]) });
}

/** The parameter of `name: body`. */
export function nameParameter(name: string): NameParameter {
  return make({ kind: "nameParameter", name: escapeIdentifier(name) });
}

/** `parameter: body`; a string is the name of a simple parameter. */
export function lambda(parameter: string | Parameter, body: NixExpr): LambdaNode {
  return make({
    kind: "lambda",
    parameter: typeof parameter === "string" ? nameParameter(parameter) : parameter,
    body: expectExpr(body, "the body of a function"),
  });
}

/** One name in a set pattern. */
export function field(
  name: string,
  fallback?: NixExpr,
  options: LeadingOptions = {},
): PatternField {
  return make({
    kind: "field",
    name: escapeIdentifier(name),
    fallback:
      fallback === undefined ? undefined : expectExpr(fallback, "the default of a parameter"),
    ...leading(options),
  });
}

export interface PatternOptions {
  /** Whether the function accepts further attributes (`...`). */
  readonly ellipsis?: boolean | undefined;
  /** The name of the whole argument (`@args`). */
  readonly alias?: string | undefined;
}

/** `{ a, b, ... }@alias` as the parameter of a function. */
export function pattern(
  fields: readonly (string | PatternField)[],
  options: PatternOptions = {},
): PatternParameter {
  const made = fields.map((entry) => (typeof entry === "string" ? field(entry) : entry));
  const names = [...made.map((entry) => entry.name), ...(options.alias ? [options.alias] : [])];
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new BugError(`the parameter ${JSON.stringify(twice)} is declared twice`);
  }
  return make({
    kind: "patternParameter",
    fields: withoutFirstBlank(made),
    ellipsis: options.ellipsis ?? false,
    alias: options.alias === undefined ? undefined : escapeIdentifier(options.alias),
  });
}

// ---- the rest ------------------------------------------------------------------------------

/** `let bindings in body` */
export function let_(
  input: readonly Binding[] | Readonly<Record<string, NixExpr>>,
  body: NixExpr,
): LetNode {
  const bindings = checkBindings(toBindings(input));
  if (bindings.length === 0) {
    throw new BugError("let needs at least one binding");
  }
  if (bindings.some((entry) => entry.kind === "assign" && entry.path[0]?.kind === "dynamic")) {
    throw new BugError("a name bound by let cannot be computed");
  }
  return make({ kind: "let", bindings, body: expectExpr(body, "the body of let") });
}

/** `if condition then consequent else alternative` */
export function if_(condition: NixExpr, consequent: NixExpr, alternative: NixExpr): IfNode {
  return make({
    kind: "if",
    condition: expectExpr(condition, "the condition of if"),
    consequent: expectExpr(consequent, "the value after then"),
    alternative: expectExpr(alternative, "the value after else"),
  });
}

/** `with scope; body` */
export function with_(scope: NixExpr, body: NixExpr): WithNode {
  return make({
    kind: "with",
    scope: expectExpr(scope, "the scope of with"),
    body: expectExpr(body, "the body of with"),
  });
}

/** `assert condition; body` */
export function assert_(condition: NixExpr, body: NixExpr): AssertNode {
  return make({
    kind: "assert",
    condition: expectExpr(condition, "the condition of assert"),
    body: expectExpr(body, "the body of assert"),
  });
}

/** `!operand` or `-operand` */
export function unary(operator: UnaryOperator, operand: NixExpr): UnaryNode {
  if (!UNARY_OPERATORS.includes(operator)) {
    throw new BugError(`${JSON.stringify(operator)} is not an operator with one operand`);
  }
  return make({ kind: "unary", operator, operand: expectExpr(operand, "an operand") });
}

/** `left operator right`; more operands make a chain in the operator's own direction. */
export function op(
  operator: BinaryOperator,
  left: NixExpr,
  right: NixExpr,
  ...more: readonly NixExpr[]
): BinaryNode {
  if (!BINARY_OPERATORS.includes(operator)) {
    throw new BugError(`${JSON.stringify(operator)} is not an operator with two operands`);
  }
  const [next, ...rest] = more;
  if (next === undefined) {
    return make({
      kind: "binary",
      operator,
      left: expectExpr(left, "an operand"),
      right: expectExpr(right, "an operand"),
    });
  }
  switch (BINARY_RULES[operator].associativity) {
    case "left":
      return op(operator, op(operator, left, right), next, ...rest);
    case "right":
      return op(operator, left, op(operator, right, next, ...rest));
    case "none":
      throw new BugError(`${operator} cannot be chained`);
  }
}

// ---- JSON ----------------------------------------------------------------------------------

/** Any value that JSON can hold. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [name: string]: JsonValue | undefined;
}

/** Deeper data than Nix's own parser and evaluator take without running out of stack. */
const MAX_DEPTH = 1000;

/** Whether a value is data, not something made here. (What it holds is checked on the way.) */
export function isJson(input: unknown): input is JsonValue {
  return !isMade(input);
}

/**
 * The Nix expression of a JSON value. Nix evaluates it back to the same JSON value; `-0` is `0` in
 * JSON, too. As in JSON, an attribute that is `undefined` is not there.
 */
export function value(json: JsonValue): NixExpr {
  return valueAt(json, 0);
}

function valueAt(json: JsonValue, depth: number): NixExpr {
  if (depth > MAX_DEPTH) {
    throw new UserError("the value is nested too deeply for Nix", {
      expected: `at most ${MAX_DEPTH} levels`,
    });
  }
  if (!isJson(json)) {
    throw new BugError(`expected a JSON value, not ${describe(json)}`);
  }
  if (typeof json === "string") {
    return str(json);
  }
  if (typeof json === "number") {
    return numberValue(json);
  }
  if (typeof json === "boolean") {
    return bool(json);
  }
  if (typeof json !== "object") {
    throw new BugError(`${describe(json)} is not a JSON value`);
  }
  return json === null ? null_() : compoundValue(json, depth);
}

function compoundValue(json: readonly JsonValue[] | JsonObject, depth: number): NixExpr {
  if (isArray(json)) {
    return list(json.map((entry) => valueAt(entry, depth + 1)));
  }
  const prototype: unknown = Object.getPrototypeOf(json);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new BugError(`expected plain data, not ${describe(json)}`);
  }
  return attrs(
    Object.entries(json).flatMap(([name, entry]) =>
      entry === undefined ? [] : [binding([name], valueAt(entry, depth + 1))],
    ),
  );
}

function isArray(json: object): json is readonly JsonValue[] {
  return Array.isArray(json);
}

function numberValue(json: number): NixExpr {
  if (!Number.isFinite(json)) {
    throw new BugError(`${json} is not a JSON value`);
  }
  if (json === -(2 ** 63)) {
    // The literal without its sign would be one more than the largest integer.
    return op("-", unary("-", int(MAX_INTEGER)), int(1));
  }
  const size = Math.abs(json);
  const literal = Number.isInteger(json) && size < 2 ** 63 ? int(size) : floatValue(size);
  return json < 0 ? unary("-", literal) : literal;
}

// Nix refuses to read the numbers nearest to zero, but it computes with them: a product of two
// powers of two and the digits is exact.
function floatValue(size: number): NixExpr {
  return size !== 0 && size < MIN_FLOAT
    ? op("*", float(size * 2 ** 200), float(2 ** -200))
    : float(size);
}
