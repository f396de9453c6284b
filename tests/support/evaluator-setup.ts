// Makes the evaluators that all test files share. They start when the first file asks. Runs of the tests within a
// process that has some use those (tests/mutants).

import { startEvaluators } from "./evaluate.ts";
import { serverVariable, serveEvaluators } from "./evaluator-server.ts";

export default function setup(): (() => void) | undefined {
  if (process.env[serverVariable] !== undefined) return undefined;
  const server = serveEvaluators(startEvaluators);
  process.env[serverVariable] = server.path;
  return server.close;
}
