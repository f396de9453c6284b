// Finds the word that somebody probably meant to type.

/** The candidate closest to `word`; undefined if even that is too different for a typing error. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const [best] = candidates
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate) }))
    .filter(({ candidate, distance }) => distance <= Math.max(word.length, candidate.length) / 2)
    .sort((a, b) => a.distance - b.distance);
  return best?.candidate;
}

/** Levenshtein distance: the number of letters to insert, delete or replace. */
export function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [i, letter] of Array.from(from).entries()) {
    let previous = i + 1;
    const next = [previous];
    for (const [j, other] of Array.from(to).entries()) {
      const above = row[j + 1] ?? 0;
      const diagonal = row[j] ?? 0;
      previous = Math.min(previous + 1, above + 1, diagonal + (letter === other ? 0 : 1));
      next.push(previous);
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
