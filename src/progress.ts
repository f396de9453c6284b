// What the command is at, while it works: one line on a terminal, replaced by the next and gone at the
// end. Where nobody watches there is nothing of it.

import { isatty } from "node:tty";

export interface Progress {
  /** Says what begins now. */
  readonly step: (what: string) => void;
  /** Leaves nothing of it behind; what is printed next starts on an empty line. */
  readonly end: () => void;
}

export const silent: Progress = { step: () => undefined, end: () => undefined };

/** To the beginning of the line, and everything on it removed (ECMA-48: CR, EL). */
const eraseLine = "\r\u001b[K";

/** @param stream not the one the results are printed on */
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
