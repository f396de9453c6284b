// Values that people write by mistake, or because the module system allows them, under the gateway's own
// schema: each gives the same value as formats.json, or a message with advice.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { nixPath } from "../support/evaluate.ts";
import {
  annotated,
  evaluate,
  gatewaySchema,
  missingTools,
  rejection,
  unlessMissing,
} from "./support.ts";

let directory = "";

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "nixmodgen-test-"));
  const { document } = annotated(gatewaySchema());
  writeFileSync(join(directory, "schema.json"), JSON.stringify(document));
});

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** The value of these definitions, as JSON. */
function settings(definitions: string): string {
  return `
    let
      schema = lib.importJSON ${nixPath(join(directory, "schema.json"))};
      type = lib.jsonSchemaType { inherit schema; nullIsUnset = true; };
    in
    builtins.fromJSON (builtins.unsafeDiscardStringContext (builtins.toJSON (
      evaluate type [ ${definitions} ]
    )))`;
}

const accepted: readonly (readonly [name: string, definitions: string, want: unknown])[] = [
  ["mkForce", "{ gateway.port = 1; } { gateway.port = lib.mkForce 2; }", { gateway: { port: 2 } }],
  [
    "mkForce of a set",
    '{ gateway = { port = 1; bind = "lan"; }; } { gateway = lib.mkForce { port = 2; }; }',
    { gateway: { port: 2 } },
  ],
  ["a mistake under mkIf false", "(lib.mkIf false { gatway = 1; }) { }", {}],
  ["an unknown key under mkIf false", "{ gateway.prot = lib.mkIf false 1; }", { gateway: {} }],
  [
    "mkMerge with a mistake that is switched off",
    '{ gateway = lib.mkMerge [ { port = 1; } (lib.mkIf false { port = "x"; }) ]; }',
    { gateway: { port: 1 } },
  ],
  [
    "mkDefault that lost, with a wrong value",
    '{ gateway.port = lib.mkDefault "x"; } { gateway.port = 1; }',
    { gateway: { port: 1 } },
  ],
  [
    "mkAfter",
    "{ channels.telegram.allowFrom = lib.mkAfter [ 1 ]; } { channels.telegram.allowFrom = [ 2 ]; }",
    { channels: { telegram: { allowFrom: [2, 1] } } },
  ],
  ["the same twice", "{ gateway.port = 1; } { gateway.port = 1; }", { gateway: { port: 1 } }],
  [
    "null, which leaves it out",
    "{ gateway.port = lib.mkForce null; }",
    { gateway: { port: null } },
  ],
  ["a whole float", "{ gateway.port = 80.0; }", { gateway: { port: 80 } }],
  ["any character in a key", '{ env.vars."😀 \\"" = "x"; }', { env: { vars: { '😀 "': "x" } } }],
  [
    "a derivation for a text",
    '{ agents.defaults.workspace = { type = "derivation"; outPath = "/nix/store/x"; }; }',
    { agents: { defaults: { workspace: "/nix/store/x" } } },
  ],
  [
    "a set that says its own text",
    '{ logging.file = { __toString = _: "/x"; }; }',
    { logging: { file: "/x" } },
  ],
  [
    "a path that is a secret, as a string",
    '{ channels.telegram.tokenFile = "/run/keys/telegram"; }',
    { channels: { telegram: { tokenFile: "/run/keys/telegram" } } },
  ],
];

const refused: readonly (readonly [name: string, definitions: string, want: string])[] = [
  ["null for everything", "null", "settings: expected an attribute set, received null."],
  ["a text for everything", '"x"', 'settings: expected an attribute set, received the string "x".'],
  ["a list for everything", "[ ]", "expected an attribute set, received a list with 0 items."],
  [
    "a function",
    "{ gateway.port = x: x; }",
    "`settings.gateway.port' is not of type `JSON value'. Definition values:\n- In `file-1.nix': <function>",
  ],
  ["a functor", "{ gateway.__functor = _: _: 1; }", "`settings.gateway.__functor' is not of type"],
  [
    "two values",
    "{ gateway.port = 1; } { gateway.port = 2; }",
    "`settings.gateway.port' has conflicting definition values:\n- In `file-2.nix': 2\n- In `file-1.nix': 1",
  ],
  [
    "a set and a text",
    '{ gateway.port = 1; } { gateway = "x"; }',
    "`settings.gateway' is defined multiple times",
  ],
  [
    "a derivation for a set",
    '{ gateway = { type = "derivation"; outPath = "/nix/store/x"; }; }',
    'settings.gateway: expected an attribute set, received the string "/nix/store/x".',
  ],
  [
    "a path for a number",
    "{ gateway.port = /x; }",
    "settings.gateway.port: expected an integer from 1 to 65535, received the string",
  ],
  [
    "the largest number of Nix",
    "{ gateway.port = 9223372036854775807; }",
    "received the number 922",
  ],
  [
    "an infinite number",
    "{ agents.defaults.timeoutSeconds = 1.0e308 * 10; }",
    "expected an integer from 0 to 9007199254740991, received a number that JSON cannot say.",
  ],
  [
    "no number at all",
    "{ agents.defaults.timeoutSeconds = 1.0e308 * 10 - 1.0e308 * 10; }",
    "received a number that JSON cannot say.",
  ],
  [
    "letters of another language",
    '{ "gätewäy" = 1; }',
    'settings."gätewäy": unknown key. Did you mean `gateway`?',
  ],
  ["an empty key", '{ "" = 1; }', 'settings."": unknown key. Known keys: '],
  [
    "dots in a key",
    '{ "gateway.port" = 1; }',
    'settings."gateway.port": unknown key. Did you mean `gateway`?',
  ],
  [
    "a string in a key",
    '{ gateway."a\\"\\${x}" = 1; }',
    'settings.gateway."a\\"\\${x}": unknown key.',
  ],
  [
    "capital letters",
    "{ Gateway.port = 1; }",
    "settings.Gateway: unknown key. Did you mean `gateway`?",
  ],
  ["a type mark", '{ gateway = { _type = "x"; }; }', "settings.gateway._type: unknown key."],
  ["a module", "{ imports = [ ]; }", "settings.imports: unknown key."],
  [
    "the text of an example",
    '{ gateway.port = lib.literalExpression "1"; }',
    "settings.gateway.port: expected an integer from 1 to 65535, received an attribute set.",
  ],
  ["quotes around a number", '{ gateway.port = "80"; }', "Write it without the quotes."],
  [
    "quotes around a truth value",
    '{ telemetry.enabled = "false"; }',
    "Write it without the quotes.",
  ],
  ["a set for a list", "{ channels.telegram.allowFrom = { }; }", "expected a list of items"],
  ["one for a list", "{ channels.telegram.allowFrom = 1; }", "received the number 1."],
  ["a failure of the user's own", '{ gateway.port = throw "my own"; }', "my own"],
  [
    "the Nix path of a secret",
    "{ channels.telegram.tokenFile = /run/keys/telegram; }",
    "settings.channels.telegram.tokenFile: this file holds a secret, and in the Nix store everybody could read it. Write the path of a file that is elsewhere, as a string in quotes.",
  ],
  [
    "a secret that was copied to the store before",
    '{ secrets.providers.a = { source = "file"; path = "${builtins.storeDir}/x"; }; }',
    "settings.secrets.providers.a.path: this file holds a secret",
  ],
  [
    "something deep in a list",
    '{ bindings = [ { agentId = "a"; match = { channel = "telegram"; peer = { kind = "grp"; id = "1"; }; }; } ]; }',
    'settings.bindings[0].match.peer.kind: expected "direct", "group" or "channel", received the string "grp". Did you mean "group"?',
  ],
];

describe.skipIf(missingTools.length > 0)(`odd values${unlessMissing}`, () => {
  it.each(accepted)("%s: accepted", (_name, definitions, want) => {
    expect(evaluate(settings(definitions))).toEqual(want);
  });

  it.each(refused)("%s: refused", (_name, definitions, want) => {
    expect(rejection(settings(definitions))).toContain(want);
  });
});
