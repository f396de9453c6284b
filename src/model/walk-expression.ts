// Walks through expressions and through everything in a service model that is one.

import { type ExpNode, isExp } from "./expression.ts";

/** The expressions an expression is made of, with the variable it binds in each, if any. */
function partsOf(node: ExpNode): readonly { readonly node: ExpNode; readonly binds?: string }[] {
  const plain = (...nodes: readonly ExpNode[]): readonly { readonly node: ExpNode }[] =>
    nodes.map((part) => ({ node: part }));
  switch (node.kind) {
    case "literal":
    case "option":
    case "instanceName":
    case "setting":
    case "configFile":
    case "packages":
    case "managedPaths":
    case "unitName":
    case "ownDirectories":
    case "perInstance":
    case "stableNumber":
    case "homeDirectory":
    case "isMacOS":
    case "systemOption":
    case "variant":
    case "variable":
    case "program":
    case "anyCredential":
      return [];
    case "field":
    case "not":
    case "names":
    case "has":
    case "json":
    case "packageName":
    case "pathInPlace":
    case "isSource":
    case "sourceDirectory":
    case "listOrEmpty":
      return plain(node.of);
    case "text":
      return plain(...node.parts.filter((part) => typeof part !== "string"));
    case "list":
      return plain(...node.items);
    case "record":
      return plain(...node.entries.map(([, value]) => value));
    case "if":
      return plain(node.condition, node.then, node.else);
    case "equals":
      return plain(node.left, node.right);
    case "and":
      return plain(...node.all);
    case "or":
      return plain(...node.any);
    case "map":
    case "filter":
    case "any":
      return [{ node: node.over }, { node: node.body, binds: node.variable }];
    case "concat":
      return plain(...node.lists);
    case "join":
    case "duplicates":
      return plain(node.list);
    case "matches":
      return plain(node.text);
    case "hasPrefix":
      return plain(node.text, node.prefix);
    case "sourceFileExists":
    case "sourceFile":
      return plain(node.directory, node.file);
    case "isAtLeast":
      return plain(node.package);
    case "textFile":
      return plain(node.name, node.text);
  }
}

/** Calls `visit` with every node of an expression and the variables that are bound there. */
export function walkExpression(
  node: ExpNode,
  visit: (node: ExpNode, bound: ReadonlySet<string>) => void,
  bound: ReadonlySet<string> = new Set(),
): void {
  visit(node, bound);
  for (const part of partsOf(node)) {
    const inner = part.binds === undefined ? bound : new Set([...bound, part.binds]);
    walkExpression(part.node, visit, inner);
  }
}

export interface LocatedExpression {
  /** Where in the model it is: `assertions.3.holds`. */
  readonly where: string;
  readonly node: ExpNode;
}

/** Every expression in a value made of objects and lists; plain values are not expressions. */
export function expressionsIn(value: unknown, where: string): readonly LocatedExpression[] {
  if (isExp(value)) return [{ where, node: value.node }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, part]: readonly [string, unknown]) =>
    expressionsIn(part, where === "" ? key : `${where}.${key}`),
  );
}
