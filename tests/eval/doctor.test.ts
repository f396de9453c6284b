// What the doctor of the operator's command knows of an instance, and where there is a doctor.

import { describe, expect, test } from "vitest";

import { z } from "../../src/zod.ts";
import {
  evaluateMany,
  type EvaluationCase,
  missingForEvaluation,
  type Outcome,
} from "../support/evaluate.ts";
import { generatedFile } from "../support/generated.ts";
import { lacking } from "../support/lacking.ts";

const missing = missingForEvaluation();

const caseOf = (
  target: EvaluationCase["target"],
  config: string,
  system?: EvaluationCase["system"],
): EvaluationCase => ({
  target,
  ...(system === undefined ? {} : { system }),
  module: generatedFile(`${target}/moltbot.nix`),
  config: `{
    services.moltbot = {
      enable = true;
      providers.anthropic.apiKeyFile = "/run/keys/anthropic";
      ${config}
    };
  }`,
  query: `r: builtins.mapAttrs (_: t: t.text) r.summary.texts`,
});

const loose = `
  gateway.port = 18999;
  confinement = {
    egress = "named";
    hosts = [ "api.github.com" ];
    nestedSandboxes = true;
    tasksMax = null;
    readOnlyPaths = [ "/srv/music" ];
    acceptMissing = [ "PrivatePIDs" ];
  };
`;

const cases: Readonly<Record<string, EvaluationCase>> = {
  strict: caseOf("nixos", ""),
  loose: caseOf("nixos", loose),
  old: caseOf("nixos", `gateway = { bind = "custom"; customBindHost = "192.168.1.2"; };`),
  home: caseOf("home-manager", ""),
  "home with a limit": caseOf("home-manager", `confinement.tasksMax = 100;`),
  "home on macOS": caseOf("home-manager", "", "aarch64-darwin"),
  darwin: caseOf("darwin", ""),
};

const outcomes: Readonly<Record<string, Outcome>> =
  missing.length > 0 ? {} : await evaluateMany(cases);

function textEnding(name: string, end: string): string {
  const outcome = outcomes[name];
  if (outcome?.ok !== true) throw new Error(`rejected: ${outcome?.message ?? "no outcome"}`);
  const texts = z.record(z.string(), z.string()).parse(outcome.value);
  const found = Object.entries(texts).filter(([path]) => path.endsWith(end));
  const [one, ...more] = found;
  if (one === undefined || more.length > 0) throw new Error(`${String(found.length)} of ${end}`);
  return one[1];
}

const facts = (name: string): unknown =>
  JSON.parse(textEnding(name, "-moltbot-gateway-doctor.json"));

const known = {
  launcher: "moltbot-gateway-launch",
  // An empty file covers it.
  managed: "/var/lib/moltbot/.env",
  port: "18789",
  state: "/var/lib/moltbot",
  workspace: "/var/lib/moltbot/workspace",
};

describe.skipIf(missing.length > 0)(`the doctor's facts${lacking(missing)}`, () => {
  test("a strict instance has nothing loosened", () => {
    expect(facts("strict")).toEqual({
      known: { ...known, config: "/etc/moltbot/default.json" },
      accepted: [],
      differences: [],
      options: {},
    });
  });

  test("options that loosen it are there with their values, and no others", () => {
    expect(facts("loose")).toEqual({
      known: {
        ...known,
        config: "/etc/moltbot/default.json",
        port: "18999",
      },
      accepted: ["PrivatePIDs"],
      differences: [],
      options: {
        "confinement.egress": "named",
        "confinement.nestedSandboxes": true,
        "confinement.readOnlyPaths": ["/srv/music"],
      },
    });
  });

  test("a release or an address that needs more is named", () => {
    expect(facts("old")).toMatchObject({ differences: ["tries-free-port"] });
  });

  test("at home the defaults are others, and the configuration is in the store", () => {
    expect(facts("home")).toMatchObject({ options: {} });
    expect(facts("home")).not.toHaveProperty("known.config");
    expect(facts("home with a limit")).toMatchObject({
      options: { "confinement.tasksMax": 100 },
    });
  });
});

describe.skipIf(missing.length > 0)(`the command${lacking(missing)}`, () => {
  test.each(["strict", "home"])("there is a doctor on systemd: %s", (name) => {
    const text = textEnding(name, "-moltbot");
    expect(text).toMatch(/^python=\/nix\/store\/\S+-python3-\S+\/bin\/python3$/m);
    expect(text).toMatch(
      /^doctor=\(\/nix\/store\/\S+-doctor\.py --probe \/nix\/store\/\S+-probe\.py --promises \/nix\/store\/\S+-promises\.json\)$/m,
    );
    expect(text).toMatch(
      /^if is_doctor "\$@"; then\nexamine \/nix\/store\/\S+-moltbot-gateway-doctor\.json "\$\{@:2\}"\nfi$/m,
    );
    // The caller's rights are looked at before.
    const call = text.slice(text.indexOf("case $instance in"));
    expect(call.indexOf("enter_")).toBeLessThan(call.indexOf("is_doctor"));
    expect(call.indexOf("is_doctor")).toBeLessThan(call.indexOf("\nstart "));
  });

  test.each(["home on macOS", "darwin"])("there is none on macOS, and no Python: %s", (name) => {
    const text = textEnding(name, "-moltbot");
    expect(text).toContain("there is no doctor for macOS yet");
    expect(text).not.toMatch(/python/);
  });

  test("the promises and probes are in the store", () => {
    const promises = JSON.parse(textEnding("strict", "-promises.json")) as {
      readonly rules: readonly { readonly id: string }[];
    };
    expect(promises.rules.map(({ id }) => id)).toContain("egress");
    expect(textEnding("strict", "-probe.py")).toContain("def send(");
  });
});
