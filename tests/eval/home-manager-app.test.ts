// The desktop application for macOS: its package, its settings, and refusals.

import { expect, test } from "vitest";

import { accepted, atHome, evaluateAll, moltbot, note, suite } from "../support/home-manager.ts";

const app = 'app = { package = pkgs.runCommand "openclaw-app" { } ""; install.enable = true; };';
const written = "gateway.port = 18999; appDefaults.enable = true;";
const withPkgs = (config: string): string => `{ lib, pkgs, ... }: ${moltbot(config)}`;

const onMacOs = `r: {
  inherit (r.summary) assertions;
  apps = builtins.filter (name: r.lib.hasPrefix "openclaw-app" name) (map (p: p.name) r.config.home.packages);
  defaults = r.config.targets.darwin.defaults."ai.openclaw.mac" or null;
  commands = builtins.filter (line: r.lib.hasInfix "ai.openclaw.mac" line)
    (r.lib.splitString "\\n" (r.config.home.activation.setDarwinDefaults.data or ""));
}`;

const nothing = { assertions: [], apps: [], defaults: null, commands: [] };

suite(`the application on macOS${note}`, () => {
  const given = { system: "aarch64-darwin", query: onMacOs } as const;
  const outcomes = evaluateAll({
    unset: atHome(withPkgs(""), given),
    installed: atHome(withPkgs(app), given),
    named: atHome(withPkgs(app.replace("install.enable = true;", "")), given),
    written: atHome(withPkgs(written), given),
    other: atHome(
      withPkgs(`${written} appDefaults.gatewayPort = 2; appDefaults.attachExistingOnly = false;`),
      given,
    ),
    lacking: atHome(withPkgs("app.install.enable = true;"), given),
    disabled: atHome(
      withPkgs(`${app} ${written}`).replace("enable = true;", "enable = false;"),
      given,
    ),
  });
  const outcome = (name: string): unknown => accepted(outcomes.get(name));

  test("is neither installed nor given settings unless that is wanted", () => {
    expect(outcome("unset")).toEqual(nothing);
    expect(outcome("named")).toEqual(nothing);
    expect(outcome("disabled")).toEqual(nothing);
  });

  test("is one of the packages of the home", () => {
    expect(outcome("installed")).toEqual({ ...nothing, apps: ["openclaw-app"] });
  });

  test("is told to use the gateway that runs, on its port, and to leave its files alone", () => {
    expect(outcome("written")).toEqual({
      ...nothing,
      defaults: {
        "openclaw.nixMode": true,
        "openclaw.gateway.attachExistingOnly": true,
        gatewayPort: 18999,
      },
      commands: [expect.stringMatching(/^run \/usr\/bin\/defaults +import ai\.openclaw\.mac /)],
    });
  });

  test("can be told otherwise", () => {
    expect(outcome("other")).toMatchObject({
      defaults: { "openclaw.gateway.attachExistingOnly": false, gatewayPort: 2 },
    });
  });

  test("has to be named before it can be installed", () => {
    expect(outcome("lacking")).toMatchObject({
      assertions: [
        "services.moltbot.app.package: is needed, because `app.install.enable` is true: set it to a package of the application.",
      ],
    });
  });
});

const refused = [
  ["app.package", "app.package = pkgs.hello;"],
  ["app.install.enable", "app.install.enable = false;"],
  ["appDefaults.enable", "appDefaults.enable = true;"],
  ["appDefaults.nixMode", "appDefaults.nixMode = true;"],
  ["appDefaults.attachExistingOnly", "appDefaults.attachExistingOnly = true;"],
  ["appDefaults.gatewayPort", "appDefaults.gatewayPort = 2;"],
] as const;

suite(`the application on Linux${note}`, () => {
  const query = "r: { inherit (r.summary) assertions packages; }";
  const outcomes = evaluateAll({
    ...Object.fromEntries(
      refused.map(([option, config]) => [option, atHome(withPkgs(config), { query })]),
    ),
    conditional: atHome(
      `{ lib, pkgs, ... }: { imports = [ (${withPkgs("")}) ]; services.moltbot = lib.mkIf pkgs.stdenv.hostPlatform.isDarwin { ${app} }; }`,
      { query },
    ),
  });

  test.each(refused)("%s is refused", (option) => {
    expect(accepted(outcomes.get(option))).toEqual({
      assertions: [
        `services.moltbot.${option}: exists on darwin only. Remove it, or set it in the configuration of such a system.`,
      ],
      packages: ["moltbot"],
    });
  });

  test("may be in a configuration for both, on condition", () => {
    expect(accepted(outcomes.get("conditional"))).toEqual({
      assertions: [],
      packages: ["moltbot"],
    });
  });
});
