// Docs for tests about other things: every place has a description and a line.

import type { OptionDoc, OptionDocs } from "../../src/docs/option-docs.ts";
import { UserError, type UserErrorDetails } from "../../src/errors.ts";
import type { Place } from "../../src/lower/place.ts";

class EveryPath extends Map<string, OptionDoc> {
  override get(path: string): OptionDoc {
    return { description: `About ${path}.`, location: { file: "schema/test.ts", line: 7 } };
  }
}

export const docs: OptionDocs = {
  service: { file: "schema/test.ts", line: 1 },
  options: new EveryPath(),
};

export const place: Place = { path: ["group", "it"], docs };

export interface Mistake extends UserErrorDetails {
  readonly message: string;
}

/** The mistake that a function throws; fails if it throws none. */
export function mistakeIn(run: () => unknown): Mistake {
  try {
    run();
  } catch (error) {
    if (error instanceof UserError) return { message: error.message, ...error.details };
    throw error;
  }
  throw new Error("expected a UserError");
}
