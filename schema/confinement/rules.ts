// What the gateway is kept from doing, why, and how that is shown. The gateway runs whatever a
// language model asks for, and a language model asks for whatever it last read: every rule assumes
// that the process inside is hostile. Directives are those of systemd.exec(5) and
// systemd.resource-control(5); what the probes look for is made by vm-test/neighbourhood.py.
//
// What a user's manager enforces was measured on systemd 257: directives it ignores are left out, because
// a directive that does nothing is a promise that is not kept.

import type { ConfinementRule } from "../../src/index.ts";
import { fileRules } from "./files.ts";
import type { ConfinementInputs } from "./inputs.ts";
import { limitRules } from "./limits.ts";
import { networkRules } from "./network.ts";
import { processesRules } from "./processes.ts";

export function confinement(inputs: ConfinementInputs): readonly ConfinementRule[] {
  return [
    ...fileRules(inputs),
    ...processesRules(inputs),
    ...networkRules(inputs),
    ...limitRules(inputs),
  ];
}
