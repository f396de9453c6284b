// Facts about options from the schema's sources: doc comments and positions.

import type { SourceLocation } from "../errors.ts";

export interface DocsSource {
  /** Absolute path of the schema file whose default export is the service. */
  readonly entry: string;
  /** Absolute path of the schema's tsconfig.json. */
  readonly tsconfig: string;
  /** Reported files are relative to this directory. */
  readonly root: string;
}

export interface OptionDoc {
  /** The doc comment: Markdown. */
  readonly description: string;
  readonly location: SourceLocation;
}

export interface OptionDocs {
  /** The place of the service's definition. */
  readonly service: SourceLocation;
  /**
   * Options and the fields of their types, by dotted path. Elements of lists and values of records
   * are at `*`, the members of a union at `|0`, `|1`: `providers.*.|1.key`.
   */
  readonly options: ReadonlyMap<string, OptionDoc>;
}

/** The segment of a union's member in the path of a field. */
export function memberSegment(index: number): string {
  return `|${index}`;
}

/** The segment that stands for all elements of a list, or all values of a record. */
export const elementSegment = "*";
