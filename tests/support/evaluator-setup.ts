// Makes the evaluators that all test files share. They start when the first file asks.

import { startEvaluators } from "./evaluate.ts";
import { serverVariable, serveEvaluators } from "./evaluator-server.ts";

export default function setup(): () => void {
  const server = serveEvaluators(startEvaluators);
  process.env[serverVariable] = server.path;
  return server.close;
}
