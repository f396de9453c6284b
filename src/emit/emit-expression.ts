// Expressions of the schema (model/expression.ts) as Nix. One function per kind of node; a kind that
// is missing here does not compile.

import { BugError } from "../errors.ts";
import type { ExpNode } from "../model/expression.ts";
import type { IrService } from "../model/service-model.ts";
import type { OptionType } from "../model/option-type.ts";
import { isJsonArray, type JsonValue } from "../json.ts";
import { type AttrKey, type Binding, negate, nix, type NixExpr } from "../nix/index.ts";

/** What the names in an expression are called where it is emitted. */
export interface Scope {
  /** The options of the instance at hand. */
  readonly options: NixExpr;
  /** The name of the instance at hand. */
  readonly name: NixExpr;
  /** The row values of the selected variant. */
  readonly variant: NixExpr;
  /** Where the service finds its configuration file. */
  readonly configFile: NixExpr;
  /** The effective configuration of the instance at hand. */
  readonly settings: NixExpr;
  /** Whether an option's value is a number, or a list of them: Nix does not interpolate those. */
  readonly isNumber: (path: readonly string[]) => boolean;
  /** The variables that are numbers. */
  readonly numbers?: ReadonlySet<string>;
}

/** For plain values: nothing of an instance is in scope. */
export const staticScope: Scope = {
  options: nix.id("config"),
  name: nix.id("name"),
  variant: nix.id("variant"),
  settings: nix.id("settings"),
  configFile: nix.id("configFile"),
  isNumber: () => false,
};

type Visitor = {
  readonly [K in ExpNode["kind"]]: (
    node: Extract<ExpNode, { readonly kind: K }>,
    scope: Scope,
  ) => NixExpr;
};

const numberTypes: ReadonlySet<OptionType["kind"]> = new Set(["int", "number", "port"]);

/**
 * The scope where the options of the instance at hand are called `options`.
 *
 * @param configFile where the platform puts the configuration file; by default the store
 */
export function scopeOf(
  service: IrService,
  options: string,
  configFile: NixExpr = nix.id("configFile"),
): Scope {
  const numeric = new Set(
    service.options
      .filter(({ type }) => numberTypes.has((type.kind === "list" ? type.element : type).kind))
      .map(({ path }) => path.join(".")),
  );
  return {
    options: nix.id(options),
    name: nix.id("name"),
    variant: nix.id("variant"),
    settings: nix.id("settings"),
    configFile,
    isNumber: (path) => numeric.has(path.join(".")),
  };
}

export function emitExpression(node: ExpNode, scope: Scope): NixExpr {
  // The visitor's entry for `node.kind` takes exactly this node; TypeScript cannot see that.
  const visit = visitor[node.kind] as (node: ExpNode, scope: Scope) => NixExpr;
  return visit(node, scope);
}

const both = (left: ExpNode, operator: "==" | "!=", right: ExpNode, scope: Scope): NixExpr =>
  nix.op(operator, emitExpression(left, scope), emitExpression(right, scope));

/** `variable: body`, or just the function where the body only calls one with the variable. */
function functionOf(variable: string, body: ExpNode, scope: Scope): NixExpr {
  return body.kind === "packageName" && body.of.kind === "variable" && body.of.name === variable
    ? nix`lib.getName`
    : nix.lambda(variable, emitExpression(body, scope));
}

/** Calls a function with a function of one variable and a list. */
function over(
  callee: NixExpr,
  node: { readonly over: ExpNode; readonly variable: string; readonly body: ExpNode },
  scope: Scope,
): NixExpr {
  const isNumber = node.over.kind === "option" && scope.isNumber(node.over.path);
  const inner = isNumber
    ? { ...scope, numbers: new Set([...(scope.numbers ?? []), node.variable]) }
    : scope;
  return nix.call(
    callee,
    functionOf(node.variable, node.body, inner),
    emitExpression(node.over, scope),
  );
}

function chain(operator: "&&" | "||" | "++", nodes: readonly ExpNode[], scope: Scope): NixExpr {
  const [first, second, ...rest] = nodes.map((node) => emitExpression(node, scope));
  if (first === undefined) throw new BugError(`nothing to combine with ${operator}`);
  return second === undefined ? first : nix.op(operator, first, second, ...rest);
}

const visitor: Visitor = {
  literal: ({ value }) => emitJson(value),
  option: ({ path }, { options }) => nix.select(options, path),
  instanceName: (_, { name }) => name,
  setting: ({ path }, { settings }) => nix.select(settings, path),
  packages: () => nix`path`,
  managedPaths: () => nix`managedPaths`,
  unitName: () => nix`unit`,
  ownDirectories: () => nix`ownDirectories`,
  configFile: (_, { configFile }) => configFile,
  perInstance: ({ base }, { name }) => nix`nameFor ${base} ${name}`,
  stableNumber: ({ first, count }, { name }) => nix`numberFor ${first} ${count} ${name}`,
  homeDirectory: () => nix`config.home.homeDirectory`,
  isMacOS: () => nix`isDarwin`,
  systemOption: ({ path, otherwise }) => nix.select(nix.id("config"), path, emitJson(otherwise)),
  listOrEmpty: ({ of }, scope) => {
    const value = emitExpression(of, scope);
    return nix`lib.optionals (lib.isList ${value}) ${value}`;
  },
  variant: ({ key }, { variant }) => nix.select(variant, [key]),
  variable: ({ name }) => nix.id(name),
  field: ({ of, name }, scope) => nix.select(emitExpression(of, scope), [name]),
  text: ({ parts }, scope) =>
    nix.str(
      flatText(parts).map((part) =>
        typeof part === "string" ? part : emitInterpolated(part, scope),
      ),
    ),
  list: ({ items }, scope) => nix.list(items.map((item) => emitExpression(item, scope))),
  record: ({ entries }, scope) =>
    nix.attrs(entries.map(([name, value]) => dotted([name], emitExpression(value, scope)))),
  if: (node, scope) => {
    const condition = emitExpression(node.condition, scope);
    const then = emitExpression(node.then, scope);
    return isEmptyList(node.else)
      ? nix`lib.optionals ${condition} ${then}`
      : nix.if_(condition, then, emitExpression(node.else, scope));
  },
  equals: ({ left, right }, scope) => both(left, "==", right, scope),
  not: ({ of }, scope) => negate(emitExpression(of, scope)),
  and: ({ all }, scope) => chain("&&", all, scope),
  or: ({ any }, scope) => emitOr(any, scope),
  map: (node, scope) => over(nix`map`, node, scope),
  filter: (node, scope) => over(nix`lib.filter`, node, scope),
  any: emitAny,
  concat: ({ lists }, scope) => chain("++", lists, scope),
  join: emitJoin,
  names: ({ of }, scope) => nix`lib.attrNames ${emitExpression(of, scope)}`,
  duplicates: ({ list }, scope) => nix`duplicates ${emitExpression(list, scope)}`,
  matches: ({ text, pattern }, scope) =>
    nix`builtins.match ${pattern} ${emitExpression(text, scope)} != null`,
  has: ({ of, path }, scope) => nix.has(emitExpression(of, scope), path),
  hasPrefix: ({ text, prefix }, scope) =>
    nix`lib.hasPrefix ${emitExpression(prefix, scope)} ${emitExpression(text, scope)}`,
  sourceFileExists: ({ directory, file }, scope) =>
    nix`hasFile ${emitExpression(directory, scope)} ${emitExpression(file, scope)}`,
  isSource: ({ of }, scope) => nix`isSource ${emitExpression(of, scope)}`,
  sourceDirectory: ({ of, name, required, optional }, scope) => nix`
    sourceDirectory {
      name = ${name};
      required = ${nix.value(required)};
      optional = ${nix.value(optional)};
    } ${emitExpression(of, scope)}
  `,
  sourceFile: ({ directory, file }, scope) => nix.quoted([inDirectory(directory, file, scope)]),
  pathInPlace: ({ of }, scope) => nix`toString ${emitExpression(of, scope)}`,
  textFile: ({ name, text }, scope) =>
    nix`pkgs.writeText ${emitExpression(name, scope)} ${emitExpression(text, scope)}`,
  json: ({ of }, scope) => nix`builtins.toJSON ${emitExpression(of, scope)}`,
  packageName: ({ of }, scope) => nix`lib.getName ${emitExpression(of, scope)}`,
  isAtLeast: ({ package: of, version }, scope) =>
    nix`isAtLeast ${version} ${emitExpression(of, scope)}`,
  program: (node) => nix`lib.getExe' pkgs.${node.package} ${node.program}`,
  anyCredential: ({ purpose }) =>
    nix`lib.any (credential: credential.purpose == ${purpose}) credentials`,
};

/** Path arithmetic rather than interpolation: only the one file is copied to the store. */
function inDirectory(directory: ExpNode, file: ExpNode, scope: Scope): NixExpr {
  const [name] = flatText([file]);
  const relative = typeof name === "string" ? `/${name}` : ["/", emitExpression(file, scope)];
  return nix.op("+", emitExpression(directory, scope), nix.quoted(relative));
}

/** A value, its sets of one attribute with dots. */
export function emitJson(value: JsonValue): NixExpr {
  if (typeof value !== "object" || value === null) return nix.value(value);
  return isJsonArray(value)
    ? nix.list(value.map(emitJson))
    : nix.attrs(Object.entries(value).map(([name, child]) => dotted([name], emitJson(child))));
}

function isEmptyList(node: ExpNode): boolean {
  return node.kind === "literal" && Array.isArray(node.value) && node.value.length === 0;
}

/** `a.b = …` rather than `a = { b = …; }`. */
export function dotted(path: readonly AttrKey[] | readonly string[], value: NixExpr): Binding {
  const [only, ...others] = value.kind === "set" && !value.recursive ? value.bindings : [];
  if (only === undefined || others.length > 0 || only.comment !== undefined) {
    return nix.binding([...path], value);
  }
  if (only.kind === "assign") return nix.binding([...path, ...only.path], only.value);
  const [name, ...more] = only.names;
  return name === undefined || more.length > 0
    ? nix.binding([...path], value)
    : nix.binding([...path, name], only.from ? nix.select(only.from, name) : nix.id(name));
}

/** Text inside text is text. */
function flatText(parts: readonly (string | ExpNode)[]): readonly (string | ExpNode)[] {
  return parts.flatMap((part) => {
    if (typeof part === "string") return [part];
    if (part.kind === "text") return flatText(part.parts);
    return part.kind === "literal" ? [toText(part.value)] : [part];
  });
}

/** A literal as part of a text. */
function toText(value: JsonValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Numbers are no strings in Nix: what may be one is converted. */
function emitInterpolated(node: ExpNode, scope: Scope): NixExpr {
  const expression = emitExpression(node, scope);
  const isNumber =
    node.kind === "setting" ||
    (node.kind === "option" && scope.isNumber(node.path)) ||
    (node.kind === "variable" && scope.numbers?.has(node.name) === true);
  return isNumber ? nix`toString ${expression}` : expression;
}

function emitJoin(
  { list, separator }: Extract<ExpNode, { readonly kind: "join" }>,
  scope: Scope,
): NixExpr {
  if (list.kind !== "map") {
    return nix`lib.concatStringsSep ${separator} ${emitExpression(list, scope)}`;
  }
  const joined =
    separator === "" ? nix`lib.concatMapStrings` : nix`lib.concatMapStringsSep ${separator}`;
  return over(joined, list, scope);
}

/** Whether a list has an element: the one that a value equals, or any of which something holds. */
function emitAny(node: Extract<ExpNode, { readonly kind: "any" }>, scope: Scope): NixExpr {
  const { over: list, variable, body } = node;
  return body.kind === "equals" &&
    body.left.kind === "variable" &&
    body.left.name === variable &&
    body.right.kind === "literal"
    ? nix`lib.elem ${emitExpression(body.right, scope)} ${emitExpression(list, scope)}`
    : over(nix`lib.any`, node, scope);
}

/** `!a || b` is an implication, and reads better as one. */
function emitOr(any: readonly ExpNode[], scope: Scope): NixExpr {
  const [premise, consequence, ...rest] = any;
  if (premise?.kind === "not" && consequence !== undefined && rest.length === 0) {
    return nix.op("->", emitExpression(premise.of, scope), emitExpression(consequence, scope));
  }
  return chain("||", any, scope);
}
