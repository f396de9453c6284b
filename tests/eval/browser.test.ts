// The option for a browser: what it opens and tells the gateway, at the top level and in instances.

import { describe, expect, test } from "vitest";

import { type EvaluationCase, missingForEvaluation, type Target } from "../support/evaluate.ts";
import { generatedFile } from "../support/generated.ts";
import { evaluateTogether } from "../support/together.ts";
import { lacking } from "../support/lacking.ts";

const missing = missingForEvaluation();
const suite = describe.skipIf(missing.length > 0);
const note = lacking(missing);

function on(target: Target, config: string, query: string): EvaluationCase {
  return {
    target,
    module: generatedFile(`${target}/moltbot.nix`),
    config: `{ lib, pkgs, ... }: { services.moltbot = { enable = true; providers.anthropic.apiKeyFile = "/run/keys/a"; ${config} }; }`,
    query,
  };
}

const messages =
  "map (each: each.message) (builtins.filter (each: !each.assertion) r.config.assertions)";

const opened = (instance: string): string =>
  `(let c = r.config.services.moltbot${instance}.confinement; in { inherit (c) nestedSandboxes listenTCPPorts tasksMax; })`;

const nothing = { nestedSandboxes: false, listenTCPPorts: [], tasksMax: null };
const everything = { nestedSandboxes: true, listenTCPPorts: [18800], tasksMax: 4096 };

interface Row {
  readonly name: string;
  readonly config: string;
  readonly instance?: string;
  readonly want: unknown;
  readonly refused?: readonly string[];
}

const two = (a: string, b: string): string =>
  `instances = { a = { ${a} }; b = { gateway.port = 18790; ${b} }; };`;

const rows: readonly Row[] = [
  { name: "off", config: "", want: nothing },
  { name: "on", config: "browser.enable = true;", want: everything },
  {
    name: "another port",
    config: "browser = { enable = true; port = 18900; };",
    want: { ...everything, listenTCPPorts: [18900] },
  },
  {
    name: "what the user says of the confinement wins",
    config: "browser.enable = true; confinement = { tasksMax = 8192; nestedSandboxes = false; };",
    want: { ...everything, tasksMax: 8192, nestedSandboxes: false },
  },
  {
    name: "a list of ports without the browser's",
    config: "browser.enable = true; confinement.listenTCPPorts = [ 9000 ];",
    want: { ...everything, listenTCPPorts: [9000] },
    refused: [
      "services.moltbot.confinement.listenTCPPorts: lacks 18800, the port in `browser.port`: add it here.",
    ],
  },
  {
    name: "an instance's own",
    config: two("browser.enable = true;", ""),
    instance: ".instances.a",
    want: everything,
  },
  {
    name: "its neighbour",
    config: two("browser.enable = true;", ""),
    instance: ".instances.b",
    want: nothing,
  },
  {
    name: "an instance that takes the top level's",
    config: `browser.enable = true; ${two("", "browser.port = 18801;")}`,
    instance: ".instances.b",
    want: { ...everything, listenTCPPorts: [18801] },
  },
  {
    name: "an instance without, where the top level has one",
    config: `browser.enable = true; ${two("", "browser.enable = false;")}`,
    instance: ".instances.b",
    want: nothing,
  },
];

suite(`what a browser opens${note}`, () => {
  const outcomes = evaluateTogether(
    Object.fromEntries(
      rows.map(({ name, config, instance = "" }) => [
        name,
        on("nixos", config, `r: { opened = ${opened(instance)}; refused = ${messages}; }`),
      ]),
    ),
  );
  test.each(rows)("$name", ({ name, want, refused = [] }) => {
    expect(outcomes[name]).toEqual({ ok: true, value: { opened: want, refused } });
  });
});

suite(`two browsers on one machine${note}`, () => {
  const outcomes = evaluateTogether({
    same: on("nixos", `browser.enable = true; ${two("", "")}`, `r: ${messages}`),
  });
  test("need two ports", () => {
    const outcome = outcomes["same"];
    expect(outcome).toMatchObject({ ok: true });
    const told: unknown = outcome?.ok === true ? outcome.value : undefined;
    expect(told).toHaveLength(1);
    expect(String(told)).toContain("18800");
  });
});

suite(`what the gateway is told${note}`, () => {
  const settings =
    'r: builtins.fromJSON (builtins.unsafeDiscardStringContext (builtins.toJSON (r.lib.head (r.lib.filter (t: r.lib.hasInfix "cdpPort" t.text) (builtins.attrValues r.summary.texts))).text))';
  const release = (version: string): string =>
    `browser.enable = true; browser.package = pkgs.hello; validateConfig = false; package = pkgs.openclaw.overrideAttrs { version = "${version}"; };`;
  const outcomes = evaluateTogether({
    "2026.9.6": on("nixos", release("2026.9.6"), settings),
    "2026.6.5": on("nixos", release("2026.6.5"), settings),
  });
  test.each([
    ["2026.9.6", { cdpPort: 18800 }],
    ["2026.6.5", { cdpPort: 18800, color: "#4285F4" }],
  ])("%s", (version, profile) => {
    const outcome = outcomes[version];
    if (outcome?.ok !== true) throw new Error(outcome?.message ?? "no outcome");
    const { browser } = JSON.parse(String(outcome.value)) as { readonly browser: unknown };
    expect(browser).toEqual({
      enabled: true,
      headless: true,
      executablePath: expect.stringMatching(/hello.*\/bin\/hello$/) as unknown,
      profiles: { openclaw: profile },
    });
  });
});

suite(`a browser on macOS${note}`, () => {
  const outcomes = evaluateTogether({
    darwin: on("darwin", "browser.enable = true;", `r: ${messages}`),
  });
  test("is refused", () => {
    expect(outcomes["darwin"]).toEqual({
      ok: true,
      value: [
        "services.moltbot.browser.enable: is for Linux: on macOS a sandbox cannot hold another one, and a browser makes its own. Set it to false there.",
      ],
    });
  });
});
