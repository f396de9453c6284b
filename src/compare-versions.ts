// The order of releases.

/** Orders versions by their numbers: `2026.10.1` after `2026.9.6`. */
export function compareVersions(left: string, right: string): number {
  return left.localeCompare(right, "en", { numeric: true });
}
