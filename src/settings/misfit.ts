// A misfit: an option, or another part of the schema, does not fit the program's configuration. One error
// reports several misfits.

import { type SourceLocation, UserError } from "../errors.ts";
import { formatKey } from "./suggest-key.ts";

export interface Misfit {
  /** The mistake, without its place in the source. */
  readonly message: string;
  /** The option at fault; absent for fixed settings of the service model. */
  readonly option?: readonly string[] | undefined;
  readonly location: SourceLocation;
  readonly expected?: string | undefined;
  readonly received?: string | undefined;
  readonly next?: string | undefined;
}

/** One error for all misfits, in the order of the schema. */
export function misfitError(first: Misfit, rest: readonly Misfit[], file: string): UserError {
  if (rest.length === 0) {
    const { message, option, ...details } = first;
    return new UserError(message, { option: option?.join("."), ...details });
  }
  const all = [first, ...rest];
  return new UserError(
    [`${all.length} settings do not fit ${file}`, ...all.map(formatMisfit)].join("\n"),
  );
}

function formatMisfit({ message, option, location, expected, received, next }: Misfit): string {
  const place = `${location.file}:${location.line}`;
  const facts = [
    ["expected", expected],
    ["received", received],
    ["next", next],
  ].flatMap(([label, text]) =>
    text === undefined ? [] : [`    ${`${label}:`.padEnd(10)}${text}`],
  );
  return [
    `  ${place}: ${option === undefined ? "" : `${option.join(".")}: `}${message}`,
    ...facts,
  ].join("\n");
}

/** The place of a value inside a setting: `window.panes.<name>`. */
export function settingAt(setting: readonly string[], path: readonly string[]): string {
  return formatKey([...setting, ...path]);
}
