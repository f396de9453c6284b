// The default confinement: rules, the reason for each, and proofs. Every rule assumes that
// the process inside is hostile: a hole in a program is enough. Directives are those of
// systemd.exec(5) and systemd.resource-control(5); vm-test/neighbourhood.py makes the things that the probes look for.
//
// Directives for a user's manager were measured on systemd 257: the rules leave out directives that it ignores,
// because such a directive is a promise that nobody keeps.

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
 * The library's rules, for a model's `confinement`. They leave open what the model names: its directories,
 * the paths it reads, the ports it listens on, and the paths and addresses that its user allows.
 *
 * @param options the rules to loosen, by name; none by default
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

/** A rule without directives: it stays in the table of promises, which says that systemd does not keep it. */
function leftOut({ id, why, seatbelt }: ConfinementRule, reason: string): ConfinementRule {
  const cannot = `be kept: ${reason}`;
  const user = { directives: {}, cannot };
  return { id, why, directives: {}, cannot, user, seatbelt, unprovable: reason };
}
