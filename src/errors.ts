// The two classes of failure. A user's mistake is answered with what to do next and exit code 1;
// everything else is a bug of this program and keeps its stack.

/** A place in a source file. Lines and columns count from 1. */
export interface SourceLocation {
  readonly file: string;
  readonly line: number;
  /** Set if the line alone is not enough. */
  readonly column?: number;
}

export interface UserErrorDetails {
  /** Dotted path of the option at fault, for example `server.port`. */
  readonly option?: string | undefined;
  readonly location?: SourceLocation | undefined;
  /** Lines of the source, with a mark below the mistake. */
  readonly excerpt?: string | undefined;
  readonly expected?: string | undefined;
  readonly received?: string | undefined;
  /** What the user can do about it, as an instruction. */
  readonly next?: string | undefined;
}

/** A mistake of the user's: in the schema, the configuration file or the command line. */
export class UserError extends Error {
  readonly details: UserErrorDetails;

  constructor(message: string, details: UserErrorDetails = {}) {
    super(message);
    this.name = "UserError";
    this.details = details;
  }
}

/** Several mistakes at once; `errors` has no nested `UserErrors`. */
export class UserErrors extends UserError {
  readonly errors: readonly UserError[];

  constructor(errors: readonly UserError[]) {
    super(errors.map(({ message }) => message).join("\n"));
    this.name = "UserErrors";
    this.errors = errors;
  }
}

/** One error for all mistakes; the mistake itself if there is only one. */
export function together(first: UserError, others: readonly UserError[]): UserError {
  return others.length === 0 ? first : new UserErrors([first, ...others]);
}

/** A broken promise of this program itself. */
export class BugError extends Error {
  constructor(message: string) {
    super(`${message} (this is a bug in nixmodgen)`);
    this.name = "BugError";
  }
}

/** Renders a user's mistake for a terminal: one line per fact, no stack. */
export function formatUserError(error: UserError): string {
  if (error instanceof UserErrors) {
    const { errors } = error;
    return [...errors.map(formatUserError), `${errors.length} errors`].join("\n\n");
  }
  const { option, location, excerpt, expected, received, next } = error.details;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["option", option],
    ["at", location && formatLocation(location)],
    ["", excerpt?.replaceAll("\n", `\n${" ".repeat(factIndent)}`)],
    ["expected", expected],
    ["received", received],
    ["next", next],
  ];
  const lines = facts.flatMap(([label, text]) =>
    text === undefined ? [] : [`  ${label === "" ? "" : `${label}:`}`.padEnd(factIndent) + text],
  );
  return [`error: ${error.message}`, ...lines].join("\n");
}

/** The column at which the text of a fact begins. */
const factIndent = 12;

function formatLocation({ file, line, column }: SourceLocation): string {
  return [file, line, ...(column === undefined ? [] : [column])].join(":");
}
