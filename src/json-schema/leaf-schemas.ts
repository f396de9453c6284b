// JSON Schemas of the library's own types, for values as a user writes them in JSON. If the value in Nix is no JSON
// value, `x-nix-type` names its type.

import { absolutePathPattern, plainPathPattern } from "../model/path-pattern.ts";
import type { LeafType } from "../schema/value-types.ts";
import type { JsonSchema7Type } from "./converter.ts";

type LeafSchema = JsonSchema7Type & { readonly "x-nix-type"?: string };

/** Paths that `types.externalPath` refuses: in the store, and placeholders of outputs that are not built yet. */
const storePath = "^/(nix/store/[^/]{32}-[^/]|[0-9a-z]{52}(/|$))";

const outsideTheStore = {
  type: "string",
  pattern: absolutePathPattern.source,
  not: { pattern: storePath },
} as const;

export const leafSchemas: Readonly<Record<LeafType, LeafSchema>> = {
  port: { type: "integer", minimum: 0, maximum: 65535 },
  absolutePath: { ...outsideTheStore, "x-nix-type": "path on the machine, not in the store" },
  plainPath: { type: "string", pattern: plainPathPattern.source },
  sourcePath: { type: "string", pattern: "^/", "x-nix-type": "path, copied to the store" },
  secretFile: { ...outsideTheStore, "x-nix-type": "path of a secret, not in the store" },
  package: {
    type: "string",
    pattern: "^/nix/store/[0-9a-z]{32}-[^/]+$",
    "x-nix-type": "package; in JSON, the store path of one",
  },
  json: {},
  jsonObject: { type: "object", additionalProperties: {} },
};
