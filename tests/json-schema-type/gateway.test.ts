// The type against the real gateway's validator. The gateway must accept everything that the type
// accepts, except for rules that its schema does not have, which this file names; and the type must accept
// everything that the gateway accepts.

import { beforeAll, describe, expect, it } from "vitest";

import type { JsonValue } from "../../src/json.ts";
import { z } from "../../src/zod.ts";
import {
  type GatewayAnswer,
  missingForGateway,
  newestGateway,
  validateByCommand,
  validateMany,
} from "../support/gateway.ts";
import { gatewaySchema, missingTools } from "./support.ts";
import { independentOf, sampleOf, type Verdict, verdicts } from "./sample.ts";
import { lacking } from "../support/lacking.ts";

/** The gateway's rules beyond its schema, by kind: patterns of its refusals. */
const unwrittenRules: Readonly<Record<string, readonly RegExp[]>> = {
  "the form of a path": [/must be an absolute path|must be a safe relative path/],
  "a duration, size or time": [/invalid (duration|size|time) /, /must be a duration/],
  "an address": [
    /must use https|Expected https:\/\/ URL|must match format "uri"/,
    /must be a bare DNS domain|must be a hostname|is not a valid hostname/,
    /invalid gateway\.remote\.edgeAuth/,
  ],
  "the form of a model's name": [
    /exact provider\/model|Expected provider\/model|invalid model policy ref/,
  ],
  "the form of a secret reference's id": [/^(File|Exec|Store|Env) secret reference id must/],
  "the form of a key": [/^Invalid key in record$/, /require a channel-qualified key/],
  "something that is not there": [
    /^Unknown agent id|unknown channel id|plugin not found|unknown web_search provider/,
    /must name a configured role|must match a key in/,
    /Bundled plugin dirName must be a single directory|command is not readable/,
  ],
  "keys that depend on each other": [
    /must declare (baseUrl|models)|must set cdpPort or cdpUrl|multi-agent rosters require/,
    /cannot (set both|be combined|be used)|is (only|not) supported with|must resolve to loopback/,
    /is required when|requires? (a non-empty command|auth:|an HTTP server|match\.peer|sessionKey)/,
  ],
  "at least one": [/must contain at least one|must (not be|be a non-)empty/],
  "a blank text": [/^Too small: expected string to have >=1 characters$|must not be blank$/],
  "a whole role": [/^gateway\.roles\b.*: Invalid input$/],
};

interface Case {
  readonly name: string;
  readonly config: JsonValue;
  /** Whether both accept it; or the rule by which only the gateway refuses it. */
  readonly want: boolean | keyof typeof unwrittenRules;
}

const variable = { source: "env", provider: "default", id: "A_TOKEN" };
const token = (reference: JsonValue, providers: JsonValue = {}): JsonValue => ({
  gateway: { auth: { mode: "token", token: reference } },
  secrets: { providers },
});
const provider = (changes: Readonly<Record<string, JsonValue>>): JsonValue => ({
  models: { providers: { own: { baseUrl: "http://127.0.0.1:1", models: [], ...changes } } },
});

const cases: readonly Case[] = [
  { name: "nothing", config: {}, want: true },
  { name: "a port", config: { gateway: { port: 18789 } }, want: true },
  { name: "a whole number with a point", config: { gateway: { port: 18789.0 } }, want: true },
  { name: "the smallest port", config: { gateway: { port: 1 } }, want: true },
  { name: "a port below", config: { gateway: { port: 0 } }, want: false },
  { name: "the largest port", config: { gateway: { port: 65535 } }, want: true },
  { name: "a port above", config: { gateway: { port: 65536 } }, want: false },
  { name: "a port in quotes", config: { gateway: { port: "18789" } }, want: false },
  { name: "half a port", config: { gateway: { port: 1.5 } }, want: false },
  { name: "null for a number", config: { gateway: { port: null } }, want: false },
  { name: "null for a set", config: { gateway: null }, want: false },
  { name: "a word of an enumeration", config: { gateway: { bind: "tailnet" } }, want: true },
  { name: "another word", config: { gateway: { bind: "localhost" } }, want: false },
  { name: "a number for a truth value", config: { cron: { enabled: 1 } }, want: false },
  { name: "a text for a truth value", config: { cron: { enabled: "true" } }, want: false },
  { name: "a list for a set", config: { gateway: [] }, want: false },
  { name: "an unknown key at the top", config: { gatway: {} }, want: false },
  { name: "an unknown key inside", config: { gateway: { prot: 1 } }, want: false },
  {
    name: "a channel at the top, as it once was",
    config: { telegram: { enabled: true } },
    want: false,
  },
  {
    name: "a key that was renamed",
    config: { messages: { queue: { byProvider: { telegram: "steer" } } } },
    want: false,
  },
  {
    name: "a key of an open set",
    config: { channels: { own: {} } },
    want: "something that is not there",
  },
  // Unions.
  { name: "a model as text", config: { agents: { defaults: { model: "a/b" } } }, want: true },
  {
    name: "a model as a set",
    config: { agents: { defaults: { model: { primary: "a/b", fallbacks: ["c/d"] } } } },
    want: true,
  },
  {
    name: "a model as a set with an unknown key",
    config: { agents: { defaults: { model: { primry: "a/b" } } } },
    want: false,
  },
  { name: "a model as a list", config: { agents: { defaults: { model: ["a/b"] } } }, want: false },
  {
    name: "numbers and texts in one list",
    config: { channels: { telegram: { allowFrom: [1, "2"] } } },
    want: true,
  },
  {
    name: "a truth value in that list",
    config: { channels: { telegram: { allowFrom: [true] } } },
    want: false,
  },
  {
    name: "everybody's messages, without saying so twice",
    config: { channels: { telegram: { dmPolicy: "open", allowFrom: ["*"] } } },
    want: true,
  },
  // Sets with names people choose.
  {
    name: "a group",
    config: { channels: { telegram: { groups: { "-100": { requireMention: false } } } } },
    want: true,
  },
  {
    name: "a group with an unknown key",
    config: { channels: { telegram: { groups: { "*": { mention: true } } } } },
    want: false,
  },
  {
    name: "a queue for a channel",
    config: { messages: { queue: { byChannel: { telegram: "steer" } } } },
    want: true,
  },
  {
    name: "a queue for an unknown channel",
    config: { messages: { queue: { byChannel: { telegramm: "steer" } } } },
    want: false,
  },
  { name: "an agent", config: { agents: { entries: { main: {} } } }, want: true },
  { name: "no agent", config: { agents: { entries: {} } }, want: true },
  {
    name: "an agent with a blank in its name",
    config: { agents: { entries: { "a b": {} } } },
    want: false,
  },
  {
    name: "a server without a name",
    config: { nodeHost: { mcp: { servers: { "": {} } } } },
    want: "the form of a key",
  },
  {
    name: "a profile without a name",
    config: { cloudWorkers: { projectProfiles: { "": "x" } } },
    want: false,
  },
  { name: "a variable", config: { env: { vars: { A: "b" } } }, want: true },
  { name: "a variable that is a number", config: { env: { vars: { A: 1 } } }, want: false },
  // Patterns.
  { name: "a provider's alias", config: { secrets: { defaults: { env: "a-b" } } }, want: true },
  { name: "an alias in capitals", config: { secrets: { defaults: { env: "A" } } }, want: false },
  {
    name: "a line end after an alias",
    config: { secrets: { defaults: { env: "a\n" } } },
    want: false,
  },
  // Texts whose form only the program knows.
  {
    name: "a duration",
    config: { session: { maintenance: { pruneAfter: "30d" } } },
    want: true,
  },
  {
    name: "no duration",
    config: { session: { maintenance: { pruneAfter: "soon" } } },
    want: "a duration, size or time",
  },
  { name: "a relative folder", config: { worktreeRoot: "here" }, want: "the form of a path" },
  {
    name: "an address without encryption",
    config: { models: { catalogRefresh: { url: "http://example.org" } } },
    want: "an address",
  },
  {
    name: "an agent nobody defined",
    config: { talk: { agentId: "nobody" } },
    want: "something that is not there",
  },
  // Providers, and the references to secrets.
  { name: "a provider", config: provider({}), want: true },
  { name: "a provider without an address", config: provider({ baseUrl: 1 }), want: false },
  {
    name: "a provider that lacks what only bundled ones may lack",
    config: { models: { providers: { own: { apiKey: "${KEY}" } } } },
    want: "keys that depend on each other",
  },
  { name: "a placeholder for a key", config: provider({ apiKey: "ollama-local" }), want: true },
  { name: "a variable for a key", config: provider({ apiKey: "${A_TOKEN}" }), want: true },
  { name: "a reference for a key", config: provider({ apiKey: variable }), want: true },
  { name: "a reference for a header", config: provider({ headers: { a: variable } }), want: true },
  { name: "a reference for an address", config: provider({ baseUrl: variable }), want: false },
  { name: "a reference to a variable", config: token(variable), want: true },
  { name: "without its provider", config: token({ source: "env", id: "A_TOKEN" }), want: false },
  { name: "with a name in small letters", config: token({ ...variable, id: "a" }), want: false },
  { name: "with an unknown key", config: token({ ...variable, path: "/a" }), want: false },
  { name: "with an unknown source", config: token({ ...variable, source: "vault" }), want: false },
  {
    name: "a reference to a file",
    config: token(
      { source: "file", provider: "token", id: "value" },
      { token: { source: "file", path: "/run/secrets/token", mode: "singleValue" } },
    ),
    want: true,
  },
  {
    name: "with an id that is no pointer",
    config: token(
      { source: "file", provider: "token", id: "gateway" },
      { token: { source: "file", path: "/run/secrets/all.json", mode: "json" } },
    ),
    want: "the form of a secret reference's id",
  },
  {
    name: "a file without a path",
    config: token(variable, { token: { source: "file", mode: "json" } }),
    want: false,
  },
  {
    name: "a reference to a program",
    config: token(
      { source: "exec", provider: "vault", id: "gateway/token" },
      { vault: { source: "exec", command: "/not/there" } },
    ),
    want: "something that is not there",
  },
  {
    name: "a program without its path",
    config: token(variable, { vault: { source: "exec", command: "vault" } }),
    want: "the form of a path",
  },
  {
    name: "a reference to the gateway's own store",
    config: token({ source: "store", provider: "default", id: "GATEWAY_TOKEN" }),
    want: true,
  },
  {
    name: "a reference where only a text will do",
    config: { hooks: { token: variable } },
    want: false,
  },
  { name: "a variable there", config: { hooks: { token: "${A_TOKEN}" } }, want: true },
];

const sampleSize = { fitting: 400, broken: 300, placesPerKeyword: 6, seed: 20261122 };

const missing = [...missingTools, ...missingForGateway(newestGateway)];
const suite = lacking(missing);

/** The unwritten rules that an answer names; undefined if an issue belongs to none of them. */
function rulesOf({ issues }: GatewayAnswer): readonly string[] | undefined {
  const named = issues.map(({ path, message }) =>
    Object.entries(unwrittenRules).find(([, signs]) =>
      signs.some((sign) => sign.test(message) || sign.test(`${path}: ${message}`)),
    ),
  );
  const names = named.flatMap((rule) => (rule === undefined ? [] : [rule[0]]));
  return names.length === issues.length ? [...new Set(names)] : undefined;
}

/** Whether a configuration names paths of plugins; if one is missing, the gateway checks none of them. */
function loadsPlugins(config: JsonValue): boolean {
  return pluginPaths.safeParse(config).success;
}

const pluginPaths = z.object({
  plugins: z.object({ load: z.object({ paths: z.array(z.unknown()).min(1) }) }),
});

describe.skipIf(missing.length > 0)(`against the gateway's own validator${suite}`, () => {
  const stored = gatewaySchema();

  describe("a table", () => {
    let answers: readonly GatewayAnswer[];
    let results: readonly Verdict[];

    beforeAll(() => {
      const configs = cases.map(({ config }) => config);
      answers = validateMany(configs);
      results = verdicts(stored, configs);
    });

    it.each(cases.map((testCase, index) => ({ ...testCase, index })))(
      "$name",
      ({ want, index }) => {
        const answer = answers[index];
        const { accepted: ours, mistakes } = results[index] ?? {};
        const rules = answer?.valid === false && ours === true ? rulesOf(answer) : [];
        const { valid: theirs, issues } = answer ?? {};
        expect({ ours, theirs, rules }, JSON.stringify({ issues, mistakes })).toEqual({
          ours: want !== false,
          theirs: want === true,
          rules: typeof want === "string" ? [want] : [],
        });
      },
    );
  });

  it("agrees on a sample, but for the rules that no schema says", () => {
    const ajv = independentOf(stored);
    const instances = sampleOf(stored, ajv, sampleSize);
    const values = instances.map(({ value }) => value).filter((value) => !loadsPlugins(value));
    const answers = validateMany(values);
    const results = verdicts(stored, values);

    const counts = new Map<string, number>();
    const count = (what: string): void => {
      counts.set(what, (counts.get(what) ?? 0) + 1);
    };
    const disagreements = values.flatMap((value, index): readonly object[] => {
      const answer = answers[index];
      const ours = results[index]?.accepted;
      if (answer === undefined) return [{ value, problem: "no answer" }];
      if (ours === answer.valid) {
        count(answer.valid ? "accepted by both" : "refused by both");
        return [];
      }
      if (ours !== true) return [{ value, problem: results[index]?.mistakes }];
      const rules = ajv.strict(value) ? rulesOf(answer) : ["a pattern that Nix cannot say"];
      rules?.forEach(count);
      return rules === undefined ? [{ value, problem: answer.issues }] : [];
    });
    const summary = [...counts].map(([what, times]) => `${what} ${String(times)}`).join(", ");
    process.stdout.write(
      `gateway ${newestGateway}, ${String(values.length)} configurations: ${summary}\n`,
    );
    expect(disagreements).toEqual([]);
    expect(counts.get("accepted by both")).toBeGreaterThan(sampleSize.fitting / 2);
    expect(counts.get("refused by both")).toBeGreaterThan(sampleSize.broken / 2);
  });

  // validateMany calls the same code as the command.
  it("the command gives the same answers", () => {
    const some = cases.filter(({ name }) =>
      [
        "a port",
        "an unknown key inside",
        "a reference where only a text will do",
        "no duration",
        "a program without its path",
        "a variable there",
      ].includes(name),
    );
    const configs = some.map(({ config }) => config);
    expect(configs.map((config) => validateByCommand(newestGateway, config))).toEqual(
      validateMany(configs),
    );
  });

  // Values that the type refuses and the gateway accepts, each with a warning of the gateway.
  it.each([
    {
      name: "a list of agents, which the gateway turns into `entries`",
      config: { agents: { list: [{ id: "main" }] } },
      warning: "Moved agents.list to keyed agents.entries.",
      mistake: "agents.list: unknown key. Known keys: defaults, entries, ownership.",
    },
    {
      name: "what is wrong in a plugin's configuration, while a path to plugins is not there",
      config: {
        plugins: { load: { paths: ["/not/there"] }, entries: { imap: { config: { host: 1 } } } },
      },
      warning: "Configured plugin load path is unavailable: /not/there.",
      mistake: "plugins.entries.imap.config.host: unknown key. Known keys: accounts.",
    },
  ])("is stricter with $name", ({ config, warning, mistake }) => {
    const [answer] = validateMany([config]);
    expect(answer).toMatchObject({ valid: true, issues: [] });
    expect(answer?.warnings.map(({ message }) => message).join("\n")).toContain(warning);
    expect(verdicts(stored, [config])).toEqual([{ accepted: false, mistakes: [mistake] }]);
  });
});
