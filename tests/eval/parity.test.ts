// The options of the three modules, as their module systems see them: the same everywhere, but for
// what is listed here. Reads the evaluated options, not the schema.

import { describe, expect, test } from "vitest";

import { missingForEvaluation, type Target } from "../support/evaluate.ts";
import { generatedFile } from "../support/generated.ts";
import { evaluateDarwin, evaluateHomeManager, evaluateNixos } from "../support/summaries.ts";

const missing = missingForEvaluation();
const note = missing.length > 0 ? ` (skipped: no ${missing.join(", ")})` : "";
const targets: readonly Target[] = ["nixos", "home-manager", "darwin"];

const moduleOf = (target: Target): string => generatedFile(`${target}/moltbot.nix`);

/** Options that do not exist everywhere, and where they do. */
const limited: Readonly<Record<string, readonly Target[]>> = {
  user: ["nixos", "darwin"],
  group: ["nixos", "darwin"],
  createUser: ["nixos", "darwin"],
  uid: ["darwin"],
  gid: ["darwin"],
  configPath: ["nixos"],
  // Refused on Linux.
  "app.package": ["home-manager"],
  "app.install.enable": ["home-manager"],
  "appDefaults.enable": ["home-manager"],
  "appDefaults.nixMode": ["home-manager"],
  "appDefaults.attachExistingOnly": ["home-manager"],
  "appDefaults.gatewayPort": ["home-manager"],
  "gateway.openFirewall": ["nixos"],
  // What macOS has no means for.
  "confinement.nestedSandboxes": ["nixos", "home-manager"],
  "confinement.memoryMax": ["nixos", "home-manager"],
  "confinement.tasksMax": ["nixos", "home-manager"],
  "confinement.cpuQuota": ["nixos", "home-manager"],
  "confinement.addressFamilies": ["nixos", "home-manager"],
};

/** Defaults that differ, by platform. */
const ownDefaults: Readonly<Record<string, Partial<Record<Target, string>>>> = {
  user: { nixos: "`moltbot[-<name>]`", darwin: "`_moltbot[-<name>]`" },
  group: { nixos: "`moltbot[-<name>]`", darwin: "`_moltbot[-<name>]`" },
  stateDir: {
    nixos: "`/var/lib/moltbot[-<name>]`",
    "home-manager": "`~/.moltbot[-<name>]`",
    darwin: "`/var/lib/moltbot[-<name>]`",
  },
  // A user's own service manager cannot limit connections.
  "confinement.egress": { "home-manager": "`internet on macOS, any on Linux`" },
};

describe.skipIf(missing.length > 0)(`the options of the three platforms${note}`, async () => {
  const evaluate = {
    nixos: evaluateNixos,
    "home-manager": evaluateHomeManager,
    darwin: evaluateDarwin,
  };
  const all = new Map(
    missing.length > 0
      ? []
      : await Promise.all(
          targets.map(async (target) => {
            const { options = {} } = await evaluate[target]({
              module: moduleOf(target),
              config: "{ }",
              extras: true,
            });
            const own = Object.entries(options).filter(([name]) =>
              name.startsWith("services.moltbot."),
            );
            return [target, new Map(own)] as const;
          }),
        ),
  );
  const names = [...new Set([...all.values()].flatMap((options) => [...options.keys()]))].sort();
  const bare = (name: string): string =>
    name.replace(/^services\.moltbot\.(instances\.<name>\.)?/, "");

  test("there are many, at the top level and per instance", () => {
    expect(names.filter((name) => !name.includes("instances.<name>")).length).toBeGreaterThan(60);
    expect(names.filter((name) => name.includes("instances.<name>")).length).toBeGreaterThan(60);
  });

  test.each(names)("%s", (name) => {
    const expected = limited[bare(name)] ?? targets;
    const present = targets.filter((target) => all.get(target)?.has(name));
    expect(present).toEqual(targets.filter((target) => expected.includes(target)));

    const infos = present.map((target) => all.get(target)?.get(name));
    expect(new Set(infos.map((info) => info?.type)).size).toBe(1);
    expect(new Set(infos.map((info) => info?.description)).size).toBe(1);
    expect(infos[0]?.description ?? "").not.toBe("");

    const own = ownDefaults[bare(name)];
    for (const target of present) {
      const want = own?.[target] ?? infos[0]?.default;
      expect(all.get(target)?.get(name)?.default, target).toEqual(want);
    }
  });
});
