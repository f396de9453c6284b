// Configurations for the gateway's earlier home-manager module, in the real home-manager: their new values, their
// warnings, and refusals.

import { expect, test } from "vitest";

import { z } from "../../src/zod.ts";
import { accepted, atHome, evaluateAll, note, suite } from "../support/home-manager.ts";

const places = ["programs.moltbot", "programs.clawdbot"] as const;
type Place = (typeof places)[number];

const renamed = (from: string, to: string): string =>
  `The option \`${from}' has been renamed to \`${to}'.`;

/** The messages without the files of the definitions. */
const withoutFiles = (messages: unknown): readonly string[] =>
  z
    .array(z.string())
    .parse(messages)
    .map((message) => message.replaceAll(/ (defined )?in `[^']*'/g, "").trim());

/** The path of the new options. */
const service = "r.config.services.moltbot";

// Options of the old module, a query, its expected value, and the renamed options.
const passedOn: readonly (readonly [
  name: string,
  config: string,
  query: string,
  want: unknown,
  warnings: Readonly<Record<string, string>>,
])[] = [
  ["the switch", "enable = true;", `${service}.enable`, true, { enable: "enable" }],
  [
    "documents",
    "documents = ./fixtures/documents;",
    `baseNameOf ${service}.documents`,
    "documents",
    { documents: "documents" },
  ],
  [
    "skills",
    'skills = [ { name = "a"; mode = "inline"; description = "d"; body = "b"; } ];',
    `map (s: { inherit (s) name mode body; }) ${service}.skills`,
    [{ name: "a", mode: "inline", body: "b" }],
    { skills: "skills" },
  ],
  [
    "a provider",
    'providers.anthropic.apiKeyFile = "/run/k";',
    `${service}.providers.anthropic.apiKeyFile`,
    "/run/k",
    { "providers.anthropic.apiKeyFile": "providers.anthropic.apiKeyFile" },
  ],
  [
    "the messenger",
    'providers.telegram = { enable = true; botTokenFile = "/run/t"; allowFrom = [ 1 ]; };',
    `{ inherit (${service}.providers.telegram) enable botTokenFile allowFrom; }`,
    { enable: true, botTokenFile: "/run/t", allowFrom: [1] },
    {
      "providers.telegram.allowFrom": "providers.telegram.allowFrom",
      "providers.telegram.botTokenFile": "providers.telegram.botTokenFile",
      "providers.telegram.enable": "providers.telegram.enable",
    },
  ],
  [
    "directories",
    'stateDir = "/home/tester/.clawdbot"; workspaceDir = "/home/tester/clawd";',
    `[ ${service}.stateDir ${service}.workspaceDir ]`,
    ["/home/tester/.clawdbot", "/home/tester/clawd"],
    { stateDir: "stateDir", workspaceDir: "workspaceDir" },
  ],
  [
    "what has another path now",
    'defaults = { model = "a/b"; thinkingDefault = "high"; }; routing.queue.byProvider.slack = "collect"; config.logging.level = "warn";',
    `{ inherit (${service}) agent; inherit (${service}.routing.queue) byChannel; inherit (${service}.settings) logging; }`,
    {
      agent: { model: "a/b", thinkingDefault: "high" },
      byChannel: { slack: "collect" },
      logging: { level: "warn" },
    },
    {
      config: "settings",
      "defaults.model": "agent.model",
      "defaults.thinkingDefault": "agent.thinkingDefault",
      "routing.queue.byProvider": "routing.queue.byChannel",
    },
  ],
  [
    "the application",
    "appPackage = null; installApp = false;",
    `{ inherit (${service}.app) package install; }`,
    { package: null, install: { enable: false } },
    { appPackage: "app.package", installApp: "app.install.enable" },
  ],
  [
    "an instance, which was enough to enable the module",
    'instances.default = { enable = true; agent.model = "a/b"; };',
    `{ inherit (${service}) enable; inherit (${service}.instances.default.agent) model; units = r.summary.unitLinks; }`,
    {
      enable: true,
      model: "a/b",
      units: ["default.target.wants/moltbot-gateway.service"],
    },
    { instances: "instances" },
  ],
  [
    "what has another path in an instance",
    'instances.work = { gatewayPort = 2; configOverrides.logging.level = "warn"; config.logging.file = "/l"; };',
    `{ inherit (${service}.instances.work.gateway) port; inherit (${service}.instances.work.settings) logging; }`,
    { port: 2, logging: { level: "warn", file: "/l" } },
    {
      instances: "instances",
      "instances.work.config": "instances.work.settings",
      "instances.work.configOverrides": "instances.work.settings",
      "instances.work.gatewayPort": "instances.work.gateway.port",
    },
  ],
  [
    "instances that are off are left out",
    "instances = { a.gateway.port = 2002; b = { enable = false; gateway.port = 2003; }; };",
    `builtins.attrNames ${service}.instances`,
    ["a"],
    { instances: "instances" },
  ],
  [
    "an instance that is off enables nothing",
    "instances.a.enable = false;",
    `{ inherit (${service}) enable instances; }`,
    { enable: false, instances: {} },
    { instances: "instances" },
  ],
];

const result = z.object({ value: z.unknown(), warnings: z.unknown() });

suite(`what is passed on${note}`, () => {
  const cases = places.flatMap((place) =>
    passedOn.map(([name, config, query, want, warnings]) => ({
      name: `${place}: ${name}`,
      given: { config: `{ ${place} = { ${config} }; }`, query },
      want,
      warnings: Object.entries(warnings).map(([from, to]) =>
        renamed(`${place}.${from}`, `services.moltbot.${to}`),
      ),
    })),
  );
  const outcomes = evaluateAll(
    Object.fromEntries(
      cases.map(({ name, given }) => [
        name,
        atHome(given.config, {
          query: `r: { value = ${given.query}; warnings = builtins.sort builtins.lessThan r.config.warnings; }`,
        }),
      ]),
    ),
  );
  test.each(cases)("$name", ({ name, want, warnings }) => {
    const outcome = result.parse(accepted(outcomes.get(name)));
    expect(outcome.value).toEqual(want);
    expect(withoutFiles(outcome.warnings)).toEqual(warnings);
  });
});

suite(`what is not set${note}`, () => {
  const query = `r: {
    inherit (r.summary) warnings assertions units packages;
    documented = builtins.filter (o: builtins.elem (builtins.substring 0 13 o.name) [ "programs.molt" "programs.claw" ] && o.visible)
      (r.lib.optionAttrSetToDocList { programs = r.options.programs; });
  }`;
  const outcomes = evaluateAll({ nothing: atHome("{ }", { query }) });
  test("is neither warned of, nor refused, nor documented, and enables nothing", () => {
    expect(accepted(outcomes.get("nothing"))).toEqual({
      warnings: [],
      assertions: [],
      units: {},
      packages: [],
      documented: [],
    });
  });
});

// Options without a successor: the configuration, and a part of the advice.
const refused: readonly (readonly [option: string, config: string, instead: string])[] = [
  ["toolNames", 'toolNames = [ "git" ];', "services.moltbot.path"],
  ["excludeTools", 'excludeTools = [ "git" ];', "services.moltbot.path"],
  ["plugins", 'plugins = [ { source = "github:a/b"; } ];', "services.moltbot.skills"],
  ["firstParty", "firstParty.summarize.enable = false;", "services.moltbot.skills"],
  ["launchd.enable", "launchd.enable = false;", "services.moltbot.enable"],
  ["systemd.enable", "systemd.enable = false;", "services.moltbot.enable"],
  ["reloadScript.enable", "reloadScript.enable = true;", "restarted"],
  ["exposePluginPackages", "exposePluginPackages = false;", "home.packages"],
  [
    "instances.a.app.install.enable",
    "instances.a.app.install.enable = true;",
    "services.moltbot.app.install.enable",
  ],
  ["instances.a.app.install.path", 'instances.a.app.install.path = "/a";', "home-manager"],
  [
    "instances.a.appDefaults",
    "instances.a.appDefaults.attachExistingOnly = true;",
    "services.moltbot.appDefaults",
  ],
  ["instances.a.logPath", 'instances.a.logPath = "/tmp/l";', "journal"],
  ["instances.a.configPath", 'instances.a.configPath = "/c";', "store"],
  ["instances.a.gatewayPath", 'instances.a.gatewayPath = "/s";', "services.moltbot.package"],
  ["instances.a.launchd.label", 'instances.a.launchd.label = "x";', "moltbot-gateway"],
  ["instances.a.systemd.unitName", 'instances.a.systemd.unitName = "x";', "moltbot-gateway"],
];

suite(`what is refused${note}`, () => {
  const key = (place: Place, option: string): string => `${place}.${option}`;
  const cases = places.flatMap((place) =>
    refused.map(([option, config, instead]) => ({
      name: key(place, option),
      place,
      config,
      instead,
    })),
  );
  const outcomes = evaluateAll(
    Object.fromEntries(
      cases.map(({ name, place, config }) => [
        name,
        atHome(
          `{ ${place} = { enable = true; providers.anthropic.apiKeyFile = "/run/k"; ${config} }; }`,
          { query: "r: r.summary.assertions" },
        ),
      ]),
    ),
  );
  test.each(cases)("$name", ({ name, instead }) => {
    const [message = "", ...others] = withoutFiles(accepted(outcomes.get(name)));
    expect(others).toEqual([]);
    expect(message).toMatch(
      /^The option (definition )?`.*' no longer has any effect; please remove it\./,
    );
    expect(message).toContain(`\`${name}'`);
    expect(message).toContain(instead);
  });
});
