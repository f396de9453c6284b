// The defaults that the library adds to an author's model.

import { describe, expect, expectTypeOf, test } from "vitest";
import type { Unique } from "../../src/model/service-model.ts";
import { literal, program, reference, setting, text } from "../../src/schema/build-expression.ts";
import {
  completeModel,
  type ModelDefinition,
  restartRules,
  unconfined,
} from "../../src/schema/complete-model.ts";
import { option, type OptionTree } from "../../src/schema/define-option.ts";
import { port } from "../../src/schema/value-types.ts";
import type { ConfinementRule, ServiceModel } from "../../src/model/service-model.ts";

const stateDir = reference<string>(["stateDir"]);
const least: ModelDefinition = {
  package: reference(["package"]),
  stateDirectory: { path: stateDir },
  confinement: unconfined("It is a test."),
};

const options: OptionTree = {
  server: { port: option(port(), { default: 80, setting: "listen.port" }) },
  plain: option(port(), { default: 80 }),
};

const complete = (parts: Partial<ModelDefinition> = {}): ServiceModel =>
  completeModel({ ...least, ...parts }, { name: "it", options });

/** Without the marks of expressions, which hold nothing. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test("who says the least has the defaults, and no optional part", () => {
  const want = {
    package: reference(["package"]),
    unit: "it",
    systemdVersion: "257",
    shell: program("bashInteractive", "bash"),
    stateDirectory: { path: stateDir, mode: "0700" },
    restart: restartRules,
    confinement: [],
    unconfined: "It is a test.",
    unique: [{ what: "state directory", option: stateDir }],
    derived: [],
    arguments: [],
    directories: [],
    temporaryPrefixes: [],
    environment: [],
    extra: {},
    packages: [],
    generatedSecrets: [],
    managedFiles: [],
    assertions: [],
  };
  expect(plain(complete())).toEqual(plain(want));
});

describe("the port", () => {
  const serverPort = reference<number>(["server", "port"]);
  const other = reference<number>(["plain"]);
  test.each([
    [
      "is what the setting ends up with that the option fills",
      { option: serverPort },
      setting("listen.port"),
    ],
    ["is the option's where that fills none", { option: other }, other],
    ["is what the author says", { option: other, port: literal(1) }, literal(1)],
  ])("%s", (_, listen, want) => {
    expect(plain(complete({ listen }).listen?.port)).toEqual(plain(want));
  });
});

test("a configuration file has a title and no layers", () => {
  const settings = reference<never>(["settings"]);
  const want = { settings, title: "configuration", layers: [] };
  expect(plain(complete({ config: { settings } }).config)).toEqual(plain(want));
});

test("rules for restarts are those that the author does not say otherwise", () => {
  const own = { delay: 1, stopTimeout: 90, stopTimeoutReason: "It is slow." };
  expect(complete({ restart: own }).restart).toEqual({ ...restartRules, ...own });
});

test("who says how long a stop takes says why", () => {
  expectTypeOf<{ stopTimeout: number }>().not.toExtend<NonNullable<ModelDefinition["restart"]>>();
});

test("what no two instances can share follows from what the options are for", () => {
  const ref = (name: string) => reference<never>([name]);
  const author: Unique = { what: "workspace", option: ref("workspaceDir") };
  const { unique } = complete({
    identity: { user: ref("user"), group: ref("group"), uid: ref("uid"), gid: ref("gid") },
    listen: { option: ref("plain") },
    reach: {
      readable: ref("a"),
      writable: ref("b"),
      sockets: literal([]),
      tcpPorts: ref("tcp"),
      udpPorts: ref("udp"),
      freePort: literal(false),
      egress: literal("any"),
    },
    config: { settings: ref("settings"), path: ref("configPath") },
    unique: [author],
  });
  expect(
    unique.map(({ what, option: { path }, more }) => [what, path.join("."), more?.length]),
  ).toEqual([
    ["port", "plain", 1],
    ["UDP port", "udp", undefined],
    ["user", "user", undefined],
    ["user id", "uid", undefined],
    ["group id", "gid", undefined],
    ["state directory", "stateDir", undefined],
    ["workspace", "workspaceDir", undefined],
    ["configuration file", "configPath", undefined],
  ]);
});

test("rules that follow from the model get it complete", () => {
  const rule: ConfinementRule = {
    id: "it",
    why: "A reason.",
    directives: {},
    user: {},
    seatbelt: {},
    unprovable: "It is a test.",
  };
  const { confinement } = complete({
    environment: [{ name: "A", value: text`a` }],
    confinement: ({ unit, environment }) => [{ ...rule, why: `${unit}, ${environment.length}` }],
  });
  expect(confinement.map(({ why }) => why)).toEqual(["it, 1"]);
});
