// Shows the current step of the command: one line on a terminal, which the next step replaces and the end
// removes. Without a terminal it shows nothing.

import { isatty } from "node:tty";

export interface Progress {
  /** Shows the step that begins now. */
  readonly step: (what: string) => void;
  /** Removes the line; the next output starts on an empty line. */
  readonly end: () => void;
}

export const silent: Progress = { step: () => undefined, end: () => undefined };

/** Moves to the beginning of the line and erases it (ECMA-48: CR, EL). */
const eraseLine = "\r\u001b[K";

/** @param stream another stream than the one for results */
export function terminalProgress(
  stream: { readonly fd: number; readonly write: (text: string) => unknown },
  { TERM }: { readonly TERM?: string | undefined },
): Progress {
  if (!isatty(stream.fd) || TERM === "dumb") return silent;
  let isShown = false;
  return {
    step: (what) => {
      stream.write(`${eraseLine}${what}`);
      isShown = true;
    },
    end: () => {
      if (isShown) stream.write(eraseLine);
      isShown = false;
    },
  };
}
