// What the types of the model cannot say: modes are octal, and what is said about a rule is said about
// one that exists.

import type { OptionDocs } from "../docs/option-docs.ts";
import { UserError } from "../errors.ts";
import { nearest } from "../nearest.ts";
import type { IrService } from "./model.ts";

export function checkModel({ model }: IrService, { service: location }: OptionDocs): void {
  for (const { mode } of [model.stateDirectory, ...model.directories]) {
    if (/^0[0-7]{3}$/.test(mode)) continue;
    throw new UserError("this is not the mode of a directory", {
      location,
      expected: 'four octal digits, for example "0700"',
      received: JSON.stringify(mode),
      next: "correct `stateDirectory` or `directories`",
    });
  }
  const rules = model.confinement.map(({ id }) => id);
  for (const id of Object.keys(model.elsewhere)) {
    if (rules.includes(id)) continue;
    const meant = nearest(id, rules);
    throw new UserError(`\`elsewhere\` speaks of a rule ${id}, which does not exist`, {
      location,
      expected: rules.join(", "),
      next: meant === undefined ? "remove it, or add the rule" : `did you mean ${meant}?`,
    });
  }
}
