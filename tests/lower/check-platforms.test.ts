// A service has a module for each of its platforms, and its model has everything that each module reads.

import { describe, expect, it } from "vitest";
import type { Platform } from "../../src/model/platform.ts";
import { perPlatform } from "../../src/model/platform-values.ts";
import {
  and,
  choose,
  homeDirectory,
  isMacOS,
  not,
  reference,
  setting,
  text,
} from "../../src/schema/build-expression.ts";
import { unconfined } from "../../src/schema/complete-model.ts";
import { credential, option } from "../../src/schema/define-option.ts";
import { defineService, type Service } from "../../src/schema/define-service.ts";
import {
  standardConfig,
  standardModel,
  standardOptions,
} from "../../src/schema/standard-options.ts";
import { z } from "../../src/zod.ts";
import { lowerService } from "../../src/lower/lower.ts";
import { config, lowerWith, type Parts } from "./service.ts";
import { docs, mistakeIn } from "./support.ts";

const on = (...platforms: readonly [Platform, ...Platform[]]) =>
  option(z.string(), { default: "x", platforms });

const options = { a: on("nixos") };
const a = reference<string>(["a"]);
const isA = reference<boolean>(["a"]);
const macOnly = { m: on("darwin", "home-manager") };
const m = reference<string>(["m"]);

interface Row {
  readonly name: string;
  readonly parts: Parts;
  /** The message, and its facts about the option; absent if the model is right. */
  readonly want?: { readonly message: string; readonly received: string; readonly option?: string };
}

const lacks = (
  what: string,
  option: string,
  without: string,
  received: string,
): NonNullable<Row["want"]> => ({
  message: `${what} refers to ${option}, which does not exist on ${without}`,
  received: `an option of ${received}`,
  option,
});

const rows: readonly Row[] = [
  {
    name: "an argument",
    parts: { options, model: { arguments: [a] } },
    want: lacks("the service's model (arguments.0)", "a", "home-manager and darwin", "nixos"),
  },
  {
    name: "an argument of a service that is for the option's platforms",
    parts: { platforms: ["nixos"], options, model: { arguments: [a] } },
  },
  {
    name: "an assertion",
    parts: { options, model: { assertions: [{ option: a, holds: isA, message: "no" }] } },
    want: lacks(
      "the service's model (assertions.0.option)",
      "a",
      "home-manager and darwin",
      "nixos",
    ),
  },
  {
    name: "an assertion on the option's platforms",
    parts: {
      options,
      model: { assertions: [{ option: a, holds: isA, message: "no", platforms: ["nixos"] }] },
    },
  },
  {
    name: "what is only asked on macOS",
    parts: { options: macOnly, model: { arguments: [choose(isMacOS, m, "none")] } },
  },
  {
    name: "what is only asked elsewhere than on macOS",
    parts: { options: macOnly, model: { arguments: [choose(not(isMacOS), m, "none")] } },
    want: lacks("the service's model (arguments.0)", "m", "nixos", "home-manager, darwin"),
  },
  {
    name: "what follows a condition that does not hold",
    parts: {
      options: { m: option(z.boolean(), { default: true, platforms: ["darwin", "home-manager"] }) },
      model: {
        generatedSecrets: [{ variable: "A", file: text`/a`, when: and(isMacOS, reference(["m"])) }],
      },
    },
  },
  {
    name: "what a condition that does not hold implies",
    parts: {
      options: { m: option(z.boolean(), { default: true, platforms: ["darwin", "home-manager"] }) },
      model: {
        generatedSecrets: [
          { variable: "A", file: text`/a`, when: isMacOS.implies(reference<boolean>(["m"])) },
        ],
      },
    },
  },
  {
    name: "a directive",
    parts: { options: macOnly, model: { confinement: [rule(m)] } },
    want: lacks(
      "the service's model (confinement.0.directives.UMask)",
      "m",
      "nixos",
      "home-manager, darwin",
    ),
  },
  {
    name: "a directive that home-manager has another value for",
    parts: { options, model: { confinement: [{ ...rule(a), user: { directives: {} } }] } },
  },
  {
    name: "the setting that an option fills",
    parts: {
      options: { a: option(z.string(), { default: "x", setting: "a", platforms: ["nixos"] }) },
      model: { environment: [{ name: "A", value: setting<string>("a") }] },
    },
    want: lacks(
      "the service's model (environment.0.value)",
      "a",
      "home-manager and darwin",
      "nixos",
    ),
  },
  {
    name: "what instances are compared by",
    parts: {
      options,
      model: { unique: [{ what: "port", option: reference(["port"]), value: a }] },
    },
    want: lacks("the comparison of instances (port)", "a", "home-manager and darwin", "nixos"),
  },
  {
    name: "what instances are compared by, where the option compared exists",
    parts: { options, model: { unique: [{ what: "name", option: a, value: a }] } },
  },
  {
    name: "the variable of a credential",
    parts: { options: { ...macOnly, key: credential({ variable: m }) } },
    want: lacks("the variable of key", "m", "nixos", "home-manager, darwin"),
  },
  {
    name: "the home of the user",
    parts: { model: { environment: [{ name: "A", value: homeDirectory }] } },
    want: {
      message:
        "the service's model (environment.0.value) uses the home directory of the configuration's user",
      received: "the platform nixos, darwin, where no such user is known",
    },
  },
  {
    name: "a service without a user of its own",
    parts: { model: { identity: undefined } },
    want: {
      message: "the service does not say who it runs as",
      received: "the platforms nixos, home-manager, darwin",
    },
  },
  {
    name: "a user's own service without a user of its own",
    parts: { platforms: ["home-manager"], model: { identity: undefined } },
  },
  {
    name: "a daemon of macOS without ids",
    parts: { model: { identity: { user: reference(["user"]), group: reference(["user"]) } } },
    want: {
      message: "the service does not say the ids of its user and group",
      received: "the platforms nixos, home-manager, darwin",
    },
  },
  {
    name: "VM tests of a service without a module for NixOS",
    parts: {
      platforms: ["darwin"],
      model: {
        scenarios: { nodes: {}, main: { on: [], scripts: [] }, relaxed: {} },
        directories: [text`/var/lib/it/work`],
      },
    },
    want: {
      message: "the service has scenarios, and no module for their machines",
      received: "darwin",
    },
  },
  {
    name: "an option for other platforms than the service",
    parts: { platforms: ["darwin"], options, model: { config } },
    want: {
      message: "the option exists on none of the service's platforms",
      received: "nixos",
      option: "a",
    },
  },
];

function rule(value: typeof m) {
  return {
    id: "it",
    why: "A reason.",
    directives: { UMask: value },
    user: {},
    seatbelt: {},
    unprovable: "It is a test.",
  };
}

describe("what a platform lacks is told when modules are generated", () => {
  it.each(rows)("$name", ({ parts, want }) => {
    if (want === undefined) {
      expect(() => lowerWith(parts)).not.toThrow();
      return;
    }
    const {
      message,
      received,
      option: path = "",
      location,
      next,
    } = mistakeIn(() => lowerWith(parts));
    expect({ message, received, option: path }).toEqual({ option: "", ...want });
    expect(location?.file).toBe("schema/test.ts");
    expect(next).not.toBe(undefined);
  });
});

function standard(platforms: readonly [Platform, ...Platform[]]): Service {
  const { service, config: configOptions } = standardOptions("it");
  return defineService({
    name: "it",
    summary: "it",
    documentation: "https://example.org",
    platforms,
    options: {
      ...service,
      ...configOptions,
      /** Whether anybody may connect. */
      openFirewall: option(z.boolean(), { default: false, platforms: ["nixos"] }),
      /** Where it listens. */
      port: option(z.number().int(), {
        default: perPlatform({ nixos: 1, "home-manager": 2, darwin: 3 }),
      }),
    },
    model: (cfg) => ({
      ...standardModel(cfg),
      config: standardConfig(cfg),
      listen: { option: cfg.port, openFirewall: cfg.openFirewall },
      confinement: unconfined("It is a test."),
    }),
  });
}

it.each([
  [["nixos"], ["user", "group", "createUser", "configPath", "openFirewall"]],
  [["home-manager"], []],
  [["darwin"], ["user", "group", "uid", "gid", "createUser"]],
] as const)("on %s, a service has of the standard options those that %s", (platforms, some) => {
  const everywhere = [
    "package",
    "stateDir",
    "credentials",
    "environment",
    "environmentFiles",
    "path",
  ];
  const { options: lowered } = lowerService(standard([...platforms]), docs);
  expect(new Set(lowered.map(({ path }) => path.join(".")))).toEqual(
    new Set([...everywhere, ...some, "settings", "port"]),
  );
  expect(new Set(lowered.flatMap((each) => each.platforms))).toEqual(new Set(platforms));
});
