// A mutant: a source with one mistake, of the kind that a person in a hurry makes.

export type Layer = "schema" | "src" | "nix" | "shell";

export interface Mutant {
  readonly layer: Layer;
  /** The path of the changed file, relative to the repository. */
  readonly file: string;
  /** Writes the mutant. There are thousands, and only those in the sample are written. */
  readonly write: () => WrittenMutant;
}

export interface WrittenMutant {
  readonly line: number;
  /** The change, for a table: `"token" -> "tokenx"`. */
  readonly change: string;
  /** The whole file with the mistake. */
  readonly text: string;
}

/** One replacement in a text. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export function mutantOf(layer: Layer, file: string, source: string, edit: Edit): Mutant {
  const { start, end, text } = edit;
  const before = oneLine(source.slice(start, end));
  return {
    layer,
    file,
    write: () => ({
      line: source.slice(0, start).split("\n").length,
      change: text === "" ? `without ${before}` : `${before} -> ${oneLine(text)}`,
      text: source.slice(0, start) + text + source.slice(end),
    }),
  };
}

const longest = 60;

export function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}
