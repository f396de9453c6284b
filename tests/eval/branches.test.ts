// The module with values other than the defaults: each outcome of a condition, each alternative of a pattern,
// each side of a boundary, and lists as a whole. The golden files have the default values.

import { describe, expect, test } from "vitest";

import { type EvaluationCase, missingForEvaluation, type Target } from "../support/evaluate.ts";
import { generatedFile } from "../support/generated.ts";
import { evaluateTogether } from "../support/together.ts";
import { lacking } from "../support/lacking.ts";

const missing = missingForEvaluation();
const note = lacking(missing);

type Row = readonly [name: string, given: EvaluationCase, want: unknown];

function on(target: Target, config: string, query: string, besides = ""): EvaluationCase {
  return {
    target,
    module: generatedFile(`${target}/moltbot.nix`),
    config: `{ lib, pkgs, ... }: { services.moltbot = {
      enable = true;
      providers.anthropic.apiKeyFile = "/run/keys/a";
      ${config}
    }; ${besides} }`,
    query,
  };
}

/** The lines of the launcher that depend on options, except the program's. */
const launcher = `r: builtins.filter (line: builtins.match "(load|generate|expect_path) .*" line != null) (
  r.lib.splitString "\\n" (builtins.head (builtins.filter (r.lib.hasInfix "\\nsupervise /") (
    map (text: text.text) (builtins.attrValues r.summary.texts)
  )))
)`;
/** The first commands of the launcher, but for what is generated. */
const commandsOf = `r: builtins.filter (line: builtins.match "(load|load_environment) .*" line != null) (
  r.lib.splitString "\\n" (builtins.head (builtins.filter (r.lib.hasInfix "\\nsupervise /") (
    map (text: text.text) (builtins.attrValues r.summary.texts)
  )))
)`;
const model = "load ANTHROPIC_API_KEY services.moltbot.providers.anthropic.apiKeyFile /run/keys/a";

const authentication: readonly Row[] = [
  [
    "neither token nor password: a token is made",
    on("nixos", "", launcher),
    [
      "generate OPENCLAW_GATEWAY_TOKEN /var/lib/moltbot/gateway-token services.moltbot.gateway.auth.tokenFile",
      model,
    ],
  ],
  [
    "a token in a file: none is made",
    on("nixos", 'gateway.auth.tokenFile = "/run/t";', launcher),
    ["load OPENCLAW_GATEWAY_TOKEN services.moltbot.gateway.auth.tokenFile /run/t", model].sort(),
  ],
  [
    "a password: no token",
    on("nixos", 'gateway.auth = { mode = "password"; passwordFile = "/run/p"; };', launcher),
    [
      "load OPENCLAW_GATEWAY_PASSWORD services.moltbot.gateway.auth.passwordFile /run/p",
      model,
    ].sort(),
  ],
  [
    "a token in a file, on macOS",
    on("darwin", 'gateway.auth.tokenFile = "/run/t";', launcher),
    ["load OPENCLAW_GATEWAY_TOKEN services.moltbot.gateway.auth.tokenFile /run/t", model].sort(),
  ],
  [
    "a token in a file, in a home",
    on("home-manager", 'gateway.auth.tokenFile = "/run/t";', launcher),
    ["load OPENCLAW_GATEWAY_TOKEN services.moltbot.gateway.auth.tokenFile /run/t", model].sort(),
  ],
];

const bothPaths = 'confinement = { readOnlyPaths = [ "/srv/a" ]; readWritePaths = [ "/srv/b" ]; };';
const service = "r.config.systemd.services.moltbot-gateway";

const lists: readonly Row[] = [
  [
    "the launcher looks for the paths of both options",
    on("nixos", bothPaths, launcher),
    [
      "expect_path services.moltbot.confinement.readOnlyPaths /srv/a",
      "expect_path services.moltbot.confinement.readWritePaths /srv/b",
      "generate OPENCLAW_GATEWAY_TOKEN /var/lib/moltbot/gateway-token services.moltbot.gateway.auth.tokenFile",
      model,
    ],
  ],
  [
    "both units wait for the mounts of the paths of both",
    on(
      "nixos",
      bothPaths,
      `r: map (unit: r.config.systemd.services.\${unit}.unitConfig.RequiresMountsFor)
        [ "moltbot-gateway" "prepare-moltbot-gateway" ]`,
    ),
    [
      ["/var/lib/moltbot", "/var/lib/moltbot/workspace", "/srv/a", "/srv/b"],
      ["/var/lib/moltbot", "/var/lib/moltbot/workspace", "/srv/a", "/srv/b"],
    ],
  ],
  [
    "a change of the configuration or of what is prepared restarts the service",
    on(
      "nixos",
      "",
      `r: map (path: builtins.substring 44 99 "\${path}") ${service}.restartTriggers`,
    ),
    ["moltbot-gateway-prepare", "moltbot-gateway.json"],
  ],
];

const messages = `r: map (each: each.message) (builtins.filter (each: !each.assertion) r.config.assertions)`;
const systemPaths = [
  ...["bin", "boot", "dev", "etc", "lib", "lib64", "nix", "proc", "sys", "usr"],
  ...["System", "Library", "private/etc"],
  ...["credentials", "dbus", "systemd", "user", "wrappers"].map((name) => `run/${name}`),
  ...["machines", "nixos", "nixos-containers", "portables", "private", "systemd"].map(
    (name) => `var/lib/${name}`,
  ),
  "var/spool/cron",
].map((path) => `/${path}/x`);
const near = ["/binary", "/srv/etc", "/run/wrappers2", "/libs", "/private/etcetera"];
const nixList = (texts: readonly string[]): string => `[ ${texts.map((t) => `"${t}"`).join(" ")} ]`;

/** Places that hand over the machine or a person, by what is said of them. */
const engines = [
  ...["/run/docker.sock", "/var/run/docker.sock", "/private/var/run/docker.sock", "/run/docker/x"],
  ...["/run/podman/podman.sock", "/run/containerd", "/run/libvirt/libvirt-sock", "/run/incus"],
  ...["/run/k3s/containerd/containerd.sock", "/srv/docker.sock", "/data/podman-machine.sock"],
  ...["/run/initctl", "/srv/x/libvirt-sock-ro", "/var/lib/docker", "/var/lib/docker/volumes"],
  ...["/var/lib/containers/storage", "/var/lib/libvirt/images", "/var/lib/incus"],
  ...["/Users/a/.docker/run/docker.sock", "/Users/a/.colima", "/Users/a/.orbstack/run/docker.sock"],
];
const personal = [
  ...["/home/a/.ssh", "/home/a/.ssh/id", "/srv/a/.gnupg", "/home/a/.aws", "/home/a/.kube/config"],
  ...["/home/a/.config/gh", "/home/a/.config/sops/age", "/home/a/.local/share/keyrings"],
  ...["/home/a/.password-store", "/home/a/.mozilla/x", "/tmp/.X11-unix", "/tmp/ssh-abc/agent.1"],
  ...["/Users/a/Library/Keychains", "/private/tmp/com.apple.launchd.abc/Listeners"],
];
const obeyed = [
  ...["/home/a/.bashrc", "/home/a/.bash_profile", "/home/a/.zshrc", "/home/a/.profile"],
  ...["/home/a/.config/systemd/user", "/home/a/.config/autostart", "/home/a/.config/git"],
  ...["/home/a/.local/bin", "/home/a/.local/share/applications", "/home/a/.nix-profile"],
  ...["/home/a/.claude", "/srv/x/.git/hooks", "/home/a/.config/nvim", "/home/a/bin"],
  ...["/home/a/.gitconfig", "/home/a/.vimrc", "/home/a/.xinitrc", "/home/a/.config/nix"],
  "/Users/a/Library/LaunchAgents",
];
const others = [
  ...["/var/lib", "/root", "/root/x", "/var/root/x", "/run/secrets", "/home/a", "/home/a/.config"],
  ...["/home/a/.local/share", "/var/lib/tailscale", "/persist", "/persist/home/a", "/var/home/a"],
  "/run/secrets-for-users/x",
];
const harmless = [
  ...[
    "/srv/docker",
    "/srv/dockers.sock2",
    "/run/postgresql",
    "/run/dockerless",
    "/var/lib/dockerx",
  ],
  ...["/home/a/ssh", "/home/a/.sshx", "/home/a/notes", "/home/a/.config/notes", "/roots"],
  ...["/var/lib/notes", "/home/a/.local/share/notes", "/Users/a/Library/Notes", "/tmp/notes"],
  ...["/home/a/.vimwiki", "/var/lib/docker/volumes/cloud/_data", "/srv/home/a", "/persist/media"],
];
const refusedPaths = (option: string, paths: readonly string[], text: string): Row => [
  `confinement.${option}: ${text}`,
  on("nixos", `confinement.${option} = ${nixList(paths)};`, messages),
  // Some are more than one of these.
  expect.arrayContaining([
    expect.stringContaining(`confinement.${option}: ${paths.join(", ")} ${text}`) as unknown,
  ]) as unknown,
];

const privateNetworks = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"];
const tailnet = { version4: "100.64.0.0/10", version6: "fd7a:115c:a1e0::/48" };
// Of the ranges above, in their order.
const reach = `r: {
  denied = builtins.filter (range: builtins.elem range ${service}.serviceConfig.IPAddressDeny) ${nixList([...privateNetworks, tailnet.version4])};
  allowed = ${service}.serviceConfig.IPAddressAllow;
}`;

const withoutKey =
  "imports = [ { services.moltbot.providers.anthropic.apiKeyFile = lib.mkForce null; } ];";

const modelCredentials: readonly (readonly [
  what: string,
  besides: string,
  config: string,
  isRefused: boolean,
])[] = [
  ["another provider's model", "", 'agent.model = "openai/gpt-5.5";', true],
  ["another provider's key", withoutKey, 'providers.openrouter.apiKeyFile = "/run/keys/o";', true],
  [
    "the second credential of a provider",
    withoutKey,
    'providers.anthropic.oauthTokenFile = "/run/keys/o";',
    false,
  ],
  [
    "another provider with its key",
    "",
    'agent.model = "xai/grok-4"; providers.xai.apiKeyFile = "/run/keys/x";',
    false,
  ],
  [
    "the first of two",
    "",
    'agent.model = "xai/grok-4"; providers.openai.apiKeyFile = "/run/keys/x";',
    true,
  ],
  ["a provider that needs none", "", 'agent.model = "ollama/llama3.3";', false],
  ["a name that begins like another's", "", 'agent.model = "openai-compatible/m";', false],
  [
    "a fallback",
    "",
    'agent.model = "openai/gpt-5.5"; settings.agents.defaults.model.fallbacks = [ "anthropic/claude-sonnet-4-6" ];',
    false,
  ],
  [
    "a variable",
    "",
    'agent.model = "google/gemini-3-pro-preview"; credentials.GOOGLE_API_KEY = "/run/keys/g";',
    false,
  ],
  [
    "a file of variables",
    "",
    'agent.model = "openai/gpt-5.5"; environmentFiles = [ "/run/keys/e" ];',
    false,
  ],
  [
    "a login that the gateway keeps",
    "",
    'agent.model = "openai/gpt-5.5"; settings.auth.profiles.mine = { provider = "openai"; mode = "oauth"; };',
    false,
  ],
];

const alternatives: readonly Row[] = [
  [
    "environment files on a Mac: read first, so that credentials win as under systemd",
    on("darwin", 'environmentFiles = [ "/run/env" ];', commandsOf),
    ["load_environment services.moltbot.environmentFiles /run/env", model],
  ],
  [
    "a login that the gateway keeps",
    on(
      "nixos",
      'settings.auth.profiles.mine = { provider = "anthropic"; mode = "oauth"; };',
      messages,
      withoutKey,
    ),
    [],
  ],
  [
    "no credential at all",
    on("nixos", "", messages, withoutKey),
    [expect.stringContaining("no model can be used without a credential") as unknown],
  ],
  ...modelCredentials.map(([what, besides, config, isRefused]): Row => [
    `a credential of the model's provider: ${what}`,
    on("nixos", config, messages, besides),
    isRefused ? [expect.stringContaining("and its provider has no credential") as unknown] : [],
  ]),
  [
    "a token in free settings, which the operator's command would not know",
    on(
      "nixos",
      'settings.gateway.auth.token = { source = "env"; provider = "default"; id = "MY_TOKEN"; }; credentials.MY_TOKEN = "/run/t";',
      messages,
    ),
    [expect.stringContaining("set `gateway.auth.tokenFile` to a file that holds it") as unknown],
  ],
  [
    "names of secrets",
    on(
      "nixos",
      `environment = lib.genAttrs ${nixList(["A_API_KEY", "B_KEY", "C_TOKEN", "D_SECRET", "E_PASSWORD", "TOKEN", "api_token", "MY_APIKEY", "DB_PASS", "GITHUB_PAT", "KEYS", "F_KEYS", "TOKENS", "COMPASS"])} (_: "x");`,
      messages,
    ),
    [
      "services.moltbot.environment: these look like secrets and would be readable by everybody: A_API_KEY, B_KEY, C_TOKEN, DB_PASS, D_SECRET, E_PASSWORD, GITHUB_PAT, MY_APIKEY, TOKEN, api_token. Use `credentials.<NAME>` with a file instead.",
    ],
  ],
  ...["readOnlyPaths", "readWritePaths"].map((option): Row => [
    `directories of the system, as ${option}`,
    on("nixos", `confinement.${option} = ${nixList(systemPaths)};`, messages),
    expect.arrayContaining([
      expect.stringContaining(
        `confinement.${option}: ${systemPaths.join(", ")} belongs to the system`,
      ) as unknown,
    ]) as unknown,
  ]),
  [
    "directories whose names only begin like those",
    on("nixos", `confinement.readOnlyPaths = ${nixList(near)};`, messages),
    [],
  ],
  ...["readOnlyPaths", "readWritePaths"].flatMap((option): readonly Row[] => [
    refusedPaths(option, engines, "belongs to a program that runs others"),
    refusedPaths(option, personal, "holds the keys or the session of a person"),
    refusedPaths(option, others, "holds the homes, the state or the secrets of others"),
    [
      `confinement.${option}: harmless places`,
      on("nixos", `confinement.${option} = ${nixList(harmless)};`, messages),
      [],
    ],
  ]),
  refusedPaths("readWritePaths", obeyed, "is where programs outside of the sandbox find"),
  refusedPaths("readWritePaths", ["/run/tailscale/tailscaled.sock"], "is where Tailscale takes"),
  [
    "what is obeyed or asked may be read",
    on(
      "nixos",
      `confinement.readOnlyPaths = ${nixList([...obeyed, "/run/tailscale/tailscaled.sock"])};`,
      messages,
    ),
    [],
  ],
  [
    "groups whose members are root, by the account",
    on(
      "nixos",
      "",
      messages,
      'users.users.moltbot.extraGroups = [ "docker" "wheel" "video" "libvirtd" "users" ]; users.groups.docker = { }; users.groups.libvirtd = { };',
    ),
    [
      "services.moltbot.user: docker, libvirtd, wheel is a group that lets its members do what the service must not, and this user is one. Take the user out of it: `users.users.<name>.extraGroups`, `users.groups.<name>.members`.",
    ],
  ],
  ...(["nixos", "darwin"] as const).map((target): Row => [
    `groups whose members are root, by the group: ${target}`,
    on(
      target,
      "",
      messages,
      'users.groups.docker.members = [ "moltbot" "_moltbot" ]; users.groups.music.members = [ "moltbot" "_moltbot" ];',
    ),
    [expect.stringContaining("services.moltbot.user: docker is a group") as unknown],
  ]),
  [
    "private networks: denied",
    on("nixos", "", reach),
    { denied: [...privateNetworks, tailnet.version4], allowed: ["localhost"] },
  ],
  [
    "private networks: where clients from there are served, not denied",
    on("nixos", 'gateway.bind = "lan";', reach),
    { denied: [], allowed: ["localhost"] },
  ],
  [
    "private networks: nor where free settings say so",
    on("nixos", 'settings.gateway.bind = "lan";', reach),
    { denied: [], allowed: ["localhost"] },
  ],
  [
    "private networks: where clients of the tailnet are served, all others are denied",
    on("nixos", 'gateway.bind = "tailnet";', reach),
    { denied: privateNetworks, allowed: ["localhost", tailnet.version6] },
  ],
];

const provider = (url: string): string =>
  `settings.models.providers.own = { baseUrl = "${url}"; models = [ ]; };`;
const closedServers = [
  ...["http://nas.local:8080", "HTTP://10.0.0.1#x", "http://a:b@c@10.0.0.1", "http://[FD00::1]/"],
  ...["http://192.168.1.10:11434/v1", "https://10.0.0.1", "http://172.31.0.1/v1"],
  ...["http://169.254.169.254/latest", "http://100.64.0.1:1", "http://[fd00::1]:8080/v1"],
];
const openServers = [
  ...["http://llm.example.org/x.local", "http://localhost.example.org"],
  ...["http://127.0.0.1:11434/v1", "http://localhost:1234", "https://api.example.org/10.0.0.1"],
  ...["http://8.8.8.8", "http://172.32.0.1", "http://100.128.0.1", "http://[2001:db8::1]/"],
  "https://192.168.1.10.example.org/v1",
];
const refusedAt = (option: string, values: string, text: string): unknown => [
  expect.stringContaining(`services.moltbot.${option}: ${values} ${text}`),
];

/** What the settings name and the sandbox closes. */
const reached: readonly Row[] = [
  ...closedServers.map((url): Row => [
    `a server in the local network: ${url}`,
    on("nixos", provider(url), messages),
    refusedAt("confinement.egress", url, "is in `settings`, a server in the local network"),
  ]),
  ...openServers.map((url): Row => [
    `a server elsewhere: ${url}`,
    on("nixos", provider(url), messages),
    [],
  ]),
  ...[
    'confinement.egress = "any";',
    'confinement.egress = [ "internet" "192.168.1.10" ];',
    'gateway.bind = "lan";',
  ].map((opened): Row => [
    `a server in the local network, opened by ${opened}`,
    on("nixos", `${provider("http://192.168.1.10/v1")} ${opened}`, messages),
    [],
  ]),
  [
    "a server elsewhere, where nothing is open",
    on("nixos", `${provider("https://api.example.org")} confinement.egress = "none";`, messages),
    refusedAt(
      "confinement.egress",
      "https://api.example.org",
      "is in `settings`, a server elsewhere",
    ),
  ],
  [
    "a server here, where nothing else is open",
    on("nixos", `${provider("http://127.0.0.1:11434")} confinement.egress = "none";`, messages),
    [],
  ],
  [
    "a server that a variable names, where nothing is open",
    on("nixos", `${provider("\\${LLM_URL}")} confinement.egress = "none";`, messages),
    [],
  ],
  [
    "the address of a channel is not looked at",
    on("nixos", 'settings.channels.telegram.apiRoot = "http://10.0.0.1";', messages),
    [],
  ],
  [
    "a port to listen on, in a home",
    on("home-manager", "settings.browser.profiles.work = { cdpPort = 9222; };", messages),
    [],
  ],
  [
    "a server on a Mac itself",
    on("darwin", provider("http://localhost:11434/v1"), messages),
    refusedAt(
      "confinement.egress",
      "http://localhost:11434/v1",
      "is in `settings`, a server on this machine",
    ),
  ],
  [
    "a server on a Mac itself, opened",
    on("darwin", `${provider("http://localhost:1/v1")} confinement.egress = "any";`, messages),
    [],
  ],
  [
    "a port to listen on",
    on("nixos", "settings.browser.profiles.work = { cdpPort = 9222; };", messages),
    refusedAt("confinement.listenTCPPorts", "9222", "is in `settings` the port of a browser"),
  ],
  [
    "a port to listen on, opened",
    on(
      "nixos",
      "settings.browser.profiles.work = { cdpPort = 9222; }; confinement.listenTCPPorts = [ 9222 ];",
      messages,
    ),
    [],
  ],
  [
    "the workspace of another agent, at a path that units cannot name",
    on("nixos", 'settings.agents.entries.two.workspace = "/srv/two words";', messages),
    refusedAt(
      "confinement.readWritePaths",
      "/srv/two words",
      "is in `settings` the workspace of an agent",
    ),
  ],
  ...[
    'settings.agents.entries.two.workspace = "/srv/two";',
    'settings.agents.entries.two.workspace = "/var/lib/moltbot/two";',
    'settings.agents.entries.two.workspace = "~/two";',
    'settings.agents.entries.two.workspace = "/srv/two"; confinement.readWritePaths = [ "/srv/two" ];',
  ].map((config): Row => [
    `the workspace of another agent: ${config}`,
    on("nixos", config, messages),
    [],
  ]),
];

const ofRelease = `r: let
  settings = builtins.fromJSON r.summary.etc."moltbot/default.json".text;
in {
  terminal = settings.gateway ? terminal;
  pairing = settings.gateway ? nodes;
  telemetry = settings ? telemetry;
  catalog = (settings.models or { }) ? catalogRefresh;
}`;
const none = { terminal: false, pairing: false, telemetry: false, catalog: false };
const all = { terminal: true, pairing: true, telemetry: true, catalog: true };

const releases: readonly Row[] = (
  [
    ["2026.6.99", none],
    ["2026.7", { ...none, terminal: true }],
    ["2026.7.99", { ...none, terminal: true }],
    ["2026.8", all],
    ["2027.1", all],
  ] as const
).map(([version, want]) => [
  `${version} gets the settings it knows`,
  on(
    "nixos",
    `package = pkgs.openclaw.overrideAttrs { version = "${version}"; }; settingsCheck = "off";`,
    ofRelease,
  ),
  want,
]);

const instance = "r.config.services.moltbot.instances.work";
const accounts = `r: {
  users = builtins.mapAttrs (_: user: user.group) r.summary.users;
  groups = builtins.attrNames r.summary.groups;
  units = map (unit: { inherit (r.config.systemd.services.\${unit}.serviceConfig) User Group; })
    [ "moltbot-gateway" "prepare-moltbot-gateway" ];
  file = r.summary.etc."moltbot/default.json".group;
}`;
const ids = `r: {
  user = { inherit (r.summary.users._moltbot) uid gid; };
  group = r.summary.groups._moltbot.gid;
}`;

const differing: readonly Row[] = [
  [
    "an instance's weak value is stronger than what it inherits",
    on(
      "nixos",
      'agent.model = "a/top"; instances.work.agent.model = lib.mkDefault "b/weak";',
      `r: ${instance}.agent.model`,
    ),
    "b/weak",
  ],
  [
    "what it inherits is stronger than the option's default",
    on("nixos", "gateway.port = 4000; instances.work = { };", `r: ${instance}.gateway.port`),
    4000,
  ],
  [
    "instances of the earlier name are passed on",
    {
      target: "nixos",
      module: generatedFile("nixos/moltbot.nix"),
      config: `{ services.clawdbot = {
        enable = true;
        providers.anthropic.apiKeyFile = "/run/keys/a";
        instances.work.gateway.port = 5000;
      }; }`,
      query: `r: ${instance}.gateway.port`,
    },
    5000,
  ],
  [
    "a group of another name than the user's",
    on("nixos", 'user = "u"; group = "g";', accounts),
    {
      users: { u: "g" },
      groups: ["g"],
      units: [
        { User: "u", Group: "g" },
        { User: "u", Group: "g" },
      ],
      // The group does not matter: everybody can read the file in the store.
      file: "+0",
    },
  ],
  [
    "a group id that is not the user's",
    on("darwin", "uid = 700; gid = 701;", ids),
    { user: { uid: 700, gid: 701 }, group: 701 },
  ],
  [
    "a group id that two instances have",
    on(
      "darwin",
      "instances = { a = { uid = 700; gid = 800; }; b = { uid = 701; gid = 800; gateway.port = 2000; }; };",
      messages,
    ),
    [
      "services.moltbot.instances.a.gid: the instances a and b have the same group id, 800. Give each its own.",
    ],
  ],
];

const linkIn = (option: string, path: string, directory: string): string =>
  `${option}: ${path} is in ${directory}, where a service could put a link in its place, and get the file that the link leads to. Name a path elsewhere.`;
const loads = (option: string, names: string): string =>
  `services.moltbot.${option}: ${names} would make programs load or run code, also those that start the service, outside of its sandbox. Wrap the program that needs it instead.`;
const made = (option: string, said: string): string =>
  `services.moltbot.${option}: ${said}. Set that instead.`;
const anotherMode = (mode: string): string =>
  `services.moltbot.gateway.auth.mode: is "token", which the secret goes by, but \`settings\` says "${mode}". Set it here, and remove it there.`;

/** Files opened by their names outside of the sandbox: no service may be able to replace one. */
const opened: readonly Row[] = (
  [
    [
      "a secret in the state directory",
      'gateway.auth.tokenFile = "/var/lib/moltbot/token";',
      [
        linkIn(
          "services.moltbot.gateway.auth.tokenFile",
          "/var/lib/moltbot/token",
          "/var/lib/moltbot",
        ),
      ],
    ],
    [
      "a secret of a free name, in a directory of an outside workspace",
      'workspaceDir = "/srv/bot/work"; credentials.A_KEY = "/srv/bot/work/x/y";',
      [linkIn("services.moltbot.credentials.A_KEY", "/srv/bot/work/x/y", "/srv/bot/work")],
    ],
    [
      "a file of variables",
      'environmentFiles = [ "/var/lib/moltbot/env" ];',
      [linkIn("services.moltbot.environmentFiles", "/var/lib/moltbot/env", "/var/lib/moltbot")],
    ],
    [
      "a secret in what another instance may write",
      'gateway.auth.tokenFile = null; instances.a = { }; instances.b = { gateway.port = 2000; confinement.readWritePaths = [ "/srv/shared" ]; }; credentials.B_KEY = "/srv/shared/key";',
      ["a", "b"].map((name) =>
        linkIn(
          `services.moltbot.instances.${name}.credentials.B_KEY`,
          "/srv/shared/key",
          "/srv/shared",
        ),
      ),
    ],
    [
      "a directory in the workspace that is to be read-only",
      'confinement.readOnlyPaths = [ "/var/lib/moltbot/workspace/vendor/lib" ];',
      [
        linkIn(
          "services.moltbot.confinement.readOnlyPaths",
          "/var/lib/moltbot/workspace/vendor/lib",
          "/var/lib/moltbot",
        ),
      ],
    ],
    [
      "directories in one that is writable",
      'confinement = { readWritePaths = [ "/srv/a" "/srv/a/b" ]; readOnlyPaths = [ "/srv/a/c" ]; };',
      [
        linkIn("services.moltbot.confinement.readOnlyPaths", "/srv/a/c", "/srv/a"),
        linkIn("services.moltbot.confinement.readWritePaths", "/srv/a/b", "/srv/a"),
      ],
    ],
    [
      "none of them where names only begin alike",
      'credentials.A_KEY = "/var/lib/moltbot-keys/a"; confinement = { readWritePaths = [ "/srv/a" ]; readOnlyPaths = [ "/srv/ab" ]; };',
      [],
    ],
    [
      "variables that have code loaded",
      'environment = { LD_PRELOAD = "/a"; BASH_ENV = "/b"; ENV = "/c"; ENVIRONMENT = "d"; OLD_X = "e"; };',
      [loads("environment", "BASH_ENV, ENV, LD_PRELOAD")],
    ],
    [
      "and credentials of such a name",
      'credentials.DYLD_INSERT_LIBRARIES = "/run/keys/x";',
      [loads("credentials", "DYLD_INSERT_LIBRARIES")],
    ],
    [
      "the path of programs",
      'environment.PATH = "/x";',
      [made("environment", "PATH is made of `path`")],
    ],
    [
      "variables of credentials that have options",
      'credentials = { OPENCLAW_GATEWAY_TOKEN = "/run/keys/t"; OPENAI_API_KEY = "/run/keys/o"; };',
      [
        made(
          "credentials",
          "OPENCLAW_GATEWAY_TOKEN is made of `gateway.auth.tokenFile`, OPENAI_API_KEY is made of `providers.openai.apiKeyFile`",
        ),
      ],
    ],
    [
      "variables that the module sets from other options, and those of the service manager",
      'environment = { OPENCLAW_CONFIG_PATH = "/srv/x"; OPENCLAW_GATEWAY_PORT = "1"; HOME = "/srv"; SHELL = "/bin/x"; MAINPID = "1"; CREDENTIALS_DIRECTORY = "/srv"; MAINPIDS = "x"; };',
      [
        "services.moltbot.environment: the module or the service manager sets CREDENTIALS_DIRECTORY, HOME, MAINPID, OPENCLAW_CONFIG_PATH, OPENCLAW_GATEWAY_PORT, SHELL. Remove that here.",
      ],
    ],
    ...["none", "password", "trusted-proxy"].map(
      (mode) =>
        [
          `authentication by ${mode}, in free settings only`,
          `settings.gateway.auth.mode = "${mode}";`,
          [anotherMode(mode)],
        ] as const,
    ),
    [
      "authentication by a proxy that is trusted",
      'gateway.auth.mode = "trusted-proxy"; settings.gateway = { trustedProxies = [ "127.0.0.1" ]; auth.trustedProxy = { userHeader = "x-user"; allowLoopback = true; }; };',
      [],
    ],
    [
      "authentication by a proxy that nothing is said of",
      'gateway.auth.mode = "trusted-proxy";',
      [
        ["gateway.trustedProxies", "the list of the proxies' addresses"],
        [
          "gateway.auth.trustedProxy.userHeader",
          "the header in which the proxy says who the client is",
        ],
        [
          "gateway.auth.trustedProxy.allowLoopback",
          '`gateway.bind` is "loopback", so the proxy is on this machine, and only with `true` here is it believed. Every program of this machine can then say that it is the proxy',
        ],
      ].map(
        ([path, what]) =>
          `services.moltbot.gateway.auth.mode: is "trusted-proxy", which needs \`settings.${String(path)}\`: ${String(what)}.`,
      ),
    ],
    ["no authentication on this machine", 'gateway.auth.mode = "none";', []],
    [
      "no authentication for others",
      'gateway = { auth.mode = "none"; bind = "lan"; };',
      [
        'services.moltbot.gateway.auth.mode: is "none", but `gateway.bind` is not "loopback": everybody who reaches the port could give the model orders. Set the mode to "token", or `gateway.bind` to "loopback".',
      ],
    ],
    [
      "a gateway elsewhere",
      'settings.gateway.mode = "remote";',
      [
        'services.moltbot.settings: `gateway.mode` is "remote", and there would be no gateway here: it is a client\'s setting. Remove it; to run commands for a gateway elsewhere, use its own program as yourself.',
      ],
    ],
    [
      "another workspace in free settings",
      'settings.agents.defaults.workspace = "/srv/other";',
      [
        "services.moltbot.workspaceDir: is /var/lib/moltbot/workspace, where the service has its directory and its documents, but `settings` says that the workspace is /srv/other. Remove that, and set this.",
      ],
    ],
    [
      "another name of the system's runtime files",
      'confinement.readOnlyPaths = [ "/var/run/dbus" ];',
      [
        "services.moltbot.confinement.readOnlyPaths: /var/run/dbus belongs to the system, and the service already sees what it may see of it. Name a directory with data. For the Nix daemon there is `confinement.nixDaemon`.",
      ],
    ],
  ] as const
).map(([name, config, want]) => [name, on("nixos", config, messages), want]);

const descriptions: readonly Row[] = [
  [
    "the preparation of a system service is named by what it does",
    on("nixos", "", "r: r.config.systemd.services.prepare-moltbot-gateway.description"),
    "moltbot (default), copies of managed files",
  ],
  [
    "and so is that of a user's",
    on(
      "home-manager",
      "",
      "r: r.config.systemd.user.services.prepare-moltbot-gateway.Unit.Description",
    ),
    "moltbot (default), copies of managed files",
  ],
];

const nulls: readonly Row[] = [
  "gateway.bind",
  "gateway.auth",
  "gateway.port",
  "agents.defaults",
].map((path): Row => {
  const missing: Partial<Record<string, string>> = {
    "gateway.auth": ".mode",
    "agents.defaults": ".workspace",
  };
  return [
    `${path} as null in free settings`,
    on("nixos", `settings.${path} = null;`, messages),
    `services.moltbot.settings.${path}${missing[path] ?? ""}: this setting or one around it is null, but the module needs its value. Remove the null, and set the option that fills the setting.`,
  ];
});

const tables = {
  ...{ opened, authentication, lists, alternatives, reached, releases, differing },
  descriptions,
};

describe.skipIf(missing.length > 0).each(Object.entries(tables))(`%s${note}`, (_, rows) => {
  const outcomes = evaluateTogether(Object.fromEntries(rows.map(([name, given]) => [name, given])));
  test.each(rows)("%s", (name, _given, want) => {
    const outcome = outcomes[name];
    if (outcome?.ok !== true) throw new Error(`rejected: ${outcome?.message ?? "no outcome"}`);
    const { value } = outcome;
    const isLines = rows === authentication || rows === lists;
    expect(isLines && Array.isArray(value) ? [...(value as string[])].sort() : value).toEqual(want);
  });
});

describe.skipIf(missing.length > 0)(`refused at once${note}`, () => {
  const outcomes = evaluateTogether(
    Object.fromEntries(nulls.map(([name, given]) => [name, given])),
  );
  test.each(nulls)("%s", (name, _given, want) => {
    expect(outcomes[name]).toEqual({
      ok: false,
      message: expect.stringContaining(String(want)) as unknown,
    });
  });
});
