// How a confinement rule is kept where the system's own systemd does not keep it: under a user's
// service manager, and on macOS. A rule that cannot be kept says why.

import type { ConfinementRule } from "./service-model.ts";

export interface PlatformPromise {
  /** Under a user's own systemd. */
  readonly user: {
    /** The directives it can enforce; absent where they are the same. */
    readonly directives?: ConfinementRule["directives"];
    /** What these directives do, where the rule's own reason would promise more than they keep. */
    readonly why?: string;
    /** What it cannot keep, and why. */
    readonly cannot?: string;
  };
  /** In a Seatbelt sandbox, for daemons and agents. */
  readonly seatbelt: {
    readonly keptBy?: string;
    /** Whether it is the job's property list that keeps it, instead of the sandbox's profile. */
    readonly byJob?: boolean;
    readonly cannot?: string;
    /** Where it differs for an agent, which runs as the user. */
    readonly agent?: string;
  };
}
