// The whole reference of a service as JSON, for programs that show it: its options on all platforms with what they
// do, its rules with how each platform keeps them, and the old names of options with their successors.

import { platformTitles } from "../model/platform.ts";
import type { Proof } from "../model/proof.ts";
import type { ConfinementRule, IrService } from "../model/service-model.ts";
import { migrationsOf } from "./migrations.ts";
import type { ReferenceOption } from "./reference.ts";

export function emitReferenceJson(service: IrService, options: readonly ReferenceOption[]): string {
  const { name, summary, documentation, platforms, model } = service;
  const reference = {
    name,
    summary,
    documentation,
    platforms: platforms.map((platform) => ({ id: platform, title: platformTitles[platform] })),
    options,
    rules: model.confinement.map(ruleData),
    migrations: migrationsOf(service),
  };
  return `${JSON.stringify(reference, null, 2)}\n`;
}

/** A confinement rule, as the reference has it. */
export interface Rule {
  readonly id: string;
  readonly why: string;
  /** The names of its directives. */
  readonly directives: readonly string[];
  readonly cannot?: string;
  readonly user: {
    readonly directives?: readonly string[];
    readonly why?: string;
    readonly cannot?: string;
  };
  readonly seatbelt: ConfinementRule["seatbelt"];
  readonly differences: readonly {
    readonly where: string;
    readonly why: string;
    readonly lifts: readonly string[];
  }[];
  readonly proofs: readonly Pick<Proof, "promise" | "must" | "bare">[];
  /** Why there are no proofs. */
  readonly unprovable?: string;
}

function ruleData(rule: ConfinementRule): Rule {
  const { id, why, directives, cannot, user, seatbelt, differences = [], proofs = [] } = rule;
  return {
    id,
    why,
    directives: Object.keys(directives),
    ...(cannot !== undefined && { cannot }),
    user: {
      ...(user.why !== undefined && { why: user.why }),
      ...(user.cannot !== undefined && { cannot: user.cannot }),
      ...(user.directives !== undefined && { directives: Object.keys(user.directives) }),
    },
    seatbelt,
    differences: differences.map((difference) => ({
      where: difference.where,
      why: difference.why,
      lifts: difference.lifts.map(({ promise }) => promise),
    })),
    proofs: proofs.map(({ promise, must, bare }) => ({ promise, must, bare })),
    ...(rule.proofs === undefined && { unprovable: rule.unprovable }),
  };
}
