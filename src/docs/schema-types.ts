// What the walk over a schema's options asks a compiler. Two compilers answer: TypeScript's native one, which is
// quick, and the one behind ts-morph, which can describe mistakes.

import type { SourceLocation } from "../errors.ts";

/** A type. `D` is the compiler's own object for a declaration. */
export interface SchemaType<D> {
  /** The name of the class or interface, without type arguments; empty if the type has none. */
  readonly name: () => string;
  readonly properties: () => readonly SchemaProperty<D>[];
  readonly property: (name: string) => SchemaProperty<D> | undefined;
  /** `A` and `B` of `Name<A, B>`. */
  readonly typeArguments: () => readonly SchemaType<D>[];
  /** `A` and `B` of `[A, B]`; none if the type is no tuple. */
  readonly members: () => readonly SchemaType<D>[];
  /** The value of a literal type. */
  readonly literal: () => unknown;
  readonly isIntersection: () => boolean;
  /** Whether values are objects that are no lists and cannot be called. */
  readonly isPlainObject: () => boolean;
  /** Whether the type says too little. The type of code that does not compile does. */
  readonly mayBeAnything: () => boolean;
}

export interface SchemaProperty<D> {
  readonly name: string;
  readonly type: () => SchemaType<D>;
  readonly declaration: () => D | undefined;
}

/** What the walk asks about declarations and the expressions in them. */
export interface SchemaSyntax<D> {
  readonly locate: (declaration: D) => SourceLocation;
  readonly source: (node: D) => SourceText;
  /** What a declaration takes its value from. */
  readonly value: (declaration: D) => SchemaValue<D>;
}

/** Where a node is in the text of its file. */
export interface SourceText {
  readonly text: string;
  /** The end of the previous token. */
  readonly position: number;
  /** The first character of the node itself, after comments. */
  readonly start: number;
}

export type SchemaValue<D> =
  /** `name: group.option`, or `name: override(group.option, …)` */
  | { readonly kind: "taken"; readonly from: D | undefined }
  /** `{ name }`, the variable with this statement */
  | { readonly kind: "variable"; readonly statement: D | undefined }
  | { readonly kind: "other" };

/** A part of a text. */
export interface TextRange {
  readonly pos: number;
  readonly end: number;
}

/** A compiler's reader of comments. */
export interface CommentReader {
  readonly leading: (text: string, position: number) => readonly TextRange[] | undefined;
  readonly trailing: (text: string, position: number) => readonly TextRange[] | undefined;
}

/** Whether values of a type are types of zod. */
export function isZodType<D>(type: SchemaType<D>): boolean {
  return type.property("_def") !== undefined && type.property("safeParse") !== undefined;
}
