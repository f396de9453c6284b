// The generated module in the real home-manager, on Linux: its configuration, its refusals and their messages.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { format } from "prettier";
import { expect, test } from "vitest";

import { accepted, atHome, evaluateAll, moltbot, note, suite } from "../support/home-manager.ts";
import { type HomeManagerSummary, homeManagerSummary } from "../support/summaries.ts";
import { findTree } from "../support/tools.ts";

const unitName = "moltbot-gateway.service";
const state = "/home/tester/.moltbot";

const withoutHashes = (text: string): string =>
  text.replaceAll(/\/nix\/store\/[0-9a-z]{32}-/g, "/nix/store/");

const withoutStorePaths = (text: string): string => text.replaceAll(/\/nix\/store\/[^/"\s:]*/g, "");

/** The text of the store path with this ending. */
function textEnding(summary: HomeManagerSummary, ending: string): string {
  const found = Object.entries(summary.texts).find(([name]) => name.endsWith(ending));
  if (found === undefined) throw new Error(`nothing is called ${ending}`);
  return found[1].text;
}

/** The names of the directives in a section of a unit. */
function directives(unit: string, section: string): readonly string[] {
  const [, text = ""] = unit.split(`[${section}]\n`);
  const lines = (text.split("\n[")[0] ?? "").split("\n");
  return lines.filter((line) => line !== "").map((line) => line.slice(0, line.indexOf("=")));
}

/** Directives about commands, restarts and the environment. */
const notConfinement =
  /^(Environment|EnvironmentFile|Exec(Start|Stop)\w*|LoadCredential|SetCredential|Restart\w*|SuccessExitStatus|KillMode|SyslogIdentifier|Timeout\w+|Type|UnsetEnvironment|WatchdogSignal|WorkingDirectory)$/;

suite(`a service that is enabled${note}`, () => {
  const usage = `{
    services.moltbot = {
      enable = true;
      providers.anthropic.oauthTokenFile = "/run/agenix/token";
      providers.telegram = { enable = true; botTokenFile = "/run/agenix/tg"; allowFrom = [ 12345678 ]; };
    };
  }`;
  const outcomes = evaluateAll({
    usage: atHome(usage, { extras: true }),
    disabled: atHome("{ }"),
    aarch64: atHome(usage, { system: "aarch64-linux", extras: true }),
  });
  const summary = (name: string): HomeManagerSummary =>
    homeManagerSummary.parse(accepted(outcomes.get(name)));
  const unitOf = (name: string): string => summary(name).units[unitName] ?? "";

  test("the README's example has no failing assertion and no warning", () => {
    expect(summary("usage").assertions).toEqual([]);
    expect(summary("usage").warnings).toEqual([]);
  });

  test("its unit is the one in the golden file, and starts with the user's manager", async () => {
    await expect(withoutHashes(unitOf("usage"))).toMatchFileSnapshot(
      `../golden/home-manager/${unitName}`,
    );
    expect(summary("usage").unitLinks).toEqual([`default.target.wants/${unitName}`]);
  });

  test("its configuration file is the one in the golden file", async () => {
    const text = textEnding(summary("usage"), "-moltbot-gateway.json");
    const pretty = await format(text, { parser: "json", printWidth: 100 });
    await expect(pretty).toMatchFileSnapshot("../golden/home-manager/default.json");
  });

  test("no secret and no file of a secret is in what the unit says of its environment", () => {
    const environment = unitOf("usage")
      .split("\n")
      .filter((line) => line.startsWith("Environment="));
    expect(environment).not.toEqual([]);
    expect(environment.filter((line) => /agenix|TOKEN|KEY|SECRET|PASSWORD/.test(line))).toEqual([]);
  });

  test("it adds one command, and no file but the unit", () => {
    expect(summary("usage").packages).toEqual(["moltbot"]);
    expect(Object.keys(summary("usage").files).filter((file) => file.includes("molt"))).toEqual([]);
  });

  test("the command confines the program like the unit", () => {
    const command = textEnding(summary("usage"), "-moltbot");
    const [enter] = /^enter_user_service .*$/m.exec(command) ?? [""];
    const confinement = [...enter.matchAll(/--property=(\w+)=/g)].map(([, name]) => name);
    const service = directives(unitOf("usage"), "Service");
    expect(new Set(confinement)).toEqual(
      // The command has file systems for temporary files instead of PrivateTmp.
      new Set(service.filter((name) => !notConfinement.test(name) && name !== "PrivateTmp")),
    );
    expect(enter).toContain("--property=TemporaryFileSystem=/tmp:");
    expect(enter).toContain("--property=TemporaryFileSystem=/var/tmp:");
    expect(confinement).toContain("ProtectHome");
    expect(command).toContain("manager=(--user)");
  });

  test("the unit starts one process: two could not share a private namespace", () => {
    const service = directives(unitOf("usage"), "Service");
    expect(service.filter((name) => /^Exec(Start|Stop)/.test(name))).toEqual(["ExecStart"]);
    expect(textEnding(summary("usage"), "-moltbot-gateway-launch")).toMatch(
      /^supervise \/nix\/store\/[^ ]*\/bin\/openclaw gateway$/m,
    );
  });

  test("another unit prepares its directories first, confined like it but for what it writes", () => {
    const preparation = summary("usage").units[`prepare-${unitName}`] ?? "";
    expect(unitOf("usage")).toMatch(new RegExp(`^Requires=prepare-${unitName}$`, "m"));
    expect(unitOf("usage")).toMatch(new RegExp(`^After=prepare-${unitName}$`, "m"));
    const own = new Set(directives(preparation, "Service"));
    const missing = directives(unitOf("usage"), "Service").filter((name) => !own.has(name));
    // Nothing is mounted yet.
    expect(new Set(missing.filter((name) => !notConfinement.test(name)))).toEqual(
      new Set(["ReadOnlyPaths"]),
    );
  });

  test("disabled, it adds nothing", () => {
    const { units, unitLinks, files, activation, packages } = summary("disabled");
    expect({ units, unitLinks, files, activation, packages }).toEqual({
      units: {},
      unitLinks: [],
      files: {},
      activation: {},
      packages: [],
    });
  });

  test("the unit is the same on aarch64-linux, but for store paths", () => {
    expect(withoutStorePaths(unitOf("aarch64"))).toBe(withoutStorePaths(unitOf("usage")));
  });

  test.each(["usage", "aarch64"])("the whole home evaluates to a derivation (%s)", (name) => {
    expect(summary(name).toplevel).toMatch(/^\/nix\/store\/[^/]*-home-manager-generation\.drv$/);
  });
});

suite(`the activation${note}`, () => {
  const folder = mkdtempSync(path.join(tmpdir(), "nixmodgen-home-"));
  // This name needs quotes in a shell, and a unit takes it literally.
  const home = path.join(folder, "a(home)of;$USER&");
  const homes = moltbot(
    'instances = { default = { }; work = { gateway.port = 2002; workspaceDir = "${config.home.homeDirectory}/work;files"; }; };',
  );
  const nixHome = JSON.stringify(home).replaceAll("$", "\\$");
  const outcomes = evaluateAll({
    directories: atHome(
      `{ config, ... }: { home.homeDirectory = ${nixHome}; imports = [ ${homes} ]; }`,
      { query: `r: r.summary.activation.moltbotDirectories.data` },
    ),
    order: atHome(moltbot(), {
      query: `r: let
        hm = (import (builtins.getEnv "HOME_MANAGER" + "/modules/lib/stdlib-extended.nix") r.lib).hm;
      in map (e: e.name) (hm.dag.topoSort r.config.home.activation).result`,
    }),
  });

  /** Runs the text as home-manager does, with its own functions. */
  function activate(environment: NodeJS.ProcessEnv): string {
    const tree = findTree("home-manager") ?? "";
    const library = readFileSync(path.join(tree, "lib/bash/home-manager.sh"), "utf8");
    const data = String(accepted(outcomes.get("directories")));
    const script = ["set -eu", "set -o pipefail", library, data].join("\n");
    return execFileSync("bash", ["-c", script], {
      encoding: "utf8",
      // PATH is the only way to programs.
      env: { PATH: process.env["PATH"], HOME: home, ...environment },
    });
  }

  test("says in a dry run what it would do, and does nothing", () => {
    mkdirSync(home, { recursive: true });
    expect(activate({ DRY_RUN: "1" })).toContain(`mkdir -p -m 0700 ${home}/.moltbot\n`);
    expect(readdirSync(home)).toEqual([]);
  });

  test("makes the directories of each instance for the user alone, and can be repeated", () => {
    activate({});
    activate({});
    const made = [".moltbot", ".moltbot/workspace", ".moltbot-work", "work;files"];
    expect(readdirSync(home).sort()).toEqual([".moltbot", ".moltbot-work", "work;files"]);
    expect(made.map((name) => (statSync(path.join(home, name)).mode & 0o777).toString(8))).toEqual(
      made.map(() => "700"),
    );
    rmSync(folder, { recursive: true });
  });

  test("does everything through home-manager's run, with programs from PATH", () => {
    const lines = String(accepted(outcomes.get("directories")))
      .split("\n")
      .filter((line) => line !== "");
    // Two instances, each with a state directory and a workspace.
    expect(lines).toHaveLength(4);
    expect(lines.filter((line) => !line.startsWith("run mkdir "))).toEqual([]);
  });

  test("comes after the last check of home-manager and before services are started", () => {
    const order = accepted(outcomes.get("order"));
    const ours = ["writeBoundary", "moltbotDirectories", "reloadSystemd"];
    expect(Array.isArray(order) ? order.filter((name) => ours.includes(String(name))) : []).toEqual(
      ours,
    );
  });
});

// Options whose value the module system refuses by its type, or that belong to other platforms.
const rejected: readonly (readonly [string, string, string])[] = [
  ["a port that is none", "gateway.port = 70000;", "gateway.port"],
  ["a port as a string", 'gateway.port = "18789";', "gateway.port"],
  ["an unknown address", 'gateway.bind = "0.0.0.0";', "gateway.bind"],
  ["an unknown option", "gateway.prot = 1;", "gateway.prot"],
  ["a model without provider", 'agent.model = "sonnet";', "agent.model"],
  [
    "a secret in the store",
    'providers.openai.apiKeyFile = "/nix/store/00000000000000000000000000000000-key";',
    "providers.openai.apiKeyFile",
  ],
  [
    "a secret as a Nix path, which would be copied to the store",
    "providers.openai.apiKeyFile = ./home-manager.test.ts;",
    "providers.openai.apiKeyFile",
  ],
  ["a relative path", 'providers.openai.apiKeyFile = "keys/a";', "providers.openai.apiKeyFile"],
  ["a home that the shell would have to expand", 'stateDir = "~/.bot";', "stateDir"],
  ["a state directory as a Nix path", "stateDir = /home/tester/.bot;", "stateDir"],
  ["a credential that is no variable", 'credentials."A B" = "/run/a";', "credentials"],
  ["a variable that is none", 'environment."A=B" = "1";', "environment"],
  ["a variable that is no string", "environment.A = 1;", "environment.A"],
  ["an unknown skill mode", 'skills = [ { name = "a"; mode = "hard"; } ];', "skills"],
  ["a skill name with a slash", 'skills = [ { name = "a/b"; } ];', "skills"],
  ["an unknown generation", 'gateway.generation = "clawdis";', "gateway.generation"],
  ["an instance name that can be no unit's", 'instances."My Bot" = { };', "instances"],
  ["settings that are no JSON", "settings.a = x: x;", "settings"],
  ["a setting the gateway does not know", "settings.gateway.prot = 1;", "settings.gateway.prot"],
  ["a user of its own", 'user = "moltbot";', "user"],
  ["a group of its own", 'group = "moltbot";', "group"],
  ["an account to be made", "createUser = true;", "createUser"],
  ["an id of its own", "uid = 600;", "uid"],
  ["a port in the firewall", "gateway.openFirewall = true;", "gateway.openFirewall"],
  ["a configuration file below /etc", 'configPath = "/etc/m.json";', "configPath"],
];

/** Forces every part of the configuration in which a wrong value could hide. */
const forceAll = `r: builtins.deepSeq [
  r.summary.units r.summary.texts r.summary.assertions r.summary.activation
] true`;

suite(`values that are refused${note}`, () => {
  const outcomes = evaluateAll(
    Object.fromEntries(
      rejected.map(([name, config]) => [name, atHome(moltbot(config), { query: forceAll })]),
    ),
  );
  test.each(rejected)("%s", (name, _, option) => {
    const outcome = outcomes.get(name);
    expect(outcome?.ok).toBe(false);
    if (outcome?.ok === false) expect(outcome.message).toContain(`services.moltbot.${option}`);
  });
});

// Assertions: the message after "services.moltbot.", a configuration that fails it, and one that does not.
const assertions: readonly (readonly [message: string, fails: string, holds: string])[] = [
  [
    "credentials: no model can be used without a credential: set `providers.anthropic.apiKeyFile`, another provider's, or an entry here. For a model that runs on this machine, describe it in `settings.models.providers`; for a login that the gateway keeps, in `settings.auth.profiles`.",
    "{ services.moltbot.enable = true; }",
    '{ services.moltbot = { enable = true; credentials.GOOGLE_API_KEY = "/run/keys/g"; }; }',
  ],
  [
    'gateway.auth.passwordFile: is needed, because `gateway.auth.mode` is "password": set it to a file holding the password.',
    moltbot('gateway.auth.mode = "password";'),
    moltbot('gateway.auth = { mode = "password"; passwordFile = "/run/keys/p"; };'),
  ],
  [
    "providers.telegram.botTokenFile: is needed, because `providers.telegram.enable` is true: set it to a file holding the bot's token.",
    moltbot("providers.telegram = { enable = true; allowFrom = [ 1 ]; };"),
    moltbot('providers.telegram = { enable = true; botTokenFile = "/run/t"; allowFrom = [ 1 ]; };'),
  ],
  [
    "providers.telegram.allowFrom: is empty: list the ids of the Telegram users who may talk to the bot.",
    moltbot('providers.telegram = { enable = true; botTokenFile = "/run/t"; };'),
    moltbot("providers.telegram.allowFrom = [ ];"),
  ],
  [
    "skills: these names are used more than once: a. Give every skill a name of its own.",
    moltbot('skills = [ { name = "a"; description = "d"; } { name = "a"; description = "d"; } ];'),
    moltbot('skills = [ { name = "a"; description = "d"; } { name = "b"; description = "d"; } ];'),
  ],
  [
    'skills: these skills have mode "copy" or "symlink", but no source: a. Set `source` to the skill\'s directory, or `mode` to "inline".',
    moltbot('skills = [ { name = "a"; mode = "symlink"; } { name = "b"; description = "d"; } ];'),
    moltbot('skills = [ { name = "a"; mode = "symlink"; source = "/home/tester/a"; } ];'),
  ],
  [
    'skills: these skills have a source, which mode "inline" does not use: a. Set `mode` to "copy", or remove `source`.',
    moltbot('skills = [ { name = "a"; description = "d"; source = "/home/tester/a"; } ];'),
    moltbot('skills = [ { name = "a"; mode = "copy"; source = ./fixtures/documents; } ];'),
  ],
  ...[
    '"/nix/store/00000000000000000000000000000000-a"',
    '"/home/tester/a b"',
    '"/a%h"',
    '"/a:b"',
  ].map(
    (source) =>
      [
        'skills: these skills have mode "symlink", and a source that cannot be read where it is: a. Write `source` as a path outside of the Nix store, of letters, digits and /._+@~,=- only, or set `mode` to "copy".',
        moltbot(`skills = [ { name = "a"; mode = "symlink"; source = ${source}; } ];`),
        moltbot(
          'skills = [ { name = "a"; mode = "symlink"; source = "/home/tester/.a/b_c-1"; } ];',
        ),
      ] as const,
  ),
  [
    'skills: mode "symlink" has no effect while `settings.skills.load.extraDirs` is set: list the directories there, or remove it.',
    moltbot(
      'skills = [ { name = "a"; mode = "symlink"; source = "/a"; } ]; settings.skills.load.extraDirs = [ "/b" ];',
    ),
    moltbot('settings.skills.load.extraDirs = [ "/b" ];'),
  ],
  [
    "environment: these look like secrets and would be readable by everybody: GROQ_API_KEY. Use `credentials.<NAME>` with a file instead.",
    moltbot('environment = { GROQ_API_KEY = "x"; TZ = "UTC"; };'),
    moltbot('environment.TZ = "UTC";'),
  ],
  [
    "instances.a.gateway.port: the instances a and b have the same port, 18789. Give each its own.",
    moltbot("instances = { a = { }; b = { }; };"),
    moltbot("instances = { a = { }; b.gateway.port = 18790; };"),
  ],
  [
    "instances.a.gateway.port: the instances a and b have the same port, 2001. Give each its own.",
    moltbot(
      "instances = { a.gateway.port = 2001; b = { gateway.port = 2002; settings.gateway.port = 2001; }; };",
    ),
    moltbot("instances = { a = { }; b.settings.gateway.port = 18790; };"),
  ],
  [
    "instances.a.stateDir: the instances a and b have the same state directory, /home/tester/s. Give each its own.",
    moltbot(
      'instances = { a = { stateDir = "/home/tester/s"; workspaceDir = "/home/tester/a"; }; b = { gateway.port = 2002; stateDir = "/home/tester/s"; workspaceDir = "/home/tester/b"; }; };',
    ),
    moltbot('instances = { a = { }; b = { gateway.port = 2002; stateDir = "/home/tester/s"; }; };'),
  ],
  [
    "instances.a.workspaceDir: the instances a and b have the same workspace, /home/tester/w. Give each its own.",
    moltbot(
      'instances = { a.workspaceDir = "/home/tester/w"; b = { gateway.port = 2002; workspaceDir = "/home/tester/w"; }; };',
    ),
    moltbot(
      'instances = { a.workspaceDir = "/home/tester/w"; b = { gateway.port = 2002; workspaceDir = "/home/tester/v"; }; };',
    ),
  ],
  [
    'instances.work.gateway.auth.passwordFile: is needed, because `gateway.auth.mode` is "password": set it to a file holding the password.',
    moltbot('instances.work.gateway.auth.mode = "password";'),
    moltbot("instances.work = { };"),
  ],
];

suite(`assertions${note}`, () => {
  const query = "r: r.summary.assertions";
  const outcomes = evaluateAll(
    Object.fromEntries(
      assertions.flatMap(([, fails, holds], index) => [
        [`fails: ${String(index)}`, atHome(fails, { query })],
        [`holds: ${String(index)}`, atHome(holds, { query })],
      ]),
    ),
  );
  const rows = assertions.map(([message, fails], index) => ({ message, fails, index }));
  test.each(rows)("$message $fails", ({ message, index }) => {
    expect(accepted(outcomes.get(`fails: ${String(index)}`))).toEqual([
      `services.moltbot.${message}`,
    ]);
    expect(accepted(outcomes.get(`holds: ${String(index)}`))).toEqual([]);
  });
});

/** A query, and its expected value. */
type Want = readonly [
  name: string,
  given: { readonly config: string; readonly query: string },
  want: unknown,
];

const service = (name: string): string => `r.config.systemd.user.services.${name}`;
const settings = `r: builtins.fromJSON (builtins.head (builtins.filter (t: t.kind == "value") (builtins.attrValues r.summary.texts))).text`;
const variable = (name: string): string =>
  `r: builtins.filter (r.lib.hasPrefix "\\"${name}=") ${service("moltbot-gateway")}.Service.Environment`;

const behaviours: readonly Want[] = [
  [
    "instances have a unit, a state directory and a configuration of their own, and one command",
    {
      config: moltbot("instances = { default = { }; work.gateway.port = 18790; };"),
      query: `r: {
        inherit (r.summary) unitLinks packages;
        state = map (n: r.config.systemd.user.services.\${n}.Service.WorkingDirectory) [ "moltbot-gateway" "moltbot-gateway-work" ];
        configurations = builtins.filter (r.lib.hasSuffix ".json") (map (p: builtins.substring 44 99 p) (builtins.attrNames r.summary.texts));
      }`,
    },
    {
      unitLinks: [
        "default.target.wants/moltbot-gateway-work.service",
        "default.target.wants/moltbot-gateway.service",
      ],
      packages: ["moltbot"],
      state: [state, `${state}-work`],
      configurations: expect.arrayContaining([
        "moltbot-gateway.json",
        "moltbot-gateway-work.json",
      ]) as unknown,
    },
  ],
  [
    "without a default instance there is no unit of the plain name",
    {
      config: moltbot("instances.work = { };"),
      query: "r: r.summary.unitLinks",
    },
    ["default.target.wants/moltbot-gateway-work.service"],
  ],
  [
    "an instance inherits what it does not set, deeply for sets, and wins where it does",
    {
      config: moltbot(`
        agent.model = "openai/gpt-6";
        settings.logging = { level = "warn"; consoleLevel = "warn"; };
        environment = { X = "top"; Y = "top"; };
        instances.work = { settings.logging.level = "debug"; environment.Y = "work"; agent.thinkingDefault = "low"; };
      `),
      query: `r: {
        inherit (r.config.services.moltbot.instances.work) settings environment agent stateDir;
      }`,
    },
    {
      settings: { logging: { level: "debug", consoleLevel: "warn" } },
      environment: { X: "top", Y: "work" },
      agent: { model: "openai/gpt-6", thinkingDefault: "low" },
      stateDir: `${state}-work`,
    },
  ],
  [
    "the state follows the home",
    {
      config: `{ home.homeDirectory = "/data/users/tester"; imports = [ ${moltbot()} ]; }`,
      query: `r: ${service("moltbot-gateway")}.Service.WorkingDirectory`,
    },
    "/data/users/tester/.moltbot",
  ],
  [
    "quotes, backslashes, percent and dollar signs reach the variable as they are",
    {
      config: moltbot(`environment.ODD = "a \\"b\\" 'c' 100% \\\\n \\$HOME \\\${x}";`),
      query: variable("ODD"),
    },
    [`"ODD=a \\"b\\" 'c' 100%% \\\\n $HOME \${x}"`],
  ],
  [
    "a line break in a variable is no line of the unit",
    {
      config: moltbot('environment.ODD = "one\\nExecStart=/bin/false";'),
      query: `r: {
        unit = builtins.filter (r.lib.hasPrefix "ExecStart=/bin") (r.lib.splitString "\\n" r.summary.units."${unitName}");
        value = (${variable("ODD")}) r;
      }`,
    },
    { unit: [], value: [String.raw`"ODD=one\nExecStart=/bin/false"`] },
  ],
  [
    "a percent sign in the path of a credential is no specifier",
    {
      config: moltbot('credentials.A_KEY = "/run/keys/50%u";'),
      query: `r: ${service("moltbot-gateway")}.Service.LoadCredential`,
    },
    ["ANTHROPIC_API_KEY:/run/keys/a", "A_KEY:/run/keys/50%%u"],
  ],
  [
    "free settings are merged deeply over the typed ones",
    {
      config: moltbot(
        'agent.model = "a/b"; settings = { agents.defaults.model.fallbacks = [ "c/d" ]; gateway = { bind = "lan"; port = 1; }; };',
      ),
      query: `r: let s = (${settings}) r; in { inherit (s.agents) defaults; inherit (s.gateway) bind port mode; }`,
    },
    {
      defaults: {
        model: { primary: "a/b", fallbacks: ["c/d"] },
        workspace: `${state}/workspace`,
      },
      bind: "lan",
      port: 1,
      mode: "local",
    },
  ],
  [
    "a change of the configuration restarts the service when the home is switched",
    {
      config: moltbot(),
      query: `r: map (p: builtins.substring 44 99 p) ${service("moltbot-gateway")}.Unit.X-Restart-Triggers`,
    },
    ["moltbot-gateway.json", "moltbot-gateway-prepare"],
  ],
  [
    "packages, variables and files of variables of the user reach the unit",
    {
      config: `{ pkgs, ... }: ${moltbot('path = [ pkgs.jq ]; environment.TZ = "UTC"; environmentFiles = [ "/run/env" ];')}`,
      query: `r: {
        jq = builtins.any (r.lib.hasInfix "-jq-") ((${variable("PATH")}) r);
        tz = (${variable("TZ")}) r;
        files = ${service("moltbot-gateway")}.Service.EnvironmentFile;
      }`,
    },
    { jq: true, tz: ['"TZ=UTC"'], files: ["/run/env"] },
  ],
  [
    "another package is run through its main program",
    {
      config: `{ pkgs, ... }: ${moltbot('package = pkgs.writeShellScriptBin "other-gateway" "";')}`,
      query: `r: builtins.any (t: builtins.match ".*supervise [^ ]*/bin/other-gateway gateway.*" (builtins.replaceStrings [ "\\n" ] [ " " ] t.text) != null) (builtins.attrValues r.summary.texts)`,
    },
    true,
  ],
  [
    "a skill that is read where it is, is no file of the service, but a directory it may read",
    {
      config: moltbot(
        'skills = [ { name = "a"; mode = "symlink"; source = "/home/tester/s/a"; } ];',
      ),
      query: `r: {
        inherit ((${settings}) r) skills;
        bound = ${service("moltbot-gateway")}.Service.BindReadOnlyPaths;
      }`,
    },
    {
      skills: { install: { preferBrew: false }, load: { extraDirs: ["/home/tester/s/a"] } },
      bound: expect.arrayContaining(["-/home/tester/s/a"]) as unknown,
    },
  ],
  [
    "a configuration for the earlier name goes on working and says what to change",
    {
      config:
        '{ services.clawdbot = { enable = true; gateway.port = 1234; providers.anthropic.apiKeyFile = "/run/keys/a"; }; }',
      query: "r: { inherit (r.summary) warnings; port = r.config.services.moltbot.gateway.port; }",
    },
    {
      port: 1234,
      warnings: ["providers.anthropic.apiKeyFile", "gateway.port", "enable"].map(
        (option) =>
          expect.stringContaining(
            `The option \`services.clawdbot.${option}' defined in`,
          ) as unknown,
      ),
    },
  ],
];

suite(`behaviour${note}`, () => {
  const outcomes = evaluateAll(
    Object.fromEntries(
      behaviours.map(([name, { config, query }]) => [name, atHome(config, { query })]),
    ),
  );
  test.each(behaviours)("%s", (name, _, want) => {
    expect(accepted(outcomes.get(name))).toEqual(want);
  });
});
