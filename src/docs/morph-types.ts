// ts-morph's types and nodes, as the walk over the options asks for them.

import { Node, type Symbol as TypeSymbol, SyntaxKind, ts, type Type } from "ts-morph";
import type { SourceLocation } from "../errors.ts";
import type {
  CommentReader,
  SchemaProperty,
  SchemaSyntax,
  SchemaType,
  SchemaValue,
} from "./schema-types.ts";
import { pathOf } from "./source-place.ts";

/** @param root locations are relative to it */
export function morphSyntax(root: string): SchemaSyntax<Node> {
  return {
    locate: (node) => locate(node, root),
    source: (node) => ({
      text: node.getSourceFile().getFullText(),
      position: node.getPos(),
      start: node.getStart(),
    }),
    value: valueOf,
  };
}

export function locate(node: Node, root: string): SourceLocation {
  return { file: pathOf(node.getSourceFile(), root), line: node.getStartLineNumber() };
}

function valueOf(declaration: Node): SchemaValue<Node> {
  if (Node.isPropertyAssignment(declaration)) {
    return { kind: "taken", from: takenFrom(declaration.getInitializer()) };
  }
  if (!Node.isShorthandPropertyAssignment(declaration)) return { kind: "other" };
  const symbol = declaration.getValueSymbol();
  const statement = (symbol?.getAliasedSymbol() ?? symbol)
    ?.getValueDeclaration()
    ?.getAncestors()
    .find((ancestor) => ancestor.getKind() === SyntaxKind.VariableStatement);
  return { kind: "variable", statement };
}

/** The declaration of an option taken from a group, `group.it`, or of `override(group.it, …)`. */
function takenFrom(value: Node | undefined): Node | undefined {
  if (Node.isCallExpression(value) && value.getExpression().getText() === "override") {
    return takenFrom(value.getArguments()[0]);
  }
  const property = Node.isPropertyAccessExpression(value) ? value.getNameNode() : undefined;
  return property?.getSymbol()?.getDeclarations()[0];
}

/** @param at any node of the schema file, for questions about types of symbols */
export function morphType(type: Type, at: Node): SchemaType<Node> {
  const propertyOf = (symbol: TypeSymbol): SchemaProperty<Node> => ({
    name: symbol.getName(),
    type: () => morphType(symbol.getTypeAtLocation(at), at),
    declaration: () => symbol.getDeclarations()[0],
  });
  return {
    name: () => type.getSymbol()?.getName() ?? "",
    properties: () => type.getProperties().map(propertyOf),
    property: (name) => {
      const symbol = type.getProperty(name);
      return symbol === undefined ? undefined : propertyOf(symbol);
    },
    typeArguments: () => type.getTypeArguments().map((argument) => morphType(argument, at)),
    members: () => type.getTupleElements().map((member) => morphType(member, at)),
    literal: () => type.getLiteralValue(),
    isIntersection: () => type.isIntersection(),
    isPlainObject: () => {
      const isList = type.isArray() || type.isReadonlyArray() || type.isTuple();
      return type.isObject() && !isList && type.getCallSignatures().length === 0;
    },
    mayBeAnything: () =>
      type.isAny() || type.isUnknown() || type.isUnion() || type.isTypeParameter(),
  };
}

export const morphComments: CommentReader = {
  leading: ts.getLeadingCommentRanges,
  trailing: ts.getTrailingCommentRanges,
};
