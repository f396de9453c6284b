// The functions with which a schema's author writes proofs.

import type { Attempt, Observation, Probe } from "../model/proof.ts";
import type { Contrast, Lift } from "../model/relaxation.ts";

type Words = string | readonly [string, ...string[]];

function words(given: Words): readonly [string, ...string[]] {
  return typeof given === "string" ? [given] : given;
}

/**
 * Proves a promise by an attempt inside the service's sandbox.
 *
 * @param promise the promise in words, which is also the name of the subtest
 * @param attempt the verb and its arguments
 * @param must the word, or words, that keep the promise
 * @param bare the word in a bare unit: the same user without confinement
 */
export function probe(promise: string, attempt: Attempt, must: Words, bare: string): Probe {
  return { kind: "probe", promise, attempt, must: words(must), bare };
}

/** Proves that something works inside, in spite of the confinement. */
export function works(promise: string, attempt: Attempt): Probe {
  return probe(promise, attempt, "done", "done");
}

/** Proves a promise by a shell command outside of the sandbox, which prints one word. */
export function observation(
  promise: string,
  command: string,
  must: Words,
  bare: string,
): Observation {
  return { kind: "observation", promise, command, must: words(must), bare };
}

/**
 * Promises that a relaxation gives up.
 *
 * @param word the word in which their probes end with the relaxation
 * @param first a promise, in the words of its rule's proof; `others` likewise
 */
export function lifts(
  word: string,
  first: string,
  ...others: readonly string[]
): readonly [Lift, ...Lift[]] {
  return [{ promise: first, word }, ...others.map((promise) => ({ promise, word }))];
}

/** Shows a difference: an attempt that ends in one word in a relaxed service, and in another in a strict one. */
export function shows(
  promise: string,
  attempt: Attempt,
  words: { readonly relaxed: string; readonly strict: string },
): Contrast {
  return { kind: "probe", promise, attempt, ...words };
}

/** Shows a difference by a shell command outside of the sandbox, which prints one word. */
export function showsOutside(
  promise: string,
  command: string,
  words: { readonly relaxed: string; readonly strict: string },
): Contrast {
  return { kind: "observation", promise, command, ...words };
}
