// Schemas for the tests of settings.

import { fileURLToPath } from "node:url";
import { UserError, formatUserError } from "../../src/errors.ts";
import type { JsonSchema } from "../../src/settings/json-schema.ts";
import { readStored } from "../../tools/sync/schema-files.ts";
import { schemaPath } from "../../src/settings/schema-path.ts";

export const storedDirectory = fileURLToPath(new URL("../../schema/gateway", import.meta.url));

/** The structure of a stored version of the gateway's schema. */
export function stored(version: string): JsonSchema {
  return readStored(schemaPath(storedDirectory, version));
}

/** The report of the user's mistake that an action ends with. */
export function mistakeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof UserError) return formatUserError(error);
    throw error;
  }
  return "no mistake";
}

/** The lines of a template, without the indentation of the source around it. */
export function lines(strings: TemplateStringsArray, ...values: readonly string[]): string {
  const text = String.raw({ raw: strings }, ...values).replace(/^\n|\n\s*$/g, "");
  const indent = Math.min(
    ...text
      .split("\n")
      .filter((line) => line.trim() !== "")
      .map((line) => line.search(/\S/)),
  );
  return text
    .split("\n")
    .map((line) => line.slice(indent))
    .join("\n");
}
