// An independent validator uses the generated JSON Schema of moltbot's options.

import { Ajv, type AnySchemaObject } from "ajv";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { JsonValue } from "../../src/json.ts";
import { z } from "../../src/zod.ts";
import { generatedFile } from "../support/generated.ts";

const document = z
  .object({
    $schema: z.string(),
    definitions: z.record(
      z
        .object({ description: z.string(), examples: z.array(z.unknown()).default([]) })
        .passthrough(),
    ),
  })
  .passthrough()
  .parse(JSON.parse(readFileSync(generatedFile("json-schema/moltbot.json"), "utf8")));

/** Strict: an unknown keyword or a meaningless pattern is a mistake. */
const ajv = new Ajv({ strict: true, strictRequired: false });
ajv.addVocabulary(["x-nix-type", "x-platforms"]);
const schema: AnySchemaObject = document;
const accepts = ajv.compile(schema);

const accepted: readonly (readonly [string, JsonValue])[] = [
  ["nothing", {}],
  ["the usual", { enable: true, gateway: { port: 18790, auth: { mode: "token" } } }],
  ["a secret's file", { gateway: { auth: { tokenFile: "/run/keys/token" } } }],
  ["no secret", { gateway: { auth: { tokenFile: null } } }],
  ["secrets by variable", { credentials: { BRAVE_API_KEY: "/run/keys/brave" } }],
  ["a package by its path", { package: `/nix/store/${"0".repeat(32)}-moltbot-1.0` }],
  ["any settings", { settings: { agents: { list: [1, null, { deep: true }] } } }],
  ["a skill with the defaults of its fields", { skills: [{ name: "weather" }] }],
  ["numbers and texts", { providers: { telegram: { allowFrom: [12345678, "12345678"] } } }],
  ["one of several words", { confinement: { egress: "none" } }],
  ["a list instead of a word", { confinement: { egress: ["internet", "10.0.0.0/8"] } }],
  ["instances", { instances: { work: { gateway: { port: 18790 } }, "a-1": {} } }],
  ["an option of macOS alone", { uid: 550 }],
];

/** Wrong values, and the place that the validator names. */
const refused: readonly (readonly [string, JsonValue, string])[] = [
  ["an option that does not exist", { gatway: {} }, ""],
  ["one in a group", { gateway: { ports: 1 } }, "/gateway"],
  ["a port that is none", { gateway: { port: 65536 } }, "/gateway/port"],
  ["a port as a text", { gateway: { port: "80" } }, "/gateway/port"],
  ["a broken number", { confinement: { tasksMax: 64.5 } }, "/confinement/tasksMax"],
  ["another word", { gateway: { auth: { mode: "open" } } }, "/gateway/auth/mode"],
  ["null for what is not nullable", { gateway: { bind: null } }, "/gateway/bind"],
  [
    "a secret in the store",
    { gateway: { auth: { tokenFile: `/nix/store/${"0".repeat(32)}-token` } } },
    "/gateway/auth/tokenFile",
  ],
  ["a relative path", { credentials: { A: "keys/brave" } }, "/credentials/A"],
  ["a path with a step back", { stateDir: "/var/../etc" }, "/stateDir"],
  ["a directory of two words", { stateDir: "/var/my state" }, "/stateDir"],
  ["what is no variable's name", { credentials: { "A-B": "/run/keys/a" } }, "/credentials"],
  ["a package by its name", { package: "openclaw" }, "/package"],
  ["settings that are no object", { settings: [] }, "/settings"],
  ["a skill without a name", { skills: [{ mode: "inline" }] }, "/skills/0"],
  ["a skill with one field more", { skills: [{ name: "a", text: "" }] }, "/skills/0"],
  [
    "zero as a person",
    { providers: { telegram: { allowFrom: [0] } } },
    "/providers/telegram/allowFrom/0",
  ],
  ["what is no address", { confinement: { egress: ["10.0.0.0/33"] } }, "/confinement/egress/0"],
  ["an instance's name", { instances: { "Work!": {} } }, "/instances"],
  ["what an instance has not", { instances: { work: { instances: {} } } }, "/instances/work"],
  ["a value in an instance", { instances: { work: { uid: 1 } } }, "/instances/work/uid"],
];

it("is a schema of draft 7", () => {
  expect(document.$schema).toBe("http://json-schema.org/draft-07/schema#");
  expect(ajv.validateSchema(schema)).toBe(true);
});

describe("it accepts", () => {
  it.each(accepted)("%s", (_, value) => {
    expect(accepts(value) ? [] : accepts.errors).toEqual([]);
  });
});

describe("it refuses", () => {
  it.each(refused)("%s", (_, value, where) => {
    expect(accepts(value)).toBe(false);
    expect(accepts.errors?.map(({ instancePath }) => instancePath)).toContain(where);
  });
});

describe("what it says of an option is true", () => {
  it.each(Object.entries(document.definitions))("%s", (_, { ...option }) => {
    const check = ajv.compile(option);
    const values = "default" in option ? [option["default"], ...option.examples] : option.examples;
    expect(values.filter((value) => !check(value))).toEqual([]);
    expect(option.description).not.toBe("");
  });
});
