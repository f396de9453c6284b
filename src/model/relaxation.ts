// Relaxations: options that loosen confinement. A test sets each to a value, in a service with
// nothing else relaxed. It names the promises that the value gives up; all others must hold.

import type { Observation, Probe } from "./proof.ts";

/** A promise of a confinement rule that a relaxation gives up. */
export interface Lift {
  /** As in the rule's proof. */
  readonly promise: string;
  /** The word in which its probe ends instead. */
  readonly word: string;
}

/** A probe or observation that ends in one word with the relaxation and in another without. */
export type Contrast = (Omit<Probe, "must" | "bare"> | Omit<Observation, "must" | "bare">) & {
  readonly relaxed: string;
  readonly strict: string;
};

/** A test value of the option, and the changes it makes; it has to make at least one. */
export type RelaxationTest<T> = {
  /** A part of the name of the test's instance: lower-case letters, digits and hyphens. */
  readonly name: string;
  readonly value: T;
} & (
  | { readonly lifts: readonly [Lift, ...Lift[]]; readonly shows?: readonly Contrast[] }
  | { readonly lifts?: readonly Lift[]; readonly shows: readonly [Contrast, ...Contrast[]] }
);

/** The name of an instance in VM tests that has nothing relaxed. */
export const strictInstance = "strict";
