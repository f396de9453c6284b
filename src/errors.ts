// The two classes of failure. A user's mistake is answered with what to do next and exit code 1;
// everything else is a bug of this program and keeps its stack.

/** Where in a source file something was written. `line` counts from 1. */
export interface SourceLocation {
  readonly file: string;
  readonly line: number;
}

export interface UserErrorDetails {
  /** Dotted path of the option at fault, for example `gateway.port`. */
  readonly option?: string | undefined;
  readonly location?: SourceLocation | undefined;
  readonly expected?: string | undefined;
  readonly received?: string | undefined;
  /** What the user can do about it, as an instruction. */
  readonly next?: string | undefined;
}

/** A mistake in what the user wrote: the schema, the configuration file or the command line. */
export class UserError extends Error {
  readonly details: UserErrorDetails;

  constructor(message: string, details: UserErrorDetails = {}) {
    super(message);
    this.name = "UserError";
    this.details = details;
  }
}

/** A broken promise of this program itself. */
export class BugError extends Error {
  constructor(message: string) {
    super(`${message} (this is a bug in nixmodgen)`);
    this.name = "BugError";
  }
}

/** Makes a switch exhaustive: compiles only when every case is handled. */
export function unreachable(value: never): never {
  throw new BugError(`unexpected value ${JSON.stringify(value)}`);
}

/** Renders a user's mistake for a terminal: one line per fact, no stack. */
export function formatUserError(error: UserError): string {
  const { option, location, expected, received, next } = error.details;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["option", option],
    ["at", location && `${location.file}:${location.line}`],
    ["expected", expected],
    ["received", received],
    ["next", next],
  ];
  const lines = facts.flatMap(([label, text]) =>
    text === undefined ? [] : [`  ${`${label}:`.padEnd(10)}${text}`],
  );
  return [`error: ${error.message}`, ...lines].join("\n");
}
