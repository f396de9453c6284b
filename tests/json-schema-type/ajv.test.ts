// The type against ajv, an independent validator, on generated configurations of the gateway: both
// have to agree on every one. ajv's schema lacks patterns that Nix cannot express; the test prints how often that
// makes a difference, and checks that it only makes Nix more lenient.

import { beforeAll, describe, expect, it } from "vitest";

import type { JsonValue } from "../../src/json.ts";
import { newestGateway } from "../support/gateway.ts";
import { breakers } from "./instances.ts";
import {
  type Independent,
  independentOf,
  type Instance,
  sampleOf,
  type SampleSize,
  type Verdict,
  verdicts,
} from "./sample.ts";
import { annotated, gatewaySchema, missingTools, unlessMissing } from "./support.ts";
import { violableKeywords } from "./violations.ts";

interface Comparison {
  readonly version: string;
  readonly size: SampleSize;
  /** The least number of configurations that have to be compared. */
  readonly least: number;
}

/** The part of the sample to evaluate: all of it takes minutes, and needs `$NIXMODGEN_SAMPLE=full`. */
const part = process.env["NIXMODGEN_SAMPLE"] === "full" ? 1 : 1 / 3;

function sized(comparison: Comparison): Comparison {
  const { size, least } = comparison;
  return {
    ...comparison,
    size: {
      ...size,
      fitting: Math.ceil(size.fitting * part),
      broken: Math.ceil(size.broken * part),
      placesPerKeyword: Math.ceil(size.placesPerKeyword * part),
    },
    least: Math.floor(least * part),
  };
}

const comparisons: readonly Comparison[] = (
  [
    {
      version: newestGateway,
      size: { fitting: 1200, broken: 1600, placesPerKeyword: 40, seed: 20260906 },
      least: 2000,
    },
    {
      version: "2026.6.5",
      size: { fitting: 300, broken: 350, placesPerKeyword: 10, seed: 20260605 },
      least: 700,
    },
  ] satisfies readonly Comparison[]
).map(sized);

/** The dotted paths of all keys in a value; all items of a list have the same path. */
function keyPathsOf(value: JsonValue, path = ""): readonly string[] {
  if (typeof value !== "object" || value === null) return [path];
  const children = Object.entries(value) as readonly (readonly [string, JsonValue])[];
  const isList = Array.isArray(value);
  return [
    path,
    ...children.flatMap(([key, child]) => keyPathsOf(child, `${path}.${isList ? "*" : key}`)),
  ];
}

describe.skipIf(missingTools.length > 0).each(comparisons)(
  `against ajv, gateway $version${unlessMissing}`,
  ({ version, size, least }) => {
    let instances: readonly Instance[];
    let results: readonly Verdict[];
    let ajv: Independent;

    beforeAll(() => {
      const stored = gatewaySchema(version);
      ajv = independentOf(stored);
      instances = sampleOf(stored, ajv, size);
      results = verdicts(
        stored,
        instances.map(({ value }) => value),
      );
    }, 300_000);

    it("agrees on every configuration", () => {
      const disagreements = instances.flatMap(({ value, breaker }, index) => {
        const verdict = results[index];
        const isFit = ajv.lenient(value);
        const { errors } = ajv.lenient;
        return verdict?.accepted === isFit
          ? []
          : [{ ajv: isFit, breaker, errors, mistakes: verdict?.mistakes, value }];
      });
      expect(disagreements).toEqual([]);
    });

    it("says at least one mistake of each that it refuses, and none of the others", () => {
      const wrong = results.filter(
        ({ accepted, mistakes }) => accepted !== (mistakes.length === 0),
      );
      expect(wrong).toEqual([]);
    });

    it("is only more lenient where a pattern has no translation", () => {
      const byBreaker = new Map<string, number>();
      let leniences = 0;
      for (const [index, { value, breaker }] of instances.entries()) {
        const kind = breaker ?? "valid";
        byBreaker.set(kind, (byBreaker.get(kind) ?? 0) + 1);
        const isAccepted = results[index]?.accepted === true;
        if (ajv.strict(value)) expect(isAccepted).toBe(true);
        else if (isAccepted) leniences += 1;
      }
      const kinds = [...byBreaker].map(([kind, count]) => `${kind} ${String(count)}`).join(", ");
      const keys = new Set(instances.flatMap(({ value }) => keyPathsOf(value)));
      process.stdout.write(
        `${version}: ${String(instances.length)} configurations of ${String(keys.size)} keys: ${kinds}; ` +
          `${String(leniences)} accepted for want of a pattern\n`,
      );
      expect(instances.length).toBeGreaterThanOrEqual(least);
      const { "x-keywords": occurring } = annotated(gatewaySchema(version)).document;
      const violable = violableKeywords.filter((keyword) => occurring.includes(keyword));
      const wanted = [...Object.keys(breakers), ...violable, "valid"];
      expect([...byBreaker.keys()].sort()).toEqual(wanted.sort());
      expect(leniences).toBeLessThan(instances.length / 100);
    });
  },
);
