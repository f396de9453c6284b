// Turns a failure of the operating system into a message. The user can mend a full disk or a read-only directory,
// so this is a UserError; any other error passes through unchanged.

import { getSystemErrorMap } from "node:util";
import { UserError } from "../errors.ts";
import { generateCommand } from "./file.ts";

export function diskError(message: string, error: unknown, extra = ""): unknown {
  const code = systemErrorCode(error);
  if (code === undefined) return error;
  const reason = [...getSystemErrorMap().values()].find(([name]) => name === code)?.[1] ?? code;
  return new UserError(`${message}: ${reason}${extra}`, { next: remedy(code) });
}

/** The code of a system error (`ENOSPC`), if it is one. */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error) || !("syscall" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

function remedy(code: string): string {
  switch (code) {
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return `give yourself permission to read and write there, then run \`${generateCommand}\``;
    case "ENOSPC":
    case "EDQUOT":
      return `free some space on the disk, then run \`${generateCommand}\``;
    default:
      return `mend that, then run \`${generateCommand}\``;
  }
}
