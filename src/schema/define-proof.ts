// The functions with which a schema's author writes proofs.

import type { Attempt, InUse, Observation, Probe, UnitProperty } from "../model/proof.ts";
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
 * @param inUse how it is tried on a machine in use, if not by the same attempt, or why it is not
 */
export function probe(
  promise: string,
  attempt: Attempt,
  must: Words,
  bare: string,
  inUse?: InUse | string,
): Probe {
  const one = { kind: "probe", promise, attempt, must: words(must), bare } as const;
  return inUse === undefined ? one : { ...one, inUse };
}

/** Proves that something works inside, in spite of the confinement; `inUse` as of `probe`. */
export function works(promise: string, attempt: Attempt, inUse?: InUse | string): Probe {
  return probe(promise, attempt, "done", "done", inUse);
}

/** Proves a promise from outside: by a property of the unit, or by a shell command that prints one word. */
export function observation(
  promise: string,
  look: string | UnitProperty,
  must: Words,
  bare: string,
): Observation {
  const own = { kind: "observation", promise, must: words(must), bare } as const;
  return typeof look === "string"
    ? { ...own, command: look }
    : { ...own, command: commandOf(look), property: look };
}

const commandOf = ({ property, value }: UnitProperty): string =>
  `test "$(systemctl show {unit} --property ${property} --value)" = ${value} && echo yes || echo no`;

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

/** Shows a difference from outside: by a property of the unit, or by a shell command that prints one word. */
export function showsOutside(
  promise: string,
  look: string | UnitProperty,
  words: { readonly relaxed: string; readonly strict: string },
): Contrast {
  const command = typeof look === "string" ? look : commandOf(look);
  return { kind: "observation", promise, command, ...words };
}
