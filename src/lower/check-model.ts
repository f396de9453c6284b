// What the types of the model cannot say: modes are octal, and what a rule gives up somewhere it has promised.

import type { OptionDocs } from "../docs/option-docs.ts";
import { UserError } from "../errors.ts";
import type { ConfinementRule, IrService } from "../model/service-model.ts";

export function checkModel({ model }: IrService, { service: location }: OptionDocs): void {
  const { mode } = model.stateDirectory;
  if (!/^0[0-7]{3}$/.test(mode)) {
    throw new UserError("this is not the mode of a directory", {
      location,
      expected: 'four octal digits, for example "0700"',
      received: JSON.stringify(mode),
      next: "correct `stateDirectory`",
    });
  }
  for (const rule of model.confinement) checkDifferences(rule, location);
}

function checkDifferences(rule: ConfinementRule, location: OptionDocs["service"]): void {
  const { id, proofs = [], differences = [] } = rule;
  const promises = proofs.map(({ promise }) => promise);
  for (const { name, lifts } of differences) {
    if (!/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name)) {
      throw new UserError(`a difference of the rule ${id} has a name that cannot be one word`, {
        location,
        expected: "lower-case letters, digits and hyphens",
        received: name,
      });
    }
    const unknown = lifts.find(({ promise }) => !promises.includes(promise));
    if (unknown === undefined) continue;
    throw new UserError(`the difference ${name} gives up what the rule ${id} does not promise`, {
      location,
      expected: promises.join(", "),
      received: unknown.promise,
    });
  }
}
