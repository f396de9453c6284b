// The generated module in the real NixOS module system: its configuration, its refusals and their messages.

import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

import {
  type EvaluationCase,
  missingForEvaluation,
  nixPath,
  type Outcome,
} from "../support/evaluate.ts";
import { generatedFile } from "../support/generated.ts";
import { evaluateTogether } from "../support/together.ts";
import { lacking } from "../support/lacking.ts";

const module = generatedFile("nixos/moltbot.nix");
const missing = missingForEvaluation();
const suite = describe.skipIf(missing.length > 0);
const note = lacking(missing);

/** The smallest configuration that works, with `more` added. */
function moltbot(more = ""): string {
  return `{ services.moltbot = { enable = true; providers.anthropic.apiKeyFile = "/run/keys/a"; ${more} }; }`;
}

/** A directory of tests/eval/fixtures, as a Nix path. */
function fixture(name: string): string {
  return nixPath(fileURLToPath(new URL(`fixtures/${name}`, import.meta.url)));
}

function onNixos(config: string, rest: Partial<EvaluationCase> = {}): EvaluationCase {
  return { target: "nixos", module, config, ...rest };
}

/** The value of a case; fails unless it was accepted. */
function accepted(outcome: Outcome | undefined): unknown {
  if (outcome?.ok !== true) throw new Error(`rejected: ${outcome?.message ?? "no outcome"}`);
  return outcome.value;
}

const withoutHashes = (text: string): string =>
  text.replaceAll(/\/nix\/store\/[0-9a-z]{32}-/g, "/nix/store/");

interface Summary {
  readonly assertions: readonly { readonly message: string }[];
  readonly warnings: readonly string[];
  readonly units: Readonly<Record<string, string>>;
  readonly users: Readonly<Record<string, { readonly group: string; readonly shell: string }>>;
  readonly groups: Readonly<Record<string, unknown>>;
  readonly etc: Readonly<Record<string, { readonly text: string; readonly mode: string }>>;
  readonly packages: readonly string[];
  readonly firewall: { readonly allowedTCPPorts: readonly number[] };
  readonly tmpfiles: { readonly settings: Readonly<Record<string, unknown>> };
  readonly texts: Readonly<Record<string, { readonly text: string }>>;
}

suite(`a service that is enabled${note}`, () => {
  const usage = `{
    services.moltbot = {
      enable = true;
      providers.anthropic.oauthTokenFile = "/run/agenix/token";
      providers.telegram = { enable = true; botTokenFile = "/run/agenix/tg"; allowFrom = [ 12345678 ]; };
    };
  }`;
  const outcomes = evaluateTogether({
    usage: onNixos(usage, { fewModules: false }),
    fewModules: onNixos(usage),
    disabled: onNixos("{ }", { fewModules: false }),
    aarch64: onNixos(usage, { system: "aarch64-linux", fewModules: false }),
  });
  const summary = (name: string): Summary => accepted(outcomes[name]) as Summary;

  test("the README's example has no failing assertion and no warning", () => {
    expect(summary("usage").assertions).toEqual([]);
    expect(summary("usage").warnings).toEqual([]);
  });

  test("it is the same in NixOS with few modules, where most tests evaluate it", () => {
    expect(summary("fewModules")).toEqual(summary("usage"));
  });

  test("its unit is the one in the golden file", async () => {
    const unit = summary("usage").units["moltbot-gateway.service"] ?? "";
    await expect(withoutHashes(unit)).toMatchFileSnapshot(
      "../golden/nixos/moltbot-gateway.service",
    );
  });

  test("its configuration file is the one in the golden file, and needs no group", async () => {
    const file = summary("usage").etc["moltbot/default.json"];
    expect(file).toMatchObject({ mode: "0444", user: "+0", group: "+0" });
    const pretty = `${JSON.stringify(JSON.parse(file?.text ?? ""), null, 2)}\n`;
    await expect(pretty).toMatchFileSnapshot("../golden/nixos/default.json");
  });

  test("its user is a system user that cannot log in", () => {
    const { users, groups } = summary("usage");
    expect(Object.keys(users)).toEqual(["moltbot"]);
    expect(Object.keys(groups)).toEqual(["moltbot"]);
    expect(users["moltbot"]).toMatchObject({
      group: "moltbot",
      isSystemUser: true,
      isNormalUser: false,
      createHome: false,
      home: "/var/empty",
      extraGroups: [],
    });
    expect(users["moltbot"]?.shell).toMatch(/\/nologin$/);
  });

  test("it opens no port and adds one command", () => {
    expect(summary("usage").firewall.allowedTCPPorts).toEqual([]);
    expect(summary("usage").packages).toEqual(["moltbot"]);
  });

  test("disabled, it adds nothing", () => {
    const { units, users, groups, etc, packages, tmpfiles } = summary("disabled");
    expect({ units, users, groups, etc, packages }).toEqual({
      units: {},
      users: {},
      groups: {},
      etc: {},
      packages: [],
    });
    expect(tmpfiles.settings).toEqual({});
  });

  test("the unit is the same on aarch64-linux, but for store paths", () => {
    const unitOn = (name: string): string =>
      (summary(name).units["moltbot-gateway.service"] ?? "").replaceAll(
        /\/nix\/store\/[^/"]*/g,
        "",
      );
    expect(unitOn("aarch64")).toBe(unitOn("usage"));
  });
});

// Options whose value the module system refuses by its type.
const rejected: readonly (readonly [string, string, string])[] = [
  ["a port that is none", "gateway.port = 70000;", "services.moltbot.gateway.port"],
  ["a port as a string", 'gateway.port = "18789";', "services.moltbot.gateway.port"],
  ["an unknown address", 'gateway.bind = "0.0.0.0";', "services.moltbot.gateway.bind"],
  [
    "a network as the address to listen on",
    'gateway.customBindHost = "10.0.0.0/8";',
    "services.moltbot.gateway.customBindHost",
  ],
  ["an unknown option", "gateway.prot = 1;", "services.moltbot.gateway.prot"],
  ["a model without provider", 'agent.model = "sonnet";', "services.moltbot.agent.model"],
  [
    "a secret in the store",
    'providers.openai.apiKeyFile = "/nix/store/00000000000000000000000000000000-key";',
    "services.moltbot.providers.openai.apiKeyFile",
  ],
  [
    "a secret as a Nix path, which would be copied to the store",
    "providers.openai.apiKeyFile = ./nixos.test.ts;",
    "services.moltbot.providers.openai.apiKeyFile",
  ],
  [
    "a secret made by a derivation",
    'providers.openai.apiKeyFile = builtins.toFile "key" "sk-1";',
    "services.moltbot.providers.openai.apiKeyFile",
  ],
  [
    "a relative path",
    'providers.openai.apiKeyFile = "keys/openai";',
    "services.moltbot.providers.openai.apiKeyFile",
  ],
  ["a state directory in the store", "stateDir = /var/lib/moltbot;", "services.moltbot.stateDir"],
  ["a user name that is none", 'user = "Molt Bot";', "services.moltbot.user"],
  [
    "a credential that is no variable",
    'credentials."A B" = "/run/a";',
    "services.moltbot.credentials",
  ],
  ["a variable that is none", 'environment."A=B" = "1";', "services.moltbot.environment"],
  ["a variable that is no string", "environment.A = 1;", "services.moltbot.environment.A"],
  [
    "an unknown skill mode",
    'skills = [ { name = "a"; mode = "link"; } ];',
    "services.moltbot.skills",
  ],
  ["a skill name with a slash", 'skills = [ { name = "a/b"; } ];', "services.moltbot.skills"],
  [
    "an unknown queue mode",
    'routing.queue.mode = "line-up";',
    "services.moltbot.routing.queue.mode",
  ],
  [
    "an unknown generation",
    'gateway.generation = "clawdis";',
    "services.moltbot.gateway.generation",
  ],
  [
    "an instance name that can be no unit's",
    'instances."My Bot" = { };',
    "services.moltbot.instances",
  ],
  [
    "a setting the gateway does not know",
    "settings.gateway.prot = 1;",
    "services.moltbot.settings.gateway.prot: unknown key. Did you mean `port`?",
  ],
  [
    "a setting of the wrong type",
    'settings.gateway.port = "x";',
    "services.moltbot.settings.gateway.port",
  ],
  [
    "a secret in the settings",
    'settings.channels.telegram.botToken = "123456:abcdefgh";',
    "services.moltbot.settings.channels.telegram.botToken: this is a secret",
  ],
  ["settings that are no JSON", "settings.a = x: x;", "services.moltbot.settings"],
];

suite(`values of the wrong type${note}`, () => {
  const outcomes = evaluateTogether(
    Object.fromEntries(
      rejected.map(([name, config]) => [
        name,
        onNixos(moltbot(config), { query: forceAll, fewModules: false }),
      ]),
    ),
  );
  test.each(rejected)("%s", (name, _, option) => {
    const outcome = outcomes[name];
    expect(outcome?.ok).toBe(false);
    if (outcome?.ok === false) expect(outcome.message).toContain(option);
  });
});

/** Forces every part of the configuration in which a wrong value could hide. */
const forceAll = `r: builtins.deepSeq (with r.config; [
  systemd.units."moltbot-gateway.service".text
  (map (a: a.message) (builtins.filter (a: !a.assertion) assertions))
  (builtins.attrNames users.users)
]) true`;

/** A key that the gateway dropped after the first release with known settings, and a key that it added. */
const keys = { forgotten: "contextTokens = 1000;", learned: 'cwd = "/srv";' };

/** The smallest configuration, with a gateway of this release and a setting below `agents.defaults`. */
function gatewayOf(version: string, setting: string): string {
  return `{ pkgs, ... }: ${moltbot(`
    package = pkgs.openclaw.overrideAttrs { version = "${version}"; };
    settings.agents.defaults = { ${setting} };
  `)}`;
}

suite(`settings are those of the package's release${note}`, () => {
  const other = (which: string, version: string): string =>
    `, the ${which} release with a stored schema; the package is ${version}`;
  const old = { schema: "2026.6.5", knows: "forgotten", not: "learned" } as const;
  const recent = { schema: "2026.9.6", knows: "learned", not: "forgotten" } as const;
  const releases = [
    { version: "2026.1.29", ...old, how: other("oldest", "2026.1.29") },
    { version: "2026.6.5", ...old, how: "" },
    { version: "2026.9.5", ...old, how: other("nearest older", "2026.9.5") },
    { version: "2026.9.6", ...recent, how: "" },
    { version: "2026.10.1", ...recent, how: other("nearest older", "2026.10.1") },
    { version: "", ...recent, how: "" },
  ] as const;
  const query = `r: builtins.attrNames r.config.services.moltbot.settings.agents.defaults`;
  const mixed = (inOld: string, inNew: string): string =>
    `{ pkgs, ... }: ${moltbot(`
    instances = {
      old = {
        package = pkgs.openclaw.overrideAttrs { version = "2026.6.5"; };
        settings.agents.defaults = { ${inOld} };
      };
      new = { gateway.port = 2001; settings.agents.defaults = { ${inNew} }; };
    };
  `)}`;
  const instances = `r: builtins.deepSeq (map (i: i.settings) (builtins.attrValues r.config.services.moltbot.instances)) true`;
  const noPackage = '{ services.moltbot.package = throw "the package was looked at"; }';
  const outcomes: Readonly<Record<string, Outcome>> = evaluateTogether({
    ...Object.fromEntries(
      releases.flatMap(({ version, knows, not }) => [
        [`${version} knows`, onNixos(gatewayOf(version, keys[knows]), { query })],
        [`${version} not`, onNixos(gatewayOf(version, keys[not]), { query })],
      ]),
    ),
    secret: onNixos(
      `{ pkgs, ... }: ${moltbot(`
              package = pkgs.openclaw.overrideAttrs { version = "2026.9.5"; };
              settings.gateway.auth.token = "hunter2hunter2";
            `)}`,
      { query: "r: builtins.deepSeq r.config.services.moltbot.settings true" },
    ),
    fits: onNixos(mixed(keys.forgotten, keys.learned), { query: instances }),
    crossed: onNixos(mixed(keys.learned, keys.forgotten), { query: instances }),
    unset: onNixos(noPackage, { query: "r: r.config.services.moltbot.settings" }),
    documented: onNixos(noPackage, {
      query: `r: let
              names = map (o: o.name) (r.lib.optionAttrSetToDocList (r.options.services.moltbot.settings.type.getSubOptions [ ]));
              has = key: builtins.any (r.lib.hasSuffix "agents.defaults.\${key}") names;
            in map has [ "contextTokens" "cwd" ]`,
    }),
  });

  test.each(releases)("$version: those of $schema", ({ version, schema, not, how }) => {
    expect(accepted(outcomes[`${version} knows`])).toHaveLength(1);
    const refused = outcomes[`${version} not`];
    expect(refused?.ok).toBe(false);
    if (refused?.ok !== false) return;
    const key = keys[not].replace(/ .*/, "");
    expect(refused.message).toContain(`(as of ${schema}${how})`);
    expect(refused.message).toContain(
      `services.moltbot.settings.agents.defaults.${key}: unknown key`,
    );
    // Only a schema of another release than the package's may be wrong.
    expect(refused.message.includes('set `settingsCheck = "warn"`')).toBe(how !== "");
  });

  test("a secret is one in every release", () => {
    const { secret } = outcomes;
    expect(secret?.ok).toBe(false);
    if (secret?.ok !== false) return;
    expect(secret.message).toContain("the package is 2026.9.5");
    expect(secret.message).not.toContain("settingsCheck");
  });

  test("each instance's are those of its own package", () => {
    expect(accepted(outcomes["fits"])).toBe(true);
    const { crossed } = outcomes;
    expect(crossed?.ok === false && crossed.message).toMatch(/instances\..*: unknown key/);
  });

  test("neither their absence nor their documentation needs the package", () => {
    expect(accepted(outcomes["unset"])).toEqual({});
    expect(accepted(outcomes["documented"])).toEqual([false, true]);
  });
});

// Assertions, each with a configuration that fails it and one that does not.
const assertions: readonly (readonly [
  string,
  { readonly fails: string; readonly message: string; readonly holds: string },
])[] = [
  [
    "a model credential",
    {
      fails: "{ services.moltbot.enable = true; }",
      message:
        "services.moltbot.credentials: no model can be used without a credential: set `providers.anthropic.apiKeyFile`, another provider's, or an entry here. For a model that runs on this machine, describe it in `settings.models.providers`; for a login that the gateway keeps, in `settings.auth.profiles`.",
      holds:
        '{ services.moltbot = { enable = true; credentials.GOOGLE_API_KEY = "/run/keys/g"; }; }',
    },
  ],
  [
    "a model credential, or a provider in the settings",
    {
      fails: '{ services.moltbot = { enable = true; providers.deepgram.apiKeyFile = "/run/d"; }; }',
      message:
        "services.moltbot.credentials: no model can be used without a credential: set `providers.anthropic.apiKeyFile`, another provider's, or an entry here. For a model that runs on this machine, describe it in `settings.models.providers`; for a login that the gateway keeps, in `settings.auth.profiles`.",
      holds:
        '{ services.moltbot = { enable = true; settings.models.providers.local.baseUrl = "http://127.0.0.1:8080"; }; }',
    },
  ],
  [
    "password authentication has a password",
    {
      fails: moltbot('gateway.auth.mode = "password";'),
      message:
        'services.moltbot.gateway.auth.passwordFile: is needed, because `gateway.auth.mode` is "password": set it to a file holding the password.',
      holds: moltbot('gateway.auth = { mode = "password"; passwordFile = "/run/keys/p"; };'),
    },
  ],
  [
    "no password without password authentication",
    {
      fails: moltbot('gateway.auth.passwordFile = "/run/keys/p";'),
      message:
        'services.moltbot.gateway.auth.passwordFile: has no effect while `gateway.auth.mode` is not "password": set the mode to that, or remove this.',
      holds: moltbot(),
    },
  ],
  [
    "no token without token authentication",
    {
      fails: moltbot(
        'gateway.auth = { mode = "password"; passwordFile = "/run/keys/p"; tokenFile = "/run/keys/t"; };',
      ),
      message:
        'services.moltbot.gateway.auth.tokenFile: has no effect while `gateway.auth.mode` is not "token": set the mode to that, or remove this.',
      holds: moltbot('gateway.auth.tokenFile = "/run/keys/t";'),
    },
  ],
  [
    "an address to listen on that is the gateway's own choice",
    {
      fails: moltbot('gateway.bind = "auto";'),
      message:
        'services.moltbot.gateway.bind: is "auto": the gateway would listen on loopback here, and on all addresses where it takes the machine for a container. Set it to "loopback", or to "lan" for all addresses.',
      holds: moltbot('gateway.bind = "tailnet";'),
    },
  ],
  [
    "the same, said freely",
    {
      fails: moltbot('settings.gateway.bind = "auto";'),
      message:
        'services.moltbot.gateway.bind: is "auto": the gateway would listen on loopback here, and on all addresses where it takes the machine for a container. Set it to "loopback", or to "lan" for all addresses.',
      holds: moltbot('gateway.bind = "auto"; settings.gateway.bind = "lan";'),
    },
  ],
  [
    "an address of one's own choice is said",
    {
      fails: moltbot('gateway.bind = "custom";'),
      message:
        'services.moltbot.gateway.customBindHost: is needed, because `gateway.bind` is "custom": set it to the address of this machine that the gateway is to listen on.',
      holds: moltbot('gateway = { bind = "custom"; customBindHost = "10.0.0.1"; };'),
    },
  ],
  [
    "an address of one's own choice is listened on",
    {
      fails: moltbot('gateway.customBindHost = "10.0.0.1";'),
      message:
        'services.moltbot.gateway.customBindHost: has no effect while `gateway.bind` is not "custom": set that to "custom" or remove this.',
      holds: moltbot('gateway.bind = "custom"; settings.gateway.customBindHost = "10.0.0.1";'),
    },
  ],
  [
    "Telegram has a token",
    {
      fails: moltbot("providers.telegram = { enable = true; allowFrom = [ 1 ]; };"),
      message:
        "services.moltbot.providers.telegram.botTokenFile: is needed, because `providers.telegram.enable` is true: set it to a file holding the bot's token.",
      holds: moltbot(
        'providers.telegram = { enable = true; botTokenFile = "/run/t"; allowFrom = [ 1 ]; };',
      ),
    },
  ],
  [
    "somebody may talk to the Telegram bot",
    {
      fails: moltbot('providers.telegram = { enable = true; botTokenFile = "/run/t"; };'),
      message:
        "services.moltbot.providers.telegram.allowFrom: is empty: list the ids of the Telegram users who may talk to the bot.",
      holds: moltbot("providers.telegram.allowFrom = [ ];"),
    },
  ],
  [
    "skills have different names",
    {
      fails: moltbot(
        'skills = [ { name = "b"; description = "d"; } { name = "a"; description = "d"; } { name = "a"; description = "d"; } { name = "b"; description = "d"; } ];',
      ),
      message:
        "services.moltbot.skills: these names are used more than once: a, b. Give every skill a name of its own.",
      holds: moltbot(
        'skills = [ { name = "a"; description = "d"; } { name = "b"; description = "d"; } ];',
      ),
    },
  ],
  [
    "a skill to copy has a source",
    {
      fails: moltbot(
        'skills = [ { name = "a"; mode = "copy"; } { name = "b"; description = "d"; } ];',
      ),
      message:
        'services.moltbot.skills: these skills have mode "copy" or "symlink", but no source: a. Set `source` to the skill\'s directory, or `mode` to "inline".',
      holds: moltbot('skills = [ { name = "a"; mode = "copy"; source = /etc; } ];'),
    },
  ],
  [
    "no skill is read from a directory of somebody else",
    {
      fails: moltbot('skills = [ { name = "a"; mode = "symlink"; source = "/home/a/s"; } ];'),
      message:
        'services.moltbot.skills: these skills have mode "symlink", which exists in home-manager only: a. The service is a user of its own here, to whom the directories of others are closed: set `mode` to "copy".',
      holds: moltbot('skills = [ { name = "a"; mode = "copy"; source = /etc; } ];'),
    },
  ],
  [
    "documents are complete",
    {
      fails: moltbot(`documents = ${fixture("documents-lacking")};`),
      message:
        "services.moltbot.documents: these files are missing in the directory: SOUL.md, TOOLS.md. Add them, in a flake to git as well, or set the option to null.",
      holds: moltbot(`documents = ${fixture("documents")};`),
    },
  ],
  [
    "no secrets among the variables",
    {
      fails: moltbot('environment = { GROQ_API_KEY = "x"; TZ = "UTC"; };'),
      message:
        "services.moltbot.environment: these look like secrets and would be readable by everybody: GROQ_API_KEY. Use `credentials.<NAME>` with a file instead.",
      holds: moltbot('environment.TZ = "UTC";'),
    },
  ],
  [
    "the configuration file is below /etc",
    {
      fails: moltbot('configPath = "/var/lib/moltbot/config.json";'),
      message:
        "services.moltbot.configPath: NixOS manages files below /etc only: choose a path there.",
      holds: moltbot('configPath = "/etc/gateway.json";'),
    },
  ],
  [
    "instances have different ports",
    {
      fails: moltbot("instances = { a = { }; b = { }; };"),
      message:
        "services.moltbot.instances.a.gateway.port: the instances a and b have the same port, 18789. Give each its own.",
      holds: moltbot("instances = { a = { }; b.gateway.port = 18790; };"),
    },
  ],
  [
    "also where free settings say the port",
    {
      fails: moltbot(
        "instances = { a.gateway.port = 2001; b = { gateway.port = 2002; settings.gateway.port = 2001; }; };",
      ),
      message:
        "services.moltbot.instances.a.gateway.port: the instances a and b have the same port, 2001. Give each its own.",
      holds: moltbot("instances = { a = { }; b.settings.gateway.port = 18790; };"),
    },
  ],
  [
    "instances have different state directories",
    {
      fails: moltbot(
        'instances = { a = { stateDir = "/srv/s"; workspaceDir = "/srv/a"; }; b = { gateway.port = 2002; stateDir = "/srv/s"; workspaceDir = "/srv/b"; }; };',
      ),
      message:
        "services.moltbot.instances.a.stateDir: the instances a and b have the same state directory, /srv/s. Give each its own.",
      holds: moltbot(
        'instances = { a.stateDir = "/srv/a"; b = { gateway.port = 2002; stateDir = "/srv/b"; }; };',
      ),
    },
  ],
  [
    "instances have different configuration files",
    {
      fails: moltbot(
        'instances = { a.configPath = "/etc/m.json"; b = { gateway.port = 2002; configPath = "/etc/m.json"; }; };',
      ),
      message:
        "services.moltbot.instances.a.configPath: the instances a and b have the same configuration file, /etc/m.json. Give each its own.",
      holds: moltbot(
        'instances = { a.configPath = "/etc/m.json"; b = { gateway.port = 2002; configPath = "/etc/n.json"; }; };',
      ),
    },
  ],
  [
    "instances have different users",
    {
      fails: moltbot('instances = { a.user = "m"; b = { gateway.port = 2002; user = "m"; }; };'),
      message:
        "services.moltbot.instances.a.user: the instances a and b have the same user, m. Give each its own.",
      holds: moltbot('instances = { a.user = "m"; b = { gateway.port = 2002; user = "n"; }; };'),
    },
  ],
];

const messages = "r: map (a: a.message) (builtins.filter (a: !a.assertion) r.config.assertions)";

suite(`assertions${note}`, () => {
  const cases = assertions.flatMap(([name, { fails, holds }]) => [
    [`${name}: fails`, onNixos(fails, { query: messages })] as const,
    [`${name}: holds`, onNixos(holds, { query: messages })] as const,
  ]);
  const outcomes = evaluateTogether(Object.fromEntries(cases));
  test.each(assertions)("%s", (name, { message }) => {
    expect(accepted(outcomes[`${name}: fails`])).toEqual([message]);
    expect(accepted(outcomes[`${name}: holds`])).toEqual([]);
  });
});

/** A query, and its expected value. */
type Want = readonly [
  name: string,
  given: { readonly config: string; readonly query: string },
  want: unknown,
];

const unit = (name: string): string => `r.config.systemd.services.${name}`;
const settings = 'r: builtins.fromJSON r.summary.etc."moltbot/default.json".text';

/** The arguments of each `put` in the script that prepares the service's directories. */
const puts = `r: builtins.filter (l: r.lib.hasPrefix "put " l && !r.lib.hasSuffix "-closed" l) (r.lib.splitString "\n" (
  builtins.head (builtins.filter (r.lib.hasInfix "\nmanage ") (map (t: t.text) (builtins.attrValues r.summary.texts)))
))`;

const behaviours: readonly Want[] = [
  [
    "documents are copied one by one, the report of programs after the one the gateway reads",
    { config: moltbot(`documents = ${fixture("documents")};`), query: puts },
    ["AGENTS", "SOUL", "TOOLS", "USER"].map(
      (name) =>
        expect.stringMatching(
          new RegExp(
            `^put ${name}\\.md /nix/store/[0-9a-z]{32}-${name}\\.md${name === "AGENTS" ? " /nix/store/[0-9a-z]{32}-tools-report\\.md" : ""}$`,
          ),
        ) as unknown,
    ),
  ],
  [
    "an older generation reads the report elsewhere",
    {
      config: moltbot(`gateway.generation = "moltbot"; documents = ${fixture("documents")};`),
      query: `r: builtins.length (builtins.filter (r.lib.hasInfix "-TOOLS.md /nix/store") ((${puts}) r))`,
    },
    1,
  ],
  [
    "a skill that is copied comes from the store",
    {
      config: moltbot(
        `skills = [ { name = "a"; mode = "copy"; source = ${fixture("documents")}; } ];`,
      ),
      query: puts,
    },
    [expect.stringMatching(/^put skills\/a \/nix\/store\/[0-9a-z]{32}-documents$/) as unknown],
  ],
  [
    "settings of another gateway version are let through when they are not checked",
    {
      config: moltbot('settingsCheck = "off"; settings.gateway.prot = 1;'),
      query: `r: ((${settings}) r).gateway.prot`,
    },
    1,
  ],
  [
    "settings of another generation are not checked against this one's schema",
    {
      config: moltbot('gateway.generation = "moltbot"; settings.canvasHost.enabled = true;'),
      query: `r: ((${settings}) r).canvasHost.enabled`,
    },
    true,
  ],
  [
    "a package of an earlier release gets no settings it does not know",
    {
      config: `{ pkgs, ... }: ${moltbot('package = pkgs.openclaw.overrideAttrs { version = "2026.6.5"; };')}`,
      query: `r: let s = (${settings}) r; in { t = s ? telemetry; m = s.models ? catalogRefresh; p = s.gateway ? terminal; }`,
    },
    { t: false, m: false, p: false },
  ],
  [
    "a release in between gets those it knows",
    {
      config: `{ pkgs, ... }: ${moltbot('package = pkgs.openclaw.overrideAttrs { version = "2026.7.1"; };')}`,
      query: `r: let s = (${settings}) r; in { t = s ? telemetry; p = s.gateway.terminal.enabled; }`,
    },
    { t: false, p: false },
  ],
  [
    "instances have a unit, user, group, state directory and configuration of their own",
    {
      config: moltbot("instances = { default = { }; work.gateway.port = 18790; };"),
      query: `r: {
        units = builtins.attrNames r.summary.units;
        users = builtins.attrNames r.summary.users;
        groups = builtins.attrNames r.summary.groups;
        etc = builtins.attrNames r.summary.etc;
        state = builtins.mapAttrs (_: builtins.attrNames) r.config.systemd.tmpfiles.settings;
      }`,
    },
    {
      units: [
        "directories-moltbot-gateway-work.service",
        "directories-moltbot-gateway.service",
        "moltbot-gateway-work.service",
        "moltbot-gateway.service",
        "prepare-moltbot-gateway-work.service",
        "prepare-moltbot-gateway.service",
      ],
      users: ["moltbot", "moltbot-work"],
      groups: ["moltbot", "moltbot-work"],
      etc: ["moltbot/default.json", "moltbot/work.json"],
      state: expect.objectContaining({
        "moltbot-gateway": ["/var/lib/moltbot", "/var/lib/moltbot/workspace"],
        "moltbot-gateway-work": ["/var/lib/moltbot-work", "/var/lib/moltbot-work/workspace"],
      }) as unknown,
    },
  ],
  [
    "an instance inherits what it does not set, deeply for sets, and wins where it does",
    {
      config: moltbot(`
        agent.model = "openai/gpt-6";
        settings.logging = { level = "warn"; consoleLevel = "warn"; };
        environment = { X = "top"; Y = "top"; };
        user = "somebody";
        instances.work = { settings.logging.level = "debug"; environment.Y = "work"; agent.thinkingDefault = "low"; };
      `),
      query: `r: {
        inherit (r.config.services.moltbot.instances.work) settings environment user agent;
        inherit (r.config.services.moltbot.instances.work.providers.anthropic) apiKeyFile;
      }`,
    },
    {
      settings: { logging: { level: "debug", consoleLevel: "warn" } },
      environment: { X: "top", Y: "work" },
      user: "moltbot-work",
      agent: { model: "openai/gpt-6", thinkingDefault: "low" },
      apiKeyFile: "/run/keys/a",
    },
  ],
  [
    "messages of an instance name its options",
    {
      config: moltbot('instances.work.gateway.auth.mode = "password";'),
      query: messages,
    },
    [
      'services.moltbot.instances.work.gateway.auth.passwordFile: is needed, because `gateway.auth.mode` is "password": set it to a file holding the password.',
    ],
  ],
  [
    "free settings are merged deeply over the typed ones, and nulls are left out",
    {
      config: moltbot(
        'agent.model = "a/b"; settings = { agents.defaults.model.fallbacks = [ "c/d" ]; gateway.bind = "lan"; telemetry = null; };',
      ),
      query: settings,
    },
    expect.objectContaining({
      agents: {
        defaults: {
          model: { primary: "a/b", fallbacks: ["c/d"] },
          workspace: "/var/lib/moltbot/workspace",
        },
      },
      gateway: expect.objectContaining({ bind: "lan", port: 18789, mode: "local" }) as unknown,
    }),
  ],
  [
    "settings set to null are gone",
    { config: moltbot("settings.telemetry = null;"), query: `r: (${settings}) r ? telemetry` },
    false,
  ],
  [
    "settings are merged across modules, mkForce and mkDefault included",
    {
      config: `{ lib, ... }: { imports = [
        ${moltbot('settings = { gateway.port = lib.mkDefault 1; logging.level = "info"; plugins.allow = [ "a" ]; };')}
        { services.moltbot.settings = { gateway.port = 2002; logging.level = lib.mkForce "debug"; plugins.allow = [ "b" ]; }; }
      ]; }`,
      query: "r: r.config.services.moltbot.settings",
    },
    { gateway: { port: 2002 }, logging: { level: "debug" }, plugins: { allow: ["b", "a"] } },
  ],
  [
    "directories elsewhere are made and writable",
    {
      config: moltbot('stateDir = "/srv/m"; workspaceDir = "/data/w";'),
      query: `r: {
        inherit (${unit("moltbot-gateway")}.serviceConfig) ProtectHome WorkingDirectory;
        mounts = ${unit("moltbot-gateway")}.unitConfig.RequiresMountsFor;
        byManager = ${unit("moltbot-gateway")}.serviceConfig ? StateDirectory;
        tmpfiles = r.config.systemd.tmpfiles.settings.moltbot-gateway."/srv/m".d;
        made = builtins.attrNames r.config.systemd.tmpfiles.settings.moltbot-gateway;
      }`,
    },
    {
      ProtectHome: true,
      WorkingDirectory: "-/srv/m",
      mounts: ["/srv/m", "/data/w"],
      byManager: false,
      // Only for directories that did not exist.
      tmpfiles: expect.objectContaining({
        mode: ":0700",
        user: ":moltbot",
        group: ":moltbot",
      }) as unknown,
      made: ["/data/w", "/srv/m"],
    },
  ],
  [
    "directories between the service's own are its own, too",
    {
      config: moltbot('workspaceDir = "/var/lib/moltbot/projects/a/workspace";'),
      query: `r: {
        inherit (${unit("moltbot-gateway")}.serviceConfig) ExecPaths;
        bound = builtins.filter (r.lib.hasPrefix "/") ${unit("moltbot-gateway")}.serviceConfig.BindPaths;
        made = builtins.attrNames r.config.systemd.tmpfiles.settings.moltbot-gateway;
      }`,
    },
    {
      // systemd resolves this path outside of the sandbox, and the service can change none of its names.
      bound: ["/var/lib/moltbot"],
      ExecPaths: ["/projects", "/projects/a", "/projects/a/workspace"].map(
        (path) => `/var/lib/moltbot${path}`,
      ),
      made: ["", "/projects", "/projects/a", "/projects/a/workspace"].map(
        (path) => `/var/lib/moltbot${path}`,
      ),
    },
  ],
  [
    "a directory below /home is the only thing there",
    {
      config: moltbot('workspaceDir = "/home/alice/bot";'),
      query: `r: { inherit (${unit("moltbot-gateway")}.serviceConfig) ProtectHome BindPaths; }`,
    },
    {
      ProtectHome: "tmpfs",
      BindPaths: [
        "/var/lib/moltbot",
        "/home/alice/bot",
        ...[".env", ".node_modules", ".node_libraries", "extensions", "npm"].map((name) => {
          const place = `/var/lib/moltbot/${name}`;
          return `%t/moltbot-gateway${place}:${place}`;
        }),
      ],
    },
  ],
  [
    "a percent sign in a path is no specifier",
    {
      config: moltbot('credentials.A_KEY = "/run/keys/50%u";'),
      query: `r: ${unit("moltbot-gateway")}.serviceConfig.LoadCredential`,
    },
    ["ANTHROPIC_API_KEY:/run/keys/a", "A_KEY:/run/keys/50%%u"],
  ],
  [
    "the port is opened only when asked for, and it is the effective one",
    {
      config: moltbot("gateway.openFirewall = true; settings.gateway.port = 4242;"),
      query: `r: {
        ports = r.summary.firewall.allowedTCPPorts;
        bind = ${unit("moltbot-gateway")}.serviceConfig.SocketBindAllow;
      }`,
    },
    { ports: [4242], bind: ["tcp:4242"] },
  ],
  ...(
    [
      ["2026.6.5", "loopback", true],
      ["2026.7.35", "loopback", true],
      ["2026.8.1", "loopback", false],
      ["", "loopback", false],
      ["2026.6.5", "lan", false],
      ["2026.9.6", "tailnet", true],
      ["2026.9.6", "custom", true],
    ] as const
  ).map(([version, bind, triesFreePort]): Want => [
    `what may be listened on: release ${version || "unknown"}, ${bind}`,
    {
      config: `{ pkgs, ... }: ${moltbot(`
        package = pkgs.openclaw.overrideAttrs { version = "${version}"; };
        gateway = { bind = "${bind}"; customBindHost = ${bind === "custom" ? '"10.0.0.1"' : "null"}; };
      `)}`,
      query: `r: { inherit (${unit("moltbot-gateway")}.serviceConfig) SocketBindAllow SocketBindDeny; }`,
    },
    {
      SocketBindAllow: ["tcp:18789"],
      SocketBindDeny: triesFreePort ? ["ipv4:1-65535", "ipv4:udp", "ipv6"] : ["any"],
    },
  ]),
  ...(["openclaw", "moltbot", "clawdbot"] as const).map((generation): Want => [
    `generation ${generation} gets its own variables`,
    {
      config: moltbot(`gateway.generation = "${generation}";`),
      query: `r: builtins.filter (n: builtins.match "(OPENCLAW|MOLTBOT|CLAWDBOT)_.*" n != null) (builtins.attrNames ${unit("moltbot-gateway")}.environment)`,
    },
    {
      openclaw: [
        "OPENCLAW_CONFIG_PATH",
        "OPENCLAW_CONFIG_READONLY",
        "OPENCLAW_DISABLE_BONJOUR",
        "OPENCLAW_GATEWAY_PORT",
        "OPENCLAW_LOAD_SHELL_ENV",
        "OPENCLAW_NIX_MODE",
        "OPENCLAW_NO_RESPAWN",
        "OPENCLAW_PATH_BOOTSTRAPPED",
        "OPENCLAW_STATE_DIR",
        "OPENCLAW_SUPERVISOR_MODE",
      ],
      moltbot: [
        "CLAWDBOT_DISABLE_BONJOUR",
        "CLAWDBOT_GATEWAY_PORT",
        "CLAWDBOT_LOAD_SHELL_ENV",
        "CLAWDBOT_NIX_MODE",
        "CLAWDBOT_NO_RESPAWN",
        "CLAWDBOT_PATH_BOOTSTRAPPED",
        "MOLTBOT_CONFIG_PATH",
        "MOLTBOT_STATE_DIR",
      ],
      clawdbot: [
        "CLAWDBOT_CONFIG_PATH",
        "CLAWDBOT_DISABLE_BONJOUR",
        "CLAWDBOT_GATEWAY_PORT",
        "CLAWDBOT_LOAD_SHELL_ENV",
        "CLAWDBOT_NIX_MODE",
        "CLAWDBOT_NO_RESPAWN",
        "CLAWDBOT_PATH_BOOTSTRAPPED",
        "CLAWDBOT_STATE_DIR",
      ],
    }[generation],
  ]),
  [
    "an older generation enables a channel's plugin by name, so that it leaves its configuration alone",
    {
      config: moltbot(
        'gateway.generation = "moltbot"; providers.telegram = { enable = true; botTokenFile = "/run/t"; allowFrom = [ 1 ]; };',
      ),
      query: `r: ((${settings}) r).plugins`,
    },
    { entries: { telegram: { enabled: true } } },
  ],
  [
    "a plugin that would be fetched for another one's key is off, unless the user wants it",
    {
      config: moltbot(
        'providers.openrouter.apiKeyFile = "/run/o"; providers.alibaba.apiKeyFile = "/run/a"; gateway.plugins = { qwen = { }; discord = { }; };',
      ),
      query: `r: ((${settings}) r).plugins`,
    },
    {
      entries: {
        codex: { enabled: false },
        discord: { enabled: true },
        perplexity: { enabled: false },
        qwen: { enabled: true },
      },
    },
  ],
  [
    "packages and variables of the user reach the unit",
    {
      config: `{ pkgs, ... }: ${moltbot('path = [ pkgs.jq ]; environment.TZ = "UTC"; environmentFiles = [ "/run/env" ];')}`,
      query: `r: with ${unit("moltbot-gateway")}; {
        jq = builtins.any (p: r.lib.getName p == "jq") path;
        tz = environment.TZ;
        files = serviceConfig.EnvironmentFile;
      }`,
    },
    { jq: true, tz: "UTC", files: ["/run/env"] },
  ],
  [
    "an existing user can be used",
    {
      config: moltbot('createUser = false; user = "gateway"; group = "gateway";'),
      query: `r: { users = builtins.attrNames r.summary.users; user = ${unit("moltbot-gateway")}.serviceConfig.User; }`,
    },
    { users: [], user: "gateway" },
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
  const outcomes = evaluateTogether(
    Object.fromEntries(
      behaviours.map(([name, { config, query }]) => [name, onNixos(config, { query })]),
    ),
  );
  test.each(behaviours)("%s", (name, _, want) => {
    expect(accepted(outcomes[name])).toEqual(want);
  });
});

// For any description of a skill, its frontmatter is YAML with the same text.
const texts = [
  "plain",
  "with: colon",
  "# no comment",
  "- no list",
  "'single' and \"double\"",
  "back\\slash",
  "two\nlines",
  "---\nname: forged\n---",
  "{braces} [brackets] *star &anchor !tag %percent @at `tick`",
  "\ttab",
  "ünïcödé 🦞 \u2028",
  "null",
  "1.0",
  "",
  " leading and trailing ",
  "${HOME} ''${x}",
];

suite(`frontmatter of skills${note}`, () => {
  const skills = texts.map(
    (text, index) =>
      `{ name = "s${String(index)}"; description = builtins.fromJSON ${nixText(text)}; homepage = builtins.fromJSON ${nixText(text)}; metadata.note = builtins.fromJSON ${nixText(text)}; }`,
  );
  const outcomes: Readonly<Record<string, Outcome>> = evaluateTogether({
    skills: onNixos(moltbot(`skills = [ ${skills.join(" ")} ];`), {
      query:
        'r: map (t: t.text) (builtins.filter (t: r.lib.hasPrefix "---\nname: " t.text) (builtins.attrValues r.summary.texts))',
    }),
  });
  const files = (): readonly string[] => accepted(outcomes["skills"]) as readonly string[];

  test.each(texts.map((text, index) => [JSON.stringify(text), index, text] as const))(
    "%s",
    (_, index, text) => {
      const parsed = files().map((file): unknown =>
        parse(file.split("\n---\n")[0]?.slice(4) ?? ""),
      );
      expect(parsed).toContainEqual({
        name: `s${String(index)}`,
        description: text,
        homepage: text,
        metadata: { openclaw: { note: text } },
      });
    },
  );
});

/** A JSON text as a Nix string. */
function nixText(value: string): string {
  return JSON.stringify(JSON.stringify(value)).replaceAll("${", "\\${");
}
