// Reports all mistakes in the schema's sources at once, in the author's words. For a few mistakes TypeScript
// complains at another place, about types that nobody has written, or at length: this reports the mistake
// itself, and leaves out complaints that only follow from it.

import { Node, type Project, SyntaxKind } from "ts-morph";
import { BugError, together, UserError, type UserErrorDetails } from "../errors.ts";
import { libraryName, librarySources } from "../library.ts";
import { morphType } from "./morph-types.ts";
import { isZodType } from "./schema-types.ts";
import { excerptOf, locateSpan, type SourceSpan } from "./source-place.ts";
import { findTypeErrors, ownFiles, type SchemaTypeError } from "./type-error.ts";
import type { Stray } from "./walk-options.ts";

export interface SchemaSources {
  readonly project: Project;
  readonly root: string;
  readonly strays: readonly Stray<Node>[];
  /** Whether the schema's default export is a service, by its type. */
  readonly isService: boolean;
  /** The option whose declaration contains a node. */
  readonly optionAround: (node: Node) => string | undefined;
}

/** @throws UserError with everything that does not compile, or that the schema would lose */
export function refuseMistakes(sources: SchemaSources): void {
  const found = mistakesIn(sources);
  const [first, ...others] = found.map(({ message, span, details }) => {
    const place = { location: locateSpan(span, sources.root), excerpt: excerptOf(span) };
    return new UserError(message, { ...place, ...details });
  });
  if (first !== undefined) throw together(first, others);
}

interface SourceMistake {
  readonly message: string;
  readonly span: SourceSpan;
  readonly details?: UserErrorDetails;
}

function mistakesIn(sources: SchemaSources): readonly SourceMistake[] {
  const { project, isService } = sources;
  const found = findTypeErrors(project);
  const syntax = found.filter(({ kind }) => kind === "syntax");
  if (syntax.length > 0) return syntax.map(describeSyntaxError);
  const foreign = foreignZod(sources);
  if (foreign.length > 0) return foreign;
  // A package without types may still be installed; it matters only if there is no service.
  const missing = found.filter(
    ({ kind }) => kind === "missing file" || (kind === "missing package" && !isService),
  );
  if (missing.length > 0) return missing.map(describeMissing);
  const errors = found.filter(({ kind }) => kind === "type");
  const strays = [...sources.strays, ...errors.flatMap((error) => strayOf(error) ?? [])];
  const apart = strays.filter(
    (stray, index) => strays.findIndex(({ node }) => node === stray.node) === index,
  );
  const others = apart.length === 0 ? errors : errors.filter((error) => !follows(error));
  return [
    ...apart.map((stray) => describeStray(stray)),
    ...others.map((error) => describeTypeError(error, sources)),
  ];
}

function describeSyntaxError({ message, span }: SchemaTypeError): SourceMistake {
  return { message: `syntax error: ${message}`, span };
}

function describeMissing({ kind, message, span }: SchemaTypeError): SourceMistake {
  return kind === "missing file"
    ? {
        message: `${message} does not exist`,
        span,
        details: { next: "correct the path in the import" },
      }
    : {
        message: `the package ${message} does not exist`,
        span,
        details: { next: `install the package ${message}` },
      };
}

function describeTypeError(error: SchemaTypeError, { optionAround }: SchemaSources): SourceMistake {
  const { message } = error;
  const span = innermostSpan(error);
  return {
    message: "the schema does not compile",
    span,
    details: {
      option: optionAround(nodeAt(span)),
      received: message,
      next: "correct it; the types of `nixmodgen` say what there is",
    },
  };
}

/**
 * For a function's result, TypeScript names the wrong property in it, but points to the function. If the name,
 * or the name with the value, belongs to exactly one property in the function, this returns that property's place.
 */
function innermostSpan({ reasons, span }: SchemaTypeError): SourceSpan {
  const names = [...reasons.matchAll(/(?:types|Types of property|property) (?:of )?'([^']+)'/g)];
  const name = names
    .at(-1)?.[1]
    ?.split(/[.[\]]/)
    .findLast((part) => part !== "");
  const value = /Type '([^']+)' is not assignable[^\n]*$/.exec(reasons)?.[1];
  const container = nodeAt(span).getParent();
  const named = (container?.getDescendantsOfKind(SyntaxKind.PropertyAssignment) ?? []).filter(
    (property) => property.getName() === name,
  );
  const valued = named.filter((property) => property.getInitializer()?.getText() === value);
  const [found, ...others] = valued.length > 0 ? valued : named;
  return found === undefined || others.length > 0 ? span : spanOf(found.getNameNode());
}

function spanOf(node: Pick<Node, "getSourceFile" | "getStart" | "getWidth">): SourceSpan {
  return { file: node.getSourceFile(), start: node.getStart(), length: node.getWidth() };
}

function nodeAt({ file, start }: SourceSpan): Node {
  const node = file.getDescendantAtPos(start);
  if (node === undefined) throw new BugError(`nothing at ${file.getFilePath()}:${start}`);
  return node;
}

/** TypeScript lists all differences between types of zod's other versions and the library's: name the import instead. */
function foreignZod({ project }: SchemaSources): readonly SourceMistake[] {
  return ownFiles(project).flatMap((file) => {
    const library = file
      .getImportDeclarations()
      .find(
        (each) =>
          each.getModuleSpecifierSourceFile()?.getFilePath() === librarySources[libraryName],
      );
    const specifier = library?.getModuleSpecifierValue() ?? libraryName;
    return file.getImportDeclarations().flatMap((each): readonly SourceMistake[] => {
      const received = each.getModuleSpecifierValue();
      if (received !== "zod" && !received.startsWith("zod/")) return [];
      const node = each.getModuleSpecifier();
      return [
        {
          message: "z is the library's own, not that of the package zod",
          span: spanOf(node),
          details: {
            received,
            next: `import { z } from ${JSON.stringify(specifier)}, as the library's other functions`,
          },
        },
      ];
    });
  });
}

/** A zod type at a place of an option: a field of a submodule, an option of `group()`. */
function strayOf({ reasons, span }: SchemaTypeError): Stray<Node> | undefined {
  if (!isAboutOptions(reasons)) return undefined;
  const name = nodeAt(span);
  const node = name.getParentOrThrow();
  const type = initializerOf(node)?.getType();
  if (node.getStart() !== span.start || type === undefined) return undefined;
  if (!isZodType(morphType(type, node))) return undefined;
  return { path: name.getText(), node, kind: "type" };
}

/** The value of a property in an object literal. */
function initializerOf(node: Node): Node | undefined {
  return Node.isPropertyAssignment(node) ? node.getInitializer() : undefined;
}

function isAboutOptions(reasons: string): boolean {
  return /\b(?:Option<|OptionTree\b)/.test(reasons) || reasons.includes("Index signature");
}

/** Whether an error only follows from a stray property: that loses the type of all options, and of `cfg`. */
function follows({ reasons, span }: SchemaTypeError): boolean {
  const isInModel = nodeAt(span)
    .getAncestors()
    .some((node) => nameOf(node) === "model");
  return isInModel || isAboutOptions(reasons);
}

function nameOf(node: Node): string | undefined {
  return Node.isPropertyAssignment(node) || Node.isMethodDeclaration(node)
    ? node.getName()
    : undefined;
}

function describeStray({ path, node, kind }: Stray<Node>): SourceMistake {
  const name = Node.isPropertyAssignment(node) ? node.getNameNode() : node;
  const span = spanOf(name);
  if (kind === "reserved name") {
    return {
      message: `the name "${path.split(".").at(-1) ?? ""}" is reserved`,
      span,
      details: { option: path, next: "choose another name" },
    };
  }
  const value = initializerOf(node)?.getText();
  const received = value !== undefined && value.length <= 60 ? value : undefined;
  return {
    message: `${path} is not an option`,
    span,
    details: {
      option: path,
      expected: kind === "type" ? undefined : "option(…), credential(…), or a group of options",
      received,
      next:
        kind === "type"
          ? `wrap it: option(${received ?? "…"})`
          : "declare it as an option, or move it elsewhere",
    },
  };
}
