// Checks that every option has an effect. Otherwise a user could set it, and would believe in a promise that
// nobody keeps.

import type { OptionDocs } from "../docs/option-docs.ts";
import { together } from "../errors.ts";
import type { IrOption } from "../model/option-type.ts";
import type { IrService } from "../model/service-model.ts";
import { expressionsIn, walkExpression } from "../model/walk-expression.ts";
import { mistake } from "./place.ts";

/** @throws UserError with all options that do nothing */
export function checkUses(service: IrService, docs: OptionDocs): void {
  const referred = referredIn(service);
  const guards = new Set(
    service.options.flatMap(({ setting, guard }) =>
      setting === undefined || guard === undefined ? [] : [guard.join(".")],
    ),
  );
  const isUsed = ({ path, setting, credential, deprecated }: IrOption): boolean =>
    setting !== undefined ||
    credential !== undefined ||
    // It may do nothing any more: configurations that set it must still evaluate.
    deprecated !== undefined ||
    guards.has(path.join(".")) ||
    referred.has(path.join("."));
  const [first, ...others] = service.options
    .filter((option) => !isUsed(option))
    .map(({ path }) =>
      mistake({ path, docs }, "the option does nothing", {
        next: "give it a `setting`, use it in `model`, or remove it",
      }),
    );
  if (first !== undefined) throw together(first, others);
}

/** The options that an expression reads. A derived default for an option is no use of that option. */
function referredIn({ options, model, variants }: IrService): ReadonlySet<string> {
  const values = model.derived.map(({ value }) => value);
  const computed = expressionsIn({ ...model, derived: values, supersedes: undefined }, "");
  // Expressions of options and tables are lowered already, to nodes.
  const lowered = [
    ...options.flatMap(({ defaults }) => Object.values(defaults ?? {})),
    ...options.flatMap(({ credential }) => (credential === undefined ? [] : [credential.variable])),
    ...Object.values(variants?.variants ?? {}).flatMap((row) => Object.values(row)),
  ];
  const found = new Set<string>();
  for (const node of [...computed.map(({ node }) => node), ...lowered]) {
    walkExpression(node, (part) => {
      if (part.kind === "option") found.add(part.path.join("."));
    });
  }
  return found;
}
