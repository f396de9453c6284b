// The messages for users: the whole text, the files it names, the levels, and secrets.

import { describe, expect, it } from "vitest";

import type { JsonValue } from "../../src/json.ts";
import {
  annotated,
  evaluate,
  failureOutput,
  gatewaySchema,
  missingTools,
  nixJson,
  rejection,
  unlessMissing,
} from "./support.ts";

const schema = nixJson({
  type: "object",
  properties: {
    port: { type: "integer", minimum: 1, maximum: 65535 },
    bind: { type: "string", enum: ["lan", "loopback"] },
    list: { type: "array", items: { type: "string" } },
    inner: { type: "object", properties: { key: { type: "string" } }, required: ["key"] },
  },
  additionalProperties: false,
});

const type = `(lib.jsonSchemaType { schema = ${schema}; name = "gateway configuration"; })`;

const secretSchema = nixJson({
  type: "object",
  properties: {
    token: { anyOf: [{ type: "string" }, { type: "object" }], "x-secret": true },
    apiKey: { type: "string", "x-secret": true },
    headers: { type: "object", additionalProperties: { type: "string", "x-secret": "by-name" } },
    env: { type: "object", additionalProperties: { type: "string", "x-secret": "inside" } },
    config: { "x-secret": "inside" },
    auth: {
      anyOf: [
        {
          type: "object",
          properties: { kind: { const: "a" }, key: { type: "string", "x-secret": true } },
        },
        { type: "object", properties: { kind: { const: "b" }, key: { type: "string" } } },
      ],
    },
  },
});

describe.skipIf(missingTools.length > 0)(`messages${unlessMissing}`, () => {
  it("names every mistake, with the files that define it", () => {
    expect(
      rejection(`evaluate ${type} [
        { prot = 1; bind = "lan"; list = [ "a" ]; }
        { port = 0; list = [ "b" 2 ]; inner = { }; }
        { bind = lib.mkForce "lann"; inner = lib.mkIf true { other = 1; }; }
      ]`),
    ).toBe(
      [
        "The option `settings` is not a valid gateway configuration:",
        '- settings.bind: expected "lan" or "loopback", received the string "lann". Did you mean "lan"?',
        "    defined in file-3.nix",
        "- settings.inner: the key `key` is required (a string).",
        "    defined in file-3.nix, file-2.nix",
        "- settings.list[1]: expected a string, received the number 2.",
        "    defined in file-2.nix",
        "- settings.port: expected an integer from 1 to 65535, received the number 0.",
        "    defined in file-2.nix",
        "- settings.prot: unknown key. Did you mean `port`?",
        "    defined in file-1.nix",
      ].join("\n"),
    );
  });

  it("names the path of the option it is in", () => {
    expect(rejection(`evaluate (lib.types.attrsOf ${type}) [ { "a.b".prot = 1; } ]`)).toContain(
      'settings."a.b".prot: unknown key. Did you mean `port`?',
    );
  });

  it("does not cut characters in two", () => {
    expect(rejection(`evaluate ${type} [ { bind = "${"日".repeat(40)}"; } ]`)).toContain(
      `received the string "${"日".repeat(19)}….`,
    );
  });

  it("names the wrong value, not the whole alternative, in the gateway's unions", () => {
    const gateway = nixJson(annotated(gatewaySchema()).document);
    const mistakes = (value: JsonValue): unknown =>
      evaluate(`lib.jsonSchemaMistakes { schema = ${gateway}; value = ${nixJson(value)}; }`);
    expect(
      mistakes({ gateway: { auth: { token: { source: "enf", provider: "a", id: "A" } } } }),
    ).toEqual([
      'gateway.auth.token.source: expected "env", "file", "exec" or "store", received the string "enf". Did you mean "env"?',
    ]);
    expect(
      mistakes({ gateway: { auth: { token: { source: "env", provider: "a", id: "a" } } } }),
    ).toEqual([
      'gateway.auth.token.id: expected a string that matches ^[A-Z][A-Z0-9_]{0,127}$, received the string "a".',
    ]);
    expect(mistakes({ telegram: { enabled: true } })).toEqual([
      "telegram: unknown key. Did you mean `channels.telegram`?",
    ]);
  });
});

describe.skipIf(missingTools.length > 0)(`levels${unlessMissing}`, () => {
  const withLevels = (levels: string, definition: string): string =>
    `evaluate (lib.jsonSchemaType { schema = ${secretSchema}; ${levels} }) [ ${definition} ]`;

  it("off: any value passes", () => {
    expect(evaluate(withLevels('check = "off";', "{ headers = 1; }"))).toEqual({ headers: 1 });
    expect(
      evaluate(withLevels('check = "off"; checkSecrets = "off";', '{ token = "0123456789"; }')),
    ).toEqual({ token: "0123456789" });
  });

  it("off, but literal secrets are still refused", () => {
    expect(
      rejection(withLevels('check = "off";', '{ token = "0123456789"; headers = 1; }')),
    ).toContain("settings.token: this is a secret");
  });

  it("warn: the value passes", () => {
    const warned = withLevels('check = "warn";', "{ headers = 1; }");
    expect(evaluate(warned)).toEqual({ headers: 1 });
    // With --abort-on-warn the same value fails, so there was a warning.
    expect(failureOutput(warned, ["--abort-on-warn"])).toContain(
      "headers: expected an attribute set, received the number 1.",
    );
  });

  it("anything else is refused", () => {
    expect(rejection(withLevels('check = "none";', "{ headers = 1; }"))).toContain(
      "`check` and `checkSecrets` are one of error, warn, off",
    );
  });
});

describe.skipIf(missingTools.length > 0)(`secrets${unlessMissing}`, () => {
  const mistakes = (value: JsonValue): unknown =>
    evaluate(
      `lib.jsonSchemaMistakes { schema = ${secretSchema}; value = ${nixJson(value)}; secretAdvice = "Advice."; }`,
    );
  const refusal = (path: string): string =>
    `${path}: this is a secret and would be readable by everybody who can read the Nix store. Advice.`;

  const cases: readonly (readonly [name: string, value: JsonValue, want: readonly string[]])[] = [
    ["a literal", { token: "0123456789abcdef" }, [refusal("token")]],
    ["eight characters", { token: "01234567" }, [refusal("token")]],
    ["seven characters", { token: "0123456" }, []],
    ["nothing", { token: "" }, []],
    ["a variable", { token: "${GATEWAY_TOKEN}" }, []],
    ["a variable in a text", { token: "Bearer ${GATEWAY_TOKEN}" }, []],
    ["a variable, short form", { token: "$GATEWAY_TOKEN" }, []],
    ["a dollar that begins no variable", { token: "$ecret-t0ken" }, [refusal("token")]],
    ["a secret reference", { token: { source: "env", id: "TOKEN" } }, []],
    [
      "a header with a secret name",
      { headers: { "X-Api-Key": "0123456789" } },
      [refusal("headers.X-Api-Key")],
    ],
    ["a header without", { headers: { "User-Agent": "0123456789" } }, []],
    [
      "a variable with a secret name",
      { env: { GIT_TOKEN: "0123456789" } },
      [refusal("env.GIT_TOKEN")],
    ],
    ["a variable without", { env: { KEYBOARD: "0123456789", TOKENS: "0123456789" } }, []],
    [
      "deep inside of anything",
      { config: { a: [{ apiKey: "0123456789", name: "0123456789" }] } },
      [refusal("config.a[0].apiKey")],
    ],
    ["a reference inside of anything", { config: { apiKey: "${KEY_OF_THIS}" } }, []],
    ["a placeholder for a local server", { apiKey: "ollama-local" }, []],
    ["another", { apiKey: "lm-studio" }, []],
    ["another, with a reason", { apiKey: "sk-no-key-required" }, []],
    ["the name of a variable", { apiKey: "OLLAMA_API_KEY" }, []],
    ["a placeholder that is no key", { token: "ollama-local" }, [refusal("token")]],
    ["a key that ends like one", { apiKey: "sk-ant-0123-local" }, [refusal("apiKey")]],
    ["the alternative that fits decides", { auth: { kind: "b", key: "0123456789" } }, []],
    [
      "in one of several that do not fit",
      { auth: { kind: "c", key: "0123456789" } },
      [
        refusal("auth.key"),
        'auth.kind: expected "a" or "b", received the string "c". Did you mean "a"?',
      ],
    ],
    ["in an alternative", { auth: { kind: "a", key: "0123456789" } }, [refusal("auth.key")]],
  ];

  it.each(cases)("%s", (_name, value, want) => {
    expect(mistakes(value)).toEqual(want);
  });

  it("never repeats the secret, and gives the usual advice", () => {
    const message = rejection(
      `evaluate (lib.jsonSchemaType { schema = ${secretSchema}; }) [ { token = "0123456789abcdef"; } ]`,
    );
    expect(message).toContain(
      "settings.token: this is a secret and would be readable by everybody who can read the Nix store. Name a file that holds it instead.",
    );
    expect(message).not.toContain("0123456789");
  });

  it("looks inside of anything without forcing what nobody asks for", () => {
    expect(
      evaluate(`(lib.evalModules { modules = [ ({ config, ... }: {
        options.settings = lib.mkOption { type = lib.jsonSchemaType { schema = ${secretSchema}; }; };
        config.settings.config = { a.b = config.settings.config.c; c = "text"; d.e = throw "looked at"; };
      }) ]; }).config.settings.config.a`),
    ).toEqual({ b: "text" });
  });

  it("knows the gateway's places of secrets", () => {
    const gateway = nixJson(annotated(gatewaySchema()).document);
    const literal = "0123456789abcdef";
    const value: JsonValue = {
      channels: { telegram: { botToken: literal }, discord: { token: literal } },
      cron: { webhookToken: literal },
      gateway: { auth: { token: literal, password: literal }, port: 1 },
      env: { vars: { BRAVE_API_KEY: literal, TZ: "Europe/Vienna" } },
      hooks: { token: literal },
      mcp: {
        servers: { a: { env: { GITHUB_TOKEN: literal }, headers: { Authorization: literal } } },
      },
      plugins: { entries: { brave: { config: { webSearch: { apiKey: literal } } } } },
      models: {
        providers: {
          a: {
            apiKey: literal,
            baseUrl: "http://localhost:11434",
            headers: { authorization: literal, "user-agent": literal },
            models: [],
          },
        },
      },
    };
    const texts = evaluate(
      `lib.jsonSchemaMistakes { schema = ${gateway}; value = ${nixJson(value)}; }`,
    ) as readonly string[];
    expect(texts.map((text) => text.split(":")[0])).toEqual([
      "channels.discord.token",
      "channels.telegram.botToken",
      "cron.webhookToken",
      "env.vars.BRAVE_API_KEY",
      "gateway.auth.password",
      "gateway.auth.token",
      "hooks.token",
      "mcp.servers.a.env.GITHUB_TOKEN",
      "mcp.servers.a.headers.Authorization",
      "models.providers.a.apiKey",
      "models.providers.a.headers.authorization",
      "plugins.entries.brave.config.webSearch.apiKey",
    ]);
  });
});

describe.skipIf(missingTools.length > 0)(`null that stands for "left out"${unlessMissing}`, () => {
  const lenient = `(lib.jsonSchemaType { schema = ${schema}; name = "gateway configuration"; nullIsUnset = true; })`;

  it("is accepted where the schema knows the key, whatever its type", () => {
    const settings = '{ port = null; list = null; inner.key = null; bind = "lan"; }';
    expect(evaluate(`evaluate ${lenient} [ ${settings} ]`)).toEqual({
      port: null,
      list: null,
      inner: { key: null },
      bind: "lan",
    });
  });

  it("is refused without being asked for", () => {
    expect(rejection(`evaluate ${type} [ { port = null; } ]`)).toContain("settings.port");
  });

  it("is accepted for a key nobody knows, as nobody will see it", () => {
    expect(evaluate(`evaluate ${lenient} [ { prot = null; } ]`)).toEqual({ prot: null });
  });
});
