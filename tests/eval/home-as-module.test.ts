// The service in home-manager as a module of the whole system, which most people use.

import { describe, expect, test } from "vitest";

import { type EvaluationCase, missingForEvaluation } from "../support/evaluate.ts";
import { generatedFile } from "../support/generated.ts";
import { evaluateTogether } from "../support/together.ts";
import { findTree } from "../support/tools.ts";
import { lacking } from "../support/lacking.ts";

const missing = missingForEvaluation();
const note = lacking(missing);

function inSystem(target: "nixos" | "darwin", home: string, query: string): EvaluationCase {
  const folder = target === "nixos" ? "nixos" : "nix-darwin";
  return {
    target,
    module: `${findTree("home-manager") ?? "/nowhere"}/${folder}`,
    config: `{
      users.users.alice = { home = "${home}/alice"; ${target === "nixos" ? "isNormalUser = true;" : ""} };
      home-manager.useGlobalPkgs = true;
      home-manager.users.alice = {
        imports = [ ${generatedFile("home-manager/moltbot.nix")} ];
        home.stateVersion = "26.05";
        services.moltbot = {
          enable = true;
          providers.anthropic.apiKeyFile = "${home}/alice/key";
          ${target === "nixos" ? 'confinement.egress = "any";' : ""}
        };
      };
    }`,
    query,
  };
}

const failing = `map (each: each.message) (builtins.filter (each: !each.assertion) r.config.assertions)`;
const ofHome = "r.config.home-manager.users.alice";

describe.skipIf(missing.length > 0)(`home-manager in a whole system${note}`, () => {
  const outcomes = evaluateTogether({
    nixos: inSystem(
      "nixos",
      "/home",
      `r: {
        failing = ${failing};
        units = builtins.filter (r.lib.hasInfix "moltbot") (builtins.attrNames ${ofHome}.systemd.user.services);
        state = ${ofHome}.services.moltbot.stateDir;
      }`,
    ),
    darwin: inSystem(
      "darwin",
      "/Users",
      `r: {
        failing = ${failing};
        agents = builtins.filter (r.lib.hasInfix "moltbot") (builtins.attrNames ${ofHome}.launchd.agents);
        state = ${ofHome}.services.moltbot.stateDir;
      }`,
    ),
  });

  test("of NixOS", () => {
    expect(outcomes["nixos"]).toEqual({
      ok: true,
      value: {
        failing: [],
        units: ["moltbot-gateway", "prepare-moltbot-gateway"],
        state: "/home/alice/.moltbot",
      },
    });
  });

  test("of nix-darwin", () => {
    expect(outcomes["darwin"]).toEqual({
      ok: true,
      value: { failing: [], agents: ["moltbot-gateway"], state: "/Users/alice/.moltbot" },
    });
  });
});
