import { BugError } from "../errors.ts";
import type { NixExpr } from "./ast.ts";

export function parseNix(source: string): NixExpr {
  throw new BugError(`cannot parse ${source} yet`);
}
