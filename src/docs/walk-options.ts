// Walks over the type of a service's options, and finds the doc comment and the position of each.
//
// Contract: the result has every option of the service and every field of their types. A compiler has read the
// sources, so the walk finds an option wherever it is written: imported, spread, made by a function, shared
// between groups. It starts at the type of the schema's default export, `Service<T>`, and goes down through `T`:
// the property of a type knows its declaration.

import { type SourceLocation, UserError } from "../errors.ts";
import { readDocComment } from "./doc-comment.ts";
import { elementSegment, memberSegment, type OptionDoc } from "./option-docs.ts";
import {
  type CommentReader,
  isZodType,
  type SchemaProperty,
  type SchemaSyntax,
  type SchemaType,
} from "./schema-types.ts";

/** A property among the options that is no option. */
export interface Stray<D> {
  /** Dotted path, as people write it. */
  readonly path: string;
  /** Its declaration. */
  readonly node: D;
  readonly kind: "type" | "value" | "reserved name";
}

/** Wrappers of zod that do not change the paths of a type's fields. */
const wrappers: ReadonlySet<string> = new Set([
  "ZodNullable",
  "ZodOptional",
  "ZodDefault",
  "ZodReadonly",
  "ZodBranded",
]);

/** In an object literal this is no property: the schema would lose the value. */
const prototypeName = "__proto__";

export class OptionWalk<D> {
  readonly found = new Map<string, OptionDoc>();
  readonly strays: Stray<D>[] = [];
  readonly missing: { readonly path: string; readonly location: SourceLocation }[] = [];
  private readonly syntax: SchemaSyntax<D>;
  private readonly comments: CommentReader;

  constructor(syntax: SchemaSyntax<D>, comments: CommentReader) {
    this.syntax = syntax;
    this.comments = comments;
  }

  /** @throws UserError if a doc comment is not usable */
  readGroup(type: SchemaType<D>, path: readonly string[]): void {
    for (const property of type.properties()) {
      const propertyPath = [...path, property.name];
      if (property.name === prototypeName) {
        this.addStray(property, propertyPath, "reserved name");
        continue;
      }
      const propertyType = property.type();
      const optionType = argumentOfOption(propertyType);
      if (optionType !== undefined) {
        this.readProperty(property, propertyPath);
        this.readFields(optionType, propertyPath);
      } else if (propertyType.isPlainObject() && !isZodType(propertyType)) {
        this.readGroup(propertyType, propertyPath);
      } else if (isZodType(propertyType)) {
        this.addStray(property, propertyPath, "type");
      } else if (!propertyType.mayBeAnything()) {
        this.addStray(property, propertyPath, "value");
      }
    }
  }

  private addStray(
    property: SchemaProperty<D>,
    path: readonly string[],
    kind: Stray<D>["kind"],
  ): void {
    const node = property.declaration();
    if (node !== undefined) this.strays.push({ path: humanPath(path), node, kind });
  }

  /** The fields inside the zod type of an option. */
  private readFields(type: SchemaType<D>, path: readonly string[]): void {
    // A submodule's type is an object that also has the submodule's options.
    const options = type.isIntersection() ? type.property("options") : undefined;
    if (options !== undefined) {
      this.readGroup(options.type(), path);
      return;
    }
    const name = type.name();
    const [first, second] = type.typeArguments();
    if (first === undefined) return;
    if (wrappers.has(name)) this.readFields(first, path);
    if (name === "ZodArray") this.readFields(first, [...path, elementSegment]);
    if (name === "ZodObject") this.readShape(first, path);
    if (name === "ZodUnion") this.readMembers(first, path);
    if (name === "ZodRecord" && second !== undefined) {
      this.readFields(second, [...path, elementSegment]);
    }
    if (name === "ZodDiscriminatedUnion" && second !== undefined) {
      this.readMembers(second, path, first.literal());
    }
  }

  private readMembers(tuple: SchemaType<D>, path: readonly string[], tag?: unknown): void {
    for (const [index, member] of tuple.members().entries()) {
      const memberPath = [...path, memberSegment(index)];
      const [shape] = member.typeArguments();
      if (tag !== undefined && shape !== undefined) this.readShape(shape, memberPath, tag);
      else this.readFields(member, memberPath);
    }
  }

  /** The fields of `z.object()`. The tag, which tells members apart, needs no description. */
  private readShape(shape: SchemaType<D>, path: readonly string[], tag?: unknown): void {
    for (const property of shape.properties()) {
      if (property.name === tag) continue;
      const propertyPath = [...path, property.name];
      if (property.name === prototypeName) {
        this.addStray(property, propertyPath, "reserved name");
        continue;
      }
      this.readProperty(property, propertyPath);
      this.readFields(property.type(), propertyPath);
    }
  }

  private readProperty(property: SchemaProperty<D>, path: readonly string[]): void {
    const declaration = property.declaration();
    if (declaration === undefined) return;
    const location = this.syntax.locate(declaration);
    const comment = this.commentOf(declaration);
    const description = comment === undefined ? "" : readDocComment(comment, location);
    if (description === "") this.missing.push({ path: humanPath(path), location });
    else this.found.set(path.join("."), { description, location });
  }

  /** The doc comment of a property, or of the option or variable that is its value. */
  private commentOf(declaration: D): string | undefined {
    const comment = this.docCommentBefore(declaration);
    if (comment !== undefined) return comment;
    const value = this.syntax.value(declaration);
    switch (value.kind) {
      case "taken":
        return value.from === undefined ? undefined : this.commentOf(value.from);
      case "variable":
        return value.statement === undefined ? undefined : this.docCommentBefore(value.statement);
      case "other":
        return undefined;
    }
  }

  /**
   * The last doc comment before a node, on lines of its own or on the node's own line. A comment at
   * the end of the previous line belongs to the code on that line.
   */
  private docCommentBefore(node: D): string | undefined {
    const { text, position, start } = this.syntax.source(node);
    const sameLine = (this.comments.trailing(text, position) ?? []).filter(
      ({ end }) => !text.slice(end, start).includes("\n"),
    );
    const linesBefore = this.comments.leading(text, position) ?? [];
    return [...sameLine, ...linesBefore]
      .map(({ pos, end }) => text.slice(pos, end))
      .findLast((comment) => comment.startsWith("/**"));
  }

  /** @throws UserError with all options that have no doc comment */
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

/** A path without the segments for members of unions, as people write it. */
export function humanPath(path: readonly string[]): string {
  return path.filter((segment) => !segment.startsWith("|")).join(".");
}

/** `S` of `Option<S>`. */
function argumentOfOption<D>(type: SchemaType<D>): SchemaType<D> | undefined {
  return type.name() === "Option" && type.property("facets") !== undefined
    ? type.typeArguments()[0]
    : undefined;
}
