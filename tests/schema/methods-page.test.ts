// docs/schema.md names all methods of expressions, and no others.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { literal } from "../../src/schema/build-expression.ts";

test("docs/schema.md names every method", () => {
  const page = readFileSync(new URL("../../docs/schema.md", import.meta.url), "utf8");
  const [, table = ""] = /\n\| of +\| methods[^\n]*\n\|[- |]+\n((?:\|[^\n]*\n)+)/.exec(page) ?? [];
  const named = [...table.matchAll(/`(\w+)`/g)].map(([, name]) => name);
  const methods: unknown = Object.getPrototypeOf(literal(1));
  expect(named.sort()).toEqual(Object.keys(methods as object).sort());
});
