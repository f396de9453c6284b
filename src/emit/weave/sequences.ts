// Aligns sequences of several targets by their common elements.

/** An element of one target's code: of a list, a set or a string. */
export interface Thread<Target, Value> {
  readonly target: Target;
  readonly value: Value;
}

export function groupBy<Value>(
  values: readonly Value[],
  keyOfEach: (value: Value) => string,
): readonly (readonly Value[])[] {
  const groups = new Map<string, Value[]>();
  for (const value of values) {
    const key = keyOfEach(value);
    groups.set(key, [...(groups.get(key) ?? []), value]);
  }
  return [...groups.values()];
}

type Sequence<Target, Value> = readonly Thread<Target, Value>[];

/** Equal values have equal keys. */
type KeyOf<Value> = (value: Value) => string;

/** Groups the threads by key. The groups follow the order of all sequences, as far as these agree. */
export function inOrder<Target, Value>(
  sequences: readonly Sequence<Target, Value>[],
  keyOf: KeyOf<Value>,
): readonly Sequence<Target, Value>[] {
  const order: string[] = [];
  for (const sequence of sequences) {
    let place = 0;
    for (const { value } of sequence) {
      const key = keyOf(value);
      const known = order.indexOf(key);
      if (known < 0) order.splice(place, 0, key);
      place = (known < 0 ? place : known) + 1;
    }
  }
  return order.map((key) =>
    sequences.flatMap((sequence) => sequence.filter(({ value }) => keyOf(value) === key)),
  );
}

/** A part of all sequences: one value of each, or a subsequence of each, which may be empty. */
export type Run<Target, Value> =
  | { readonly kind: "each"; readonly threads: Sequence<Target, Value> }
  | { readonly kind: "some"; readonly sequences: readonly Sequence<Target, Value>[] };

/**
 * Cuts sequences into runs at the elements that all have in the same order. Elements are equal by the first key;
 * within the runs that remain, by the next key.
 */
export function align<Target, Value>(
  sequences: readonly Sequence<Target, Value>[],
  keys: readonly KeyOf<Value>[],
): readonly Run<Target, Value>[] {
  const threads = sequences.flat();
  if (threads.length === 0) return [];
  if (sequences.every(({ length }) => length === 1)) return [{ kind: "each", threads }];
  const [keyOf, ...others] = keys;
  if (keyOf === undefined) return [{ kind: "some", sequences }];
  return cut(sequences, keyOf).flatMap((run) => align(run, others));
}

/** Cuts the sequences at each common value: the parts before it, then the value itself. */
function cut<Target, Value>(
  sequences: readonly Sequence<Target, Value>[],
  keyOf: KeyOf<Value>,
): readonly (readonly Sequence<Target, Value>[])[] {
  const keysOf = (sequence: Sequence<Target, Value>): readonly string[] =>
    sequence.map(({ value }) => keyOf(value));
  const [first = [], ...others] = sequences.map(keysOf);
  const common = others.reduce(longestCommon, first);
  const runs: (readonly Sequence<Target, Value>[])[] = [];
  let rest = sequences;
  for (const anchor of common) {
    const cuts = rest.map((sequence) => {
      const place = keysOf(sequence).indexOf(anchor);
      return {
        before: sequence.slice(0, place),
        at: sequence.slice(place, place + 1),
        after: sequence.slice(place + 1),
      };
    });
    runs.push(
      cuts.map(({ before }) => before),
      cuts.map(({ at }) => at),
    );
    rest = cuts.map(({ after }) => after);
  }
  return [...runs, rest];
}

/** The longest common subsequence. */
function longestCommon(left: readonly string[], right: readonly string[]): readonly string[] {
  const lengths = left.map(() => right.map(() => 0));
  const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      const row = lengths[i] ?? [];
      row[j] = left[i] === right[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const common: string[] = [];
  for (let i = 0, j = 0; i < left.length && j < right.length;) {
    const value = left[i];
    if (value !== undefined && value === right[j]) {
      common.push(value);
      i++;
      j++;
    } else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return common;
}
