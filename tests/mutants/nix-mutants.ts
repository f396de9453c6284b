// Mistakes in Nix: it removes a binding, a name or a list element, swaps branches, negates a condition, or changes
// a literal, all in the syntax tree, which it prints again.

import {
  type BinaryOperator,
  type Binding,
  type NixExpr,
  nix,
  parseNix,
  printNix,
} from "../../src/nix/index.ts";
import { type Layer, type Mutant, oneLine } from "./mutant.ts";

/** Rebuilds the whole tree with one part replaced. */
type Rebuild = (part: NixExpr) => NixExpr;

/** A possible change; its functions run only if it is chosen. */
interface Change {
  readonly what: () => string;
  readonly tree: () => NixExpr;
}

/** Bindings whose values are texts for people. */
const prose = new Set(["description", "defaultText", "example", "mdDoc"]);

const opposites: Readonly<Partial<Record<BinaryOperator, BinaryOperator>>> = {
  "&&": "||",
  "||": "&&",
  "==": "!=",
  "!=": "==",
  "<": "<=",
  "<=": "<",
  ">": ">=",
  ">=": ">",
};

/** Functions that take a condition first. */
const conditional = /^lib\.(mkIf|optional|optionals|optionalAttrs|optionalString)$/;

/** The mutants of a file; none if it has comments that the parser refuses. */
export function nixMutants(layer: Layer, file: string, source: string): readonly Mutant[] {
  const header = /^(#.*\n|\n)*/.exec(source)?.[0] ?? "";
  const tree = parseNix(source.slice(header.length));
  return changesOf(tree, (part) => part).map(({ what, tree: changed }) => ({
    layer,
    file,
    write: () => {
      const text = printNix(changed());
      return {
        line: header.split("\n").length + firstDifference(printNix(tree), text),
        change: what(),
        text: header + text,
      };
    },
  }));
}

/** The number of equal lines before the first difference. */
function firstDifference(left: string, right: string): number {
  const others = right.split("\n");
  return left.split("\n").findIndex((line, index) => line !== others[index]);
}

function show(node: NixExpr): string {
  return oneLine(printNix(node));
}

function changesOf(node: NixExpr, rebuild: Rebuild): readonly Change[] {
  const change = (what: () => string, part: NixExpr): Change => ({
    what,
    tree: () => rebuild(part),
  });
  const inside = (part: NixExpr, into: Rebuild): readonly Change[] =>
    changesOf(part, (changed) => rebuild(into(changed)));

  switch (node.kind) {
    case "string":
    case "indentedString": {
      const index = node.parts.findIndex((part) => part.kind === "text" && /\w/.test(part.text));
      const texts = node.parts.map((part, each) =>
        part.kind === "text" && each === index ? { ...part, text: `${part.text}x` } : part,
      );
      return index < 0
        ? []
        : [change(() => `${show(node)}: another text`, { ...node, parts: texts })];
    }
    case "integer":
      return [
        change(() => `${String(node.value)} -> ${String(node.value + 1n)}`, {
          ...node,
          value: node.value + 1n,
        }),
      ];
    case "identifier": {
      if (node.name !== "true" && node.name !== "false") return [];
      const flipped = node.name === "true" ? "false" : "true";
      return [change(() => `${node.name} -> ${flipped}`, nix.id(flipped))];
    }
    case "list":
      return node.items.flatMap((item, index) => [
        change(() => `without the element ${show(item.value)}`, {
          ...node,
          items: node.items.filter((_, each) => each !== index),
        }),
        ...inside(item.value, (value) => ({
          ...node,
          items: node.items.with(index, { ...item, value }),
        })),
      ]);
    case "set":
      return changesOfBindings(node.bindings, (bindings) => rebuild({ ...node, bindings }));
    case "let":
      return [
        ...changesOfBindings(node.bindings, (bindings) => rebuild({ ...node, bindings })),
        ...inside(node.body, (body) => ({ ...node, body })),
      ];
    case "if":
      return [
        change(() => `if ${show(node.condition)}: branches swapped`, {
          ...node,
          consequent: node.alternative,
          alternative: node.consequent,
        }),
        ...inside(node.condition, (condition) => ({ ...node, condition })),
        ...inside(node.consequent, (consequent) => ({ ...node, consequent })),
        ...inside(node.alternative, (alternative) => ({ ...node, alternative })),
      ];
    case "call": {
      const [condition] = node.args;
      return [
        ...(condition !== undefined && conditional.test(printNix(node.callee).trim())
          ? [
              change(() => `${show(node.callee)} ${show(condition)}: negated`, {
                ...node,
                args: node.args.with(0, nix.unary("!", condition)),
              }),
            ]
          : []),
        ...node.args.flatMap((arg, index) =>
          inside(arg, (changed) => ({ ...node, args: node.args.with(index, changed) })),
        ),
      ];
    }
    case "lambda":
      return inside(node.body, (body) => ({ ...node, body }));
    case "with":
    case "assert":
      return inside(node.body, (body) => ({ ...node, body }));
    case "unary":
      return [
        ...(node.operator === "!" ? [change(() => `without the !`, node.operand)] : []),
        ...inside(node.operand, (operand) => ({ ...node, operand })),
      ];
    case "binary": {
      const other = opposites[node.operator];
      const joins = node.operator === "//" || node.operator === "++";
      return [
        ...(other === undefined
          ? []
          : [change(() => `${node.operator} -> ${other}`, { ...node, operator: other })]),
        ...(joins ? [change(() => `without ${node.operator} ${show(node.right)}`, node.left)] : []),
        ...inside(node.left, (left) => ({ ...node, left })),
        ...inside(node.right, (right) => ({ ...node, right })),
      ];
    }
    case "select":
      return inside(node.subject, (subject) => ({ ...node, subject }));
    case "hasAttr":
      return inside(node.subject, (subject) => ({ ...node, subject }));
    case "float":
    case "path":
    case "searchPath":
      return [];
  }
}

function changesOfBindings(
  bindings: readonly Binding[],
  rebuild: (bindings: readonly Binding[]) => NixExpr,
): readonly Change[] {
  return bindings.flatMap((binding, index): readonly Change[] => {
    const name =
      binding.kind === "assign"
        ? binding.path.map((key) => (key.kind === "name" ? key.name : "…")).join(".")
        : binding.names.join(" ");
    if (binding.kind === "inherit") {
      return binding.names.map((each) => ({
        what: () => `without inherit ${each}`,
        tree: () =>
          rebuild(
            binding.names.length === 1
              ? bindings.filter((_, other) => other !== index)
              : bindings.with(index, {
                  ...binding,
                  names: binding.names.filter((other) => other !== each),
                }),
          ),
      }));
    }
    if (prose.has(name)) return [];
    return [
      {
        what: () => `without ${name} = ${show(binding.value)}`,
        tree: () => rebuild(bindings.filter((_, other) => other !== index)),
      },
      ...changesOf(binding.value, (value) => rebuild(bindings.with(index, { ...binding, value }))),
    ];
  });
}
