// Prints the evaluated nodes and the script of a NixOS test, as JSON for run.py.
// Usage: evaluate.ts TEST.nix MODULE.nix

import path from "node:path";
import { fileURLToPath } from "node:url";

import { UserError } from "../../src/errors.ts";
import { evaluateNix, nixPath } from "../support/evaluate.ts";

const [test, module] = process.argv.slice(2);
if (test === undefined || module === undefined) {
  throw new UserError("expected two arguments: TEST.nix MODULE.nix");
}
const evaluator = fileURLToPath(new URL("../eval/harness/nixos-test.nix", import.meta.url));
const value = await evaluateNix(
  `import ${nixPath(evaluator)} {
    test = import ${nixPath(path.resolve(test))};
    module = ${nixPath(path.resolve(module))};
  }`,
);
process.stdout.write(`${JSON.stringify(value)}\n`);
