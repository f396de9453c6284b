// Named hosts where a service cannot be in a network with them: behind a forward proxy, in the real nix-darwin and
// home-manager. What the proxy lets through is in tests/shell/forward-proxy.test.ts.

import { describe, expect, test } from "vitest";

import { compileProfile, decide, type Decision } from "../seatbelt/evaluator.ts";
import { requestOf } from "../seatbelt/request.ts";
import { type EvaluationCase, missingForEvaluation, type Outcome } from "../support/evaluate.ts";
import { generatedFile } from "../support/generated.ts";
import { lacking } from "../support/lacking.ts";
import { parsePlist } from "../support/plist.ts";
import {
  type DarwinSummary,
  darwinSummary,
  type HomeManagerSummary,
  homeManagerSummary,
} from "../support/summaries.ts";
import { evaluateTogether } from "../support/together.ts";
import { z } from "../../src/zod.ts";

const missing = missingForEvaluation();
const note = lacking(missing);
const suite = describe.skipIf(missing.length > 0);

function accepted(outcome: Outcome | undefined): unknown {
  if (outcome?.ok !== true) throw new Error(`rejected: ${outcome?.message ?? "no outcome"}`);
  return outcome.value;
}

const usage = `{
  services.moltbot = {
    enable = true;
    providers.anthropic.apiKeyFile = "/run/agenix/a";
    confinement.egress = "named";
    confinement.hosts = [ "API.github.com" "nas.lan=192.168.1.10:8443" "self.lan=127.0.0.1:8444" "localhost:11434" "self.localhost:18789" ];
  };
}`;

function caseOf(
  target: EvaluationCase["target"],
  rest: Partial<EvaluationCase> = {},
): EvaluationCase {
  return {
    target,
    module: generatedFile(`${target}/moltbot.nix`),
    config: usage,
    extras: true,
    ...rest,
  };
}

const textEnding = (summary: DarwinSummary | HomeManagerSummary, ending: string): string => {
  const found = Object.entries(summary.texts).find(([path]) => path.endsWith(ending));
  if (found === undefined) throw new Error(`nothing is called ${ending}`);
  return found[1].text;
};

type Row = readonly [operation: string, subject: string, want: Decision];

function decided(profile: string, rows: readonly Row[]): readonly Row[] {
  const compiled = compileProfile(profile);
  return rows.map(([operation, subject]) => [
    operation,
    subject,
    decide(compiled, requestOf(operation, subject)),
  ]);
}

const configuration = z.object({
  hosts: z.array(z.object({ name: z.string(), port: z.number(), to: z.string() })),
  port: z.number().optional(),
  refused: z.array(z.string()),
});

/** Everything but what is on this machine goes through the proxy. */
const proxied = [
  { name: "api.anthropic.com", port: 443, to: "api.anthropic.com" },
  { name: "api.github.com", port: 443, to: "api.github.com" },
  { name: "nas.lan", port: 8443, to: "192.168.1.10" },
  { name: "self.lan", port: 8444, to: "127.0.0.1" },
];

const url = "http://127.0.0.1:13128";
const told = {
  OPENCLAW_PROXY_URL: url,
  HTTPS_PROXY: url,
  HTTP_PROXY: url,
  https_proxy: url,
  http_proxy: url,
  NO_PROXY: "localhost,127.0.0.1,::1",
  no_proxy: "localhost,127.0.0.1,::1",
  NODE_USE_ENV_PROXY: "1",
};

/** What the sandbox of the service lets it reach. */
const serviceRows: readonly Row[] = [
  ["network-outbound", "remote tcp 127.0.0.1:13128", "allow"],
  ["network-outbound", "remote tcp 127.0.0.1:11434", "allow"],
  // The service's own port.
  ["network-outbound", "remote tcp 127.0.0.1:18789", "allow"],
  ["network-inbound", "local tcp 127.0.0.1:18789", "allow"],
  ["network-outbound", "remote tcp 127.0.0.1:8444", "deny"],
  ["network-outbound", "remote tcp 127.0.0.1:5432", "deny"],
  ["network-outbound", "remote tcp 1.1.1.1:443", "deny"],
  ["network-outbound", "remote tcp 192.168.1.10:8443", "deny"],
  ["network-outbound", "remote tcp 169.254.169.254:80", "deny"],
  ["network-outbound", "remote tcp [2606:4700::1111]:443", "deny"],
  ["network-outbound", "/private/var/run/mDNSResponder", "deny"],
  ["network-bind", "local tcp 127.0.0.1:13128", "deny"],
];

/** What the sandbox of the proxy lets it reach. */
const proxyRows: readonly Row[] = [
  ["network-inbound", "local tcp 127.0.0.1:13128", "allow"],
  ["network-outbound", "remote tcp 1.1.1.1:443", "allow"],
  ["network-outbound", "/private/var/run/mDNSResponder", "allow"],
  ["network-outbound", "remote tcp 127.0.0.1:8444", "allow"],
  ["network-outbound", "remote tcp 127.0.0.1:18789", "deny"],
  ["network-outbound", "remote tcp 127.0.0.1:11434", "deny"],
  ["network-outbound", "remote tcp [2606:4700::1111]:443", "deny"],
  ["network-bind", "local tcp 127.0.0.1:18789", "deny"],
  ["file-read-data", "/private/var/lib/moltbot/gateway-token", "deny"],
  ["file-read-data", "/private/run/agenix/a", "deny"],
  ["file-write-create", "/private/tmp/x", "deny"],
];

suite(`the daemon behind a proxy${note}`, () => {
  const outcomes = evaluateTogether({
    named: caseOf("darwin"),
    open: caseOf("darwin", { config: usage.replace(/confinement\.[^;]*;/g, "") }),
    two: caseOf("darwin", {
      config: `{ imports = [ ${usage} ]; services.moltbot.instances = { default = { }; work.gateway.port = 18790; }; }`,
    }),
    other: caseOf("darwin", {
      config: `{ imports = [ ${usage} ]; services.moltbot.confinement.proxyPort = 3128; }`,
    }),
  });
  const get = (name = "named"): DarwinSummary => darwinSummary.parse(accepted(outcomes[name]));
  const plist = (unit: string, name = "named"): Readonly<Record<string, unknown>> =>
    parsePlist(get(name).launchd.plists.daemons[`org.nixos.${unit}.plist`] ?? "") as Readonly<
      Record<string, unknown>
    >;

  test("has no failing assertion, and the system evaluates to a derivation", () => {
    expect(get().assertions).toEqual([]);
    expect(get().toplevel).toMatch(/^\/nix\/store\/.*\.drv$/);
  });

  test("reaches the proxy's port, and those of this machine that are listed", () => {
    expect(decided(textEnding(get(), "-moltbot-gateway.sb"), serviceRows)).toEqual(serviceRows);
  });

  test("is told of the proxy", () => {
    expect(plist("moltbot-gateway")["EnvironmentVariables"]).toMatchObject(told);
    expect(plist("moltbot-gateway", "other")["EnvironmentVariables"]).toMatchObject({
      HTTPS_PROXY: "http://127.0.0.1:3128",
    });
  });

  test("the proxy is a job of another user, in a sandbox of its own", () => {
    const job = plist("moltbot-gateway-proxy");
    expect(job).toMatchObject({
      UserName: "_moltbot-proxy",
      GroupName: "_moltbot-proxy",
      RunAtLoad: true,
      KeepAlive: true,
      StandardErrorPath: "/var/log/moltbot/moltbot-gateway/moltbot-gateway-proxy.log",
      SoftResourceLimits: { NumberOfFiles: 2048 },
    });
    const [, , command] = job["ProgramArguments"] as readonly string[];
    expect(command).toMatch(
      /exec \/usr\/bin\/sandbox-exec -f \/nix\/store\/\S+-moltbot-gateway-proxy\.sb \/nix\/store\/\S+\/bin\/python3 -I \/nix\/store\/\S+-forward-proxy\.py \/nix\/store\/\S+-moltbot-gateway-proxy\.json$/,
    );
    expect(get().users["_moltbot-proxy"]).toMatchObject({
      uid: 901,
      gid: 901,
      isHidden: true,
      home: "/var/empty",
    });
    expect(get().knownUsers).toEqual(["_moltbot", "_moltbot-proxy"]);
    expect(get().knownGroups).toEqual(["_moltbot", "_moltbot-proxy"]);
    expect(decided(textEnding(get(), "-moltbot-gateway-proxy.sb"), proxyRows)).toEqual(proxyRows);
  });

  test("the proxy's log belongs to root, who opens it", () => {
    const log = "/var/log/moltbot/moltbot-gateway/moltbot-gateway-proxy.log";
    expect(get().changedActivation?.["launchd"]).toContain(
      `[ -e ${log} ] || install -m 0640 /dev/null ${log}\n`,
    );
  });

  test("the proxy knows the hosts, each with its port and its place", () => {
    const given = configuration.parse(JSON.parse(textEnding(get(), "-moltbot-gateway-proxy.json")));
    expect(given.hosts).toEqual(proxied);
    expect(given.port).toBe(13128);
    expect(given.refused).toEqual(
      expect.arrayContaining(["127.0.0.0/8", "10.0.0.0/8", "169.254.0.0/16", "fc00::/7"]),
    );
  });

  test("each instance has a proxy of its own, on a port of its own", () => {
    expect(get("two").assertions).toEqual([]);
    const ports = ["moltbot-gateway", "moltbot-gateway-work"].map(
      (unit) =>
        configuration.parse(JSON.parse(textEnding(get("two"), `-${unit}-proxy.json`))).port ?? 0,
    );
    expect(ports[0]).toBe(13128);
    expect(ports[1]).toBeGreaterThan(13128);
  });

  test("there is none of it without named hosts", () => {
    expect(get("open").assertions).toEqual([]);
    expect(Object.keys(get("open").launchd.plists.daemons)).toEqual([
      "org.nixos.moltbot-gateway.plist",
    ]);
    expect(get("open").knownUsers).toEqual(["_moltbot"]);
    expect(plist("moltbot-gateway", "open")["EnvironmentVariables"]).not.toHaveProperty(
      "HTTPS_PROXY",
    );
  });
});

suite(`the agent behind a proxy${note}`, () => {
  const outcomes = evaluateTogether({
    agent: caseOf("home-manager", { system: "aarch64-darwin" }),
  });
  const get = (): HomeManagerSummary => homeManagerSummary.parse(accepted(outcomes["agent"]));

  test("is told of the proxy, and reaches it alone", () => {
    expect(get().assertions).toEqual([]);
    expect(Object.keys(get().launchd.plists)).toEqual(
      expect.arrayContaining([
        expect.stringContaining("moltbot-gateway.plist"),
        expect.stringContaining("moltbot-gateway-proxy.plist"),
      ]),
    );
    expect(decided(textEnding(get(), "-moltbot-gateway.sb"), serviceRows)).toEqual(serviceRows);
    expect(decided(textEnding(get(), "-moltbot-gateway-proxy.sb"), proxyRows)).toEqual(proxyRows);
  });
});

suite(`a user's service behind a proxy${note}`, () => {
  const outcomes = evaluateTogether({
    named: caseOf("home-manager"),
    open: caseOf("home-manager", { config: usage.replace(/confinement\.[^;]*;/g, "") }),
  });
  const get = (name = "named"): HomeManagerSummary =>
    homeManagerSummary.parse(accepted(outcomes[name]));
  const unit = (name: string, of = "named"): string => get(of).units[name] ?? "";

  test("has no failing assertion", () => {
    expect(get().assertions).toEqual([]);
  });

  test("is in a network of its own, and sees two directories with sockets", () => {
    const text = unit("moltbot-gateway.service");
    expect(text).toMatch(/^PrivateNetwork=true$/m);
    expect(text).toMatch(/^RestrictAddressFamilies=AF_UNIX$/m);
    expect(text).toMatch(/^BindReadOnlyPaths=-%t\/moltbot-gateway-outside$/m);
    expect(text).toMatch(/^BindPaths=-%t\/moltbot-gateway-inside$/m);
    expect(text).toMatch(/^RuntimeDirectory=moltbot-gateway-inside$/m);
    // Resolvers listen there.
    expect(text).not.toContain("/run/systemd/resolve");
    expect(unit("moltbot-gateway.service", "open")).toContain("/run/systemd/resolve");
    for (const socket of ["clients", "port-11434", "proxy"]) {
      expect(text).toContain(`Requires=moltbot-gateway-${socket}.socket`);
    }
    for (const [name, value] of Object.entries(told)) expect(text).toContain(`${name}=${value}`);
  });

  test("its launcher looks at the network, and leads out of it and in", () => {
    const launcher = textEnding(get(), "-moltbot-gateway-launch");
    const steps = [
      "expect_own_network services.moltbot.confinement.hosts\n",
      "relay_out 13128 proxy\n",
      "relay_out 11434 11434\n",
      "relay_in 18789\n",
      "load ANTHROPIC_API_KEY",
    ].map((step) => launcher.indexOf(step));
    expect(steps.filter((place) => place < 0)).toEqual([]);
    expect(steps).toEqual([...steps].sort((left, right) => left - right));
    expect(textEnding(get("open"), "-moltbot-gateway-launch")).not.toContain("relay_out");
  });

  test("the sockets outside, and what listens on each", () => {
    const listening = Object.entries(get().units)
      .filter(([name]) => name.endsWith(".socket"))
      .map(([name, text]) => [name, /^ListenStream=(.*)$/m.exec(text ?? "")?.[1]]);
    // By its own port the service reaches itself, whatever it calls it.
    expect(Object.fromEntries(listening)).toEqual({
      "moltbot-gateway-clients.socket": "127.0.0.1:18789",
      "moltbot-gateway-port-11434.socket": "%t/moltbot-gateway-outside/11434",
      "moltbot-gateway-proxy.socket": "%t/moltbot-gateway-outside/proxy",
    });
    const { hosts, port } = configuration.parse(
      JSON.parse(textEnding(get(), "-moltbot-gateway-proxy.json")),
    );
    expect(hosts).toEqual(proxied);
    expect(port).toBeUndefined();
    // What a client of the service connects to is the service's word.
    expect(unit("moltbot-gateway-clients.service")).toMatch(/^TemporaryFileSystem=\/:ro/m);
    expect(unit("moltbot-gateway-clients.service")).toMatch(/^PrivateNetwork=true$/m);
  });

  test("there is none of it without named hosts", () => {
    expect(get("open").assertions).toEqual([]);
    expect(Object.keys(get("open").units).filter((name) => name.endsWith(".socket"))).toEqual([]);
    expect(unit("moltbot-gateway.service", "open")).not.toContain("PrivateNetwork=true");
  });
});
