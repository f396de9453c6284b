// What checking settings costs: a typical configuration under an untyped option, under the type that
// is backed by the gateway's JSON Schema, and under nested submodules generated from that schema.
// Prints measurements and their ratios; judges nothing.
//
// Run with `pnpm exec tsx tests/bench/settings.ts`.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { expandSchema } from "../../src/settings/compact.ts";
import type { JsonSchema, SchemaObject } from "../../src/settings/json-schema.ts";
import { nixSchema } from "../../src/settings/nix-schema.ts";
import { nixPath } from "../support/evaluate.ts";
import { findNix, findTree, type Tool, withTemporaryDir } from "../support/tools.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const version = "2026.9.6";
const runs = 7;

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
  if (Array.isArray(schema.type)) {
    const types = schema.type.map((type) => submoduleType({ ...schema, type }));
    return `(oneOf [ ${types.join(" ")} ])`;
  }
  switch (schema.type) {
    case "array":
      return typeof schema.items === "object" && !Array.isArray(schema.items)
        ? `(listOf ${submoduleType(schema.items as SchemaObject)})`
        : "(listOf anything)";
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
    default:
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
  readonly cpuTime: number;
  readonly nrThunks: number;
  readonly nrFunctionCalls: number;
}

function measure(nix: Tool, directory: string, expression: string): Statistics {
  const file = join(directory, "expression.nix");
  const statistics = join(directory, "statistics.json");
  writeFileSync(file, expression);
  const samples = Array.from({ length: runs }, () => {
    execFileSync(
      nix.command,
      [
        ...nix.args,
        ...["eval", "--extra-experimental-features", "nix-command", "--impure", "--file", file],
      ],
      {
        env: { ...process.env, NIX_SHOW_STATS: "1", NIX_SHOW_STATS_PATH: statistics },
        stdio: ["ignore", "ignore", "pipe"],
      },
    );
    return JSON.parse(readFileSync(statistics, "utf8")) as Statistics;
  });
  const [median] = samples
    .sort((left, right) => left.cpuTime - right.cpuTime)
    .slice(Math.floor(runs / 2));
  if (median === undefined) throw new Error("nothing was measured");
  return median;
}

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(0)} kB`;

function bench(nix: Tool, nixpkgs: string, directory: string): void {
  const stored = JSON.parse(
    readFileSync(join(root, `schema/gateway/${version}.json`), "utf8"),
  ) as SchemaObject;
  const schema = nixSchema(stored);
  const texts = {
    schema: JSON.stringify(schema.document),
    submodules: submodulesFile(expandSchema(stored)),
  };
  const schemaFile = join(directory, "schema.json");
  const submodules = join(directory, "submodules.nix");
  writeFileSync(schemaFile, texts.schema);
  writeFileSync(submodules, texts.submodules);

  const library = `lib = import ${nixPath(join(nixpkgs, "lib"))};`;
  const ours = `(import ${nixPath(join(root, "nix/lib/json-schema-type.nix"))} { inherit lib; }).jsonSchemaType {
    schema = lib.importJSON ${nixPath(schemaFile)};
  }`;
  const evaluation = (type: string, settings: string): string => `
    let ${library} in
    builtins.deepSeq (lib.evalModules { modules = [
      { options.settings = lib.mkOption { type = ${type}; default = { }; }; }
      { settings = ${settings}; }
    ]; }).config.settings null`;
  const cost = (expression: string): Statistics => measure(nix, directory, expression);

  const base = cost(`let ${library} in builtins.deepSeq lib.version null`);
  console.log(
    "settings under the gateway's schema %s: %s as JSON (stored: %s), %s as submodules",
    version,
    kilobytes(texts.schema.length),
    kilobytes(JSON.stringify(stored).length),
    kilobytes(texts.submodules.length),
  );
  const parse = cost(
    `let ${library} in builtins.seq (lib.importJSON ${nixPath(schemaFile)}) lib.version`,
  );
  console.log("  reading the JSON: %s ms", milliseconds(parse.cpuTime - base.cpuTime));
  console.log(
    "  patterns: %d translated, %d left out; %d places of secrets",
    schema.translatedPatterns,
    schema.untranslatablePatterns.reduce((sum, { uses }) => sum + uses, 0),
    schema.secrets,
  );

  for (const [name, settings] of [
    ["nothing set", "{ }"],
    ["typical configuration", typical],
  ] as const) {
    console.log("  %s (median of %d, whole evaluation of the option)", name, runs);
    const untyped = cost(evaluation("lib.types.json", settings));
    const checked = cost(evaluation(ours, settings));
    const nested = cost(evaluation(`import ${nixPath(submodules)} { inherit lib; }`, settings));
    const rows: readonly (readonly [string, Statistics])[] = [
      ["formats.json, untyped", untyped],
      ["jsonSchemaType", checked],
      ["nested submodules", nested],
    ];
    for (const [type, statistics] of rows) {
      console.log(
        "    %s %s thunks, %s calls, %s ms",
        type.padEnd(22),
        statistics.nrThunks.toLocaleString("en").padStart(9),
        statistics.nrFunctionCalls.toLocaleString("en").padStart(9),
        milliseconds(statistics.cpuTime).padStart(6),
      );
    }
    console.log(
      "    jsonSchemaType has %s times the thunks of untyped, %s of those of submodules, in %s of their time",
      (checked.nrThunks / untyped.nrThunks).toFixed(2),
      (checked.nrThunks / nested.nrThunks).toFixed(2),
      (checked.cpuTime / nested.cpuTime).toFixed(2),
    );
  }
}

function milliseconds(seconds: number): string {
  return (seconds * 1000).toFixed(1);
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
