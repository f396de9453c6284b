// The generated modules on macOS: the daemon in the real nix-darwin, the agent in the real
// home-manager.

import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

import { missingForEvaluation, nixPath, type Outcome } from "../support/evaluate.ts";
import { generatedFile } from "../support/generated.ts";
import { shellCode } from "../../src/runtime/assets.ts";
import { evaluateTogether } from "../support/together.ts";
import { compileProfile, type Decision, decide } from "../seatbelt/evaluator.ts";
import { requestOf } from "../seatbelt/request.ts";
import { launchdKeys, parsePlist } from "../support/plist.ts";
import {
  type DarwinSummary,
  darwinSummary,
  type HomeManagerSummary,
  homeManagerSummary,
} from "../support/summaries.ts";
import { lacking } from "../support/lacking.ts";

const missing = missingForEvaluation();
const suite = describe.skipIf(missing.length > 0);
const note = lacking(missing);
const moduleOf = (target: string): string => generatedFile(`${target}/moltbot.nix`);

const usage = `{
  services.moltbot = {
    enable = true;
    providers.anthropic.oauthTokenFile = "/run/agenix/token";
    providers.telegram = { enable = true; botTokenFile = "/run/agenix/tg"; allowFrom = [ 12345678 ]; };
    documents = ${nixPath(fileURLToPath(new URL("fixtures/documents", import.meta.url)))};
  };
}`;
const two = `{
  services.moltbot = {
    enable = true;
    providers.anthropic.apiKeyFile = "/run/keys/a";
    instances = { default = { }; work.gateway.port = 18790; };
  };
}`;

function accepted(outcome: Outcome | undefined): unknown {
  if (outcome?.ok !== true) throw new Error(`rejected: ${outcome?.message ?? "no outcome"}`);
  return outcome.value;
}

type Plist = Readonly<Record<string, unknown>>;

/** The name of the record of a workspace's documents: the configuration's path, not the one behind the link /var. */
function recordOf(workspace: string): string {
  const path = workspace.replace(/^\/private/, "");
  return `managed-documents-${createHash("sha256").update(path).digest("hex").slice(0, 16)}`;
}

/** Checks the common parts of every job, daemon or agent. */
function expectJob(plist: Plist, label: string): void {
  expect(Object.keys(plist).filter((key) => !launchdKeys.has(key))).toEqual([]);
  expect(plist).toMatchObject({
    Label: label,
    RunAtLoad: true,
    // launchd starts it again after any end but success, at a limited rate; the launcher succeeds if that is useless.
    KeepAlive: { SuccessfulExit: false },
    ThrottleInterval: 30,
    // The gateway's own time to drain.
    ExitTimeOut: 330,
    ProcessType: "Standard",
    // 077
    Umask: 63,
    HardResourceLimits: { Core: 0 },
  });
  const [shell, flag, command] = plist["ProgramArguments"] as readonly string[];
  expect([shell, flag]).toEqual(["/bin/sh", "-c"]);
  expect(command).toMatch(
    /^\/bin\/wait4path \/nix\/store && exec \/nix\/store\/[^ ]*-moltbot-gateway(-work)?-launch$/,
  );
}

type Row = readonly [operation: string, subject: string, want: Decision];

/** Checks decisions of the sandbox in the evaluated module. */
function expectSandbox(
  profile: string,
  state: string,
  others: string,
  more: readonly Row[] = [],
): void {
  const rows: readonly Row[] = [
    ["file-read-data", `${state}/workspace/notes.md`, "allow"],
    ["file-write-data", `${state}/workspace/notes.md`, "allow"],
    ["file-write-data", `${state}/workspace/AGENTS.md`, "deny"],
    ["file-write-unlink", `${state}/workspace/AGENTS.md`, "deny"],
    ["process-exec", `${state}/workspace/tool`, "deny"],
    ["file-link", `${state}/workspace/notes.md`, "allow"],
    ["file-link", `${state}/workspace/AGENTS.md`, "deny"],
    // Files that the preparation opens by their names.
    ["file-write-unlink", `${state}/openclaw.json`, "deny"],
    ["file-write-create", `${state}/${recordOf(`${state}/workspace`)}`, "deny"],
    ["file-write-create", `${state}/managed-skills.new`, "deny"],
    ["file-read-data", `${others}/.ssh/id_ed25519`, "deny"],
    ["file-read-data", `${others}/Library/Keychains/login.keychain-db`, "deny"],
    ["file-write-create", `${others}/Library/LaunchAgents/x.plist`, "deny"],
    ["file-read-data", "/private/run/agenix/token", "deny"],
    ["file-write-create", "/private/tmp/openclaw-state-locks-600/lock", "allow"],
    ["network-inbound", "local tcp 127.0.0.1:18789", "allow"],
    ["network-bind", "local tcp 127.0.0.1:4444", "deny"],
    ["network-outbound", "remote tcp 1.1.1.1:443", "allow"],
    ["network-outbound", "remote tcp 127.0.0.1:5432", "deny"],
    ...more,
  ];
  const compiled = compileProfile(profile);
  const decided = rows.map(([operation, subject]) => [
    operation,
    subject,
    decide(compiled, requestOf(operation, subject)),
  ]);
  expect(decided).toEqual(rows);
}

/** The texts are all there, each after the one before it. */
function expectInOrder(script: string, steps: readonly string[]): void {
  const places = steps.map((step) => script.indexOf(step));
  expect(places.filter((place) => place < 0)).toEqual([]);
  expect(places).toEqual([...places].sort((left, right) => left - right));
}

/** Before the service starts, only code in a sandbox works in its directories. */
function expectPreparation(
  summary: DarwinSummary | HomeManagerSummary,
  state: string,
  others: string,
): void {
  const launcher = textEnding(summary, "-moltbot-gateway-launch");
  expect(launcher).toMatch(
    /^preparation_profile=\/nix\/store\/\S+-moltbot-gateway-preparation\.sb$/m,
  );
  expect(launcher).toMatch(/^own_secret_program=\/nix\/store\/\S+-moltbot-gateway-own-secret$/m);
  expect(launcher).toMatch(/^confined 120 \/nix\/store\/\S+-moltbot-gateway-prepare$/m);
  // The launcher's other code does not touch these directories.
  for (const code of ["own-secret", "prepare", "leftovers", "manage-copies"] as const) {
    expect(launcher).not.toContain(shellCode.read(code));
  }
  expect(textEnding(summary, "-moltbot-gateway-own-secret")).toContain(
    shellCode.read("own-secret"),
  );
  const profile = compileProfile(textEnding(summary, "-moltbot-gateway-preparation.sb"));
  const rows: readonly Row[] = [
    ["file-write-create", `${state}/gateway-token.1`, "allow"],
    ["file-write-create", `${state}/workspace/AGENTS.md`, "allow"],
    ["file-write-create", `${state}/workspace`, "allow"],
    ["process-exec", "/nix/store/abc-coreutils/bin/mv", "allow"],
    ["file-read-data", `${others}/.ssh/id_ed25519`, "deny"],
    ["file-write-data", `${others}/.ssh/authorized_keys`, "deny"],
    ["file-write-create", `${others}/Library/LaunchAgents/x.plist`, "deny"],
    ["network-outbound", "remote tcp 1.1.1.1:443", "deny"],
    ["network-bind", "local tcp 127.0.0.1:18789", "deny"],
  ];
  const decided = rows.map(([operation, subject]) => [
    operation,
    subject,
    decide(profile, requestOf(operation, subject)),
  ]);
  expect(decided).toEqual(rows);
}

/** Whether a service that can read nothing else in the store can read the certificate authorities. */
function readsAuthorities(profile: string, file: string): Decision {
  const others = profile.replace('(subpath "/nix/store")', '(subpath "/nix/store/others")');
  const compiled = compileProfile(others);
  expect(decide(compiled, { operation: "file-read-data", path: `${file}.key` })).toBe("deny");
  return decide(compiled, { operation: "file-read-data", path: file });
}

const textEnding = (summary: DarwinSummary | HomeManagerSummary, ending: string): string =>
  Object.entries(summary.texts).find(([path]) => path.endsWith(ending))?.[1].text ?? "";

suite(`the daemon${note}`, () => {
  const outcomes = evaluateTogether({
    daemon: { target: "darwin", module: moduleOf("darwin"), config: usage, extras: true },
  });
  const get = (): DarwinSummary => darwinSummary.parse(accepted(outcomes["daemon"]));
  const plist = (): Plist =>
    parsePlist(get().launchd.plists.daemons["org.nixos.moltbot-gateway.plist"] ?? "") as Plist;

  test("has no failing assertion, no warning, and the system evaluates to a derivation", () => {
    expect(get().assertions).toEqual([]);
    expect(get().warnings).toEqual([]);
    expect(get().toplevel).toMatch(/^\/nix\/store\/.*\.drv$/);
  });

  test("is a job launchd understands, run as its own user", () => {
    expectJob(plist(), "org.nixos.moltbot-gateway");
    expect(plist()).toMatchObject({
      UserName: "_moltbot",
      GroupName: "_moltbot",
      WorkingDirectory: "/var/lib/moltbot",
      StandardOutPath: "/var/log/moltbot/moltbot-gateway/output.log",
      StandardErrorPath: "/var/log/moltbot/moltbot-gateway/output.log",
    });
    expect(get().launchd.plists.agents).toEqual({});
    expect(get().launchd.plists.userAgents).toEqual({});
  });

  test("has a label upstream does not use", () => {
    expect(["ai.openclaw.gateway", "bot.molt.gateway", "com.clawdbot.gateway"]).not.toContain(
      plist()["Label"],
    );
  });

  test("has a hidden user and group that nix-darwin manages, with ids of their own", () => {
    const { users, groups, knownUsers, knownGroups } = get();
    expect(knownUsers).toEqual(["_moltbot"]);
    expect(knownGroups).toEqual(["_moltbot"]);
    expect(users["_moltbot"]).toMatchObject({
      uid: 600,
      gid: 600,
      home: "/var/empty",
      isHidden: true,
      createHome: false,
      // No login: nix-darwin makes it /usr/bin/false.
      shell: null,
    });
    expect(groups["_moltbot"]).toMatchObject({ gid: 600 });
  });

  test("is told its shell, its home and a temporary directory, and no secret", () => {
    const environment = plist()["EnvironmentVariables"] as Readonly<Record<string, string>>;
    expect(environment["SHELL"]).toMatch(/^\/nix\/store\/.*\/bin\/bash$/);
    expect(environment).toMatchObject({
      HOME: "/var/lib/moltbot",
      TMPDIR: "/var/lib/moltbot/tmp",
      OPENCLAW_NIX_MODE: "1",
      OPENCLAW_SUPERVISOR_MODE: "external",
    });
    expect(environment["OPENCLAW_CONFIG_PATH"]).toMatch(
      /^\/nix\/store\/[^/]*-moltbot-gateway\.json$/,
    );
    expect(
      Object.keys(environment).filter((name) => /KEY|TOKEN|SECRET|PASSWORD/.test(name)),
    ).toEqual([]);
  });

  test("trusts the authorities of the system, which its sandbox lets it read", () => {
    const certificates = plist()["EnvironmentVariables"] as Readonly<Record<string, string>>;
    const file = certificates["NIX_SSL_CERT_FILE"] ?? "";
    expect(file).toMatch(/^\/nix\/store\/[^/]*-ca-certificates\.crt$/);
    expect(certificates).toMatchObject({ SSL_CERT_FILE: file, NODE_EXTRA_CA_CERTS: file });
    expect(readsAuthorities(textEnding(get(), "-moltbot-gateway.sb"), file)).toBe("allow");
  });

  test("is started by a launcher that prepares, loads credentials and enters the sandbox", () => {
    const launcher = textEnding(get(), "-moltbot-gateway-launch");
    const steps = [
      "launchd_domain=system\n",
      "keep_small /var/log/moltbot/moltbot-gateway/output.log\n",
      "load ANTHROPIC_OAUTH_TOKEN services.moltbot.providers.anthropic.oauthTokenFile /run/agenix/token",
      "load TELEGRAM_BOT_TOKEN services.moltbot.providers.telegram.botTokenFile /run/agenix/tg",
      "generate OPENCLAW_GATEWAY_TOKEN /var/lib/moltbot/gateway-token services.moltbot.gateway.auth.tokenFile",
      "confined 120 /nix/store/",
      "supervise /usr/bin/sandbox-exec -f /nix/store/",
    ];
    expectInOrder(launcher, steps);
  });

  test("is prepared in a sandbox of its own, which is left before the service's is entered", () => {
    expectPreparation(get(), "/private/var/lib/moltbot", "/Users/alice");
    expectInOrder(textEnding(get(), "-moltbot-gateway-prepare"), [
      "make_removable /var/lib/moltbot /var/lib/moltbot/workspace\n",
      'mkdir -p -m 0700 "$TMPDIR"',
      "forget_locks 'openclaw-*/gateway.*.lock'",
      "own_directory /var/lib/moltbot 0700\n",
    ]);
  });

  test("is kept in by the profile of its own directories and port", () => {
    expectSandbox(
      textEnding(get(), "-moltbot-gateway.sb"),
      "/private/var/lib/moltbot",
      "/Users/alice",
    );
  });

  test("finds its directories made before launchd starts it, logs out of its reach", () => {
    const script = get().changedActivation?.["launchd"] ?? "";
    const lines = [
      "install -d -m 0755 /var/log/moltbot",
      "install -d -m 0750 -g _moltbot /var/log/moltbot/moltbot-gateway",
      "[ -e /var/log/moltbot/moltbot-gateway/output.log ] || install -m 0640 -o _moltbot -g _moltbot /dev/null /var/log/moltbot/moltbot-gateway/output.log",
      "[ -e /var/log/moltbot/moltbot-gateway/output.log.old ] || install -m 0640 -o _moltbot -g _moltbot /dev/null /var/log/moltbot/moltbot-gateway/output.log.old",
      "make_own_directory /var/lib/moltbot _moltbot _moltbot 0700",
    ];
    expect(script).toContain(shellCode.read("await-stop"));
    const found = script.split("\n");
    const start = found.indexOf(lines[0] ?? "");
    expect(found.slice(start, start + lines.length)).toEqual(lines);
  });

  test("leaves its log to its launcher: newsyslog would rename it, and launchd write on into that", () => {
    expect(get().etc).toEqual({});
  });

  test("is waited for by a switch that changes it, before nix-darwin loads it anew", () => {
    const script = get().changedActivation?.["launchd"] ?? "";
    const stop =
      'label=org.nixos.moltbot-gateway; await_stop system "$label" "/Library/LaunchDaemons/$label.plist" "$systemConfig/Library/LaunchDaemons/$label.plist" 330\n';
    expect(script.indexOf(stop)).toBeGreaterThan(0);
    expect(script.indexOf(stop)).toBeLessThan(script.indexOf("launchctl unload"));
  });
});

suite(`the agent${note}`, () => {
  const outcomes = evaluateTogether({
    agent: {
      target: "home-manager",
      module: moduleOf("home-manager"),
      config: `{ imports = [ ${usage} ]; services.moltbot.skills = [ { name = "tides"; mode = "symlink"; source = "/Users/tester/skills/tides"; } ]; }`,
      system: "aarch64-darwin",
      extras: true,
    },
  });
  const get = (): HomeManagerSummary => homeManagerSummary.parse(accepted(outcomes["agent"]));

  test("has no failing assertion, no warning, and the home evaluates to a derivation", () => {
    expect(get().assertions).toEqual([]);
    expect(get().warnings).toEqual([]);
    expect(get().toplevel).toMatch(/^\/nix\/store\/.*\.drv$/);
  });

  test("is a job launchd understands, of the session at the screen", () => {
    const plists = get().launchd.plists;
    expect(Object.keys(plists)).toEqual(["org.nix-community.home.moltbot-gateway.plist"]);
    const plist = parsePlist(Object.values(plists)[0] ?? "") as Plist;
    expectJob(plist, "org.nix-community.home.moltbot-gateway");
    expect(plist).toMatchObject({ WorkingDirectory: "/Users/tester/.moltbot" });
    expect(plist).not.toHaveProperty("UserName");
    // Without such a session, launchd does not find it after a restart of the machine.
    expect(plist).not.toHaveProperty("LimitLoadToSessionType");
    expect(get().units).toEqual({});
  });

  test("is kept in by the profile of its own directories and port", () => {
    expectSandbox(
      textEnding(get(), "-moltbot-gateway.sb"),
      "/Users/tester/.moltbot",
      "/Users/tester",
      [
        ["file-read-data", "/Users/tester/skills/tides/SKILL.md", "allow"],
        ["file-write-data", "/Users/tester/skills/tides/SKILL.md", "deny"],
        ["process-exec", "/Users/tester/skills/tides/tool", "deny"],
        ["file-read-data", "/Users/tester/skills/other/SKILL.md", "deny"],
      ],
    );
  });

  test("is started in the sandbox", () => {
    const launcher = textEnding(get(), "-moltbot-gateway-launch");
    expect(launcher).toContain("supervise /usr/bin/sandbox-exec -f /nix/store/");
    expect(launcher).toContain('launchd_domain="gui/$UID"\n');
    expect(launcher).toContain(
      "keep_small /Users/tester/Library/Logs/moltbot/moltbot-gateway.log\n",
    );
  });

  test("is prepared in a sandbox of its own, which opens no more of the home", () => {
    expectPreparation(get(), "/Users/tester/.moltbot", "/Users/tester");
    expect(textEnding(get(), "-moltbot-gateway-prepare")).toContain(
      "forget_locks 'openclaw-*/gateway.*.lock'\n",
    );
  });

  test("trusts the authorities of nixpkgs, which its sandbox lets it read", () => {
    const plist = parsePlist(Object.values(get().launchd.plists)[0] ?? "") as Plist;
    const { NIX_SSL_CERT_FILE: file = "", ...variables } = plist[
      "EnvironmentVariables"
    ] as Readonly<Record<string, string>>;
    expect(file).toMatch(/^\/nix\/store\/[^/]*-cacert-[^/]*\/etc\/ssl\/certs\/ca-bundle\.crt$/);
    expect(variables).toMatchObject({ SSL_CERT_FILE: file, NODE_EXTRA_CA_CERTS: file });
    expect(readsAuthorities(textEnding(get(), "-moltbot-gateway.sb"), file)).toBe("allow");
  });

  test("is waited for by a switch that changes it, and says where it does not start", () => {
    const script = get().activation["moltbotDirectories"]?.data ?? "";
    expect(script).toContain(
      '[[ -v DRY_RUN ]] || { label=org.nix-community.home.moltbot-gateway; await_stop "gui/$UID" "$label" "$HOME/Library/LaunchAgents/$label.plist" "$newGenPath/LaunchAgents/$label.plist" 330; }\n',
    );
    expect(script).toContain(
      'if ! "$launchctl" print "gui/$UID" > /dev/null 2>&1; then\n  warnEcho "moltbot starts when $USER logs in at the screen.',
    );
  });
});

const messages = "r: r.summary.assertions";
const jobOf = `r: r.summary.launchd.plists.daemons."org.nixos.moltbot-gateway.plist"`;
const authorities = `r:
  let e = r.config.launchd.daemons.moltbot-gateway.serviceConfig.EnvironmentVariables;
  in map builtins.unsafeDiscardStringContext [ e.NIX_SSL_CERT_FILE e.SSL_CERT_FILE e.NODE_EXTRA_CA_CERTS ]`;
/** The paths whose closure one of the daemon's profiles opens. */
const openedBy = (profile: string): string => String.raw`r:
  let
    text = drv: builtins.unsafeDiscardStringContext (builtins.readFile drv);
    ending = end: drv: builtins.head (
      builtins.filter (r.lib.hasSuffix end) (r.lib.splitString "\"" (text drv))
    );
    command = r.config.launchd.daemons.moltbot-gateway.command;
    launcher = builtins.head (builtins.attrNames (builtins.getContext command));
  in text (ending "-closure-info.drv" (ending "${profile}.drv" launcher))`;
const ids = `r: builtins.mapAttrs (_: u: { inherit (u) uid gid; }) r.summary.users`;

suite(`instances on nix-darwin${note}`, () => {
  const onDarwin = (config: string, query: string) => ({
    target: "darwin" as const,
    module: moduleOf("darwin"),
    config,
    query,
  });
  const outcomes: Readonly<Record<string, Outcome>> = evaluateTogether({
    daemons: onDarwin(two, "r: builtins.attrNames r.summary.launchd.plists.daemons"),
    ids: onDarwin(two, ids),
    alone: onDarwin(two.replace("default = { };", ""), ids),
    samePort: onDarwin(two.replace("18790", "18789"), messages),
    sameId: onDarwin(two.replace("work.gateway", "work.uid = 600; work.gateway"), messages),
    configPath: onDarwin(
      usage.replace("enable = true;", 'enable = true; configPath = "/etc/x";'),
      messages,
    ),
    symlink: onDarwin(
      usage.replace(
        "enable = true;",
        'enable = true; skills = [ { name = "a"; mode = "symlink"; source = "/a"; } ];',
      ),
      messages,
    ),
    ownId: onDarwin(`{ imports = [ ${usage} ]; users.users._moltbot.uid = 777; }`, ids),
    plain: onDarwin(usage, jobOf),
    otherDocuments: onDarwin(usage.replace(/documents = [^;]*;/, ""), jobOf),
    otherSetting: onDarwin(
      usage.replace("enable = true;", 'enable = true; settings.logging.level = "warn";'),
      jobOf,
    ),
    opened: onDarwin(usage, openedBy("-moltbot-gateway.sb")),
    openedBefore: onDarwin(usage, openedBy("-moltbot-gateway-preparation.sb")),
    plainCertificates: onDarwin(usage, authorities),
    ownCertificates: onDarwin(
      `{ imports = [ ${usage} ]; security.pki.certificates = [ "-----BEGIN" ]; }`,
      authorities,
    ),
    noCertificates: onDarwin(
      `{ imports = [ ${usage} ]; security.pki.installCACerts = false; }`,
      authorities,
    ),
    otherCertificates: onDarwin(
      usage.replace(
        "enable = true;",
        'enable = true; environment.NIX_SSL_CERT_FILE = "/etc/ssl/certs/corporate.pem";',
      ),
      authorities,
    ),
    lowId: onDarwin(usage.replace("enable = true;", "enable = true; uid = 501;"), ids),
  });
  const value = (name: string): unknown => accepted(outcomes[name]);

  test("each has a daemon", () => {
    expect(value("daemons")).toEqual([
      "org.nixos.moltbot-gateway-work.plist",
      "org.nixos.moltbot-gateway.plist",
    ]);
  });

  test("ids stay the same when other instances come and go", () => {
    const both = value("ids") as Readonly<Record<string, { readonly uid: number }>>;
    expect(Object.keys(both)).toEqual(["_moltbot", "_moltbot-work"]);
    expect(both["_moltbot"]?.uid).toBe(600);
    const uid = both["_moltbot-work"]?.uid ?? 0;
    expect(uid).toBeGreaterThan(600);
    expect(uid).toBeLessThanOrEqual(900);
    expect(value("alone")).toMatchObject({ "_moltbot-work": { uid, gid: uid } });
  });

  test("an id that the system's configuration names is taken", () => {
    expect(value("ownId")).toMatchObject({ _moltbot: { uid: 777, gid: 600 } });
  });

  test("authorities that the system's configuration adds are trusted", () => {
    const [plain] = value("plainCertificates") as readonly string[];
    const [own] = value("ownCertificates") as readonly string[];
    expect(own).toMatch(/-ca-certificates\.crt$/);
    expect(own).not.toBe(plain);
  });

  test.each([
    ["noCertificates", /^\/nix\/store\/[^/]*-cacert-[^/]*\/etc\/ssl\/certs\/ca-bundle\.crt$/],
    ["otherCertificates", /^\/etc\/ssl\/certs\/corporate\.pem$/],
  ])("one variable says where else they are: %s", (name, file) => {
    const found = value(name) as readonly string[];
    expect(found[0]).toMatch(file);
    expect(new Set(found).size).toBe(1);
  });

  test.each(["otherDocuments", "otherSetting"])(
    "the job changes with what it reads, or it would not be restarted: %s",
    (name) => {
      expect(value(name)).not.toEqual(value("plain"));
    },
  );

  test("collisions name both", () => {
    expect(value("samePort")).toEqual([
      "services.moltbot.instances.default.gateway.port: the instances default and work have the same port, 18789. Give each its own.",
    ]);
    expect(value("sameId")).toEqual([
      "services.moltbot.instances.default.uid: the instances default and work have the same user id, 600. Give each its own.",
    ]);
  });

  test.each([
    ["opened", ["moltbot-gateway-program"], ["moltbot-gateway-launch"]],
    [
      "openedBefore",
      ["moltbot-gateway-prepare", "moltbot-gateway-own-secret"],
      ["moltbot-gateway-launch", "moltbot-gateway-program"],
    ],
  ])("what is started in a sandbox is opened there, and no more: %s", (name, inside, outside) => {
    const found = [...String(value(name)).matchAll(/\/nix\/store\/[0-9a-z]{32}-([\w.+-]+)/g)].map(
      ([, path = ""]) => path,
    );
    // The scripts' programs are on their PATH.
    for (const program of [/^coreutils-/, /^findutils-/]) {
      expect(found.some((path) => program.test(path))).toBe(true);
    }
    expect(found).toEqual(expect.arrayContaining(inside));
    expect(found.filter((path) => outside.includes(path))).toEqual([]);
  });

  test("a skill in place is refused, with what to do instead", () => {
    expect(value("symlink")).toEqual([
      'services.moltbot.skills: these skills have mode "symlink", which exists in home-manager only: a. The service is a user of its own here, to whom the directories of others are closed: set `mode` to "copy".',
    ]);
  });

  test.each([
    ["configPath", "services.moltbot.configPath"],
    ["lowId", "services.moltbot.uid"],
  ])("%s is refused", (name, option) => {
    const outcome = outcomes[name];
    expect(outcome?.ok).toBe(false);
    if (outcome?.ok === false) expect(outcome.message).toContain(option);
  });
});
