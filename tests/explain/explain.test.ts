import { describe, expect, test } from "vitest";
import { explainAsJson, explainAsText } from "../../src/commands/explain.ts";
import { explainAll, type Explanation } from "../../src/explain/explain.ts";
import { lowerService } from "../../src/lower/lower.ts";
import moltbot from "../../schema/moltbot.ts";
import { docs } from "../lower/support.ts";

const services = [lowerService(moltbot, docs)];
const all = services.flatMap((service) => explainAll(service));

function explained(name: string): Explanation {
  const [only] = explainAsJson(services, name).options;
  if (only === undefined) throw new Error(`nothing about ${name}`);
  return only;
}

/** Each: an option, and what is said of where it goes. */
const destinations: readonly (readonly [string, readonly string[]])[] = [
  [
    "gateway.port",
    ["`gateway.port` in the configuration of the gateway", "`SocketBindAllow=`, rule listening"],
  ],
  [
    "gateway.auth.tokenFile",
    [
      "the environment variable `OPENCLAW_GATEWAY_TOKEN` (openclaw), `CLAWDBOT_GATEWAY_TOKEN` (moltbot, clawdbot) of the program has the file's content: by `LoadCredential=` of systemd, by the launcher on macOS",
    ],
  ],
  ["user", ["the account of the service: `User=` of its units, `UserName` of its launchd job"]],
  ["gateway.openFirewall", ["`networking.firewall.allowedTCPPorts` of NixOS"]],
  ["confinement.memoryMax", ["`MemoryMax=`, rule resources"]],
  ["confinement.readOnlyPaths", ["`BindReadOnlyPaths=`, rule root"]],
  [
    "providers.telegram.enable",
    [
      "the settings of its group in the configuration of the gateway",
      "`channels.telegram.dmPolicy` in the configuration of the gateway",
    ],
  ],
  [
    "providers.telegram.allowFrom",
    [
      "`channels.telegram.allowFrom` in the configuration of the gateway, if `providers.telegram.enable` is true",
    ],
  ],
  ["stateDir", ["the environment variable `HOME` of the program", "the default of `workspaceDir`"]],
  ["path", ["the variable `PATH` of the program"]],
  // Which variable it is depends on the machine.
  ["confinement.nixDaemon", ["an environment variable of the program"]],
  ["browser.enable", ["the default of `confinement.tasksMax`, where it is on"]],
  ["app.package", ["the desktop application in the home of a user of macOS"]],
];

test.each(destinations)("%s goes where the model says", (name, want) => {
  expect(explained(name).goesTo.map(({ text }) => text)).toEqual(expect.arrayContaining([...want]));
});

describe("every option", () => {
  test("goes somewhere", () => {
    expect(all.filter(({ goesTo }) => goesTo.length === 0).map(({ option }) => option)).toEqual([]);
  });

  test("has a default on each of its platforms, or says that it has none", () => {
    const text = all.map(({ option }) => explainAsText(services, option, "generated", plain));
    expect(text.filter((each) => !/^ {2}default {5}\S/m.test(each))).toEqual([]);
  });

  test("of the confinement says what it gives up or makes possible", () => {
    const silent = all.filter(
      ({ path, relaxes, option }) =>
        path[0] === "confinement" &&
        // These have a meaning only with a value of `egress`, whose test says what that gives up.
        option !== "services.moltbot.confinement.hosts" &&
        option !== "services.moltbot.confinement.proxyPort" &&
        option !== "services.moltbot.confinement.keysOutside" &&
        // Changes nothing on a machine that carries every directive out, as those of the tests do.
        option !== "services.moltbot.confinement.acceptMissing" &&
        !relaxes.some(({ givesUp, shows }) => givesUp.length + shows.length > 0),
    );
    expect(silent.map(({ option }) => option)).toEqual([]);
  });

  test("that gives up a promise names the rule of it", () => {
    const rules = new Set(services.flatMap(({ model }) => model.confinement.map(({ id }) => id)));
    const given = all.flatMap(({ relaxes }) => relaxes.flatMap(({ givesUp }) => givesUp));
    expect(given.length).toBeGreaterThan(20);
    expect(given.filter(({ rule }) => !rules.has(rule))).toEqual([]);
  });
});

test("a value that tightens is not said to give anything up", () => {
  const named = explained("confinement.egress").relaxes.find(({ value }) => value === '"named"');
  expect(named?.givesUp).toEqual([]);
  expect(named?.closes).toContainEqual({ rule: "egress", promise: "services of this machine" });
  const text = explainAsText(services, "confinement.egress", "generated", plain);
  const [, shown = ""] = text.split('  set to [ "10.0.0.0/8" ]');
  expect(shown).toContain("    - gives up, of rule egress: large private networks\n");
  expect(shown).toContain("    - closes, of rule egress: the internet can be reached;");
});

const plain = {
  columns: 100,
  heading: (text: string): string => text,
  faint: (text: string): string => text,
};

test("an option of an instance, as text", () => {
  const text = explainAsText(services, "instances.work.confinement.tasksMax", "generated", plain);
  expect(text).toBe(`services.moltbot.instances.work.confinement.tasksMax

  About confinement.tasksMax.

  type        null or integer between 64 and 4194304 (both inclusive)  (types.nullOr (types.ints.between 64 4194304))
  default     null
  example     4096
  platforms   nixos, home-manager
  instances   each takes it from the top level unless it sets its own
  declared    schema/test.ts:7

Where it goes
  - \`TasksMax=\`, rule resources
  - it has another default where \`browser.enable\` is on
  - values that are refused when the configuration is evaluated

What it loosens
  set to 2048 (test tasks-max):
    - gives up, of rule resources: no more than 1024 processes
    - shown by a probe: 2048 processes

The rules behind it
  resources: A loop that starts processes or fills memory ends itself, not the machine: the
  service never gets the last quarter of the memory, and the kernel kills it first. A tool that
  the kernel kills for its size does not take the gateway along.
    - proved: no more than 1024 processes; memory is bounded; a tool that is too large does not
      end the gateway; memory is taken from it first

  Outcomes of the proofs: docs/proofs.md`);
});

test("a group, a line for each option", () => {
  expect(explainAsText(services, "gateway.auth", "generated", plain)).toBe(
    [
      "services.moltbot.gateway.auth.mode          About gateway.auth.mode.",
      "services.moltbot.gateway.auth.tokenFile     About gateway.auth.tokenFile.",
      "services.moltbot.gateway.auth.passwordFile  About gateway.auth.passwordFile.",
    ].join("\n"),
  );
});

test("an option that instances do not have says so", () => {
  const text = explainAsText(services, "instances.work.app.package", "generated", plain);
  expect(text).toContain("instances do not have it");
});
