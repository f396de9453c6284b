import { BugError } from "../errors.ts";
import type { NixExpr } from "./ast.ts";

export function printNix(node: NixExpr): string {
  throw new BugError(`printing ${node.kind} is not there yet`);
}
