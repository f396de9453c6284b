// Relaxations: options that loosen confinement. Each is tested with a value, in a service that has
// nothing else relaxed: what it opens is named, promise by promise, and all others must hold.

import type { Observation, Probe } from "./proof.ts";

/** A promise of a confinement rule that a relaxation gives up. */
export interface Lift {
  /** As in the rule's proof. */
  readonly promise: string;
  /** The word its probe ends in instead. */
  readonly word: string;
}

/** Something that ends in one word with the relaxation and in another without. */
export type Contrast = (Omit<Probe, "must" | "bare"> | Omit<Observation, "must" | "bare">) & {
  readonly relaxed: string;
  readonly strict: string;
};

/** A value the option is tested with, and what that changes; it has to change something. */
export type RelaxationTest<T> = {
  /** Part of the name of the test's instance, so made of lower-case letters, digits and hyphens. */
  readonly name: string;
  readonly value: T;
} & (
  | { readonly lifts: readonly [Lift, ...Lift[]]; readonly shows?: readonly Contrast[] }
  | { readonly lifts?: readonly Lift[]; readonly shows: readonly [Contrast, ...Contrast[]] }
);

/** Instances of this name, in VM tests, have nothing relaxed. */
export const strictInstance = "strict";
