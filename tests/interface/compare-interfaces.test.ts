import { expect, test } from "vitest";
import { compareInterfaces } from "../../src/interface/compare-interfaces.ts";
import type {
  InterfaceOption,
  InterfaceRule,
  ServiceInterface,
} from "../../src/interface/interface.ts";

const port: InterfaceOption = {
  path: "port",
  type: { kind: "port" },
  platforms: ["nixos", "darwin"],
  instance: "inherit",
  defaults: { nixos: "80", darwin: "80" },
  setting: "listen.port",
};

const homes: InterfaceRule = {
  id: "homes",
  keptBy: { nixos: { ProtectHome: '"tmpfs"' }, macos: { sandbox: "No home is open." } },
  cannot: {},
  promises: [{ promise: "home directories", must: ["ENOENT"] }],
  differences: {},
};

const it: ServiceInterface = {
  format: 1,
  name: "it",
  platforms: ["nixos", "darwin"],
  renamedFrom: ["was"],
  options: [port],
  rules: [homes],
};

const withPort = (changed: Partial<InterfaceOption>): ServiceInterface => ({
  ...it,
  options: [{ ...port, ...changed }],
});
const withHomes = (changed: Partial<InterfaceRule>): ServiceInterface => ({
  ...it,
  rules: [{ ...homes, ...changed }],
});

/** Each: the later interface (and the earlier one, if it is another), and the changes; `!` before those that break. */
const changes: readonly (readonly [
  string,
  {
    readonly from?: readonly ServiceInterface[];
    readonly to: readonly ServiceInterface[];
    readonly want: readonly string[];
  },
])[] = [
  ["nothing", { to: [it], want: [] }],
  ["no service", { to: [], want: ["!removed it: the service is gone"] }],
  [
    "a further service",
    { to: [it, { ...it, name: "other" }], want: ["added other: a new service, on nixos, darwin"] },
  ],
  [
    "another name of the service",
    {
      to: [{ ...it, name: "new", renamedFrom: ["was", "it"] }],
      want: ["renamed new: services.it → services.new"],
    },
  ],
  [
    "a former name of the service that is forgotten",
    {
      to: [{ ...it, renamedFrom: [] }],
      want: ["!removed it: the former name services.was no longer works"],
    },
  ],
  [
    "a platform less",
    {
      to: [{ ...it, platforms: ["nixos"], options: [{ ...port, platforms: ["nixos"] }] }],
      want: ["!removed it: no module for darwin"],
    },
  ],
  [
    "an option less",
    { to: [{ ...it, options: [] }], want: ["!removed it port: no option of this name is left"] },
  ],
  [
    "an option less that was deprecated",
    {
      from: [withPort({ deprecated: "Use a socket." })],
      to: [{ ...it, options: [] }],
      want: ["removed it port: it was deprecated: Use a socket."],
    },
  ],
  [
    "another name of an option",
    {
      to: [withPort({ path: "listen.port", renamedFrom: ["port"] })],
      want: ["renamed it listen.port: port → listen.port"],
    },
  ],
  [
    "another name and another type",
    {
      to: [withPort({ path: "listen", renamedFrom: ["port"], type: { kind: "bool" } })],
      want: [
        "!retyped it listen: 16 bit unsigned integer; between 0 and 65535 (both inclusive) → boolean",
        "renamed it listen: port → listen",
      ],
    },
  ],
  [
    "a former name of an option that is forgotten",
    {
      from: [withPort({ renamedFrom: ["listenPort"] })],
      to: [it],
      want: ["!removed it listenPort: this former name of port no longer works"],
    },
  ],
  [
    "a wider type",
    {
      to: [withPort({ type: { kind: "int" } })],
      want: [
        "retyped it port: 16 bit unsigned integer; between 0 and 65535 (both inclusive) → signed integer",
      ],
    },
  ],
  [
    "a platform less for an option",
    { to: [withPort({ platforms: ["nixos"] })], want: ["!removed it port: no longer on darwin"] },
  ],
  [
    "a platform more for an option",
    {
      from: [withPort({ platforms: ["nixos"] })],
      to: [it],
      want: ["added it port: now also on darwin"],
    },
  ],
  [
    "a system less",
    { to: [withPort({ systems: ["linux"] })], want: ["!removed it port: systems: all → linux"] },
  ],
  [
    "no option of instances",
    {
      to: [withPort({ instance: "none" })],
      want: ["!removed it port: no longer an option of instances"],
    },
  ],
  [
    "no longer inherited",
    {
      to: [withPort({ instance: "own" })],
      want: ["default it port: instances no longer inherit it"],
    },
  ],
  [
    "another default",
    {
      to: [withPort({ defaults: { nixos: "81", darwin: "81" } })],
      want: ["default it port: 80 → 81"],
    },
  ],
  [
    "another default on one platform",
    {
      to: [withPort({ defaults: { nixos: "80", darwin: "81" } })],
      want: ["default it port: 80 → 81 (darwin)"],
    },
  ],
  [
    "no default",
    { to: [withPort({ defaults: {} })], want: ["!default it port: 80 → has to be set"] },
  ],
  [
    "another key",
    {
      to: [withPort({ setting: "port" })],
      want: ["moved it port: key of the configuration: listen.port → port"],
    },
  ],
  [
    "deprecated",
    {
      to: [withPort({ deprecated: "Use a socket." })],
      want: ["deprecated it port: Use a socket."],
    },
  ],
  [
    "a further option",
    {
      to: [{ ...it, options: [port, { ...port, path: "other", platforms: ["nixos"] }] }],
      want: ["added it other: default 80, on nixos"],
    },
  ],
  [
    "a further option that has to be set",
    {
      to: [{ ...it, options: [port, { ...port, path: "other", defaults: {} }] }],
      want: ["!added it other: default none: it has to be set"],
    },
  ],
  [
    "a default of another option, where it is on",
    {
      from: [withPort({ sets: { tasks: "1" } })],
      to: [withPort({ sets: { tasks: "2", memory: "3" } })],
      want: [
        "default it port: where it is on, that of tasks: 1 → 2",
        "default it port: where it is on, that of memory: its own → 3",
      ],
    },
  ],
  [
    "an option that gives up a promise",
    {
      to: [withPort({ lifts: ["home directories"] })],
      want: ["weakened it port: the option can also give up: home directories"],
    },
  ],
  [
    "a rule less",
    {
      to: [{ ...it, rules: [] }],
      want: ["weakened it homes: the rule is gone, with its promises: home directories"],
    },
  ],
  [
    "a rule more",
    {
      from: [{ ...it, rules: [] }],
      to: [it],
      want: ["strengthened it homes: a new rule, with its promises: home directories"],
    },
  ],
  [
    "a promise less and another more",
    {
      to: [withHomes({ promises: [{ promise: "root's home", must: ["ENOENT"] }] })],
      want: [
        "weakened it homes: no longer promised: home directories",
        "strengthened it homes: now promised: root's home",
      ],
    },
  ],
  [
    "a promise that more outcomes keep",
    {
      to: [withHomes({ promises: [{ promise: "home directories", must: ["ENOENT", "done"] }] })],
      want: ["weakened it homes: home directories: ENOENT → ENOENT or done"],
    },
  ],
  [
    "another value of a directive",
    {
      to: [withHomes({ keptBy: { ...homes.keptBy, nixos: { ProtectHome: "true" } } })],
      want: ['changed it homes: ProtectHome: "tmpfs" → true (NixOS)'],
    },
  ],
  [
    "another directive",
    {
      to: [withHomes({ keptBy: { ...homes.keptBy, nixos: { InaccessiblePaths: '"/home"' } } })],
      want: [
        "weakened it homes: ProtectHome is gone (NixOS)",
        'strengthened it homes: InaccessiblePaths is new: "/home" (NixOS)',
      ],
    },
  ],
  [
    "a limit",
    {
      to: [withHomes({ cannot: { user: "hide the home of root" } })],
      want: ["weakened it homes: it cannot hide the home of root (a user's service on Linux)"],
    },
  ],
  [
    "a case in which a promise is given up",
    {
      to: [withHomes({ differences: { "old-release": ["home directories"] } })],
      want: ["weakened it homes: given up in a further case: home directories (old-release)"],
    },
  ],
];

test.each(changes)("%s", (_, { from = [it], to, want }) => {
  const given = compareInterfaces(from, to).map(
    ({ kind, service, subject, text, breaks }) =>
      [`${breaks ? "!" : ""}${kind} ${service}`, ...(subject === "" ? [] : [subject])].join(" ") +
      `: ${text}`,
  );
  expect(given).toEqual(want);
});

test("the other direction of a change has changes, too", () => {
  const silent = changes.filter(
    ([name, { from = [it], to }]) => name !== "nothing" && compareInterfaces(to, from).length === 0,
  );
  // A further former name, and a deprecation that is taken back, ask nothing of anybody.
  expect(silent.map(([name]) => name)).toEqual([
    "a former name of the service that is forgotten",
    "a former name of an option that is forgotten",
    "deprecated",
  ]);
});
