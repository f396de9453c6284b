// Mistakes in a schema's TypeScript: another value, a negated condition, a missing member of a list or an object.

import { type CallExpression, Node, Project, ScriptKind, SyntaxKind } from "ts-morph";

import { type Edit, type Layer, type Mutant, mutantOf } from "./mutant.ts";

/** Properties whose values are texts for people. */
const prose =
  /^(why|reason|summary|documentation|description|cost|makesPossible|comment|limit|cannot|where)$/;

/** Functions that make proofs, which only a running machine can check. */
const proofs = /^(probe|observation|works|shows|showsOutside|lifts|unlike)$/;

/** Functions of the schema's expressions, each with its opposite. */
const opposites: Readonly<Record<string, string>> = {
  and: "or",
  or: "and",
  any: "all",
  all: "any",
};

const operators: ReadonlyMap<SyntaxKind, string> = new Map([
  [SyntaxKind.AmpersandAmpersandToken, "||"],
  [SyntaxKind.BarBarToken, "&&"],
  [SyntaxKind.EqualsEqualsEqualsToken, "!=="],
  [SyntaxKind.ExclamationEqualsEqualsToken, "==="],
  [SyntaxKind.LessThanToken, "<="],
  [SyntaxKind.LessThanEqualsToken, "<"],
  [SyntaxKind.GreaterThanToken, ">="],
  [SyntaxKind.GreaterThanEqualsToken, ">"],
]);

export function typescriptMutants(layer: Layer, file: string, source: string): readonly Mutant[] {
  const project = new Project({ useInMemoryFileSystem: true });
  const parsed = project.createSourceFile(file, source, { scriptKind: ScriptKind.TS });
  const edits = parsed.getDescendants().flatMap((node) => (isProse(node) ? [] : editsOf(node)));
  return edits.map((edit) => mutantOf(layer, file, source, edit));
}

function isProse(node: Node): boolean {
  return [node, ...node.getAncestors()].some(
    (each) =>
      Node.isImportDeclaration(each) ||
      Node.isExportDeclaration(each) ||
      Node.isTypeNode(each) ||
      Node.isInterfaceDeclaration(each) ||
      Node.isTypeAliasDeclaration(each) ||
      (Node.isPropertyAssignment(each) && prose.test(each.getName())) ||
      (Node.isCallExpression(each) && proofs.test(each.getExpression().getText())),
  );
}

/** Whether a text is a description, which no property name marks. */
function isSentence(text: string): boolean {
  return /^[A-Z].* .*\.$/.test(text);
}

function editsOf(node: Node): readonly Edit[] {
  const replaced = (text: string): readonly Edit[] => [
    { start: node.getStart(), end: node.getEnd(), text },
  ];
  if (Node.isStringLiteral(node)) {
    const parent = node.getParent();
    const isName = Node.isPropertyAssignment(parent) && parent.getNameNode() === node;
    return isName || isSentence(node.getLiteralText())
      ? []
      : replaced(`${node.getText().slice(0, -1)}x${node.getText().slice(-1)}`);
  }
  if (Node.isNumericLiteral(node)) return replaced(String(node.getLiteralValue() + 1));
  if (Node.isTrueLiteral(node)) return replaced("false");
  if (Node.isFalseLiteral(node)) return replaced("true");
  if (Node.isArrayLiteralExpression(node)) return node.getElements().map(without);
  if (Node.isObjectLiteralExpression(node)) {
    return node.getProperties().flatMap((each: Node) => (isProse(each) ? [] : [without(each)]));
  }
  if (Node.isConditionalExpression(node)) {
    const [yes, no] = [node.getWhenTrue().getText(), node.getWhenFalse().getText()];
    return replaced(`${node.getCondition().getText()} ? ${no} : ${yes}`);
  }
  if (Node.isPrefixUnaryExpression(node) && node.getText().startsWith("!")) {
    return replaced(node.getOperand().getText());
  }
  if (Node.isBinaryExpression(node)) {
    const token = node.getOperatorToken();
    const other = operators.get(token.getKind());
    return other === undefined
      ? []
      : [{ start: token.getStart(), end: token.getEnd(), text: other }];
  }
  return Node.isCallExpression(node) ? editsOfCall(node) : [];
}

function editsOfCall(node: CallExpression): readonly Edit[] {
  const callee = node.getExpression();
  const name = callee.getText();
  const [first, second, third] = node.getArguments();
  if (name === "not" && first !== undefined) {
    return [{ start: node.getStart(), end: node.getEnd(), text: first.getText() }];
  }
  // choose(condition, yes, no)
  if (name === "choose" && second !== undefined && third !== undefined) {
    const swapped = `${third.getText()}, ${second.getText()}`;
    return [{ start: second.getStart(), end: third.getEnd(), text: swapped }];
  }
  const opposite = opposites[name];
  return opposite === undefined
    ? []
    : [{ start: callee.getStart(), end: callee.getEnd(), text: opposite }];
}

/** Removes a member, with the comma after it. */
function without(node: Node): Edit {
  const after = node.getSourceFile().getFullText().slice(node.getEnd());
  const comma = /^\s*,/.exec(after)?.[0] ?? "";
  return { start: node.getStart(), end: node.getEnd() + comma.length, text: "" };
}
