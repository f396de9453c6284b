// The options that loosen confinement, in the three real module systems: their effects on the
// unit, on the operator's command and on the sandbox of macOS, and refusals.

import { describe, expect, test } from "vitest";

import { compileProfile, decide, type Decision } from "../seatbelt/evaluator.ts";
import { requestOf } from "../seatbelt/request.ts";
import { type EvaluationCase, missingForEvaluation, type Outcome } from "../support/evaluate.ts";
import { generatedFile } from "../support/generated.ts";
import { evaluateTogether } from "../support/together.ts";
import { lacking } from "../support/lacking.ts";

const missing = missingForEvaluation();
const note = lacking(missing);
const suite = describe.skipIf(missing.length > 0);

/** A platform, and the kind of machine it is evaluated for. */
type Place = "nixos" | "home on Linux" | "home on macOS" | "darwin";

const places: Readonly<Record<Place, Pick<EvaluationCase, "target" | "system">>> = {
  nixos: { target: "nixos" },
  "home on Linux": { target: "home-manager" },
  "home on macOS": { target: "home-manager", system: "aarch64-darwin" },
  darwin: { target: "darwin" },
};

/** The configuration with `confinement` set, and more beside it. */
function caseOf(place: Place, confinement: string, query: string, more = ""): EvaluationCase {
  const { target, ...rest } = places[place];
  const module = generatedFile(`${target}/moltbot.nix`);
  const config = `{ config, ... }: { services.moltbot = {
    enable = true;
    providers.anthropic.apiKeyFile = "/run/keys/a";
    confinement = { ${confinement} };
  }; ${more} }`;
  return { target, ...rest, module, config, query };
}

function accepted(outcome: Outcome | undefined): unknown {
  if (outcome?.ok !== true) throw new Error(`rejected: ${outcome?.message ?? "no outcome"}`);
  return outcome.value;
}

// ---- directives ----

const unit: Readonly<Record<"nixos" | "home on Linux", string>> = {
  nixos: "r.config.systemd.services.moltbot-gateway.serviceConfig",
  "home on Linux": "r.config.systemd.user.services.moltbot-gateway.Service",
};

/** The directives of the unit, and the properties that the operator's command passes to systemd-run. */
const withCommand = (place: keyof typeof unit): string => `r: {
  unit = ${unit[place]};
  command = builtins.head (builtins.filter (r.lib.hasInfix "enter_") (map (t: t.text) (
    builtins.attrValues r.summary.texts
  )));
}`;

type Directives = Readonly<Record<string, unknown>>;

/** Per option: the value, and the directives that it changes. */
const relaxing: readonly (readonly [
  confinement: string,
  on: Readonly<Partial<Record<keyof typeof unit, Directives>>>,
])[] = [
  [
    'readOnlyPaths = [ "/srv/music" ];',
    {
      nixos: { BindReadOnlyPaths: expect.arrayContaining(["-/srv/music"]) as unknown },
      "home on Linux": { BindReadOnlyPaths: expect.arrayContaining(["-/srv/music"]) as unknown },
    },
  ],
  [
    'readOnlyPaths = [ "/home/alice/music" ];',
    {
      nixos: {
        BindReadOnlyPaths: expect.arrayContaining(["-/home/alice/music"]) as unknown,
        ProtectHome: "tmpfs",
      },
    },
  ],
  [
    'readWritePaths = [ "/srv/notes" ];',
    {
      nixos: {
        BindPaths: expect.arrayContaining(["-/srv/notes"]) as unknown,
      },
      "home on Linux": {
        BindPaths: expect.arrayContaining(["-/srv/notes"]) as unknown,
      },
    },
  ],
  [
    "nestedSandboxes = true;",
    {
      nixos: {
        ProcSubset: "all",
        RestrictNamespaces: "user mnt pid net ipc uts cgroup time",
        SystemCallFilter: expect.arrayContaining(["@mount capset"]) as unknown,
      },
      "home on Linux": {
        ProcSubset: "all",
        RestrictNamespaces: "user mnt pid net ipc uts cgroup time",
        SystemCallFilter: expect.arrayContaining(["@mount capset"]) as unknown,
      },
    },
  ],
  ['egress = "any";', { nixos: { IPAddressDeny: [] }, "home on Linux": {} }],
  ['egress = "none";', { nixos: { IPAddressDeny: ["any"] } }],
  ["egress = [ ];", { nixos: { IPAddressDeny: ["any"] } }],
  [
    'egress = "named";',
    {
      nixos: {
        PrivateNetwork: true,
        IPAddressDeny: ["any"],
        IPAddressAllow: ["localhost", "28.0.0.0/16"],
        BindReadOnlyPaths: expect.arrayContaining([
          expect.stringMatching("-hosts:/etc/hosts$") as unknown,
        ]) as unknown,
      },
    },
  ],
  [
    'egress = [ "10.0.0.0/8" "fd00::1" ];',
    { nixos: { IPAddressDeny: ["any"], IPAddressAllow: ["localhost", "10.0.0.0/8", "fd00::1"] } },
  ],
  [
    'egress = [ "internet" "192.168.1.10" ];',
    { nixos: { IPAddressAllow: ["localhost", "192.168.1.10"] } },
  ],
  [
    "listenTCPPorts = [ 9222 ]; listenUDPPorts = [ 5353 ];",
    { nixos: { SocketBindAllow: ["tcp:18789", "tcp:9222", "udp:5353"] }, "home on Linux": {} },
  ],
  [
    'memoryMax = "2G"; tasksMax = 4096; cpuQuota = "150%";',
    {
      nixos: { MemoryMax: "2G", TasksMax: 4096, CPUQuota: ["150%"] },
      "home on Linux": { MemoryMax: "2G", TasksMax: 4096, CPUQuota: ["150%"] },
    },
  ],
  [
    'addressFamilies = [ "AF_VSOCK" ];',
    {
      nixos: {
        RestrictAddressFamilies: ["AF_INET", "AF_INET6", "AF_UNIX", "AF_NETLINK", "AF_VSOCK"],
      },
      "home on Linux": {
        RestrictAddressFamilies: expect.arrayContaining(["AF_VSOCK"]) as unknown,
      },
    },
  ],
  [
    "nixDaemon = true;",
    {
      nixos: {
        BindReadOnlyPaths: expect.arrayContaining(["-/nix/var/nix/daemon-socket"]) as unknown,
      },
      "home on Linux": {
        BindReadOnlyPaths: expect.arrayContaining(["-/nix/var/nix/daemon-socket"]) as unknown,
        RestrictAddressFamilies: expect.arrayContaining(["AF_UNIX"]) as unknown,
      },
    },
  ],
];

interface Relaxed {
  readonly unit: Directives;
  readonly command: string;
}

suite(`directives${note}`, () => {
  const rows = relaxing.flatMap(([confinement, on]) =>
    Object.entries(on).map(([place, want]) => {
      if (place !== "nixos" && place !== "home on Linux") throw new Error(place);
      return { confinement, place, want, name: `${place}: ${confinement}` } as const;
    }),
  );
  const strict = ["nixos", "home on Linux"] as const;
  const outcomes = evaluateTogether(
    Object.fromEntries([
      ...rows.map(
        ({ name, place, confinement }) =>
          [name, caseOf(place, confinement, withCommand(place))] as const,
      ),
      ...strict.map((place) => [place, caseOf(place, "", withCommand(place))] as const),
    ]),
  );
  const relaxed = (name: string): Relaxed => accepted(outcomes[name]) as Relaxed;

  test.each(rows)("$name", ({ name, place, want }) => {
    const [before, after] = [relaxed(place).unit, relaxed(name).unit];
    const changed = Object.keys(after).filter(
      (directive) =>
        !directive.startsWith("Exec") &&
        directive !== "Environment" &&
        JSON.stringify(before[directive]) !== JSON.stringify(after[directive]),
    );
    for (const [directive, value] of Object.entries(want)) {
      expect(after[directive], directive).toEqual(value);
    }
    expect(changed).toEqual(expect.arrayContaining(Object.keys(want)));
    // Any value but the internet also denies addresses, and allows single ones.
    const expected = new Set([
      ...Object.keys(want),
      ...("IPAddressAllow" in want ? ["IPAddressDeny"] : []),
    ]);
    expect(changed.filter((directive) => !expected.has(directive))).toEqual([]);
  });

  test.each(rows)("$name, for the operator's command", ({ name, want }) => {
    const { unit: directives, command } = relaxed(name);
    for (const directive of Object.keys(want)) {
      const values = [directives[directive]].flat();
      for (const value of values) {
        expect(command.replaceAll("'", "")).toContain(`--property=${directive}=${String(value)}`);
      }
      if (values.length === 0) expect(command).not.toContain(`--property=${directive}=`);
    }
  });
});

// ---- macOS ----

type Row = readonly [operation: string, subject: string, want: Decision];

const onMacOS: readonly (readonly [confinement: string, rows: readonly Row[]])[] = [
  [
    'readOnlyPaths = [ "/Volumes/music" ];',
    [
      ["file-read-data", "/Volumes/music/a.flac", "allow"],
      ["file-write-data", "/Volumes/music/a.flac", "deny"],
    ],
  ],
  [
    'readWritePaths = [ "/Users/Shared/notes" ];',
    [
      ["file-write-data", "/Users/Shared/notes/a", "allow"],
      ["process-exec", "/Users/Shared/notes/a", "deny"],
      ["file-read-data", "/Users/Shared/others", "deny"],
    ],
  ],
  [
    'egress = "none";',
    [
      ["network-outbound", "remote tcp 1.1.1.1:443", "deny"],
      ["network-outbound", "remote tcp 127.0.0.1:18789", "allow"],
    ],
  ],
  ["egress = [ ];", [["network-outbound", "remote tcp 1.1.1.1:443", "deny"]]],
  ['egress = "any";', [["network-outbound", "remote tcp 127.0.0.1:5432", "allow"]]],
  [
    "listenTCPPorts = [ 9222 ]; listenUDPPorts = [ 5353 ];",
    [
      ["network-bind", "local tcp 127.0.0.1:9222", "allow"],
      ["network-bind", "local udp 127.0.0.1:5353", "allow"],
      ["network-bind", "local udp 127.0.0.1:9222", "deny"],
    ],
  ],
  ["nixDaemon = true;", [["network-outbound", "/nix/var/nix/daemon-socket/socket", "allow"]]],
];

suite(`the sandbox on macOS${note}`, () => {
  const profile = `r: (builtins.head (builtins.filter (t: r.lib.hasInfix "Sandbox profile of moltbot-gateway\\n" t.text) (
    builtins.attrValues r.summary.texts
  ))).text`;
  const rows = (["darwin", "home on macOS"] as const).flatMap((place) =>
    onMacOS.map(([confinement, decisions]) => ({
      ...{ place, confinement, decisions },
      name: `${place}: ${confinement}`,
    })),
  );
  const outcomes = evaluateTogether(
    Object.fromEntries([
      ...rows.map(({ name, place, confinement }) => [name, caseOf(place, confinement, profile)]),
      ["strict", caseOf("darwin", "", profile)],
    ]) as Readonly<Record<string, EvaluationCase>>,
  );
  const decisionsOf = (name: string, decisions: readonly Row[]): readonly Row[] => {
    const compiled = compileProfile(String(accepted(outcomes[name])));
    return decisions.map(([operation, subject]) => [
      operation,
      subject,
      decide(compiled, requestOf(operation, subject)),
    ]);
  };

  test.each(rows)("$name", ({ name, decisions }) => {
    expect(decisionsOf(name, decisions)).toEqual(decisions);
    // Without the relaxation at least one decision differs.
    expect(decisionsOf("strict", decisions)).not.toEqual(decisions);
  });
});

// ---- refusals ----

const failed = `r: builtins.deepSeq r.config.services.moltbot.confinement (
  map (a: a.message) (builtins.filter (a: !a.assertion) r.config.assertions)
)`;

const paths = (list: string): string => `readWritePaths = [ ${list} ];`;

/** Refused by an assertion, with this in its message; the last column is more configuration. */
const refused: readonly (readonly [
  place: Place,
  confinement: string,
  message: string,
  more?: string,
])[] = [
  ["nixos", paths('"/home"'), "/home holds the homes, the state or the secrets of others"],
  ["nixos", 'readOnlyPaths = [ "/home/alice" ];', "confinement.readOnlyPaths: /home/alice holds"],
  ["nixos", paths('"/var/lib"'), "/var/lib holds"],
  ["nixos", paths('"/run/secrets"'), "/run/secrets holds"],
  ["nixos", paths('"/run/agenix"'), "secrets belong into `credentials`"],
  ["nixos", paths('"/nix/store"'), "/nix/store belongs to the system"],
  ["nixos", paths('"/nix/var/nix/daemon-socket"'), "there is `confinement.nixDaemon`"],
  ["nixos", paths('"/proc" "/srv/a" "/sys/kernel"'), "/proc, /sys/kernel belongs to the system"],
  ["nixos", paths('"/dev/snd"'), "/dev/snd belongs to the system"],
  ["nixos", paths('"/etc/nixos"'), "/etc/nixos belongs to the system"],
  ["nixos", paths('"/run/user/1000/bus"'), "/run/user/1000/bus belongs to the system"],
  [
    "nixos",
    'readOnlyPaths = [ "/srv/a" ]; readWritePaths = [ "/srv/a" ];',
    "confinement.readWritePaths: /srv/a: listed twice",
  ],
  [
    "nixos",
    'egress = "none";',
    'confinement.egress: is "none", but `gateway.bind` is not "loopback"',
    'services.moltbot.gateway.bind = "lan";',
  ],
  [
    "nixos",
    "nixDaemon = true;",
    "`nix.settings.trusted-users` lets the service's user moltbot do everything",
    'nix.settings.trusted-users = [ "root" "moltbot" ];',
  ],
  [
    "nixos",
    "nixDaemon = true;",
    "that user could become root. Remove that entry",
    'nix.settings.trusted-users = [ "@moltbot" ];',
  ],
  [
    "nixos",
    "nixDaemon = true;",
    "add the user to `nix.settings.allowed-users`",
    'nix.settings.allowed-users = [ "@wheel" ];',
  ],
  [
    "darwin",
    "nixDaemon = true;",
    "lets the service's user _moltbot do everything",
    'nix.settings.trusted-users = [ "*" ];',
  ],
  [
    "nixos",
    'readOnlyPaths = [ "/srv/state" ];',
    "services.moltbot.instances.b.confinement.readOnlyPaths: /srv/state is the instance a's own, or contains a directory of it",
    'services.moltbot.instances = { a.stateDir = "/srv/state/a"; b.gateway.port = 2002; };',
  ],
  [
    "nixos",
    "",
    "services.moltbot.instances.b.confinement.readWritePaths: /var/lib/moltbot-a/workspace is the instance a's own",
    'services.moltbot.instances = { a = { }; b = { gateway.port = 2002; confinement.readWritePaths = [ "/var/lib/moltbot-a/workspace" ]; }; };',
  ],
  [
    "nixos",
    "",
    "services.moltbot.instances.a.gateway.port: the instances a and b (confinement.listenTCPPorts) have the same port, 18789",
    "services.moltbot.instances = { a = { }; b = { gateway.port = 2002; confinement.listenTCPPorts = [ 18789 ]; }; };",
  ],
  [
    "nixos",
    "",
    "services.moltbot.instances.a.confinement.listenTCPPorts: the instances a and b (gateway.port) have the same port, 2002",
    "services.moltbot.instances = { a.confinement.listenTCPPorts = [ 2002 ]; b.gateway.port = 2002; };",
  ],
  [
    "nixos",
    "",
    "services.moltbot.instances.a.confinement.listenUDPPorts: the instances a and b have the same UDP port, 5353",
    "services.moltbot.instances = { a.confinement.listenUDPPorts = [ 5353 ]; b = { gateway.port = 2002; confinement.listenUDPPorts = [ 5353 5354 ]; }; };",
  ],
  [
    "home on Linux",
    'egress = "internet";',
    'confinement.egress: is neither "any" nor "named", but the service manager of a user cannot limit connections',
  ],
  [
    "home on Linux",
    'egress = [ "10.0.0.0/8" ];',
    'confinement.egress: is neither "any" nor "named"',
  ],
  [
    "home on Linux",
    paths('"/srv/people"'),
    "/srv/people is your home, or contains it",
    'home.homeDirectory = "/srv/people/tester";',
  ],
  ["home on macOS", 'egress = [ "10.0.0.0/8" ];', "a sandbox cannot tell addresses apart"],
  ["darwin", 'egress = [ "internet" ];', "a sandbox cannot tell addresses apart"],
  ["darwin", paths('"/Users/alice"'), "/Users/alice holds"],
  ["darwin", paths('"/private/var/lib"'), "/private/var/lib holds"],
  [
    "home on macOS",
    "nestedSandboxes = true;",
    "confinement.nestedSandboxes: does not exist on macOS",
  ],
  ["home on macOS", 'memoryMax = "1G";', "confinement.memoryMax: does not exist on macOS"],
  ["home on macOS", "tasksMax = 100;", "confinement.tasksMax: does not exist on macOS"],
  ["home on macOS", 'cpuQuota = "10%";', "confinement.cpuQuota: does not exist on macOS"],
  [
    "home on macOS",
    'addressFamilies = [ "AF_VSOCK" ];',
    "confinement.addressFamilies: does not exist on macOS",
  ],
];

/** Refused by the option's type. */
const mistyped: readonly (readonly [Place, string])[] = [
  ["nixos", 'readOnlyPaths = [ "srv" ];'],
  ["nixos", 'readOnlyPaths = [ "/" ];'],
  ["nixos", "readOnlyPaths = [ /srv ];"],
  ["nixos", 'readOnlyPaths = [ "/srv/a b" ];'],
  ["nixos", 'readOnlyPaths = [ "/srv/a:/etc" ];'],
  ["nixos", 'readOnlyPaths = [ "/srv/%h" ];'],
  ["nixos", 'readOnlyPaths = [ "-/srv" ];'],
  ["nixos", 'readWritePaths = [ "/srv/\\"a" ];'],
  ["nixos", 'egress = "lan";'],
  ["nixos", 'egress = [ "any" ];'],
  ["nixos", 'egress = [ "10.0.0.0/33" ];'],
  ["nixos", 'egress = [ "10.0.0.256" ];'],
  ["nixos", 'egress = [ "10.0.0" ];'],
  ["nixos", 'egress = [ "1::2::3" ];'],
  ["nixos", 'egress = [ "fd00::/129" ];'],
  ["nixos", 'egress = [ "fd00:::1" ];'],
  ["nixos", 'egress = [ "1:2:3:4:5:6:7:8:9" ];'],
  ["nixos", 'egress = [ "example.org" ];'],
  ["nixos", "listenTCPPorts = [ 0 ];"],
  ["nixos", "listenTCPPorts = [ 80 ];"],
  ["nixos", "listenUDPPorts = [ 65536 ];"],
  ["nixos", 'memoryMax = "2 G";'],
  ["nixos", 'memoryMax = "101%";'],
  ["nixos", 'cpuQuota = "50";'],
  ["nixos", "tasksMax = 1;"],
  ["nixos", 'addressFamilies = [ "AF_INET7" ];'],
  ["darwin", "nestedSandboxes = true;"],
  ["darwin", 'memoryMax = "1G";'],
];

/** Accepted by types and assertions. */
const fine: readonly (readonly [Place, string, string?])[] = [
  ["nixos", paths('"/home/alice/notes" "/srv/a" "/run/secrets/deploy-key" "/var/lib/music"')],
  ["nixos", 'egress = [ "0.0.0.0/0" "::/0" "::1" "1:2:3:4:5:6:7:8" "2001:db8::/32" "fe80::1" ];'],
  ["nixos", 'egress = [ "10.0.0.0/8" ];', 'services.moltbot.gateway.bind = "lan";'],
  ["nixos", 'memoryMax = "infinity";'],
  ["nixos", "nixDaemon = true;"],
  ["darwin", "nixDaemon = true;"],
  ["home on Linux", "nixDaemon = true;"],
  ["home on Linux", paths('"/home/tester/notes"')],
  ["home on macOS", paths('"/Users/tester/notes"')],
  ["home on macOS", 'egress = "internet";'],
  ["nixos", "", "services.moltbot.instances = { a.confinement.listenTCPPorts = [ 9222 ]; };"],
];

suite(`refusals${note}`, () => {
  const caseFor = (place: Place, confinement: string, more = "") => ({
    ...{ place, confinement, more },
    name: `${place}: ${confinement} ${more}`.trim(),
  });
  const refusals = refused.map(([place, confinement, message, more]) => ({
    ...caseFor(place, confinement, more),
    message,
  }));
  const mistakes = mistyped.map(([place, confinement]) => caseFor(place, confinement));
  const others = fine.map(([place, confinement, more]) => caseFor(place, confinement, more));
  const outcomes = evaluateTogether(
    Object.fromEntries(
      [...refusals, ...mistakes, ...others].map(({ name, place, confinement, more }) => [
        name,
        caseOf(place, confinement, failed, more),
      ]),
    ),
  );

  test.each(refusals)("$name: $message", ({ name, message }) => {
    // Another message may say that a path around the service's own directories cannot be opened.
    const said = accepted(outcomes[name]) as readonly string[];
    expect(said.filter((each) => !/Dir: \S+ is in \S+, where a service could/.test(each))).toEqual([
      expect.stringContaining(message),
    ]);
  });

  test.each(mistakes)("$name is refused", ({ name, confinement }) => {
    const outcome = outcomes[name];
    expect(outcome?.ok).toBe(false);
    const [option = ""] = confinement.split(" = ");
    if (outcome?.ok === false) {
      expect(outcome.message).toContain(`services.moltbot.confinement.${option}`);
    }
  });

  test.each(others)("$name is accepted", ({ name }) => {
    expect(accepted(outcomes[name])).toEqual([]);
  });
});

suite(`instances${note}`, () => {
  const outcomes = evaluateTogether({
    all: caseOf(
      "nixos",
      'readOnlyPaths = [ "/srv/music" ]; memoryMax = "2G";',
      `r: builtins.mapAttrs (_: s: {
        memory = s.serviceConfig.MemoryMax;
        music = builtins.elem "-/srv/music" s.serviceConfig.BindReadOnlyPaths;
        namespaces = s.serviceConfig.RestrictNamespaces;
      }) (r.lib.getAttrs [ "moltbot-gateway-work" "moltbot-gateway-web" ] r.config.systemd.services)`,
      'services.moltbot.instances = { work.confinement.memoryMax = "1G"; web = { gateway.port = 2002; confinement.nestedSandboxes = true; }; };',
    ),
  });

  test("take what they do not say from the top level, and keep the rest to themselves", () => {
    expect(accepted(outcomes["all"])).toEqual({
      "moltbot-gateway-work": { memory: "1G", music: true, namespaces: true },
      "moltbot-gateway-web": {
        memory: "2G",
        music: true,
        namespaces: "user mnt pid net ipc uts cgroup time",
      },
    });
  });
});
