import { BugError } from "../errors.ts";
import type { Binding, ListItem, NixExpr } from "./ast.ts";
import type { JsonValue } from "./create.ts";

/** What may stand in a hole of the template; where it stands decides what it becomes. */
export type Hole =
  NixExpr | Binding | JsonValue | readonly (NixExpr | ListItem | JsonValue)[] | readonly Binding[];

export function quote(template: TemplateStringsArray, ..._holes: readonly Hole[]): NixExpr {
  throw new BugError(`cannot parse ${template.join("")} yet`);
}
