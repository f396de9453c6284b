// Measures the check of settings: a typical configuration under an untyped option, under the type with
// the gateway's JSON Schema, and under nested submodules generated from that schema.
// It prints measurements and their ratios, and judges nothing.
//
// Thunks and calls are those of one evaluation, including lib.evalModules. Starting the evaluator takes longer
// than one evaluation, so time is the difference between many evaluations in one process and one. Each of them
// reads a copy of its files, because Nix parses a file only once.
//
// Run with `pnpm exec tsx tests/bench/settings.ts`.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { expandSchema } from "../../src/settings/compact.ts";
import { isList, type JsonSchema, type SchemaObject } from "../../src/settings/json-schema.ts";
import { nixSchema } from "../../src/settings/nix-schema.ts";
import { nixPath } from "../support/evaluate.ts";
import { findNix, findTree, type Tool, withTemporaryDir } from "../support/tools.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const version = "2026.9.6";
const runs = 5;
const copies = 21;

/** About forty settings of the kind people make. */
const typical = `{
  agents.defaults = {
    workspace = "/var/lib/moltbot/workspace";
    maxConcurrent = 4;
    model = {
      primary = "anthropic/claude-opus";
      fallbacks = [ "openai/gpt" "ollama/llama" ];
    };
  };
  channels.discord = {
    enabled = true;
    token = { source = "env"; provider = "default"; id = "DISCORD_TOKEN"; };
  };
  channels.telegram = {
    enabled = true;
    botToken = "\\\${TELEGRAM_TOKEN}";
    dmPolicy = "allowlist";
    allowFrom = [ "123456" "234567" ];
    groups."*".requireMention = true;
  };
  cron.enabled = false;
  gateway = {
    mode = "local";
    port = 18789;
    bind = "loopback";
    auth = {
      mode = "token";
      token = "\\\${GATEWAY_TOKEN}";
      rateLimit.maxAttempts = 3;
    };
    controlUi.enabled = true;
    http.endpoints.chatCompletions.enabled = true;
    tailscale.mode = "off";
  };
  logging = { level = "info"; file = "/var/log/moltbot/gateway.log"; };
  models.providers.ollama = {
    baseUrl = "http://localhost:11434";
    apiKey = "\\\${OLLAMA_KEY}";
    models = [ { id = "llama"; name = "Llama"; } { id = "qwen"; name = "Qwen"; } ];
  };
  plugins.entries.memory-wiki.enabled = true;
  secrets.providers.files = { source = "file"; path = "/run/secrets/a.json"; mode = "json"; };
  session.scope = "per-sender";
  tools.allow = [ "read" "write" ];
}`;

// ---- nested submodules, as other modules generate them ----

/** Nix text of a module type: every key an option that is null unless it is set. */
function submoduleType(schema: JsonSchema): string {
  if (typeof schema === "boolean") return "anything";
  if (schema.const !== undefined) return `(enum [ ${JSON.stringify(schema.const)} ])`;
  if (schema.enum !== undefined) {
    return `(enum [ ${schema.enum.map((value) => JSON.stringify(value)).join(" ")} ])`;
  }
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches !== undefined) return unionType(branches);
  if (typeof schema.type === "object") {
    const types = schema.type.map((type) => submoduleType({ ...schema, type }));
    return `(oneOf [ ${types.join(" ")} ])`;
  }
  switch (schema.type) {
    case "array":
      return `(listOf ${submoduleType(isList(schema.items) ? true : (schema.items ?? true))})`;
    case "boolean":
      return "bool";
    case "integer":
      return "int";
    case "number":
      return "number";
    case "object":
      return objectType(schema);
    case "string":
      return "str";
    case "null":
    case undefined:
      return "anything";
  }
}

/** Sets become one submodule: `oneOf` would try the first only. */
function unionType(branches: readonly JsonSchema[]): string {
  const all = branches.flatMap(alternatives);
  const sets = all.filter(({ type }) => type === "object");
  const keys = [...new Set(sets.flatMap(({ properties = {} }) => Object.keys(properties)))];
  const properties = keys.map((key): readonly [string, JsonSchema] => {
    const texts = new Map<string, JsonSchema>();
    for (const { properties: { [key]: child } = {} } of sets) {
      if (child !== undefined) texts.set(JSON.stringify(child), child);
    }
    const [only, ...others] = [...texts.values()];
    return [key, only !== undefined && others.length === 0 ? only : { anyOf: [...texts.values()] }];
  });
  const types = [
    ...all.filter(({ type }) => type !== "object").map(submoduleType),
    ...(sets.length > 0 ? [objectType({ properties: Object.fromEntries(properties) })] : []),
  ];
  return `(oneOf [ ${types.join(" ")} ])`;
}

function alternatives(schema: JsonSchema): readonly SchemaObject[] {
  if (typeof schema === "boolean") return [];
  const branches = schema.anyOf ?? schema.oneOf;
  return branches === undefined ? [schema] : branches.flatMap(alternatives);
}

function objectType({ properties = {}, additionalProperties }: SchemaObject): string {
  const keys = Object.entries(properties);
  if (keys.length === 0) {
    const element = additionalProperties === false ? true : (additionalProperties ?? true);
    return `(attrsOf ${submoduleType(element)})`;
  }
  const options = keys.map(
    ([key, child]) =>
      `${JSON.stringify(key).replaceAll("$", "\\$")} = o (nullOr ${submoduleType(child)});`,
  );
  const others =
    additionalProperties === false || additionalProperties === undefined
      ? ""
      : `freeformType = attrsOf ${submoduleType(additionalProperties)};`;
  return `(submodule { ${others} options = {\n${options.join("\n")}\n}; })`;
}

function submodulesFile(schema: JsonSchema): string {
  return `{ lib }: with lib.types;
let o = type: lib.mkOption { inherit type; default = null; };
in ${submoduleType(schema)}
`;
}

// ---- measuring ----

/** Evaluator statistics, see NIX_SHOW_STATS in the Nix manual. */
interface Statistics {
  readonly nrThunks: number;
  readonly nrFunctionCalls: number;
}

interface Cost extends Statistics {
  readonly milliseconds: number;
}

class Evaluator {
  private readonly nix: Tool;
  private readonly directory: string;

  constructor(nix: Tool, directory: string) {
    this.nix = nix;
    this.directory = directory;
  }

  /** @param expression a Nix function from the number of a copy to the measured value */
  measure(expression: string): Cost {
    const [one, many] = [this.run(expression, 1), this.run(expression, copies)];
    return { ...one, milliseconds: (many.milliseconds - one.milliseconds) / (copies - 1) };
  }

  private run(expression: string, count: number): Cost {
    const file = join(this.directory, "expression.nix");
    const statistics = join(this.directory, "statistics.json");
    writeFileSync(
      file,
      `builtins.deepSeq (builtins.genList (${expression}) ${String(count)}) null`,
    );
    const options = ["--extra-experimental-features", "nix-command", "--impure", "--file", file];
    const times = Array.from({ length: runs }, () => {
      const start = performance.now();
      execFileSync(this.nix.command, [...this.nix.args, "eval", ...options], {
        env: { ...process.env, NIX_SHOW_STATS: "1", NIX_SHOW_STATS_PATH: statistics },
        stdio: ["ignore", "ignore", "pipe"],
      });
      return performance.now() - start;
    });
    const counted = JSON.parse(readFileSync(statistics, "utf8")) as Statistics;
    // The fastest run is the least disturbed one.
    return { ...counted, milliseconds: Math.min(...times) };
  }
}

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(0)} kB`;

function writeCopies(directory: string, name: (copy: number) => string, text: string): void {
  for (let copy = 0; copy < copies; copy += 1) writeFileSync(join(directory, name(copy)), text);
}

function bench(nix: Tool, nixpkgs: string, directory: string): void {
  const evaluator = new Evaluator(nix, directory);
  const stored = JSON.parse(
    readFileSync(join(root, `schema/gateway/${version}.json`), "utf8"),
  ) as SchemaObject;
  const schema = nixSchema(stored);
  const schemaText = JSON.stringify(schema.document);
  const submodulesText = submodulesFile(expandSchema(stored));
  writeCopies(directory, (copy) => `schema-${String(copy)}.json`, schemaText);
  writeCopies(directory, (copy) => `submodules-${String(copy)}.nix`, submodulesText);

  const files = nixPath(directory);
  const readSchema = `lib.importJSON (${files} + "/schema-\${toString copy}.json")`;
  const inLibrary = (body: string): string => `
    let
      lib = import ${nixPath(join(nixpkgs, "lib"))};
      inherit (import ${nixPath(join(root, "src/runtime/nix/json-schema-type.nix"))} { inherit lib; }) jsonSchemaType;
    in copy: ${body}`;
  const cost = (type: string, settings: string): Cost =>
    evaluator.measure(
      inLibrary(`(lib.evalModules { modules = [
        { options.settings = lib.mkOption { type = ${type}; default = { }; }; }
        { settings = ${settings}; }
      ]; }).config.settings`),
    );

  console.log(
    "settings under the gateway's schema %s: %s as JSON for Nix, %s as submodules",
    version,
    kilobytes(schemaText.length),
    kilobytes(submodulesText.length),
  );
  console.log(
    "  patterns: %d translated, %d left out; %d places of secrets",
    schema.translatedPatterns,
    schema.untranslatablePatterns.reduce((sum, { uses }) => sum + uses, 0),
    schema.secrets,
  );
  const reading = evaluator.measure(inLibrary(`builtins.seq (${readSchema}) null`));
  console.log("  reading the JSON: %s ms", reading.milliseconds.toFixed(1));

  for (const [name, settings] of [
    ["nothing set", "{ }"],
    ["typical configuration", typical],
  ] as const) {
    console.log("  %s (best of %d runs)", name, runs);
    const untyped = cost("lib.types.json", settings);
    const checked = cost(`jsonSchemaType { schema = ${readSchema}; }`, settings);
    const nested = cost(
      `import (${files} + "/submodules-\${toString copy}.nix") { inherit lib; }`,
      settings,
    );
    const rows: readonly (readonly [string, Cost])[] = [
      ["formats.json, untyped", untyped],
      ["jsonSchemaType", checked],
      ["nested submodules", nested],
    ];
    for (const [type, { nrThunks, nrFunctionCalls, milliseconds }] of rows) {
      console.log(
        "    %s %s thunks, %s calls, %s ms",
        type.padEnd(22),
        nrThunks.toLocaleString("en").padStart(8),
        nrFunctionCalls.toLocaleString("en").padStart(8),
        milliseconds.toFixed(1).padStart(6),
      );
    }
    console.log(
      "    jsonSchemaType: %s times the thunks of untyped; %s of the thunks and %s of the time of submodules",
      (checked.nrThunks / untyped.nrThunks).toFixed(2),
      (checked.nrThunks / nested.nrThunks).toFixed(2),
      (checked.milliseconds / nested.milliseconds).toFixed(2),
    );
  }
}

const nix = findNix();
const nixpkgs = findTree("nixpkgs");
if (nix === undefined || nixpkgs === undefined) {
  console.log("settings: skipped, no nix or no nixpkgs tree");
} else {
  withTemporaryDir((directory) => {
    bench(nix, nixpkgs, directory);
  });
}
