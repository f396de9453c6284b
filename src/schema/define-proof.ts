// The functions with which a schema's author writes proofs.

import type { Attempt, Observation, Probe } from "../model/proof.ts";
import type { Contrast, Lift } from "../model/relaxation.ts";

type Words = string | readonly [string, ...string[]];

function words(given: Words): readonly [string, ...string[]] {
  return typeof given === "string" ? [given] : given;
}

/**
 * A promise shown by trying something inside the service's sandbox.
 *
 * @param promise what is promised, in words
 * @param attempt what is tried
 * @param must the word, or words, that keep the promise
 * @param bare the word where nothing is confined
 */
export function probe(promise: string, attempt: Attempt, must: Words, bare: string): Probe {
  return { kind: "probe", promise, attempt, must: words(must), bare };
}

/** A promise that something works inside, in spite of everything. */
export function works(promise: string, attempt: Attempt): Probe {
  return probe(promise, attempt, "done", "done");
}

/** A promise shown by a shell command outside that prints one word. */
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
 * @param word what their probes end in with the relaxation
 * @param first as in the proof of a rule, and so are the others
 */
export function lifts(
  word: string,
  first: string,
  ...others: readonly string[]
): readonly [Lift, ...Lift[]] {
  return [{ promise: first, word }, ...others.map((promise) => ({ promise, word }))];
}

/** What a relaxed service can do and a strict one cannot, or does differently. */
export function shows(
  promise: string,
  attempt: Attempt,
  words: { readonly relaxed: string; readonly strict: string },
): Contrast {
  return { kind: "probe", promise, attempt, ...words };
}

/** The same, seen by a shell command outside that prints one word. */
export function showsOutside(
  promise: string,
  command: string,
  words: { readonly relaxed: string; readonly strict: string },
): Contrast {
  return { kind: "observation", promise, command, ...words };
}
