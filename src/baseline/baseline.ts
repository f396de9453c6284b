// What a service is kept from doing unless its author loosens it, why, and how that is shown. Every rule assumes that
// the process inside is hostile: a hole in a program is enough. Directives are those of
// systemd.exec(5) and systemd.resource-control(5); what the probes look for is made by vm-test/neighbourhood.py.
//
// What a user's manager enforces was measured on systemd 257: directives it ignores are left out, because
// a directive that does nothing is a promise that is not kept.

import { BugError } from "../errors.ts";
import type { ConfinementRule } from "../model/service-model.ts";
import type { UnconfinedModel } from "../schema/complete-model.ts";
import { fileRules } from "./files.ts";
import {
  type BaselineInputs,
  baselineInputs,
  type BaselineOptions,
  type BaselineRule,
  baselineRules,
} from "./inputs.ts";
import { limitRules } from "./limits.ts";
import { networkRules } from "./network.ts";
import { processesRules } from "./processes.ts";

/**
 * The library's rules, for a model's `confinement`. What they leave open follows from the model: its directories,
 * what it reads, where it listens, what its user lets it reach.
 *
 * @param options what is loosened, by name; nothing by default
 */
export function baseline(
  options: BaselineOptions = {},
): (model: UnconfinedModel) => readonly ConfinementRule[] {
  const { without = {}, change = {}, ...loosened } = options;
  return (model) =>
    rulesOf(baselineInputs(loosened, model)).map((rule) => {
      const id = nameOf(rule);
      const why = without[id];
      const changed = change[id]?.(rule) ?? rule;
      return why === undefined ? changed : leftOut(changed, why);
    });
}

function rulesOf(inputs: BaselineInputs): readonly ConfinementRule[] {
  return [
    ...fileRules(inputs),
    ...processesRules(inputs),
    ...networkRules(inputs),
    ...limitRules(inputs),
  ];
}

function nameOf({ id }: ConfinementRule): BaselineRule {
  const name = baselineRules.find((candidate) => candidate === id);
  if (name === undefined) throw new BugError(`${id} is no rule of the baseline`);
  return name;
}

/** The rule in the table of promises, which says that nothing keeps it on systemd. */
function leftOut({ id, why, seatbelt }: ConfinementRule, reason: string): ConfinementRule {
  const cannot = `be kept: ${reason}`;
  const user = { directives: {}, cannot };
  return { id, why, directives: {}, cannot, user, seatbelt, unprovable: reason };
}
