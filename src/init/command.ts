// The command `nixmodgen init`, from its flags to what it says.

import { existsSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { findAnswers, type InitFlags, withTerminal } from "./ask.ts";
import { projectFiles, writeProject } from "./init.ts";
import { packageManagerOf } from "./package-manager.ts";

/** Whether a directory, or one above it, is a Git repository. */
function isInRepository(directory: string): boolean {
  const above = dirname(directory);
  return existsSync(join(directory, ".git")) || (above !== directory && isInRepository(above));
}

/**
 * Makes a project.
 *
 * @param directory where; it need not exist
 * @param version the library's own
 * @returns what was done, and what to do next
 */
export async function init(directory: string, flags: InitFlags, version: string): Promise<string> {
  const answers = await withTerminal((ask) => findAnswers(directory, flags, ask));
  const packageManager = packageManagerOf(process.env["npm_config_user_agent"]);
  const { created, kept } = writeProject(
    directory,
    projectFiles(answers, { packageManager, version }),
  );
  const place = relative(process.cwd(), directory);
  return [
    ...created.map((path) => `created  ${join(place, path)}`),
    ...kept.map(({ path, need }) => `kept     ${join(place, path)}  (${need})`),
    "",
    "next:",
    ...(place === "" ? [] : [`  cd ${place}`]),
    "  npx nixmodgen generate",
    ...(isInRepository(directory) ? ["  git add --all  # Nix sees only files that Git knows"] : []),
    "  nix flake check --no-build",
  ].join("\n");
}
