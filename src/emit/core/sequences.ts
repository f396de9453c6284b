// What sequences have in common, and in which order.

/** Something that each of some targets has: an element, a binding, a piece of a string. */
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

export interface Keyed<Target, Value> extends Thread<Target, Value> {
  readonly key: string;
}

/** By their keys, in an order that all of them have, as far as there is one. */
export function inOrder<Target, Value>(
  sequences: readonly (readonly Keyed<Target, Value>[])[],
): readonly (readonly Keyed<Target, Value>[])[] {
  const order: string[] = [];
  for (const sequence of sequences) {
    let place = 0;
    for (const { key } of sequence) {
      const known = order.indexOf(key);
      if (known < 0) order.splice(place, 0, key);
      place = (known < 0 ? place : known) + 1;
    }
  }
  return order.map((key) =>
    sequences.flatMap((sequence) => sequence.filter((each) => each.key === key)),
  );
}

/** What all sequences have, in order, and what each has in between: an array per sequence. */
export function runsOf<Target, Value>(
  sequences: readonly (readonly Keyed<Target, Value>[])[],
): readonly (readonly (readonly Keyed<Target, Value>[])[])[] {
  const [first = [], ...others] = sequences;
  const common = others.reduce<readonly string[]>(
    (keys, sequence) =>
      longestCommon(
        keys,
        sequence.map(({ key }) => key),
      ),
    first.map(({ key }) => key),
  );
  const runs: (readonly (readonly Keyed<Target, Value>[])[])[] = [];
  let rest = sequences;
  for (const anchor of common) {
    const places = rest.map((sequence) => sequence.findIndex(({ key }) => key === anchor));
    runs.push(
      rest.map((sequence, index) => sequence.slice(0, places[index])),
      rest.map((sequence, index) => sequence.slice(places[index], (places[index] ?? 0) + 1)),
    );
    rest = rest.map((sequence, index) => sequence.slice((places[index] ?? 0) + 1));
  }
  return [...runs, rest].filter((run) => run.some((sequence) => sequence.length > 0));
}

/** The longest subsequence of two. */
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

export function onePerTarget<Target, Value>(
  run: readonly (readonly Keyed<Target, Value>[])[],
  count: number,
): readonly Keyed<Target, Value>[] | undefined {
  const all = run.flat();
  return all.length === count && run.every((sequence) => sequence.length === 1) ? all : undefined;
}
