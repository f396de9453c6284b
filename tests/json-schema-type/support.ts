// Evaluates lib.jsonSchemaType in the real module system of nixpkgs.

import { fileURLToPath } from "node:url";

import type { JsonValue } from "../../src/json.ts";
import type { JsonSchema, SchemaObject } from "../../src/settings/json-schema.ts";
import { type NixSchema, nixSchema } from "../../src/settings/nix-schema.ts";
import { readConfigSchema } from "../../src/settings/read-schema.ts";
import { nixPath } from "../support/evaluate.ts";
import { finalError } from "../support/evaluators.ts";
import { newestGateway } from "../support/gateway.ts";
import { findNix, findTree, nixEval } from "../support/tools.ts";
import { lacking } from "../support/lacking.ts";

const nixpkgs = findTree("nixpkgs");

/** The tools that these tests need and this machine lacks, for the names of skipped tests. */
export const missingTools: readonly string[] = [
  ...(findNix() === undefined ? ["nix"] : []),
  ...(nixpkgs === undefined ? ["nixpkgs"] : []),
];

/** The end of a suite's name: the reason why it is skipped, if it is. */
export const unlessMissing = lacking(missingTools);

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The configuration schema of a version of the gateway, as it is stored. */
export function gatewaySchema(version: string = newestGateway): SchemaObject {
  const schema = readConfigSchema(
    { file: `gateway/${version}.json`, location: { file: "schema/moltbot.ts", line: 1 } },
    `${root}schema/moltbot.ts`,
  );
  if (typeof schema !== "object") throw new Error("the gateway's schema is no object");
  return schema;
}

/** The schema as the type reads it. */
export function annotated(schema: JsonSchema): NixSchema {
  return nixSchema(schema);
}

/** Nix text of any JSON value. */
export function nixJson(value: JsonValue | JsonSchema): string {
  const text = JSON.stringify(JSON.stringify(value));
  return `(builtins.fromJSON ${text.replaceAll("$", "\\$")})`;
}

/** The tested file, as a Nix path. */
export const libraryFile = nixPath(`${root}src/runtime/nix/json-schema-type.nix`);

/** An expression with `lib` (nixpkgs' own and this project's functions) in scope. */
function withLibrary(expression: string): string {
  return `
    let
      lib = import ${nixPath(`${nixpkgs ?? ""}/lib`)}
        // import ${libraryFile} {
          lib = import ${nixPath(`${nixpkgs ?? ""}/lib`)};
        };

      # The value of an option of this type under these definitions, each from a file of its own.
      evaluate = type: definitions:
        (lib.evalModules {
          modules = [ { _file = "declaration.nix"; options.settings = lib.mkOption { inherit type; }; } ]
            ++ lib.imap1 (index: value: {
              _file = "file-\${toString index}.nix";
              settings = value;
            }) definitions;
        }).config.settings;

      # { value } or { failed = true; }
      attempt = value:
        let result = builtins.tryEval (builtins.deepSeq value value);
        in if result.success then { inherit (result) value; } else { failed = true; };
    in
    ${expression}`;
}

export function evaluate(expression: string, args: readonly string[] = []): unknown {
  return nixEval({ expr: withLibrary(expression) }, { args });
}

/** The message with which an expression fails, as a user reads it. */
export function rejection(expression: string): string {
  return finalError(failureOutput(expression));
}

/** All that is printed about an expression that fails. */
export function failureOutput(expression: string, args: readonly string[] = []): string {
  let value: unknown;
  try {
    value = evaluate(expression, args);
  } catch (error) {
    if (error instanceof Error && "stderr" in error) return String(error.stderr);
    throw error;
  }
  throw new Error(`expected a failure, got ${JSON.stringify(value)}`);
}
