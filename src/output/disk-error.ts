// Turns a failure of the operating system into a message. The user can mend a full disk or a read-only directory,
// so this is a UserError; any other error passes through unchanged.

import { getSystemErrorMap } from "node:util";
import { UserError } from "../errors.ts";

/** @param command what brings the output directory up to date */
export function diskError(message: string, error: unknown, command: string, extra = ""): unknown {
  const code = systemErrorCode(error);
  if (code === undefined) return error;
  const reason = [...getSystemErrorMap().values()].find(([name]) => name === code)?.[1] ?? code;
  return new UserError(`${message}: ${reason}${extra}`, { next: remedy(code, command) });
}

/** The code of a system error (`ENOSPC`), if it is one. */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error) || !("syscall" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

function remedy(code: string, command: string): string {
  switch (code) {
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return `give yourself permission to read and write there, then run \`${command}\``;
    case "ENOSPC":
    case "EDQUOT":
      return `free some space on the disk, then run \`${command}\``;
    default:
      return `mend that, then run \`${command}\``;
  }
}
