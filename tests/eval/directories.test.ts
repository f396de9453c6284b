// Directories, accounts and ports that a service cannot have as its own, and the allowed ones on each platform.

import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

import {
  evaluateMany,
  type EvaluationCase,
  missingForEvaluation,
  type Outcome,
} from "../support/evaluate.ts";
import { lacking } from "../support/lacking.ts";

const missing = missingForEvaluation();
const suite = describe.skipIf(missing.length > 0);
const note = lacking(missing);

const targets = { nixos: "nixos", darwin: "darwin", home: "home-manager" } as const;
type Place = keyof typeof targets;

function caseOf(place: Place, options: string, query: string, more = ""): EvaluationCase {
  const target = targets[place];
  const enough =
    place === "home"
      ? 'providers.anthropic.apiKeyFile = "/k"; confinement.egress = "any";'
      : 'providers.anthropic.apiKeyFile = "/k";';
  return {
    target,
    module: fileURLToPath(new URL(`../../generated/${target}/moltbot.nix`, import.meta.url)),
    config: `{ services.moltbot = { enable = true; ${enough} ${options} }; ${more} }`,
    query,
  };
}

async function evaluate(
  cases: Readonly<Record<string, EvaluationCase>>,
): Promise<Readonly<Record<string, Outcome>>> {
  return missing.length > 0 ? {} : await evaluateMany(cases);
}

const failed = "r: map (a: a.message) (builtins.filter (a: !a.assertion) r.config.assertions)";

// ---- forms of paths that some programs read in another way ----

const option = (path: string): string => `r.options.services.moltbot.${path}.type`;
const element = (path: string): string => `${option(path)}.nestedTypes.elemType`;

/** Types of options, and their names in messages. */
const types: readonly (readonly [name: string, place: Place, type: string, called: string])[] = [
  ...(["nixos", "darwin", "home"] as const).flatMap((place) =>
    ["stateDir", "workspaceDir"].map(
      (name) => [`${place}: ${name}`, place, option(name), "plain"] as const,
    ),
  ),
  ["nixos: configPath", "nixos", option("configPath"), "plain"],
  ["nixos: readOnlyPaths", "nixos", element("confinement.readOnlyPaths"), "plain"],
  ["nixos: readWritePaths", "nixos", element("confinement.readWritePaths"), "plain"],
  ["nixos: environmentFiles", "nixos", element("environmentFiles"), "shortest"],
  ["nixos: credentials", "nixos", element("credentials"), "shortest"],
  ["home: credentials", "home", element("credentials"), "shortest"],
  ["darwin: environmentFiles", "darwin", element("environmentFiles"), "shortest"],
];

/** The expectations in messages. */
const descriptions: Readonly<Record<string, string>> = {
  plain:
    "absolute path without blanks, colons, quotes, backslashes and percent signs, `.`, `..`, `//` and a final `/`",
  shortest: "absolute path in its shortest form, not in the Nix store",
};

/** Paths, and the types that accept them. */
const forms: readonly (readonly [path: string, types: readonly string[]])[] = [
  ...[
    "/srv/bot",
    "/data/.one",
    "/srv/a..b",
    "/srv/.../x",
    "/srv/..a",
    "/srv/Bücher-2",
    "/a/$b(c)",
  ].map((path) => [path, ["plain", "shortest"]] as const),
  ...["/srv/my bot", "/srv/50%", "/srv/%u", "/srv/a:b", "/srv/a'b", '/srv/a"b'].map(
    (path) => [path, ["shortest"]] as const,
  ),
  ...["/srv/a/", "/srv/../etc", "/srv/a/..", "/srv/./a", "/srv/a/.", "/srv//a", "//srv/a", "/"].map(
    (path) => [path, []] as const,
  ),
  ...["srv/a", "", "~/a", "/srv/a\\", "/srv/a\\b", "/srv/a ", "/srv/a\nUser=root", "/srv/a\tb"].map(
    (path) => [path, []] as const,
  ),
];

suite(`forms of paths${note}`, async () => {
  const values = JSON.stringify(JSON.stringify(forms.map(([path]) => path))).replaceAll(
    "${",
    "\\${",
  );
  const outcomes = await evaluate(
    Object.fromEntries(
      types.map(([name, place, type]) => [
        name,
        caseOf(
          place,
          "",
          `r: { inherit (${type}) description; accepted = map ${type}.check (builtins.fromJSON ${values}); }`,
        ),
      ]),
    ),
  );
  test.each(types)("%s", (name, _, __, called) => {
    expect(outcomes[name]).toEqual({
      ok: true,
      value: {
        description: descriptions[called],
        accepted: forms.map(([, having]) => having.includes(called)),
      },
    });
  });
});

// ---- directories, accounts and ports of others ----

type Row = readonly [place: Place, options: string, reason: string];

/** Refused values of an instance, and the beginning of the message after the instance's name. */
const refused: readonly Row[] = [
  ...["stateDir", "workspaceDir"].flatMap((name): readonly Row[] => {
    const row = (place: Place, path: string, reason: string): Row => [
      place,
      `${name} = "${path}";`,
      `${name}: ${path} ${reason}`,
    ];
    return [
      ...["/var/lib", "/home", "/home/alice", "/root", "/var", "/run/secrets"].map((path) =>
        row("nixos", path, "holds the homes, the state or the secrets of others"),
      ),
      ...["/etc/moltbot", "/usr/local", "/nix/store/x", "/boot", "/dev/shm", "/proc/1"].map(
        (path) => row("nixos", path, "belongs to the system"),
      ),
      ...["/srv", "/opt"].map((path) => row("nixos", path, "holds the directories of others")),
      ...["/tmp/bot", "/var/tmp/bot", "/run/bot"].map((path) =>
        row("nixos", path, "is emptied by the system"),
      ),
      ...["/var/lib/systemd", "/var/lib/private/x"].map((path) =>
        row("nixos", path, "belongs to the system"),
      ),
      row("nixos", "/var/lib/docker/volumes", "belongs to a program that runs others"),
      ...["/Users/alice", "/var/lib", "/private/var/lib", "/Users"].map((path) =>
        row("darwin", path, "holds the homes, the state or the secrets of others"),
      ),
      row("darwin", "/Library/Bot", "belongs to the system"),
      row("darwin", "/private/tmp/bot", "is emptied by the system"),
      row("home", "/home/tester", "is your home, or contains it"),
      row("home", "/home", "is your home, or contains it"),
      row("home", "/etc/x", "belongs to the system"),
    ];
  }),
  ["nixos", 'configPath = "/etc/shadow";', "configPath: /etc/shadow does not end in `.json`"],
  ["nixos", 'configPath = "/srv/c.json";', "configPath: NixOS manages files below /etc only"],

  ...["root", "nobody", "nixbld1", "systemd-network", "sshd"].map((name): Row => [
    "nixos",
    `user = "${name}"; createUser = false;`,
    `user: ${name} belongs to the system`,
  ]),
  ...["root", "wheel", "docker", "disk", "shadow", "nogroup", "systemd-journal"].map(
    (name): Row => [
      "nixos",
      `group = "${name}"; createUser = false;`,
      `group: ${name} belongs to the system, and lets its members do`,
    ],
  ),
  ["darwin", 'user = "root"; createUser = false;', "user: root belongs to the system"],
  ["darwin", 'group = "admin"; createUser = false;', "group: admin belongs to the system"],

  ...(["nixos", "darwin", "home"] as const).map((place): Row => [
    place,
    "gateway.port = 80;",
    "gateway.port: 80 is below 1024",
  ]),
  ["nixos", "gateway.port = 1023;", "gateway.port: 1023 is below 1024"],
  ["nixos", "gateway.port = 0;", "gateway.port: 0 is below 1024"],
  ["nixos", "settings.gateway.port = 443;", "gateway.port: 443 is below 1024"],
  ...(["nixos", "darwin", "home"] as const).map((place): Row => [
    place,
    "gateway.port = 32768;",
    "gateway.port: 32768 is one of the ports that the kernel gives",
  ]),
  ...[32779, 32999, 33000, 40000, 65535].map((port): Row => [
    "nixos",
    `settings.gateway.port = ${port};`,
    `gateway.port: ${port} is one of the ports that the kernel gives`,
  ]),
  [
    "nixos",
    "confinement.listenTCPPorts = [ 9222 50000 ];",
    "confinement.listenTCPPorts: has one of the ports that the kernel gives",
  ],
  [
    "nixos",
    "confinement.listenUDPPorts = [ 50000 ];",
    "confinement.listenUDPPorts: has one of the ports that the kernel gives",
  ],
];

/** Accepted values: no message is about the instance. */
const allowed: readonly (readonly [place: Place, options: string])[] = [
  ["nixos", 'stateDir = "/srv/bot"; workspaceDir = "/data/bots/.one";'],
  ["nixos", 'workspaceDir = "/var/lib/moltbot/projects/workspace";'],
  ["nixos", 'configPath = "/etc/bots/one.json";'],
  [
    "nixos",
    'environmentFiles = [ "/run/my keys/50% of *?" ]; credentials.A_KEY = "/run/k:1 \'a\'";',
  ],
  ["nixos", "gateway.port = 1024;"],
  ["nixos", "gateway.port = 32767;"],
  ["nixos", "gateway.port = 9999; confinement.listenTCPPorts = [ 31999 32699 ];"],
  ["nixos", 'user = "bot"; group = "bots";'],
  ["darwin", 'stateDir = "/Users/Shared/bot";'],
  ["home", 'stateDir = "/home/tester/bots/one"; workspaceDir = "/home/tester/work";'],
];

suite(`what a service may have as its own${note}`, async () => {
  // All rows of a platform are instances of one configuration.
  const rows = [...refused, ...allowed];
  const instanceOf = (row: (typeof rows)[number]): string => `i${String(rows.indexOf(row))}`;
  const declare = (row: (typeof rows)[number]): string => {
    const port = row[1].includes("gateway.port")
      ? ""
      : `gateway.port = ${String(20000 + rows.indexOf(row))};`;
    return `${instanceOf(row)} = { ${port} ${row[1]} };`;
  };
  const outcomes = await evaluate(
    Object.fromEntries(
      (["nixos", "darwin", "home"] as const).map((place) => [
        place,
        caseOf(
          place,
          `instances = { ${rows
            .filter((row) => row[0] === place)
            .map(declare)
            .join("\n")} };`,
          failed,
        ),
      ]),
    ),
  );
  const saidOf = (row: (typeof rows)[number]): readonly string[] => {
    const outcome = outcomes[row[0]];
    if (outcome?.ok !== true) throw new Error(outcome?.message);
    const about = `services.moltbot.instances.${instanceOf(row)}.`;
    return (
      (outcome.value as readonly string[])
        .filter((message) => message.startsWith(about))
        // Without the messages about nested and shared directories and about homes, which other tests check.
        .filter(
          (message) => !/is inside of a directory|home of this account|have the same/.test(message),
        )
        .map((message) => message.slice(about.length))
    );
  };

  test.each(refused.map((row) => ({ row, name: `${row[0]}: ${row[1]}` })))(
    "refused on $name",
    ({ row }) => {
      expect(saidOf(row)).toEqual(expect.arrayContaining([expect.stringContaining(row[2])]));
    },
  );

  test.each(allowed.map((row) => ({ row, name: `${row[0]}: ${row[1]}` })))(
    "accepted on $name",
    ({ row }) => {
      expect(saidOf(row)).toEqual([]);
    },
  );
});

// ---- directories of other instances ----

const inside: readonly Row[] = [
  ["nixos", 'a.stateDir = "/srv/a"; b.stateDir = "/srv/a/b";', "b.stateDir: /srv/a/b is inside of"],
  ["nixos", 'a.stateDir = "/srv/a/b"; b.stateDir = "/srv/a";', "a.stateDir: /srv/a/b is inside of"],
  ["nixos", 'a.workspaceDir = "/srv/w"; b.workspaceDir = "/srv/w/b";', "b.workspaceDir: /srv/w/b"],
  [
    "nixos",
    'a.workspaceDir = "/srv/w"; b.stateDir = "/srv/w";',
    "a.workspaceDir: /srv/w is inside of",
  ],
  [
    "nixos",
    'a = { }; b.workspaceDir = "/var/lib/moltbot-a";',
    "b.workspaceDir: /var/lib/moltbot-a is",
  ],
  [
    "home",
    'a = { }; b.stateDir = "/home/tester/.moltbot-a/b";',
    "b.stateDir: /home/tester/.moltbot-a/b",
  ],
  [
    "darwin",
    'a = { }; b.stateDir = "/var/lib/moltbot-a/b";',
    "b.stateDir: /var/lib/moltbot-a/b is",
  ],
];

const apart: readonly (readonly [place: Place, options: string])[] = [
  ["nixos", 'a.stateDir = "/srv/a"; b.stateDir = "/srv/ab";'],
  ["nixos", 'a.stateDir = "/srv/x/a"; b = { stateDir = "/srv/x/b"; workspaceDir = "/srv/x/w"; };'],
];

suite(`directories of other instances${note}`, async () => {
  const outcomes = await evaluate(
    Object.fromEntries(
      [...inside, ...apart].map(([place, options]) => [
        options,
        caseOf(place, `instances = { ${options} b.gateway.port = 18790; };`, failed),
      ]),
    ),
  );
  test.each(inside)("refused on %s: %s", (_, options, reason) => {
    expect(outcomes[options]).toEqual({
      ok: true,
      value: expect.arrayContaining([
        expect.stringContaining(`services.moltbot.instances.${reason}`),
      ]) as unknown,
    });
  });
  test.each(apart)("accepted on %s: %s", (_, options) => {
    expect(outcomes[options]).toEqual({ ok: true, value: [] });
  });
});

// ---- users and directories that NixOS knows ----

const known: readonly (readonly [options: string, more: string, reasons: readonly string[]])[] = [
  [
    'user = "alice"; createUser = false;',
    "users.users.alice.isNormalUser = true;",
    ["user: this is a person's account"],
  ],
  [
    'stateDir = "/data/people/alice";',
    'users.users.alice = { isNormalUser = true; home = "/data/people/alice"; };',
    ["stateDir: this is the home of another user, or contains it"],
  ],
  [
    'workspaceDir = "/data/people";',
    'users.users.alice = { isNormalUser = true; home = "/data/people/alice"; };',
    ["workspaceDir: this is the home of another user, or contains it"],
  ],
  [
    'stateDir = "/var/lib/postgresql";',
    "services.postgresql.enable = true;",
    ["stateDir: this is the home of another user, or contains it"],
  ],
  [
    'confinement.readWritePaths = [ "/data/people/alice" ];',
    'users.users.alice = { isNormalUser = true; home = "/data/people/alice"; };',
    ["confinement.readWritePaths: this is the home of another user, or contains it"],
  ],
  [
    'confinement.readWritePaths = [ "/data/people/alice/notes" ];',
    'users.users.alice = { isNormalUser = true; home = "/data/people/alice"; };',
    [],
  ],
  [
    "instances = { a = { }; b.gateway.port = 18790; };",
    'users.users.moltbot-b.home = { _type = "override"; priority = 50; content = "/var/lib/moltbot-a/sub"; };',
    ["instances.b.user: the home of this account is a directory that a service can write"],
  ],
  [
    'stateDir = "/data/people/bot";',
    'users.users.alice = { isNormalUser = true; home = "/data/people/alice"; };',
    [],
  ],
];

suite(`homes and accounts of others${note}`, async () => {
  const outcomes = await evaluate(
    Object.fromEntries(
      known.map(([options, more]) => [options, caseOf("nixos", options, failed, more)]),
    ),
  );
  test.each(known)("%s", (options, _, reasons) => {
    expect(outcomes[options]).toEqual({
      ok: true,
      value: reasons.map(
        (reason) => expect.stringContaining(`services.moltbot.${reason}`) as unknown,
      ),
    });
  });
});
