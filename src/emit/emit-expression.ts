// Expressions of the schema (model/expression.ts) as Nix. One function per kind of node; a kind that
// is missing here does not compile. What functions are in Nix, the table of functions says.

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

/** What the names in an expression are called where it is emitted. */
export interface Scope {
  /** The options of the instance at hand. */
  readonly options: NixExpr;
  /** The row values of the selected variant. */
  readonly variant: NixExpr;
  /** Where the service finds its configuration file. */
  readonly configFile: NixExpr;
  /** The effective configuration of the instance at hand. */
  readonly settings: NixExpr;
  /** Whether an option's value is a number, or a list of them: Nix does not interpolate those. */
  readonly isNumber: (path: readonly string[]) => boolean;
  /** What the parameters of functions around the place are called, and whether they are numbers. */
  readonly variables?: ReadonlyMap<Variable, Parameter>;
}

interface Parameter {
  readonly name: string;
  readonly isNumber: boolean;
}

/** For plain values: nothing of an instance is in scope. */
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

/** What the rows of the table write with. */
const write: Write<NixExpr> = Object.assign(
  (template: TemplateStringsArray, ...holes: readonly (NixExpr | JsonValue)[]) =>
    nix(template, ...holes),
  { not: negate },
);

function emitCall(node: CallNode, scope: Scope): NixExpr {
  return rowOf(node.function).nix(write, ...emitArguments(node, scope), ...node.plain);
}

/** The arguments of a call; one that is a function is applied to the elements of the first. */
function emitArguments({ arguments: given }: CallNode, scope: Scope): readonly NixExpr[] {
  const [over] = given;
  const areNumbers = over?.kind === "option" && scope.isNumber(over.path);
  return given.map((argument) =>
    argument.kind === "function"
      ? emitFunction(argument, areNumbers, scope)
      : emitExpression(argument, scope),
  );
}

/** What a parameter is called whose author's name for it is not known. */
const anyName = "element";

/**
 * `name: body`, or just the function where the body only applies one to the parameter. The name is the
 * author's, with a number where the body means something else by it.
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

/** What the rows of the table write themselves, and the conditions that tell targets apart when code is woven. */
const reserved = ["_", "lib", "platform", "isDarwin", "isHome"];

/** What nothing else is called: stands for the parameter until it has a name. */
const placeholder = "parameter'";

function freeName(wish: string, taken: ReadonlySet<string>): string {
  let name = wish;
  for (let count = 2; taken.has(name); count += 1) name = `${wish}${count}`;
  return name;
}

/** The function that code applies to the variable `name` at last, where it says no more of that. */
function applied(code: NixExpr, name: string): NixExpr | undefined {
  if (code.kind !== "call") return undefined;
  const last = code.args.at(-1);
  if (last?.kind !== "identifier" || last.name !== name) return undefined;
  const others = code.args.slice(0, -1);
  const left = others.length === 0 ? code.callee : nix.call(code.callee, ...others);
  return freeVariables(left).has(name) ? undefined : left;
}

/** The library has a function of its own for the texts of a list's elements, joined. */
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
    (node.kind === "variable" && scope.variables?.get(node.variable)?.isNumber === true);
  return isNumber ? nix`toString ${expression}` : expression;
}
