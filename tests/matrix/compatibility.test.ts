// docs/compatibility.md shows what was kept.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

import { compatibilityPage } from "./compatibility.ts";

test("the page is made of the outcomes", async () => {
  const page = fileURLToPath(new URL("../../docs/compatibility.md", import.meta.url));
  expect(readFileSync(page, "utf8")).toBe(await compatibilityPage());
});
