import { describe, expect, test } from "vitest";
import { fileURLToPath } from "node:url";
import { loadConfig, loadServices } from "../../src/config.ts";
import { readDocs } from "../../src/docs/read-docs.ts";
import { BugError } from "../../src/errors.ts";
import { lowerService } from "../../src/lower/lower.ts";
import type { ConfigFile, IrService } from "../../src/model/service-model.ts";
import type { IrOption } from "../../src/model/option-type.ts";
import {
  and,
  type Exp,
  literal,
  not,
  record,
  reference,
  text,
  when,
} from "../../src/schema/build-expression.ts";
import { credential, option, type OptionTree } from "../../src/schema/define-option.ts";
import { variants } from "../../src/schema/define-service.ts";
import { absolutePath, port, submodule } from "../../src/schema/value-types.ts";
import { checkSettings } from "../../src/settings/check-settings.ts";
import { compactSchema } from "../../src/settings/compact.ts";
import type { JsonSchema, SchemaObject } from "../../src/settings/json-schema.ts";
import { z } from "../../src/zod.ts";
import { config, lowerWith, type Parts } from "../lower/service.ts";
import { lines, mistakeOf, stored } from "./support.ts";

const object = (
  properties: Readonly<Record<string, JsonSchema>>,
  required?: readonly string[],
): SchemaObject => ({
  type: "object",
  properties,
  additionalProperties: false,
  ...(required && { required }),
});

/** A small program's configuration. */
const schema = compactSchema(
  object({
    server: object({
      port: { type: "integer", minimum: 1, maximum: 65535 },
      mode: { anyOf: [{ const: "fast" }, { const: "safe" }] },
      name: { type: "string", pattern: "^[a-z]+$" },
    }),
    queue: object({
      mode: { type: "string" },
      byChannel: { type: "object", additionalProperties: { type: "string" } },
    }),
    channels: object({
      telegram: object({
        enabled: { type: "boolean" },
        groups: { type: "object", additionalProperties: object({ mention: { type: "boolean" } }) },
      }),
    }),
    tls: object({ cert: { type: "string" }, key: { type: "string" } }, ["cert", "key"]),
    auth: object({
      token: { type: "string" },
      tokenFile: { type: "string" },
      accounts: { type: "object", additionalProperties: object({ password: { type: "string" } }) },
    }),
  }),
);

const configSchema = { directory: "program", versions: ["1"] } as const;

function check(parts: Parts): string {
  const ir = lowerWith({ configSchema, ...parts });
  return mistakeOf(() => {
    checkSettings(ir, schema);
  });
}

const right: OptionTree = {
  name: option(z.string().regex(/^[a-z]+$/), {
    default: "a",
    example: "b",
    setting: "server.name",
  }),
  mode: option(z.enum(["fast", "safe"]).nullable(), { default: null, setting: "server.mode" }),
  listen: option(port(), { default: 8080, setting: "server.port" }),
  byChannel: option(z.record(z.string()), { default: {}, setting: "queue.byChannel" }),
  telegram: {
    enable: option(z.boolean(), { default: false, setting: "channels.telegram.enabled" }),
    groups: option(z.record(submodule({ mention: option(z.boolean(), { default: true }) })), {
      default: {},
      example: { "*": { mention: false } },
      setting: "channels.telegram.groups",
    }),
  },
};

test("what is right passes", () => {
  expect(check({ options: right })).toBe("no mistake");
});

test("without a schema nothing is checked", () => {
  const options = { it: option(z.string(), { default: "", setting: "no.such.key" }) };
  const ir = lowerWith({ options });
  expect(
    mistakeOf(() => {
      checkSettings(ir, schema);
    }),
  ).toBe("no mistake");
});

const optionMistakes: readonly { name: string; it: OptionTree[string]; want: string }[] = [
  {
    name: "a mistyped key",
    it: option(z.string(), { default: "a", setting: "server.nam" }),
    want: lines`
      error: unknown setting server.nam
        option:   it
        at:       schema/test.ts:7
        expected: an object with the keys mode, name, port
        next:     did you mean server.name?
    `,
  },
  {
    name: "a key whose second half was renamed",
    it: option(z.record(z.string()), { default: {}, setting: "queue.byProvider" }),
    want: lines`
      error: unknown setting queue.byProvider
        option:   it
        at:       schema/test.ts:7
        expected: an object with the keys byChannel, mode
        next:     did you mean queue.byChannel?
    `,
  },
  {
    name: "a key that moved",
    it: option(z.boolean(), { default: true, setting: "telegram.enabled" }),
    want: lines`
      error: unknown setting telegram
        option:   it
        at:       schema/test.ts:7
        expected: an object with the keys auth, channels, queue, server, tls
        next:     did you mean channels.telegram?
    `,
  },
  {
    name: "a key nobody knows",
    it: option(z.string(), { default: "a", setting: "wallpaper" }),
    want: lines`
      error: unknown setting wallpaper
        option:   it
        at:       schema/test.ts:7
        expected: an object with the keys auth, channels, queue, server, tls
    `,
  },
  {
    name: "a key below something that is no object",
    it: option(z.string(), { default: "a", setting: "server.port.number" }),
    want: lines`
      error: unknown setting server.port.number
        option:   it
        at:       schema/test.ts:7
        expected: an integer from 1 to 65535
    `,
  },
  {
    name: "another type",
    it: option(z.string(), { default: "a", setting: "server.port" }),
    want: lines`
      error: the program does not accept all values of the option at server.port
        option:   it
        at:       schema/test.ts:7
        expected: an integer from 1 to 65535
        received: string
        next:     narrow the option's type
    `,
  },
  {
    name: "a range that is too wide",
    it: option(z.number().int().min(0).max(80), { default: 1, setting: "server.port" }),
    want: lines`
      error: the program does not accept all values of the option at server.port
        option:   it
        at:       schema/test.ts:7
        expected: an integer from 1 to 65535
        received: integer between 0 and 80 (both inclusive)
        next:     narrow the option's type
    `,
  },
  {
    name: "a value too many",
    it: option(z.enum(["fast", "sade"]), { default: "fast", setting: "server.mode" }),
    want: lines`
      error: the program does not accept all values of the option at server.mode
        option:   it
        at:       schema/test.ts:7
        expected: "fast" or "safe"
        received: "sade"
        next:     narrow the option's type
    `,
  },
  {
    name: "a field nobody knows",
    it: option(z.record(submodule({ menton: option(z.boolean(), { default: true }) })), {
      default: {},
      setting: "channels.telegram.groups",
    }),
    want: lines`
      error: unknown setting channels.telegram.groups.<name>.menton
        option:   it
        at:       schema/test.ts:7
        expected: an object with the keys mention
        next:     did you mean channels.telegram.groups.<name>.mention?
    `,
  },
  {
    name: "a default the program's pattern refuses",
    it: option(z.string(), { default: "Big", setting: "server.name" }),
    want: lines`
      error: the default is not accepted at server.name
        option:   it
        at:       schema/test.ts:7
        expected: a string matching ^[a-z]+$
        received: "Big"
    `,
  },
  {
    name: "an example the program's pattern refuses",
    it: option(z.string(), { default: "a", example: "a b", setting: "server.name" }),
    want: lines`
      error: the example is not accepted at server.name
        option:   it
        at:       schema/test.ts:7
        expected: a string matching ^[a-z]+$
        received: "a b"
    `,
  },
];

describe("an option with", () => {
  test.each(optionMistakes)("$name", ({ it, want }) => {
    expect(check({ options: { it } })).toBe(want);
  });
});

const generations = variants("generations", {
  now: { settings: { server: { mode: "safe" }, colour: true }, stable: true },
  then: { settings: { server: { mode: "old" } }, stable: false },
});

const fixedMistakes: readonly { name: string; parts: Parts; want: string }[] = [
  {
    name: "an unknown key",
    parts: { model: withLayers(record({ server: record({ prot: 1 }) })) },
    want: lines`
      error: unknown setting server.prot
        at:       schema/test.ts:1
        expected: an object with the keys mode, name, port
        next:     did you mean server.port?
    `,
  },
  {
    name: "a wrong value",
    parts: { model: withLayers(record({ server: record({ port: 0 }) })) },
    want: lines`
      error: the fixed value is not accepted at server.port
        at:       schema/test.ts:1
        expected: an integer from 1 to 65535
        received: 0
    `,
  },
  {
    name: "text where a number belongs",
    parts: {
      model: withLayers(record({ server: record({ port: text`${reference<string>(["user"])}` }) })),
    },
    want: lines`
      error: the program does not accept all values of the option at server.port
        at:       schema/test.ts:1
        expected: an integer from 1 to 65535
        received: non-empty string
        next:     narrow the option's type
    `,
  },
  {
    name: "a wrong value under a condition",
    parts: {
      model: withLayers(
        record({ server: record({ mode: when(and(reference<boolean>(["createUser"])), "slow") }) }),
      ),
    },
    want: lines`
      error: the fixed value is not accepted at server.mode
        at:       schema/test.ts:1
        expected: "fast" or "safe"
        received: "slow"
    `,
  },
  {
    name: "an unknown key in the variant's row, and only that one's",
    parts: {
      variants: generations.table,
      configSchema: { ...configSchema, variant: "now" },
      options: { generation: option(z.enum(generations.names), { default: "now" }) },
      model: { ...withLayers(generations.value.settings), variant: reference(["generation"]) },
    },
    want: lines`
      error: unknown setting colour
        at:       schema/test.ts:1
        expected: an object with the keys auth, channels, queue, server, tls
    `,
  },
  {
    name: "a key that another one demands",
    parts: { model: withLayers(literal({ tls: { cert: "/a" } })) },
    want: lines`
      error: the default configuration on nixos is not accepted at tls
        at:       schema/test.ts:1
        expected: the key key
        received: an object without it
    `,
  },
];

function withLayers(...layers: ConfigFile["layers"]): NonNullable<Parts["model"]> {
  return { config: { ...config, layers } };
}

describe("fixed settings with", () => {
  test.each(fixedMistakes)("$name", ({ parts, want }) => {
    expect(check(parts)).toBe(want);
  });
});

test.each([
  ["only older releases are told it", not(reference<string>(["package"]).isAtLeast("1")), false],
  ["the newest one is told it, too", not(reference<string>(["package"]).isAtLeast("2")), true],
  ["it is told the newest alone", reference<string>(["package"]).isAtLeast("1"), true],
] as const)("a setting the newest release does not know: %s", (_, condition, isMistake) => {
  const ir = lowerWith({
    configSchema,
    model: withLayers(when(and(condition), literal({ forgotten: true }))),
  });
  const checking = expect(() => {
    checkSettings(ir, schema);
  });
  if (isMistake) checking.toThrow("unknown setting forgotten");
  else checking.not.toThrow();
});

test("several mistakes are told at once, in the order of the schema", () => {
  const options = {
    one: option(z.string(), { default: "a", setting: "server.nam" }),
    two: option(z.string(), { default: "a", setting: "server.port" }),
  };
  expect(check({ options })).toBe(lines`
    error: 2 settings do not fit program/1.json
      schema/test.ts:7: one: unknown setting server.nam
        expected: an object with the keys mode, name, port
        next:     did you mean server.name?
      schema/test.ts:7: two: the program does not accept all values of the option at server.port
        expected: an integer from 1 to 65535
        received: string
        next:     narrow the option's type
  `);
});

describe("a place of the program's configuration that holds a secret", () => {
  const account = z.object({ password: z.string().optional() });

  test.each([
    ["a text", z.string(), "auth.token", "auth.token"],
    ["a text that may be missing", z.string().nullable(), "auth.token", "auth.token"],
    ["a path", absolutePath(), "auth.token", "auth.token"],
    ["a text or a number", z.union([z.string(), z.number()]), "auth.token", "auth.token"],
    ["a field", account, "auth.accounts.main", "auth.accounts.main.password"],
    [
      "a field of values by name",
      z.record(account),
      "auth.accounts",
      "auth.accounts.<name>.password",
    ],
  ])("is not for an option: %s", (_, type, setting, place) => {
    const message = check({ options: { it: option(type, { setting }) } });
    expect(message).toContain(
      `error: ${place} holds a secret, and everybody can read an option's value`,
    );
    expect(message).toContain(`
  option:   it
  at:       schema/test.ts:7
  expected: a credential: the path of a file that holds the secret
  next:     declare it with credential({ variable: … }), without \`setting\``);
  });

  test("is not for a credential's path, either", () => {
    const it = credential({ variable: "TOKEN" }, { setting: "auth.token" });
    expect(check({ options: { it } })).toContain("holds a secret");
  });

  test("is not for a fixed text, or an option in the model", () => {
    const layer = (value: Exp<string>): Parts => ({
      options: { it: option(z.string(), { default: "" }) },
      model: withLayers(record({ auth: record({ token: value }) })),
    });
    const places = (value: Exp<string>): string => check(layer(value));
    expect(places(literal("hunter2"))).toContain("error: auth.token holds a secret, and everybody");
    expect(places(reference(["it"]))).toContain("error: auth.token holds a secret, and everybody");
    expect(places(literal("${TOKEN}"))).toBe("no mistake");
  });

  test("the path of a file with a secret is none", () => {
    const it = option(absolutePath().nullable(), { default: null, setting: "auth.tokenFile" });
    expect(check({ options: { it } })).toBe("no mistake");
  });
});

describe("moltbot", async () => {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const [source] = await loadServices(await loadConfig(root), readDocs);
  if (source === undefined) throw new BugError("no service");
  const ir = lowerService(source.service, source.docs);
  const now = stored("2026.9.6");

  /** The service with one option's setting changed. */
  function renamed(option: string, change: Partial<IrOption>): IrService {
    const options = ir.options.map((it) =>
      it.path.join(".") === option ? { ...it, ...change } : it,
    );
    expect(options).not.toEqual(ir.options);
    return { ...ir, options };
  }
  const mistake = (service: IrService, version: JsonSchema = now): string =>
    mistakeOf(() => {
      checkSettings(service, version);
    }).replaceAll(/:\d+$/gm, ":LINE");

  test("fits the gateway it names", () => {
    expect(mistake(ir)).toBe("no mistake");
    expect(ir.options.filter(({ setting }) => setting !== undefined).length).toBeGreaterThan(5);
  });

  test("the key that was renamed upstream is found", () => {
    const setting = ["messages", "queue", "byProvider"];
    expect(mistake(renamed("routing.queue.byChannel", { setting }))).toBe(lines`
      error: unknown setting messages.queue.byProvider
        option:   routing.queue.byChannel
        at:       schema/options/agent.ts:LINE
        expected: an object with the keys byChannel, cap, debounceMsByChannel, drop, mode
        next:     did you mean messages.queue.byChannel?
    `);
  });

  test("the key that moved upstream is found", () => {
    const setting = ["telegram", "allowFrom"];
    expect(mistake(renamed("providers.telegram.allowFrom", { setting }))).toMatch(
      /unknown setting telegram\n.*providers\.telegram\.allowFrom\n.*channels\.ts:LINE\n.*\n.*did you mean channels\.telegram\?/,
    );
  });

  test("a retyped key is found", () => {
    expect(
      mistake(renamed("gateway.port", { type: { kind: "string", nonEmpty: true } })),
    ).toContain("the program does not accept all values of the option at gateway.port");
  });

  test("a secret of the gateway's is found", () => {
    const setting = ["gateway", "auth", "token"];
    expect(
      mistake(
        renamed("gateway.customBindHost", { setting, type: { kind: "string", nonEmpty: true } }),
      ),
    ).toContain("error: gateway.auth.token holds a secret");
  });

  test("what the older gateway does not know is found", () => {
    const report = mistake(ir, stored("2026.6.5"));
    expect(report).toContain("unknown setting telemetry");
    expect(report).toContain("unknown setting gateway.terminal");
    expect(report).toMatch(/agent\.thinkingDefault: [^]*received: "ultra"/);
  });
});
