// The Nix that people wrote, of what the flake offers, is laid out as `nixfmt` would: the flake has a check of that,
// which needs a build. Here the generator's own printer says so, which agrees with nixfmt (fixtures/).

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

import { parseNix, printNix } from "../../src/nix/index.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));

const files = [
  "flake.nix",
  ...["nix", "templates"].flatMap((folder) =>
    readdirSync(`${repository}${folder}`, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".nix"))
      .map((path) => `${folder}/${path}`),
  ),
];

test.each(files)("%s is laid out as the printer does it", (path) => {
  const text = readFileSync(`${repository}${path}`, "utf8");
  // The printer does not know comments before the whole expression.
  const [head = ""] = /^(#.*\n)*/.exec(text) ?? [];
  expect(head + printNix(parseNix(text.slice(head.length)))).toBe(text);
});
