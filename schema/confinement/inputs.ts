// What the rules depend on.

import type { Exp, Refs } from "../../src/index.ts";
import type { relaxations } from "../options/confinement.ts";

export interface ConfinementInputs {
  readonly port: Exp<number>;
  readonly configPath: Exp<string>;
  /** Whether only programs of the same machine talk to the gateway. */
  readonly isLocal: Exp<boolean>;
  /** Whether those of the same tailnet do, besides. */
  readonly isTailnet: Exp<boolean>;
  /** Whether the gateway listens on any free port before it listens on its own. */
  readonly triesFreePort: Exp<boolean>;
  /** Directories of the user that the service reads, in home-manager. */
  readonly readablePaths: Exp<readonly string[]>;
  readonly relaxed: Refs<typeof relaxations>;
}

/** A user's own systemd keeps a rule by the same directives. */
export const same = {} as const;
