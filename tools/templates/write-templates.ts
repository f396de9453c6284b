// The command `pnpm templates`: writes templates/ anew.

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { templateFiles } from "./template-files.ts";

const directory = fileURLToPath(new URL("../../templates", import.meta.url));
const files = templateFiles();
rmSync(directory, { recursive: true, force: true });
for (const { path, text } of files) {
  const file = join(directory, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
