// The grammar of the Nix expression language, as a recursive-descent parser with one function per
// construct.
//
// Contract: it understands everything that `ast.ts` can express as Nix does, and refuses everything else (URL
// literals, the old `let { }`, block comments, pipes), with the place of the mistake.
// It keeps comments and single blank lines before bindings, list elements and parameters, and refuses comments
// elsewhere, because they would be lost.
// https://nix.dev/manual/nix/stable/language/

import { BugError } from "../errors.ts";
import {
  BINARY_OPERATORS,
  type AttrKey,
  type BinaryOperator,
  type Binding,
  type ListItem,
  type NixExpr,
  type Parameter,
  type PatternField,
  type StringPart,
} from "./ast.ts";
import * as create from "./create.ts";
import { isKeyword } from "./escape.ts";
import { BINARY_RULES, PRECEDENCE, UNARY_PRECEDENCE } from "./operators.ts";
import { parseIndented, parseQuoted } from "./parse-string.ts";
import type { Hole } from "./quote.ts";
import { HOLE, Source } from "./source.ts";

/** Parses one Nix expression. */
export function parseNix(text: string): NixExpr {
  if (text.includes(HOLE)) {
    throw new BugError("Nix source cannot hold the NUL character");
  }
  return parseSource(text.replace(/\r\n?/g, "\n"), []);
}

/** Parses one expression; the n-th `HOLE` in it stands for the n-th of `holes`. */
export function parseSource(text: string, holes: readonly Hole[]): NixExpr {
  const source = new Source(text, holes);
  const node = expression(source);
  source.skip();
  if (!source.atEnd) {
    source.fail("expected the end of the expression");
  }
  return node;
}

// ---- tokens --------------------------------------------------------------------------------

const IDENTIFIER = /[A-Za-z_][A-Za-z0-9_'-]*/y;
const FLOAT = /(?:[1-9][0-9]*\.[0-9]*|0?\.[0-9]+)(?:[Ee][+-]?[0-9]+)?/y;
const INTEGER = /[0-9]+/y;
// A path up to its first interpolation or hole; the parser takes the rest piece by piece.
const PATH_START =
  /(?:~|[A-Za-z0-9._+-]*)(?:\/[A-Za-z0-9._+-]+)+|(?:~|[A-Za-z0-9._+-]*)\/(?=\$\{|\0)/y;
const PATH_TEXT = /[A-Za-z0-9._+-]+|\/(?=[A-Za-z0-9._+\-$\0])/y;
const SEARCH_PATH = /<[A-Za-z0-9._+-]+(?:\/[A-Za-z0-9._+-]+)*>/y;
// The longest first, so that the parser does not take `->` for `-`.
const OPERATORS = [...BINARY_OPERATORS].sort((a, b) => b.length - a.length);

function expect(source: Source, token: string): void {
  source.skip();
  if (!source.takeText(token)) {
    source.fail(`expected \`${token}\``);
  }
}

/** Takes a token if it is the next one. */
function accept(source: Source, token: string): boolean {
  const start = source.position;
  source.lookPast();
  if (source.looksAt(token)) {
    source.rewind(start);
    expect(source, token);
    return true;
  }
  source.rewind(start);
  return false;
}

function looksAtWord(source: Source, word: string): boolean {
  return source.peek(IDENTIFIER) === word;
}

function acceptWord(source: Source, word: string): boolean {
  const start = source.position;
  source.lookPast();
  const found = looksAtWord(source, word);
  source.rewind(start);
  if (found) {
    source.skip();
    source.takeText(word);
  }
  return found;
}

function expectWord(source: Source, word: string): void {
  if (!acceptWord(source, word)) {
    source.skip();
    source.fail(`expected \`${word}\``);
  }
}

function identifier(source: Source): string {
  const start = source.position;
  const name = source.take(IDENTIFIER);
  if (name === undefined) {
    return source.fail("expected a name");
  }
  return isKeyword(name) ? source.fail(`\`${name}\` is a keyword`, start) : name;
}

// ---- expressions ---------------------------------------------------------------------------

function expression(source: Source): NixExpr {
  source.skip();
  const parameter = lambdaParameter(source);
  if (parameter !== undefined) {
    expect(source, ":");
    return create.lambda(parameter, expression(source));
  }
  const statement = STATEMENTS.get(source.peek(IDENTIFIER) ?? "");
  return statement === undefined ? operation(source, PRECEDENCE.operation) : statement(source);
}

/** Expressions that begin with a keyword. */
const STATEMENTS: ReadonlyMap<string, (source: Source) => NixExpr> = new Map([
  ["let", letExpression],
  ["if", ifExpression],
  ["with", withExpression],
  ["assert", assertExpression],
]);

function withExpression(source: Source): NixExpr {
  source.takeText("with");
  const scope = expression(source);
  expect(source, ";");
  return create.with_(scope, expression(source));
}

function assertExpression(source: Source): NixExpr {
  source.takeText("assert");
  const condition = expression(source);
  expect(source, ";");
  return create.assert_(condition, expression(source));
}

function letExpression(source: Source): NixExpr {
  source.takeText("let");
  const bindings = bindingsUntil(source, () => looksAtWord(source, "in"), "`in`");
  source.takeText("in");
  return create.let_(bindings, expression(source));
}

function ifExpression(source: Source): NixExpr {
  source.takeText("if");
  const condition = expression(source);
  expectWord(source, "then");
  const consequent = expression(source);
  expectWord(source, "else");
  return create.if_(condition, consequent, expression(source));
}

/** Parses an operation whose operators have at least this precedence. */
function operation(source: Source, minimum: number): NixExpr {
  let left = prefixed(source);
  for (;;) {
    const start = source.position;
    source.lookPast();
    const operator = binaryOperator(source);
    if (operator === undefined) {
      const asksForAttr = source.looksAt("?") && minimum <= PRECEDENCE.hasAttr;
      source.rewind(start);
      if (!asksForAttr) {
        return left;
      }
      expect(source, "?");
      source.skip();
      left = create.has(left, attrPath(source));
      continue;
    }
    source.rewind(start);
    const { precedence, associativity } = BINARY_RULES[operator];
    if (precedence < minimum) {
      return left;
    }
    expect(source, operator);
    source.skip();
    const right = operation(source, associativity === "right" ? precedence : precedence + 1);
    left = create.op(operator, left, right);
    if (associativity === "none") {
      refuseChain(source, precedence);
    }
  }
}

function refuseChain(source: Source, precedence: number): void {
  const start = source.position;
  source.lookPast();
  const next = binaryOperator(source);
  if (next !== undefined && BINARY_RULES[next].precedence === precedence) {
    source.fail(`\`${next}\` cannot be chained without parentheses`);
  }
  source.rewind(start);
}

function binaryOperator(source: Source): BinaryOperator | undefined {
  return OPERATORS.find((operator) => source.looksAt(operator));
}

function prefixed(source: Source): NixExpr {
  source.skip();
  if (source.looksAt("->")) {
    source.fail("expected an expression");
  }
  if (source.takeText("-")) {
    return create.unary("-", operation(source, UNARY_PRECEDENCE["-"]));
  }
  if (source.takeText("!")) {
    return create.unary("!", operation(source, UNARY_PRECEDENCE["!"]));
  }
  return application(source);
}

function application(source: Source): NixExpr {
  const callee = selection(source);
  const args: NixExpr[] = [];
  for (;;) {
    const start = source.position;
    source.lookPast();
    const argumentFollows = startsTerm(source);
    source.rewind(start);
    if (!argumentFollows) {
      return args.length === 0 ? callee : create.call(callee, ...args);
    }
    source.skip();
    args.push(selection(source));
  }
}

function startsTerm(source: Source): boolean {
  const word = source.peek(IDENTIFIER);
  return (
    (word !== undefined && (!isKeyword(word) || word === "rec")) ||
    source.peek(/["([{\0]|''|[0-9]|\.[0-9]/y) !== undefined ||
    source.peek(PATH_START) !== undefined ||
    source.peek(SEARCH_PATH) !== undefined
  );
}

function selection(source: Source): NixExpr {
  const subject = term(source);
  if (!acceptDot(source)) {
    return subject;
  }
  const path = attrPath(source);
  if (!acceptWord(source, "or")) {
    return create.select(subject, path);
  }
  source.skip();
  return create.select(subject, path, selection(source));
}

function term(source: Source): NixExpr {
  const start = source.position;
  const hole = source.takeHole();
  if (hole !== undefined) {
    return lift(source, hole.filling, start);
  }
  if (source.peek(PATH_START) !== undefined) {
    return pathLiteral(source);
  }
  const searchPath = source.take(SEARCH_PATH);
  if (searchPath !== undefined) {
    return create.searchPath(searchPath.slice(1, -1));
  }
  const float = source.take(FLOAT);
  if (float !== undefined) {
    return create.float(Number(float));
  }
  const integer = source.take(INTEGER);
  if (integer !== undefined) {
    return create.int(BigInt(integer));
  }
  if (source.takeText('"')) {
    return create.quoted(parseQuoted(source, expression));
  }
  if (source.takeText("''")) {
    return create.indented(parseIndented(source, expression));
  }
  if (source.takeText("(")) {
    const inner = expression(source);
    expect(source, ")");
    return inner;
  }
  if (source.takeText("[")) {
    return create.list(listItems(source));
  }
  if (looksAtWord(source, "rec")) {
    source.takeText("rec");
    expect(source, "{");
    return create.rec(setBindings(source));
  }
  if (source.takeText("{")) {
    return create.attrs(setBindings(source));
  }
  if (source.peek(IDENTIFIER) === undefined) {
    source.fail("expected an expression");
  }
  return create.id(identifier(source));
}

function lift(source: Source, filling: Hole, start: number): NixExpr {
  if (create.isExpr(filling)) {
    return filling;
  }
  if (!create.isJson(filling)) {
    return source.fail(`${create.describe(filling)} cannot stand here`, start);
  }
  return create.value(filling);
}

function pathLiteral(source: Source): NixExpr {
  const parts: (string | StringPart | NixExpr)[] = [source.take(PATH_START) ?? ""];
  for (;;) {
    const start = source.position;
    const hole = source.takeHole();
    if (hole !== undefined) {
      const { filling } = hole;
      parts.push(
        typeof filling === "string" || create.isExpr(filling)
          ? filling
          : source.fail("a hole in a path must be a string or a Nix expression", start),
      );
    } else if (source.takeText("${")) {
      parts.push(create.interpolation(expression(source)));
      expect(source, "}");
    } else {
      const more = source.take(PATH_TEXT);
      if (more === undefined) {
        return create.path(parts);
      }
      parts.push(more);
    }
  }
}

// ---- lists and sets ------------------------------------------------------------------------

function listItems(source: Source): ListItem[] {
  const items: ListItem[] = [];
  for (;;) {
    const leading = source.takeLeading();
    if (source.looksAt("]")) {
      refuseComment(source, leading.comment, "`]`");
      source.takeText("]");
      return items;
    }
    const spliced = splicedItems(source);
    if (spliced === undefined) {
      items.push(create.item(selection(source), leading));
    } else {
      items.push(...leadFirst(spliced, leading));
    }
  }
}

/** The elements from a hole with an array. */
function splicedItems(source: Source): readonly ListItem[] | undefined {
  const start = source.position;
  const hole = source.takeHole();
  if (hole === undefined) {
    return undefined;
  }
  const { filling } = hole;
  if (create.isItem(filling)) {
    return [filling];
  }
  if (!isHoleArray(filling)) {
    source.rewind(start);
    return undefined;
  }
  return filling.map((entry) =>
    create.isItem(entry) ? entry : create.item(lift(source, entry, start)),
  );
}

function isHoleArray(filling: Hole): filling is readonly Hole[] {
  return Array.isArray(filling);
}

/** The comment and the blank line before a hole go before the first element that fills it. */
function leadFirst<Node extends Binding | ListItem | PatternField>(
  nodes: readonly Node[],
  leading: create.LeadingOptions,
): readonly Node[] {
  return nodes.map((node, index) =>
    index > 0
      ? node
      : create.withLeading(node, {
          comment: leading.comment ?? node.comment,
          blankLine: (leading.blankLine ?? false) || node.blankLine,
        }),
  );
}

function refuseComment(source: Source, comment: string | undefined, before: string): void {
  if (comment !== undefined) {
    source.fail(`a comment cannot stand before ${before}`);
  }
}

function setBindings(source: Source): readonly Binding[] {
  const bindings = bindingsUntil(source, () => source.looksAt("}"), "`}`");
  source.takeText("}");
  return bindings;
}

function bindingsUntil(source: Source, atEnd: () => boolean, end: string): readonly Binding[] {
  const bindings: Binding[] = [];
  for (;;) {
    const leading = source.takeLeading();
    if (atEnd()) {
      refuseComment(source, leading.comment, end);
      return bindings;
    }
    if (source.atEnd) {
      source.fail(`expected a binding or ${end}`);
    }
    const spliced = splicedBindings(source);
    if (spliced === undefined) {
      bindings.push(binding(source, leading));
    } else {
      bindings.push(...leadFirst(spliced, leading));
    }
  }
}

/** The bindings from a hole; with `=` or `.` after it, a hole is an attribute name. */
function splicedBindings(source: Source): readonly Binding[] | undefined {
  const start = source.position;
  const hole = source.takeHole();
  if (hole === undefined) {
    return undefined;
  }
  const end = source.position;
  source.lookPast();
  const isName = source.peek(/[=.]/y) !== undefined;
  source.rewind(isName ? start : end);
  if (isName) {
    return undefined;
  }
  const { filling } = hole;
  const entries = isHoleArray(filling) ? filling : [filling];
  return entries.map((entry) =>
    create.isBinding(entry)
      ? entry
      : source.fail(`expected a binding, not ${create.describe(entry)}`, start),
  );
}

function binding(source: Source, leading: create.LeadingOptions): Binding {
  if (looksAtWord(source, "inherit")) {
    return inheritBinding(source, leading);
  }
  const path = attrPath(source);
  expect(source, "=");
  const value = expression(source);
  expect(source, ";");
  return create.binding(path, value, leading);
}

function inheritBinding(source: Source, leading: create.LeadingOptions): Binding {
  source.takeText("inherit");
  source.skip();
  let from: NixExpr | undefined;
  if (source.takeText("(")) {
    from = expression(source);
    expect(source, ")");
  }
  const names: string[] = [];
  for (;;) {
    source.skip();
    if (source.takeText(";")) {
      return create.inherit(names, from, leading);
    }
    const start = source.position;
    for (const key of attrKey(source)) {
      names.push(key.kind === "name" ? key.name : source.fail("expected a name", start));
    }
  }
}

function attrPath(source: Source): readonly AttrKey[] {
  const path = [...attrKey(source)];
  while (acceptDot(source)) {
    path.push(...attrKey(source));
  }
  return path;
}

/** The dot of an attribute path; not that of `...`, `.5` or `./x`. */
function acceptDot(source: Source): boolean {
  const start = source.position;
  source.lookPast();
  const found = source.peek(/\.(?![.0-9])/y) !== undefined && source.peek(PATH_START) === undefined;
  source.rewind(start);
  if (found) {
    expect(source, ".");
    source.skip();
  }
  return found;
}

/** One step of an attribute path, or several from a hole with an array. */
function attrKey(source: Source): readonly AttrKey[] {
  const start = source.position;
  const hole = source.takeHole();
  if (hole !== undefined) {
    return keysOfHole(source, hole.filling, start);
  }
  if (source.takeText('"')) {
    return create.keys(create.quoted(parseQuoted(source, expression)));
  }
  if (source.takeText("${")) {
    const name = expression(source);
    expect(source, "}");
    return create.keys(name);
  }
  // `or` is a keyword only after a path.
  return create.keys(acceptWord(source, "or") ? "or" : identifier(source));
}

function keysOfHole(source: Source, filling: Hole, start: number): readonly AttrKey[] {
  const steps = isHoleArray(filling) ? filling : [filling];
  return create.keys(
    steps.map((step) =>
      typeof step === "string" || create.isExpr(step)
        ? step
        : source.fail(`${create.describe(step)} cannot be an attribute name`, start),
    ),
  );
}

// ---- functions -----------------------------------------------------------------------------

/** The parameter, if a function begins here. */
function lambdaParameter(source: Source): Parameter | undefined {
  const start = source.position;
  const name = source.take(IDENTIFIER);
  if (name !== undefined && !isKeyword(name)) {
    source.lookPast();
    const isName = source.looksAt(":");
    const isAlias = source.takeText("@");
    source.rewind(start);
    if (isName) {
      return create.nameParameter(identifier(source));
    }
    if (isAlias) {
      const alias = identifier(source);
      expect(source, "@");
      source.skip();
      return setPattern(source, alias);
    }
    return undefined;
  }
  source.rewind(start);
  return startsPattern(source) ? setPattern(source, undefined) : undefined;
}

/** Tells a pattern from a set, which begin alike. */
function startsPattern(source: Source): boolean {
  const start = source.position;
  const found = source.takeText("{") && looksLikePattern(source);
  source.rewind(start);
  return found;
}

function looksLikePattern(source: Source): boolean {
  source.lookPast();
  if (source.looksAt("...")) {
    return true;
  }
  const isEmpty = source.looksAt("}");
  const isHole = source.takeHole() !== undefined;
  if (!isEmpty && !isHole && source.take(IDENTIFIER) === undefined) {
    return false;
  }
  source.lookPast();
  if (!isEmpty && source.peek(/[,?]/y) !== undefined) {
    return true;
  }
  if (!source.takeText("}")) {
    return false;
  }
  // `{ }` and `{ ${bindings} }` are sets unless a body follows.
  source.lookPast();
  return (!isEmpty && !isHole) || source.peek(/[:@]/y) !== undefined;
}

function setPattern(source: Source, aliasBefore: string | undefined): Parameter {
  expect(source, "{");
  const fields: PatternField[] = [];
  let ellipsis = false;
  for (;;) {
    const leading = source.takeLeading();
    if (source.looksAt("}") || source.looksAt("...")) {
      refuseComment(source, leading.comment, "`}` or `...`");
      ellipsis = source.takeText("...");
      break;
    }
    fields.push(...leadFirst(patternFields(source), leading));
    if (!accept(source, ",")) {
      break;
    }
  }
  expect(source, "}");
  const alias = aliasBefore === undefined && accept(source, "@") ? aliasAfter(source) : aliasBefore;
  return create.pattern(fields, { ellipsis, alias });
}

function aliasAfter(source: Source): string {
  source.skip();
  return identifier(source);
}

function patternFields(source: Source): readonly PatternField[] {
  const start = source.position;
  const hole = source.takeHole();
  if (hole === undefined) {
    const name = identifier(source);
    const fallback = accept(source, "?") ? expression(source) : undefined;
    return [create.field(name, fallback)];
  }
  const names = isHoleArray(hole.filling) ? hole.filling : [hole.filling];
  return names.map((name) =>
    typeof name === "string"
      ? create.field(name)
      : source.fail(`expected the name of a parameter, not ${create.describe(name)}`, start),
  );
}
