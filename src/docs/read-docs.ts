// Reads the doc comment and the position of every option from the schema's sources.
//
// Contract: the result has every option of the service and every field of their types; options
// without a doc comment are an error that lists them all. TypeScript's own checker reads the sources,
// so it finds an option wherever it is written: imported, spread, made by a function,
// shared between groups. It starts at the type of the schema's default export, `Service<T>`,
// and goes down through `T`: the property of a type knows its declaration.

import { relative } from "node:path";
import {
  Node,
  Project,
  type SourceFile,
  type Symbol as TypeSymbol,
  SyntaxKind,
  ts,
  type Type,
} from "ts-morph";
import { type SourceLocation, UserError } from "../errors.ts";
import { type Disk, realDisk, type RecordedDisk, type Trace } from "../cache/recorded-disk.ts";
import { diskHost } from "./disk-host.ts";
import { readDocComment } from "./doc-comment.ts";
import {
  type DocsSource,
  elementSegment,
  memberSegment,
  type OptionDoc,
  type OptionDocs,
} from "./option-docs.ts";
import { readCompilerOptions } from "./read-tsconfig.ts";
import { isZodType, refuseMistakes, type Stray } from "./refuse-mistakes.ts";
import { pathOf } from "./source-place.ts";

/**
 * @param disk the disk of all files; the result depends on nothing else
 * @throws UserError if doc comments are missing or not usable, there is no service, or the schema
 * does not compile
 */
export function readDocs(source: DocsSource, disk: Disk = realDisk): OptionDocs {
  return readFrom(openProject(source, disk), source);
}

/** Docs, and the record of the files read for them. */
interface RecordedDocs {
  readonly docs: OptionDocs;
  readonly trace: Trace | undefined;
}

/**
 * `readDocs` for repeated use: it parses an unchanged file only once.
 *
 * @param recordDisk the disk for a file that is read for the first time
 */
export function createReader(recordDisk: () => RecordedDisk): (source: DocsSource) => RecordedDocs {
  const projects = new Map<
    string,
    { readonly recorded: RecordedDisk; readonly project: Project }
  >();
  return (source) => {
    const key = JSON.stringify(source);
    const before = projects.get(key);
    // A project that fails half-way is not used again.
    projects.delete(key);
    const isUsable = before !== undefined && refresh(before.project, before.recorded);
    const recorded = isUsable ? before.recorded : recordDisk();
    const project = isUsable ? before.project : openProject(source, recorded.disk);
    projects.set(key, { recorded, project });
    return { docs: readFrom(project, source), trace: recorded.trace() };
  };
}

/** @returns whether the project is now up to date */
function refresh(project: Project, recorded: RecordedDisk): boolean {
  const files = recorded.takeChangedTexts()?.map((path) => project.getSourceFile(path));
  if (files === undefined) return false;
  for (const file of files) {
    // Another file has changed, such as a package.json or the tsconfig.json.
    if (file === undefined) return false;
    file.refreshFromFileSystemSync();
  }
  return true;
}

function openProject({ entry, tsconfig, root }: DocsSource, disk: Disk): Project {
  const project = new Project({
    fileSystem: diskHost(disk),
    skipFileDependencyResolution: true,
    compilerOptions: {
      ...readCompilerOptions(tsconfig, root, disk),
      // A linter reports unused imports.
      noUnusedLocals: false,
      noUnusedParameters: false,
    },
  });
  project.addSourceFileAtPath(entry);
  return project;
}

function readFrom(project: Project, { entry, root }: DocsSource): OptionDocs {
  const file = project.getSourceFileOrThrow(entry);
  const service = file.getDefaultExportSymbol()?.getDeclarations()[0];
  if (service === undefined) {
    refuseMistakes({ project, root, strays: [], isService: false, optionAround: () => undefined });
    throw new UserError(`${relative(root, entry)} has no default export`, {
      next: "add `export default defineService({ … })` to it",
    });
  }
  const location = locate(service, root);
  const expression = Node.isExportAssignment(service) ? service.getExpression() : service;
  const options = expression.getType().getProperty("options");
  const reader = new Reader(service, root);
  if (options !== undefined) {
    const type = options.getTypeAtLocation(service);
    reader.readGroup(type.getProperties().length > 0 ? type : (writtenOptions(file) ?? type), []);
  }
  const { strays, optionAround } = reader;
  refuseMistakes({ project, root, strays, isService: options !== undefined, optionAround });
  if (options === undefined) {
    throw new UserError("the default export is not a service", {
      location,
      expected: "export default defineService({ … })",
    });
  }
  reader.refuseMissing();
  return { service: location, options: reader.found };
}

/**
 * The type of the options in the source. If one of them is no option, the type of the service has lost all of
 * them.
 */
function writtenOptions(file: SourceFile): Type | undefined {
  const definition = file
    .getDescendantsOfKind(SyntaxKind.CallExpression)
    .find((call) => call.getExpression().getText() === "defineService")
    ?.getArguments()[0];
  return definition?.getType().getProperty("options")?.getTypeAtLocation(definition);
}

/** Wrappers of zod that do not change the paths of a type's fields. */
const wrappers: ReadonlySet<string> = new Set([
  "ZodNullable",
  "ZodOptional",
  "ZodDefault",
  "ZodReadonly",
  "ZodBranded",
]);

class Reader {
  readonly found = new Map<string, OptionDoc>();
  readonly strays: Stray[] = [];
  private readonly missing: { readonly path: string; readonly location: SourceLocation }[] = [];
  private readonly at: Node;
  private readonly root: string;

  /** @param at any node of the schema file, for questions about types of symbols */
  constructor(at: Node, root: string) {
    this.at = at;
    this.root = root;
  }

  readGroup(type: Type, path: readonly string[]): void {
    for (const property of type.getProperties()) {
      const propertyPath = [...path, property.getName()];
      const propertyType = property.getTypeAtLocation(this.at);
      if (property.getName() === prototypeName) {
        this.addStray(property, propertyPath, "reserved name");
        continue;
      }
      const optionType = argumentOfOption(propertyType);
      if (optionType !== undefined) {
        this.readProperty(property, propertyPath);
        this.readFields(optionType, propertyPath);
      } else if (isGroup(propertyType)) {
        this.readGroup(propertyType, propertyPath);
      } else if (isZodType(propertyType)) {
        this.addStray(property, propertyPath, "type");
      } else if (!mayBeAnything(propertyType)) {
        this.addStray(property, propertyPath, "value");
      }
    }
  }

  private addStray(property: TypeSymbol, path: readonly string[], kind: Stray["kind"]): void {
    const [node] = property.getDeclarations();
    if (node !== undefined) this.strays.push({ path: humanPath(path), node, kind });
  }

  /** The fields inside the zod type of an option. */
  private readFields(type: Type, path: readonly string[]): void {
    // A submodule's type is an object that also has the submodule's options.
    const options = type.isIntersection() ? type.getProperty("options") : undefined;
    if (options !== undefined) {
      this.readGroup(options.getTypeAtLocation(this.at), path);
      return;
    }
    const name = type.getSymbol()?.getName() ?? "";
    const [first, second] = type.getTypeArguments();
    if (first === undefined) return;
    if (wrappers.has(name)) this.readFields(first, path);
    if (name === "ZodArray") this.readFields(first, [...path, elementSegment]);
    if (name === "ZodObject") this.readShape(first, path);
    if (name === "ZodUnion") this.readMembers(first, path);
    if (name === "ZodRecord" && second !== undefined) {
      this.readFields(second, [...path, elementSegment]);
    }
    if (name === "ZodDiscriminatedUnion" && second !== undefined) {
      this.readMembers(second, path, first.getLiteralValue());
    }
  }

  private readMembers(members: Type, path: readonly string[], tag?: unknown): void {
    for (const [index, member] of members.getTupleElements().entries()) {
      const memberPath = [...path, memberSegment(index)];
      const [shape] = member.getTypeArguments();
      if (tag !== undefined && shape !== undefined) this.readShape(shape, memberPath, tag);
      else this.readFields(member, memberPath);
    }
  }

  /** The fields of `z.object()`. The tag, which tells members apart, needs no description. */
  private readShape(shape: Type, path: readonly string[], tag?: unknown): void {
    for (const property of shape.getProperties()) {
      if (property.getName() === tag) continue;
      const propertyPath = [...path, property.getName()];
      if (property.getName() === prototypeName) {
        this.addStray(property, propertyPath, "reserved name");
        continue;
      }
      this.readProperty(property, propertyPath);
      this.readFields(property.getTypeAtLocation(this.at), propertyPath);
    }
  }

  private readProperty(property: TypeSymbol, path: readonly string[]): void {
    const [declaration] = property.getDeclarations();
    if (declaration === undefined) return;
    const location = locate(declaration, this.root);
    const comment = commentOf(declaration);
    const description = comment === undefined ? "" : readDocComment(comment, location);
    if (description === "") this.missing.push({ path: humanPath(path), location });
    else this.found.set(path.join("."), { description, location });
  }

  /** The option whose declaration contains a node. */
  readonly optionAround = (node: Node): string | undefined => {
    const declarations = [node, ...node.getAncestors()]
      .filter((ancestor) => ancestor.getKind() === SyntaxKind.PropertyAssignment)
      .map((ancestor) => locate(ancestor, this.root));
    for (const { file, line } of declarations) {
      for (const [path, { location }] of this.found) {
        if (location.file === file && location.line === line) return humanPath(path.split("."));
      }
    }
    return undefined;
  };

  refuseMissing(): void {
    const [first, ...others] = this.missing;
    if (first === undefined) return;
    const list = this.missing.map(
      ({ path, location }) => `\n  ${path} (${location.file}:${location.line})`,
    );
    throw new UserError(
      others.length === 0
        ? "an option has no doc comment"
        : `${this.missing.length} options have no doc comment:${list.join("")}`,
      {
        option: first.path,
        location: first.location,
        next: "write what the option is for in a /** comment */ above it",
      },
    );
  }
}

function humanPath(path: readonly string[]): string {
  return path.filter((segment) => !segment.startsWith("|")).join(".");
}

/** `S` of `Option<S>`. */
function argumentOfOption(type: Type): Type | undefined {
  return type.getSymbol()?.getName() === "Option" && type.getProperty("facets") !== undefined
    ? type.getTypeArguments()[0]
    : undefined;
}

/** In an object literal this is no property: the schema would lose the value. */
const prototypeName = "__proto__";

function isGroup(type: Type): boolean {
  const isList = type.isArray() || type.isReadonlyArray() || type.isTuple();
  return type.isObject() && !isList && !isZodType(type) && type.getCallSignatures().length === 0;
}

/** Whether a type says too little. The type of code that does not compile does. */
function mayBeAnything(type: Type): boolean {
  return type.isAny() || type.isUnknown() || type.isUnion() || type.isTypeParameter();
}

/** The doc comment of a property, or of the option or variable that is its value. */
function commentOf(declaration: Node): string | undefined {
  const comment = docCommentBefore(declaration);
  if (comment !== undefined) return comment;
  if (Node.isPropertyAssignment(declaration)) return commentOfTaken(declaration.getInitializer());
  if (!Node.isShorthandPropertyAssignment(declaration)) return undefined;
  const variable = declaration.getValueSymbol()?.getAliasedSymbol() ?? declaration.getValueSymbol();
  const statement = variable
    ?.getValueDeclaration()
    ?.getAncestors()
    .find((ancestor) => ancestor.getKind() === SyntaxKind.VariableStatement);
  return statement === undefined ? undefined : docCommentBefore(statement);
}

/** The doc comment of an option taken from a group, `group.it`, or of `override(group.it, …)`. */
function commentOfTaken(value: Node | undefined): string | undefined {
  if (Node.isCallExpression(value) && value.getExpression().getText() === "override") {
    return commentOfTaken(value.getArguments()[0]);
  }
  const property = Node.isPropertyAccessExpression(value) ? value.getNameNode() : undefined;
  const [declaration] = property?.getSymbol()?.getDeclarations() ?? [];
  return declaration === undefined ? undefined : commentOf(declaration);
}

/**
 * The last doc comment before a node, on lines of its own or on the node's own line. A comment at
 * the end of the previous line belongs to the code on that line.
 */
function docCommentBefore(node: Node): string | undefined {
  const text = node.getSourceFile().getFullText();
  const sameLine = (ts.getTrailingCommentRanges(text, node.getPos()) ?? []).filter(
    ({ end }) => !text.slice(end, node.getStart()).includes("\n"),
  );
  const linesBefore = ts.getLeadingCommentRanges(text, node.getPos()) ?? [];
  return [...sameLine, ...linesBefore]
    .map(({ pos, end }) => text.slice(pos, end))
    .findLast((comment) => comment.startsWith("/**"));
}

function locate(node: Node, root: string): SourceLocation {
  return { file: pathOf(node.getSourceFile(), root), line: node.getStartLineNumber() };
}
