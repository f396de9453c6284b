// The committed files are up to date with the sources and the schema. No other test reads them.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

import { readTree } from "./output/project.ts";
import { generatedFile } from "./support/generated.ts";

const committed = fileURLToPath(new URL("../generated", import.meta.url));

test("generated/ is what is generated (otherwise: pnpm generate)", () => {
  const now = readTree(generatedFile(""));
  expect(Object.keys(readTree(committed))).toEqual(Object.keys(now));
  const older = Object.entries(now).filter(
    ([path, text]) => !path.endsWith("/") && readFileSync(join(committed, path), "utf8") !== text,
  );
  expect(older.map(([path]) => path)).toEqual([]);
});
