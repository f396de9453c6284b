// Places of secrets: the gateway's package has a list of them, written independently of its schema.
// The type has to refuse a literal secret at each of them.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

import type { JsonValue } from "../../src/json.ts";
import { z } from "../../src/zod.ts";
import { missingForGateway, newestGateway } from "../support/gateway.ts";
import { findGateway } from "../support/tools.ts";
import { annotated, evaluate, gatewaySchema, missingTools, nixJson } from "./support.ts";
import { lacking } from "../support/lacking.ts";

const missing = [...missingTools, ...missingForGateway(newestGateway)];
const suite = lacking(missing);

const list = "openclaw/docs/reference/secretref-user-supplied-credentials-matrix.json";

const matrix = z.object({
  entries: z.array(z.object({ configFile: z.string(), path: z.string() })),
});

/** The places in the configuration file; `*` stands for a key that people choose. */
function placesOfSecrets(): readonly (readonly string[])[] {
  const file = join(findGateway(newestGateway) ?? "", list);
  const { entries } = matrix.parse(JSON.parse(readFileSync(file, "utf8")));
  return entries
    .filter(({ configFile }) => configFile === "openclaw.json")
    .map(({ path }) => path.split("."));
}

/** Names for the keys that people choose; the last one speaks of a secret, as such keys do. */
function withNames(place: readonly string[]): readonly string[] {
  return place.map((key, index) =>
    key !== "*" ? key : index === place.length - 1 ? "authorization" : "own",
  );
}

describe.skipIf(missing.length > 0)(`places of secrets${suite}`, () => {
  it("are all known", () => {
    const places = placesOfSecrets().map(withNames);
    const configs = places.map((place) =>
      place.reduceRight<JsonValue>((inner, key) => ({ [key]: inner }), "0123456789abcdef"),
    );
    const schema = nixJson(annotated(gatewaySchema()).document);
    const refused = evaluate(`
      let schema = ${schema}; in
      map (value: builtins.any (text: builtins.match ".*this is a secret and.*" text != null)
        (lib.jsonSchemaMistakes { inherit schema value; })) ${nixJson(configs)}`);
    const accepted = places.filter(
      (_, index) => !Array.isArray(refused) || refused[index] !== true,
    );
    expect(accepted.map((place) => place.join("."))).toEqual([]);
    expect(places.length).toBeGreaterThan(100);
  });
});
