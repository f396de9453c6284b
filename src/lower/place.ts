// A place in the schema: an option, or a field somewhere in its type. Every error of the lowering has the path
// and the source line of such a place.

import { elementSegment, type OptionDoc, type OptionDocs } from "../docs/option-docs.ts";
import { type SourceLocation, UserError, type UserErrorDetails } from "../errors.ts";

export interface Place {
  /** May contain the segments of elements and union members; see `OptionDocs`. */
  readonly path: readonly string[];
  readonly docs: OptionDocs;
}

export function inside(place: Place, ...segments: readonly string[]): Place {
  return { ...place, path: [...place.path, ...segments] };
}

function docOf(place: Place): OptionDoc | undefined {
  return place.docs.options.get(place.path.join("."));
}

/** The description of a place in the schema's source. */
export function describe(place: Place): OptionDoc {
  const doc = docOf(place);
  if (doc !== undefined) return doc;
  throw mistake(place, "the doc comment of this option cannot be found", {
    next:
      "write the option where its type is inferred: a type annotation around it, or a name that " +
      "is computed, hides the comment",
  });
}

/** The path as people write it. */
export function pathOf(place: Place): string {
  return place.path.filter((segment) => !segment.startsWith("|")).join(".");
}

/** The source location of the place, or of the nearest enclosing place with a known location. */
function locationOf(place: Place): SourceLocation {
  for (let length = place.path.length; length > 0; length -= 1) {
    const doc = docOf({ ...place, path: place.path.slice(0, length) });
    if (doc !== undefined) return doc.location;
  }
  return place.docs.service;
}

type Details = Omit<UserErrorDetails, "option" | "location">;

export function mistake(place: Place, message: string, details: Details = {}): UserError {
  return new UserError(message, {
    option: pathOf(place),
    location: locationOf(place),
    ...details,
  });
}

const namePattern = /^[A-Za-z][A-Za-z0-9_-]*$/;

/** Nix keywords would need quotes; the names of `Object.prototype` would clash with inherited properties. */
const reservedNames: ReadonlySet<string> = new Set([
  ...["assert", "else", "if", "in", "inherit", "let", "or", "rec", "then", "with"],
  ...["null", "true", "false"],
  ...Object.getOwnPropertyNames(Object.prototype),
]);

/** Checks the name of an option, a group or a field. */
export function checkName(place: Place): void {
  const name = place.path.at(-1) ?? elementSegment;
  if (!namePattern.test(name)) {
    throw mistake(place, `"${name}" cannot be the name of an option`, {
      expected: "a letter, then letters, digits, _ and -",
    });
  }
  if (reservedNames.has(name)) {
    throw mistake(place, `the name "${name}" is reserved`, { next: "choose another name" });
  }
}
