// What became of the rows: kept in outcomes/<release>.json, and shown by docs/compatibility.md.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { compareVersions } from "../../src/compare-versions.ts";
import { z } from "../../src/zod.ts";

const outcome = z.object({
  group: z.string(),
  config: z.string(),
  /** `ends`: the gateway was started, and did not stay. */
  status: z.enum(["healthy", "refused when evaluated", "refused when built", "ends", "not run"]),
  /** Why, in the words of who refused. */
  message: z.string().optional(),
});

const measurement = z.object({
  release: z.string(),
  date: z.string(),
  /** What it ran on. */
  on: z.string(),
  rows: z.array(outcome),
});

export type Outcome = z.infer<typeof outcome>;
export type Measurement = z.infer<typeof measurement>;

const directory = fileURLToPath(new URL("outcomes", import.meta.url));

export function outcomesFile(release: string): string {
  return join(directory, `${release}.json`);
}

/** What was measured of a release, if it was. */
export function measured(release: string): Measurement | undefined {
  const file = outcomesFile(release);
  return existsSync(file) ? measurement.parse(JSON.parse(readFileSync(file, "utf8"))) : undefined;
}

/** The releases that were measured, the oldest first. */
export function measuredReleases(): readonly string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.slice(0, -".json".length))
    .toSorted(compareVersions);
}
