// Emits expressions of the schema (model/expression.ts) as Nix, with one function per kind of node; a missing kind
// does not compile. The table of functions has the Nix code of function calls.

import { BugError } from "../errors.ts";
import { type CallNode, type ExpNode, isCallOf, type Variable } from "../model/expression.ts";
import { rowOf, type Write } from "../model/functions.ts";
import type { IrService } from "../model/service-model.ts";
import type { OptionType } from "../model/option-type.ts";
import { isJsonArray, type JsonValue } from "../json.ts";
import {
  type AttrKey,
  type Binding,
  freeVariables,
  isIdentifier,
  negate,
  nix,
  type NixExpr,
} from "../nix/index.ts";

/** The Nix code for the names in an expression, at the place of the emitted code. */
export interface Scope {
  /** The options of the instance at hand. */
  readonly options: NixExpr;
  /** The values of the selected variant. */
  readonly variant: NixExpr;
  /** The path from which the service reads its configuration file. */
  readonly configFile: NixExpr;
  /** The effective configuration of the instance at hand. */
  readonly settings: NixExpr;
  /** Whether an option's value is a number, or a list of them: Nix does not interpolate those. */
  readonly isNumber: (path: readonly string[]) => boolean;
  /** The names that surrounding code defines; other named expressions are written out. */
  readonly defined?: ReadonlySet<string>;
  /** The names of the parameters of surrounding functions, and whether these are numbers. */
  readonly variables?: ReadonlyMap<Variable, Parameter>;
}

interface Parameter {
  readonly name: string;
  readonly isNumber: boolean;
}

/** The scope for plain values, which refer to nothing. */
export const staticScope: Scope = {
  options: nix.id("config"),
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
 * A scope for code about one instance.
 *
 * @param options the Nix variable with the instance's options
 * @param configFile the path from which the service reads its configuration file; default: the variable `configFile`
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

const visitor: Visitor = {
  literal: ({ value, table }) => (table === undefined ? emitJson(value) : nix.id(table.name)),
  option: ({ path }, { options }) => nix.select(options, path),
  setting: ({ path }, { settings }) => nix.select(settings, path),
  configFile: (_, { configFile }) => configFile,
  variant: ({ key }, { variant }) => nix.select(variant, [key]),
  named: ({ defined, of }, scope) =>
    scope.defined?.has(defined.name) === true ? nix.id(defined.name) : emitExpression(of, scope),
  variable: ({ variable }, { variables }) => {
    const parameter = variables?.get(variable);
    if (parameter === undefined) throw new BugError("a variable that is not bound");
    return nix.id(parameter.name);
  },
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
  function: (node, scope) => emitFunction(node, false, scope),
  call: (node, scope) => emitJoinedMap(node, scope) ?? emitCall(node, scope),
};

type FunctionNode = Extract<ExpNode, { readonly kind: "function" }>;

/** The tag with which the rows of the table write Nix. */
const write: Write<NixExpr> = Object.assign(
  (template: TemplateStringsArray, ...holes: readonly (NixExpr | JsonValue)[]) =>
    nix(template, ...holes),
  { not: negate },
);

function emitCall(node: CallNode, scope: Scope): NixExpr {
  return rowOf(node.function).nix(write, ...emitArguments(node, scope), ...node.plain);
}

/** The arguments of a call. A function among them gets the elements of the first argument. */
function emitArguments({ arguments: given }: CallNode, scope: Scope): readonly NixExpr[] {
  const [over] = given;
  const areNumbers = over !== undefined && holdsNumbers(over, scope);
  return given.map((argument) =>
    argument.kind === "function"
      ? emitFunction(argument, areNumbers, scope)
      : emitExpression(argument, scope),
  );
}

/** Whether a list has numbers, which Nix does not put into texts by itself. */
function holdsNumbers(list: ExpNode, scope: Scope): boolean {
  if (list.kind === "option") return scope.isNumber(list.path);
  if (list.kind !== "call") return false;
  const [over] = list.arguments;
  if (list.function === "filter") return over !== undefined && holdsNumbers(over, scope);
  const { type } = rowOf(list.function);
  return typeof type === "object" && type.kind === "list" && type.element.kind === "int";
}

/** The name of a parameter if the author's name for it is not known. */
const anyName = "element";

/**
 * `name: body`, or just `f` for `name: f name`. The name is the author's, with a number if the body uses that name
 * for something else.
 */
function emitFunction({ variable, body }: FunctionNode, isNumber: boolean, scope: Scope): NixExpr {
  const bodyWith = (name: string): NixExpr => {
    const parameter = { name, isNumber };
    const variables = new Map([...(scope.variables ?? []), [variable, parameter] as const]);
    return emitExpression(body, { ...scope, variables });
  };
  const { name = anyName } = variable;
  const wish = isIdentifier(name) ? name : anyName;
  const free = freeVariables(bodyWith(placeholder));
  if (!free.has(placeholder)) return nix.lambda("_", bodyWith("_"));
  const chosen = freeName(wish, new Set([...free, ...reserved]));
  const code = bodyWith(chosen);
  return applied(code, chosen) ?? nix.lambda(chosen, code);
}

/** Names in the Nix code of the table's rows, and in the conditions that weaving adds. */
const reserved = ["_", "lib", "platform", "isDarwin", "isHome"];

/** Stands for the parameter until it has a name; no other variable has this name. */
const placeholder = "parameter'";

function freeName(wish: string, taken: ReadonlySet<string>): string {
  let name = wish;
  for (let count = 2; taken.has(name); count += 1) name = `${wish}${count}`;
  return name;
}

/** The function `f` if the code is `f name`, or `f others name`. */
function applied(code: NixExpr, name: string): NixExpr | undefined {
  if (code.kind !== "call") return undefined;
  const last = code.args.at(-1);
  if (last?.kind !== "identifier" || last.name !== name) return undefined;
  const others = code.args.slice(0, -1);
  const left = others.length === 0 ? code.callee : nix.call(code.callee, ...others);
  return freeVariables(left).has(name) ? undefined : left;
}

/** `join` of a `map`: nixpkgs has functions for the two together. */
function emitJoinedMap(node: CallNode, scope: Scope): NixExpr | undefined {
  const [list] = node.arguments;
  if (list === undefined || !isCallOf(node, "join") || !isCallOf(list, "map")) return undefined;
  const [over, body] = emitArguments(list, scope);
  const [separator] = node.plain;
  if (over === undefined || body === undefined) throw new BugError("a map without its arguments");
  return separator === ""
    ? nix`lib.concatMapStrings ${body} ${over}`
    : nix`lib.concatMapStringsSep ${separator} ${body} ${over}`;
}

/** A JSON value as Nix; sets with one attribute are written with dots. */
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

/** Flattens text inside text. */
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

/** Nix does not interpolate numbers, so an expression that may be one gets a `toString`. */
function emitInterpolated(node: ExpNode, scope: Scope): NixExpr {
  const expression = emitExpression(node, scope);
  const isNumber =
    node.kind === "setting" ||
    (node.kind === "option" && scope.isNumber(node.path)) ||
    (node.kind === "variable" && scope.variables?.get(node.variable)?.isNumber === true);
  return isNumber ? nix`toString ${expression}` : expression;
}
