// Modules that people wrote: every module that can be parsed prints in the style of `nixfmt`.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { BugError } from "../../src/errors.ts";
import { parseNix, printNix, type NixExpr } from "../../src/nix/index.ts";
import { findNixfmt, findTree, run, withTemporaryDir } from "../support/tools.ts";
import { lacking } from "../support/lacking.ts";

const tree = findTree("home-manager");
const nixfmt = findNixfmt();
const missing = [
  ...(tree === undefined ? ["home-manager"] : []),
  ...(nixfmt === undefined ? ["nixfmt"] : []),
];

/** The expression of a module; none if it has comments that the parser refuses. */
function parse(source: string): NixExpr | undefined {
  try {
    return parseNix(source);
  } catch (error) {
    if (error instanceof BugError && /comment|\/\*/.test(error.message)) {
      return undefined;
    }
    throw error;
  }
}

describe.skipIf(missing.length > 0)(`home-manager's services${lacking(missing)}`, () => {
  test("are read, and printed in the official style", () => {
    const folder = join(tree ?? "", "modules/services");
    const sources = readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".nix"))
      .map((name) => readFileSync(join(folder, name), "utf8"));
    const nodes = sources.map(parse).filter((node) => node !== undefined);
    expect(nodes.length).toBeGreaterThan(0.8 * sources.length);

    const texts = nodes.map(printNix);
    texts.forEach((text, index) => {
      expect(parseNix(text)).toEqual(nodes[index]);
    });
    const changed = withTemporaryDir((dir) => {
      const files = texts.map((text, index) => {
        const file = join(dir, `${index}.nix`);
        writeFileSync(file, text);
        return file;
      });
      if (nixfmt !== undefined) {
        run(nixfmt, files);
      }
      return texts.filter((text, index) => readFileSync(files[index] ?? "", "utf8") !== text);
    });
    expect(changed).toEqual([]);
  });
});
