// Prints the evaluated nodes and the script of a NixOS test, as JSON for run.py.
// Usage: evaluate.ts TEST.nix MODULE.nix
// Exit code 3: tools are missing; standard error names them. 1: the configuration is rejected.

import path from "node:path";
import { fileURLToPath } from "node:url";

import { UserError } from "../../src/errors.ts";
import {
  EvaluationError,
  evaluateNix,
  missingForEvaluation,
  nixPath,
} from "../support/evaluate.ts";

const toolsMissing = 3;

const [test, module] = process.argv.slice(2);
if (test === undefined || module === undefined) {
  throw new UserError("expected two arguments: TEST.nix MODULE.nix");
}
const evaluator = fileURLToPath(new URL("../eval/harness/nixos-test.nix", import.meta.url));
const expression = `import ${nixPath(evaluator)} {
  test = import ${nixPath(path.resolve(test))};
  module = ${nixPath(path.resolve(module))};
}`;

const missing = missingForEvaluation();
if (missing.length > 0) {
  process.stderr.write(`missing for evaluation: ${missing.join(", ")}\n`);
  process.exitCode = toolsMissing;
} else {
  try {
    process.stdout.write(`${JSON.stringify(await evaluateNix(expression))}\n`);
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
