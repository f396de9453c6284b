// The options of the three modules in their module systems: they are the same everywhere, with the exceptions
// listed here. This reads the evaluated options, not the schema.

import { describe, expect, test } from "vitest";

import { z } from "../../src/zod.ts";
import { missingForEvaluation, type Target } from "../support/evaluate.ts";
import { generatedFile } from "../support/generated.ts";
import { evaluateTogether } from "../support/together.ts";
import { lacking } from "../support/lacking.ts";

const missing = missingForEvaluation();
const note = lacking(missing);
const targets: readonly Target[] = ["nixos", "home-manager", "darwin"];

const moduleOf = (target: Target): string => generatedFile(`${target}/moltbot.nix`);

/** Options that do not exist everywhere, and their platforms. */
const limited: Readonly<Record<string, readonly Target[]>> = {
  user: ["nixos", "darwin"],
  group: ["nixos", "darwin"],
  createUser: ["nixos", "darwin"],
  uid: ["darwin"],
  gid: ["darwin"],
  configPath: ["nixos"],
  // Linux refuses these.
  "app.package": ["home-manager"],
  "app.install.enable": ["home-manager"],
  "appDefaults.enable": ["home-manager"],
  "appDefaults.nixMode": ["home-manager"],
  "appDefaults.attachExistingOnly": ["home-manager"],
  "appDefaults.gatewayPort": ["home-manager"],
  "gateway.openFirewall": ["nixos"],
  // On NixOS a service reaches named hosts without a proxy.
  "confinement.proxyPort": ["home-manager", "darwin"],
  // macOS has no means for these.
  "confinement.nestedSandboxes": ["nixos", "home-manager"],
  "confinement.memoryMax": ["nixos", "home-manager"],
  "confinement.tasksMax": ["nixos", "home-manager"],
  "confinement.cpuQuota": ["nixos", "home-manager"],
  "confinement.addressFamilies": ["nixos", "home-manager"],
  "confinement.acceptMissing": ["nixos", "home-manager"],
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

interface OptionInfo {
  readonly type: string;
  readonly description: string | null;
  readonly default: string | null;
}

const infos = z.object({
  options: z.record(
    z.string(),
    z.object({
      type: z.string(),
      description: z.string().nullable(),
      default: z.string().nullable(),
    }),
  ),
});

const bare = (name: string): string =>
  name.replace(/^services\.moltbot\.(instances\.<name>\.)?/, "");

/** Whether an option is one of the gateway's own settings: there are thousands, and no platform changes them. */
const isSetting = (name: string): boolean => bare(name).startsWith("settings.");

const isPerInstance = (name: string): boolean => name.includes("instances.<name>");

describe.skipIf(missing.length > 0)(`the options of the three platforms${note}`, () => {
  const outcomes = evaluateTogether(
    Object.fromEntries(
      targets.map((target) => [
        target,
        { target, module: moduleOf(target), config: "{ }", extras: true } as const,
      ]),
    ),
  );

  /** The selected options of a platform, by name. */
  function optionsOf(
    target: Target,
    isChosen: (name: string) => boolean,
  ): Readonly<Record<string, OptionInfo>> {
    const outcome = outcomes[target];
    if (outcome?.ok !== true) throw new Error(`rejected: ${outcome?.message ?? "no outcome"}`);
    return Object.fromEntries(
      Object.entries(infos.parse(outcome.value).options).filter(
        ([name]) => name.startsWith("services.moltbot.") && isChosen(name),
      ),
    );
  }

  const places: readonly (readonly [string, (name: string) => boolean])[] = [
    ["at the top level", (name) => !isPerInstance(name)],
    ["per instance", isPerInstance],
  ];

  describe.each(places)("%s", (_, isHere) => {
    const isOwn = (name: string): boolean => isHere(name) && !isSetting(name);

    /** Each option once, with its places and the results of `look` there. */
    function seen<Seen>(
      look: (info: OptionInfo) => Seen,
    ): Readonly<Record<string, Readonly<Partial<Record<Target, Seen>>>>> {
      const found: Record<string, Partial<Record<Target, Seen>>> = {};
      for (const target of targets) {
        for (const [name, info] of Object.entries(optionsOf(target, isOwn))) {
          (found[bare(name)] ??= {})[target] = look(info);
        }
      }
      return found;
    }

    test("there are many", () => {
      expect(Object.keys(seen(() => true)).length).toBeGreaterThan(60);
    });

    test("each says what it takes, and what for", () => {
      const silent = Object.entries(
        seen(({ type, description }) => type !== "unspecified value" && (description ?? "") !== ""),
      ).filter(([, on]) => Object.values(on).includes(false));
      expect(silent).toEqual([]);
    });

    test("they exist everywhere, but for those that are limited", () => {
      const where = Object.entries(seen(() => true)).map(
        ([name, on]) => [name, Object.keys(on)] as const,
      );
      const partial = where.filter(([, on]) => on.length < targets.length);
      const wanted = Object.entries(limited).map(
        ([name, on]) => [name, targets.filter((target) => on.includes(target))] as const,
      );
      // Options about all instances exist at the top level only.
      const names = new Set(where.map(([name]) => name));
      expect(Object.fromEntries(partial)).toEqual(
        Object.fromEntries(wanted.filter(([name]) => names.has(name))),
      );
    });

    test.each(["type", "description"] as const)("they have the same %s everywhere", (property) => {
      const different = Object.entries(seen((info) => info[property])).filter(
        ([, on]) => new Set(Object.values(on)).size !== 1,
      );
      expect(different).toEqual([]);
      expect(
        Object.entries(seen(({ description }) => description ?? ""))
          .filter(([, on]) => Object.values(on).includes(""))
          .map(([name]) => name),
      ).toEqual([]);
    });

    test("they have the same default everywhere, but for those of a platform's own", () => {
      const defaults = seen((info) => info.default);
      const wanted = Object.entries(defaults).map(([name, on]) => {
        const [shared] = Object.values(on);
        const own = ownDefaults[name];
        return [
          name,
          Object.fromEntries(
            targets
              .filter((target) => target in on)
              .map((target) => [target, own?.[target] ?? shared]),
          ),
        ] as const;
      });
      expect(defaults).toEqual(Object.fromEntries(wanted));
      expect(Object.keys(defaults)).toEqual(expect.arrayContaining(Object.keys(ownDefaults)));
    });
  });

  test("the gateway's settings are the same everywhere, and many", () => {
    const settingsOf = (target: Target) =>
      optionsOf(target, (name) => !isPerInstance(name) && isSetting(name));
    expect(Object.keys(settingsOf("nixos")).length).toBeGreaterThan(1000);
    expect(settingsOf("home-manager")).toEqual(settingsOf("nixos"));
    expect(settingsOf("darwin")).toEqual(settingsOf("nixos"));
  });
});
