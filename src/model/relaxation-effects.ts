// What the values of an option do to promises, for those who read about the option.

import type { Lift } from "./relaxation.ts";
import type { ConfinementRule } from "./service-model.ts";

/** A promise, and the rule that makes it. */
export interface RulePromise {
  readonly rule: string;
  readonly promise: string;
}

export interface RelaxationEffects {
  /** The attempts that end as they would without any confinement. */
  readonly givesUp: readonly RulePromise[];
  /** The attempts that work with the defaults, and no longer do. */
  readonly closes: readonly RulePromise[];
}

/**
 * Tells apart what a value loosens from what it tightens. An attempt that is refused both with the value and without
 * it, only in other words, is in neither list: its promise is kept.
 */
export function effectsOf(
  rules: readonly ConfinementRule[],
  lifts: readonly Lift[],
): RelaxationEffects {
  const proved = new Map(
    rules.flatMap(({ id, proofs = [] }) =>
      proofs.map((proof) => [proof.promise, { rule: id, ...proof }] as const),
    ),
  );
  // `lower/check-relaxations.ts` refuses promises that no rule has.
  const lifted = lifts.flatMap(({ promise, word }) => {
    const proof = proved.get(promise);
    return proof === undefined ? [] : [{ ...proof, word }];
  });
  const named = ({ rule, promise }: RulePromise): RulePromise => ({ rule, promise });
  return {
    givesUp: lifted.filter(({ word, bare }) => word === bare).map(named),
    closes: lifted
      .filter(({ word, bare, must }) => word !== bare && must.includes(bare))
      .map(named),
  };
}
