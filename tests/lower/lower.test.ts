import { describe, expect, it } from "vitest";
import type {
  ConfinementRule,
  Difference,
  Scenarios,
  SupersededModule,
  OperatorCommand,
  StatePart,
} from "../../src/model/service-model.ts";
import type { IrOption } from "../../src/model/option-type.ts";
import type { RelaxationTest } from "../../src/model/relaxation.ts";
import { perPlatform } from "../../src/model/platform-values.ts";
import {
  anyCredential,
  choose,
  configFile,
  type Exp,
  homeDirectory,
  instanceName,
  list,
  literal,
  perInstance,
  record,
  reference,
  setting,
  text,
  variantValue,
} from "../../src/schema/build-expression.ts";
import {
  credential,
  group,
  type Option,
  option,
  relaxation,
} from "../../src/schema/define-option.ts";
import { lifts, probe, shows } from "../../src/schema/define-proof.ts";
import { derived, variants } from "../../src/schema/define-service.ts";
import {
  absolutePath,
  jsonObject,
  packageType,
  port,
  secretFile,
} from "../../src/schema/value-types.ts";
import { z } from "../../src/zod.ts";
import { base, config, lowerWith, model, type Parts } from "./service.ts";
import { mistakeIn } from "./support.ts";

const createUser = reference<boolean>(["createUser"]);

const scenarios: Scenarios = { nodes: {}, main: { on: [], scripts: [] }, relaxed: {} };

const shown = shows("files", ["read", "/a"], { relaxed: "done", strict: "ENOENT" });

/** An element of another list, to use where it is not bound. */
let elsewhere: Exp<string> = literal("");
list("x").map((other) => (elsewhere = other));

function relaxed(test: RelaxationTest<boolean>): Option {
  return relaxation(z.boolean(), { default: false }, [test]);
}

function promising(promise: string): ConfinementRule {
  return {
    id: promise,
    why: "a reason",
    directives: {},
    user: {},
    seatbelt: {},
    proofs: [probe(promise, ["read", "/a"], "ENOENT", "done")],
  };
}

/** A command that brings in a part of another state. */
function bringing(part: Partial<StatePart>): OperatorCommand {
  const notes: StatePart = { name: "notes", what: "notes", patterns: ["*"] };
  return { name: "it", care: { parts: [{ ...notes, ...part }] } };
}

function differing(difference: Partial<Difference>): ConfinementRule {
  const older: Difference = {
    name: "older",
    where: "it is old",
    when: literal(true),
    lifts: lifts("done", "files"),
    why: "it needs them",
  };
  return { ...promising("files"), differences: [{ ...older, ...difference }] };
}

/** The lowered option at a path of a service with these parts. */
function optionIn(parts: Parts, path: string): IrOption | undefined {
  return lowerWith(parts).options.find((candidate) => candidate.path.join(".") === path);
}

describe("an option is lowered with all its facets", () => {
  it("everything said", () => {
    const options = {
      gateway: {
        bind: option(z.string(), {
          default: "loopback",
          example: "lan",
          setting: "gateway.bind",
          platforms: ["darwin", "nixos"],
          instance: "own",
          deprecated: "use another",
          renamedFrom: ["bind", "old.bind"],
        }),
      },
    };
    const loopback = { kind: "literal", value: "loopback" };
    expect(optionIn({ options }, "gateway.bind")).toEqual({
      path: ["gateway", "bind"],
      type: { kind: "string", nonEmpty: false },
      description: "About gateway.bind.",
      location: { file: "schema/test.ts", line: 7 },
      defaults: { nixos: loopback, darwin: loopback },
      example: "lan",
      platforms: ["nixos", "darwin"],
      instance: "own",
      setting: ["gateway", "bind"],
      guard: undefined,
      deprecated: "use another",
      renamedFrom: [["bind"], ["old", "bind"]],
      credential: undefined,
      relaxation: undefined,
    });
  });

  it("nothing said", () => {
    expect(optionIn({ options: { it: option(z.boolean()) } }, "it")).toMatchObject({
      defaults: undefined,
      example: undefined,
      platforms: ["nixos", "home-manager", "darwin"],
      instance: "inherit",
      setting: undefined,
      guard: undefined,
      deprecated: undefined,
      renamedFrom: [],
      credential: undefined,
      relaxation: undefined,
    });
  });

  it("a credential", () => {
    const options = { key: credential({ variable: "API_KEY", purpose: "model" }) };
    expect(optionIn({ options }, "key")).toMatchObject({
      type: { kind: "nullable", of: { kind: "secretFile" } },
      defaults: { nixos: { kind: "literal", value: null } },
      credential: { variable: { kind: "literal", value: "API_KEY" }, purpose: "model" },
    });
  });

  it("facets of a group, unless the option says otherwise", () => {
    const options = {
      it: group(
        { instance: "own", platforms: ["nixos"] },
        { a: option(z.string()), b: { c: option(z.string(), { instance: "inherit" }) } },
      ),
    };
    expect(optionIn({ options }, "it.a")).toMatchObject({ instance: "own", platforms: ["nixos"] });
    expect(optionIn({ options }, "it.b.c")).toMatchObject({
      instance: "inherit",
      platforms: ["nixos"],
    });
  });
});

it("keeps the order in which options are declared", () => {
  const options = { z: option(z.string()), a: { y: option(z.string()), b: option(z.string()) } };
  const paths = lowerWith({ options }).options.map(({ path }) => path.join("."));
  expect(paths).toEqual([...Object.keys(base), "z", "a.y", "a.b"]);
});

describe("defaults", () => {
  it("differ between platforms", () => {
    const options = {
      it: option(z.string(), {
        default: perPlatform({
          nixos: "a",
          "home-manager": literal("b"),
          darwin: text`c${instanceName}`,
        }),
        instance: "own",
      }),
    };
    expect(optionIn({ options }, "it")?.defaults).toEqual({
      nixos: { kind: "literal", value: "a" },
      "home-manager": { kind: "literal", value: "b" },
      darwin: { kind: "text", parts: ["c", instanceName.node] },
    });
  });

  it("are derived from other options", () => {
    const parts: Parts = {
      options: { it: option(absolutePath(), { platforms: ["nixos"] }) },
      model: {
        derived: [derived(reference<string>(["it"]), text`${reference<string>(["stateDir"])}/it`)],
      },
    };
    expect(optionIn(parts, "it")?.defaults).toEqual({
      nixos: { kind: "text", parts: [{ kind: "option", path: ["stateDir"] }, "/it"] },
    });
  });
});

describe("the setting of an option waits for the nearest `enable`", () => {
  const on = option(z.boolean(), { default: false, setting: "on" });
  const options = {
    outer: {
      enable: on,
      a: option(z.string()),
      inner: { enable: option(z.boolean()), b: option(z.string()) },
      plain: { c: option(z.string()) },
    },
    other: { d: option(z.string()) },
  };
  it.each([
    ["outer.enable", ["outer", "enable"]],
    ["outer.a", ["outer", "enable"]],
    ["outer.inner.enable", ["outer", "inner", "enable"]],
    ["outer.inner.b", ["outer", "inner", "enable"]],
    ["outer.plain.c", ["outer", "enable"]],
    ["other.d", undefined],
    ["user", undefined],
  ])("%s: %j", (path, want) => {
    expect(optionIn({ options }, path)?.guard).toEqual(want);
  });
});

const table = variants("generations", { new: { name: "N" }, old: { name: "O" } });

it("accepts an option that selects a variant", () => {
  const lowered = lowerWith({
    variants: table.table,
    options: { generation: option(z.enum(table.names), { default: "new" }) },
    model: { variant: reference(["generation"]), arguments: [table.value.name] },
  });
  expect(lowered.variants?.name).toBe("generations");
});

const string = z.string();
const aKey = { name: "a", url: "https://api.example.org/v1", header: "X-Api-Key" };
const ref = reference<string>;

/** A value that TypeScript would refuse where it is used. */
function untyped(json: string): never {
  return JSON.parse(json) as never;
}

interface Refused {
  readonly name: string;
  readonly parts: Parts;
  readonly message: string;
  /** "" where no option is at fault. */
  readonly option?: string;
  readonly expected?: string;
  readonly received?: string;
  readonly next?: string;
}

const refused: readonly Refused[] = [
  {
    name: "name of an option",
    parts: { options: { "a.b": option(string) } },
    message: '"a.b" cannot be the name of an option',
    option: "a.b",
  },
  {
    name: "earlier name of a value that does not exist",
    parts: {
      options: { a: option(z.enum(["on", "off"]), { renamedValues: { always: "yes" } }) },
    },
    message: "the facet `renamedValues` names values that the option does not have",
    option: "a",
    received: "yes",
  },
  {
    name: "earlier name of a value that is one of today",
    parts: { options: { a: option(z.enum(["on", "off"]), { renamedValues: { off: "on" } }) } },
    message: "the facet `renamedValues` renames a value that the option has",
    option: "a",
    received: "off",
  },
  {
    name: "keyword as a group's name",
    parts: { options: { with: { a: option(string) } } },
    message: 'the name "with" is reserved',
    option: "with",
  },
  {
    name: "option every service has",
    parts: { options: { instances: option(string) } },
    message: 'the name "instances" is reserved',
    option: "instances",
  },
  {
    name: "enable at the top level",
    parts: { options: { enable: option(z.boolean()) } },
    message: 'the name "enable" is reserved',
    option: "enable",
  },
  {
    name: "enable that is no switch",
    parts: { options: { a: { enable: option(string), b: option(string) } } },
    message: "the option `enable` of a group switches the group on",
    option: "a.enable",
  },
  {
    name: "default of another type",
    parts: { options: { a: option(z.number(), { default: untyped('"x"') }) } },
    message: "the default is not a value of the option's type",
    option: "a",
    expected: "number",
    received: '"x"',
  },
  {
    name: "default out of bounds",
    parts: { options: { a: option(port(), { default: 65536 }) } },
    message: "the default is not a value of the option's type",
    option: "a",
    expected: "Number must be less than or equal to 65535",
    received: "65536",
  },
  {
    name: "default of one platform out of bounds",
    parts: {
      options: {
        a: option(z.number().max(3), {
          default: perPlatform({ nixos: 1, "home-manager": 2, darwin: 4 }),
        }),
      },
    },
    message: "the default is not a value of the option's type",
    option: "a",
    expected: "Number must be less than or equal to 3",
    received: "4",
  },
  {
    name: "relative path as a default",
    parts: { options: { a: option(absolutePath(), { default: "a" }) } },
    message: "the default is not a value of the option's type",
    option: "a",
    expected: "an absolute path in its shortest form, outside of the Nix store",
    received: '"a"',
  },
  {
    name: "path in the store as a default, which the option refuses",
    parts: { options: { a: option(absolutePath(), { default: "/nix/store/a" }) } },
    message: "the default is not a value of the option's type",
    option: "a",
    expected: "an absolute path in its shortest form, outside of the Nix store",
    received: '"/nix/store/a"',
  },
  {
    name: "secret in the store as an example",
    parts: { options: { a: option(secretFile(), { example: "/nix/store/a" }) } },
    message: "the example is not a value of the option's type",
    option: "a",
    expected: "an absolute path in its shortest form, outside of the Nix store",
  },
  {
    name: "empty package",
    parts: { options: { a: option(packageType(), { default: "" }) } },
    message: "the default is not a value of the option's type",
    option: "a",
    expected: "the name of a package",
  },
  {
    name: "list as a JSON object",
    parts: { options: { a: option(jsonObject(), { default: untyped("[]") }) } },
    message: "the default is not a value of the option's type",
    option: "a",
    expected: "an object JSON can hold",
  },
  {
    name: "unknown field in a default",
    parts: {
      options: { a: option(z.object({ b: string }), { default: untyped('{"b":"","c":1}') }) },
    },
    message: "the default is not a value of the option's type",
    option: "a",
    expected: 'no field "c", only b',
  },
  {
    name: "example of another type, deep inside",
    parts: {
      options: { a: option(z.array(z.object({ b: z.number().int() })), { example: [{ b: 1.5 }] }) },
    },
    message: "the example is not a value of the option's type",
    option: "a",
    expected: "integer at 0.b",
  },
  {
    name: "two defaults",
    parts: {
      options: { a: option(string, { default: "a" }) },
      model: { derived: [derived(ref(["a"]), "b")] },
    },
    message: "the option has two defaults",
    option: "a",
  },
  {
    name: "two derived defaults",
    parts: {
      options: { a: option(string) },
      model: { derived: [derived(ref(["a"]), "b"), derived(ref(["a"]), "c")] },
    },
    message: "two defaults are derived for the option",
    option: "a",
  },
  {
    name: "default that lacks a platform",
    parts: { options: { a: option(string, { default: perPlatform({ nixos: "a" }) }) } },
    message: "the platforms of the default are not those of the option",
    option: "a",
    expected: "nixos, home-manager, darwin",
    received: "nixos",
  },
  {
    name: "default for a platform the option is not on",
    parts: {
      options: {
        a: option(string, {
          platforms: ["nixos"],
          default: perPlatform({ nixos: "a", darwin: "b" }),
        }),
      },
    },
    message: "the platforms of the default are not those of the option",
    option: "a",
    expected: "nixos",
    received: "nixos, darwin",
  },
  {
    name: "no platform",
    parts: { options: { a: option(string, { platforms: [] }) } },
    message: "the option exists on no platform",
    option: "a",
  },
  {
    name: "derived default of no option",
    parts: { model: { derived: [derived(ref(["a", "b"]), "c")] } },
    message: "the service's model (derived) refers to a.b, which is no option",
    option: "a.b",
  },
  {
    name: "reference to no option in a default",
    parts: { options: { a: option(string, { default: text`${ref(["b"])}` }) } },
    message: "the default refers to b, which is no option",
    option: "a",
  },
  {
    name: "reference to no option in the model",
    parts: {
      model: {
        confinement: [
          {
            id: "x",
            why: "y",
            directives: { ReadWritePaths: [text`${ref(["a", "b"])}/c`] },
            user: {},
            seatbelt: {},
            unprovable: "only the references matter",
          },
        ],
      },
    },
    message:
      "the service's model (confinement.0.directives.ReadWritePaths.0) refers to a.b, which is no option",
    option: "a.b",
  },
  {
    name: "reference to no option in the variant table",
    parts: {
      variants: variants("table", { one: { key: ref(["a"]) } }).table,
      options: { b: option(z.enum(["one"])) },
      model: { variant: ref(["b"]) },
    },
    message: "the service's model (one.key) refers to a, which is no option",
    option: "a",
  },
  {
    name: "top level's option in an instance's expression",
    parts: {
      options: { a: option(string, { instance: "none" }) },
      model: { arguments: [ref(["a"])] },
    },
    message: "the service's model (arguments.0) is computed for every instance",
    option: "a",
    received: "a, which exists at the top level only",
  },
  {
    name: "top level's option in an instance's default",
    parts: {
      options: {
        a: option(string, { instance: "none" }),
        b: option(string, { default: ref(["a"]) }),
      },
    },
    message: "the default is computed for every instance",
    option: "b",
  },
  {
    name: "top level's option with a setting",
    parts: { options: { a: option(string, { instance: "none", setting: "a" }) } },
    message: "an option of the top level only cannot reach the instances",
    option: "a",
    received: 'instance: "none", and a setting',
  },
  {
    name: "top level's credential",
    parts: { options: { a: credential({ variable: "A" }, { instance: "none" }) } },
    message: "an option of the top level only cannot reach the instances",
    option: "a",
    received: 'instance: "none", and a credential',
  },
  {
    name: "inherited default with the instance's name",
    parts: { options: { a: option(string, { default: perInstance("a") }) } },
    message: "the default differs between instances, but they inherit the option",
    option: "a",
    received: "the instance's name",
  },
  {
    name: "inherited default from an instance's own option",
    parts: {
      options: {
        a: option(string, { default: "a", instance: "own" }),
        b: option(string, { default: ref(["a"]) }),
      },
    },
    message: "the default differs between instances, but they inherit the option",
    option: "b",
    received: "a",
  },
  {
    name: "default from an option of another platform",
    parts: {
      options: {
        a: option(string, { default: "a", platforms: ["nixos"] }),
        b: option(string, { default: ref(["a"]) }),
      },
    },
    message: "the default refers to a",
    option: "b",
    received: "the platform home-manager, where that option does not exist",
  },
  {
    name: "home directory where there is none",
    parts: { options: { a: option(string, { default: text`${homeDirectory}/a` }) } },
    message: "the default uses the home directory of the configuration's user",
    option: "a",
    received: "the platform nixos, where no such user is known",
  },
  {
    name: "default that depends on itself",
    parts: {
      options: {
        a: option(string, { default: ref(["b", "c"]) }),
        b: { c: option(string, { default: text`${ref(["a"])}` }) },
      },
    },
    message: "the default depends on itself",
    option: "a",
    received: "a -> b.c -> a",
  },
  {
    name: "variable that is not bound",
    parts: {
      options: {
        a: option(z.array(string), {
          default: list("x").map(() => elsewhere),
        }),
      },
    },
    message: "the default uses the variable other where it is not bound",
    option: "a",
  },
  {
    name: "purpose no credential has",
    parts: {
      model: {
        assertions: [{ option: ref(["user"]), holds: anyCredential("model"), message: "none" }],
      },
    },
    message: "the service's model (assertions.0.holds) asks for credentials no option gives",
    option: "",
    expected: 'a credential with the purpose "model"',
  },
  {
    name: "same setting twice",
    parts: {
      options: {
        a: option(string, { setting: "x.y" }),
        b: option(string, { setting: "x.y" }),
      },
    },
    message: "the setting x.y is taken",
    option: "b",
    received: "a has the setting x.y",
  },
  {
    name: "setting inside another",
    parts: {
      options: {
        a: option(string, { setting: "x.y" }),
        b: option(jsonObject(), { setting: "x" }),
      },
    },
    message: "the setting x and the setting x.y overlap",
    option: "b",
  },
  {
    name: "setting with an empty name",
    parts: { options: { a: option(string, { setting: "x..y" }) } },
    message: '"x..y" is not a path',
    option: "a",
  },
  {
    name: "earlier path of another option",
    parts: { options: { a: option(string, { renamedFrom: ["user"] }) } },
    message: "the earlier path user is taken",
    option: "a",
    received: "there is an option user",
  },
  {
    name: "earlier path around options",
    parts: { options: { a: { b: option(string, { renamedFrom: ["a"] }) } } },
    message: "the earlier path a and the option a.b overlap",
    option: "a.b",
  },
  {
    name: "same earlier path twice",
    parts: {
      options: {
        a: option(string, { renamedFrom: ["x"] }),
        b: option(string, { renamedFrom: ["x"] }),
      },
    },
    message: "the earlier path x is taken",
    option: "b",
    received: "a has the earlier path x",
  },
  {
    name: "earlier path that is none",
    parts: { options: { a: option(string, { renamedFrom: ["x y"] }) } },
    message: '"x y" cannot be the name of an option',
  },
  {
    name: "deprecated without a word",
    parts: { options: { a: option(string, { deprecated: " " }) } },
    message: "the facet `deprecated` says nothing",
    option: "a",
  },
  {
    name: "variable that is none",
    parts: { options: { a: credential({ variable: "A-B" }) } },
    message: "a credential is exported as an environment variable",
    option: "a",
    received: '"A-B"',
  },
  {
    name: "host of a credential that is none",
    parts: { options: { a: credential({ variable: "A", hosts: ["https://api.example.org"] }) } },
    message: "this is not a host of the credential",
    option: "a",
    received: '"https://api.example.org"',
  },
  {
    name: "secret outside without a setting that could lead to it",
    parts: { options: { a: credential({ variable: "A", outside: aKey }) } },
    message: "a secret that stays outside needs `hostsSetting`",
    option: "a",
  },
  ...(
    [
      ["name", "a.b"],
      ["name", "a b"],
      ["url", "ftp://api.example.org"],
      ["url", "https://user@api.example.org"],
      ["url", "https://api.example.org/$host"],
      ["url", "https://api.example.org?key="],
      ["header", "X-Api-Key: a"],
      ["header", "X_\n"],
      ["prefix", 'Bearer "'],
      ["prefix", "$host "],
      ["placeholder", "it is outside"],
    ] as const
  ).map(([part, value]) => ({
    name: `${part} of a secret outside that is none: ${JSON.stringify(value)}`,
    parts: {
      options: {
        a: credential({ variable: "A", hostsSetting: "b.c", outside: { ...aKey, [part]: value } }),
      },
    },
    message: `\`${part}\` of a secret that stays outside is something else`,
    option: "a",
    received: JSON.stringify(value),
  })),
  {
    name: "same variable twice",
    parts: { options: { a: credential({ variable: "A" }), b: credential({ variable: "A" }) } },
    message: "the variable A is taken",
    option: "b",
    received: "a is exported as A as well",
  },
  {
    name: "row of no table",
    parts: { options: { a: credential({ variable: variantValue("name") }) } },
    message: "the variable of the credential uses name, which is no key of the variant table",
    option: "a",
  },
  {
    name: "table that is not used",
    parts: { variants: table.table },
    message: "nothing selects a row of the table generations",
    option: "",
  },
  {
    name: "variant without a table",
    parts: { options: { a: option(z.enum(["b"])) }, model: { variant: ref(["a"]) } },
    message: "the model selects a variant, but there is no table of variants",
    option: "a",
  },
  {
    name: "variants the option does not have",
    parts: {
      variants: table.table,
      options: { a: option(z.enum(["new"])) },
      model: { variant: ref(["a"]) },
    },
    message: "the values of the option are not the variants of generations",
    option: "a",
    expected: "new, old",
    received: "new",
  },
  {
    name: "variants of an option that is no enum",
    parts: {
      variants: table.table,
      options: { a: option(string) },
      model: { variant: ref(["a"]) },
    },
    message: "the values of the option are not the variants of generations",
    option: "a",
    received: "a type that is no enum: string",
  },
  {
    name: "group's switch on fewer platforms",
    parts: {
      options: { a: { enable: option(z.boolean(), { platforms: ["nixos"] }), b: option(string) } },
    },
    message: "the option exists on home-manager, but a.enable does not",
    option: "a.b",
  },
  {
    name: "group's switch for all instances at once",
    parts: {
      options: { a: { enable: option(z.boolean(), { instance: "none" }), b: option(string) } },
    },
    message: "a.enable exists at the top level only",
    option: "a.b",
  },
  {
    name: "operating systems of an option that instances have",
    parts: {
      options: { a: option(string, { platforms: ["home-manager"], systems: ["darwin"] }) },
    },
    message: "the facet `systems` is for options of a home, at the top level",
    option: "a",
  },
  {
    name: "operating systems of an option that is elsewhere, too",
    parts: { options: { a: option(string, { systems: ["darwin"], instance: "none" }) } },
    message: "the facet `systems` is for options of a home, at the top level",
    option: "a",
  },
  {
    name: "new name of another module's option, where that exists",
    parts: {
      options: { a: option(string, { platforms: ["nixos"] }) },
      model: { supersedes: [superseded({ old: reference(["a"]) })] },
    },
    message: "the new name of programs.it.old is an option that does not exist on home-manager",
    option: "a",
  },
  {
    name: "new name of another module's option, that it exists",
    parts: { model: { supersedes: [superseded({ old: reference(["b"]) })] } },
    message: "the new name of programs.it.old refers to b, which is no option",
    option: "b",
  },
  {
    name: "old name of another module's option, that it differs",
    parts: {
      options: { a: option(string) },
      model: { supersedes: [superseded({ a: reference(["a"]) })] },
    },
    message: "programs.it.a has this option's own path",
    option: "a",
  },
  {
    name: "promise that a relaxation gives up",
    parts: {
      options: { a: relaxed({ name: "a", value: true, lifts: lifts("done", "fils") }) },
      model: { confinement: [promising("files")] },
    },
    message: "the test a gives up what no confinement rule promises",
    option: "a",
    received: "fils",
  },
  {
    name: "instance of a relaxation's test",
    parts: {
      options: {
        a: relaxed({ name: "it", value: true, shows: [shown] }),
        b: relaxed({ name: "it", value: true, shows: [shown] }),
      },
    },
    message: "every test of a relaxation has an instance of its own",
    option: "b",
    received: "it",
  },
  {
    name: "instance of a relaxation's test that would not be relaxed",
    parts: { options: { a: relaxed({ name: "strict", value: true, shows: [shown] }) } },
    message: "every test of a relaxation has an instance of its own",
    option: "a",
    received: "strict",
  },
  {
    name: "promise made twice",
    parts: { model: { confinement: [promising("files"), promising("files")] } },
    message: "two proofs of the confinement have the same name",
    option: "",
    received: "files",
  },
  {
    name: "mode of a directory",
    parts: { model: { stateDirectory: { ...model.stateDirectory, mode: "750" } } },
    message: "this is not the mode of a directory",
    option: "",
    expected: 'four octal digits, for example "0700"',
    received: '"750"',
  },
  {
    name: "name of a part of the state",
    parts: { model: { command: bringing({ name: "Old notes" }) } },
    message: "a part of the state has a name that it cannot have",
    option: "",
    expected: "lower-case letters, and another name for each part",
    received: "Old notes",
  },
  {
    name: "part outside of the state",
    parts: { model: { command: bringing({ patterns: ["notes/../../*"] }) } },
    message: "the part notes of the state has a pattern that leaves the state",
    option: "",
    received: "notes/../../*",
  },
  {
    name: "copy of a configuration file that does not exist",
    parts: {
      model: {
        config: undefined,
        command: { name: "it", care: { repair: { arguments: [], configVariable: "CONFIG" } } },
      },
    },
    message: "the service has no configuration file to copy for its repair",
    option: "",
  },
  {
    name: "promise that a difference gives up",
    parts: { model: { confinement: [differing({ lifts: lifts("done", "fils") })] } },
    message: "the difference older gives up a promise that the rule files does not make",
    option: "",
    expected: "files",
    received: "fils",
  },
  {
    name: "name of a difference",
    parts: { model: { confinement: [differing({ name: "older releases" })] } },
    message: "a difference of the rule files has a name that cannot be one word",
    option: "",
    received: "older releases",
  },
  {
    name: "same key in two layers of settings",
    parts: {
      model: withLayers(
        record({ server: record({ mode: "fast" }) }),
        record({ server: record({ mode: "safe", name: "it" }) }),
      ),
    },
    message: "the setting server.mode is in two layers",
    option: "",
    received: "layer 1 and layer 2 of `config.layers`",
  },
  {
    name: "key in a layer inside of another's",
    parts: {
      model: withLayers(record({ server: literal({}) }), record({ server: record({ a: "" }) })),
    },
    message: "the settings server and server.a of two layers overlap",
    option: "",
  },
  {
    name: "key of a layer that an option fills",
    parts: {
      options: { a: option(string, { setting: "server.mode" }) },
      model: withLayers(record({ server: record({ mode: "fast" }) })),
    },
    message: "the setting server.mode is in a layer of the model, too",
    option: "a",
    received: "layer 1 of `config.layers` has the setting server.mode",
  },
  {
    name: "VM test without a directory to work in",
    parts: { model: { scenarios, directories: [] } },
    message: "the service has scenarios, and no directory for them to work in",
    option: "",
    expected: "at least one of its own in `directories`",
  },
  {
    name: "VM test of a service that listens nowhere",
    parts: {
      model: {
        scenarios,
        directories: [text`/var/lib/it/work`],
        listen: undefined,
      },
    },
    message: "the service has scenarios, and no port that an option says",
    option: "",
    expected: "`listen`",
  },
  {
    name: "VM test of a difference that no option decides",
    parts: {
      model: {
        scenarios,
        directories: [text`/var/lib/it/work`],
        confinement: [differing({ when: setting("server.mode") })],
      },
    },
    message: "the service has scenarios, and no option fills the setting server.mode",
    option: "",
    received: "the difference older depends on it",
  },
  {
    name: "setting that nothing fills, for another one",
    parts: {
      options: { root: option(z.string(), { default: "/", setting: "server.root" }) },
      model: { environment: [{ name: "ROOT", value: text`${setting("server.rot")}` }] },
    },
    message:
      "the service's model (environment.0.value) reads the setting server.rot, which nothing fills",
    option: "",
    next: "did you mean server.root?",
  },
  {
    name: "setting that nothing fills, and nothing is like it",
    parts: { model: { environment: [{ name: "ROOT", value: text`${setting("server.root")}` }] } },
    message:
      "the service's model (environment.0.value) reads the setting server.root, which nothing fills",
    option: "",
    next: 'declare an option with `setting: "server.root"`, or fill it in a layer of `config`',
  },
  {
    name: "value of a directive that is none of its own",
    parts: { model: { confinement: [directing({ ProtectHome: text`maybe` })] } },
    message: "ProtectHome of the rule files cannot be maybe",
    option: "",
    expected: 'true, false, "read-only", "tmpfs"',
  },
  {
    name: "value of a directive that may be chosen",
    parts: {
      model: {
        confinement: [
          directing({
            ProtectProc: choose(createUser, literal("invisible"), literal("hidden")),
          }),
        ],
      },
    },
    message: "ProtectProc of the rule files cannot be hidden",
    option: "",
    expected: '"noaccess", "invisible", "ptraceable", "default"',
  },
  {
    name: "value of a switch",
    parts: { model: { confinement: [directing({ PrivateDevices: literal("yes") })] } },
    message: "PrivateDevices of the rule files cannot be yes",
    option: "",
    expected: "true, false",
  },
  {
    name: "value of a directive elsewhere",
    parts: {
      model: {
        confinement: [
          {
            ...directing({}),
            user: { directives: directing({ OOMPolicy: text`restart` }).directives },
          },
        ],
      },
    },
    message: "OOMPolicy of the rule files under a user's systemd cannot be restart",
    option: "",
    expected: '"continue", "stop", "kill"',
  },
  {
    name: "mask that is no octal number",
    parts: { model: { confinement: [directing({ UMask: "rwx" })] } },
    message: "UMask of the rule files cannot be rwx",
    option: "",
    expected: 'octal digits, for example "0077"',
  },
  {
    name: "number out of its range",
    parts: { model: { confinement: [directing({ OOMScoreAdjust: 2000 })] } },
    message: "OOMScoreAdjust of the rule files cannot be 2000",
    option: "",
    expected: "a whole number from -1000 to 1000",
  },
  {
    name: "service that nothing confines",
    parts: { model: { unconfined: undefined } },
    message: "nothing confines the service",
    option: "",
    expected: "at least one rule in `confinement`",
  },
  {
    name: "service that nothing confines, for no reason",
    parts: { model: { unconfined: " " } },
    message: "the service is unconfined, and does not say why",
    option: "",
  },
  {
    name: "setting of a service without a configuration file",
    parts: {
      options: { a: option(z.string(), { setting: "a.b" }) },
      model: { config: undefined },
    },
    message: "the service has no configuration file",
    option: "a",
    received: "the option fills the setting a.b",
  },
  {
    name: "path of a configuration file that there is none of",
    parts: { model: { config: undefined, arguments: ["--config", configFile] } },
    message: "the service's model (arguments.1) refers to the configuration file",
    option: "",
  },
  {
    name: "value of a setting that there is none of",
    parts: { model: { config: undefined, arguments: [setting<string>("a")] } },
    message: "the service's model (arguments.0) refers to the configuration file",
    option: "",
  },
  {
    name: "configuration schema of a service without a configuration file",
    parts: { configSchema: { directory: "it", versions: ["1"] }, model: { config: undefined } },
    message: "the service has a configuration schema, and no configuration file",
    option: "",
  },
  {
    name: "level of a check that there is none of",
    parts: {
      options: { check: option(z.enum(["error", "warn", "off"]), { default: "error" }) },
      model: { config: { ...config, check: reference(["check"]) } },
    },
    message: "there is nothing to check settings against",
    option: "check",
    received: "the model's `config.check`",
  },
  {
    name: "variable of a credential in the environment",
    parts: {
      options: { key: credential({ variable: "API_KEY" }) },
      model: { environment: [{ name: "API_KEY", value: "x" }] },
    },
    message: "the variable API_KEY is taken",
    option: "key",
    received: "the model's `environment` has it, too",
  },
  {
    name: "service's name",
    parts: { name: "It" },
    message: '"It" cannot be the name of a service',
    option: "",
  },
  {
    name: "service's earlier name",
    parts: { renamedFrom: ["it"] },
    message: "the service has the name it twice",
    option: "",
  },
];

/** Two layers and more; the lowest first. */
function withLayers(...layers: readonly Exp<unknown>[]): NonNullable<Parts["model"]> {
  return { config: { ...config, layers } };
}

/** A rule with values that would not compile directly, but do as parts of expressions. */
function directing(values: Readonly<Record<string, unknown>>): ConfinementRule {
  return { ...promising("files"), directives: values };
}

/** Another module, some of whose options have new names. */
function superseded(renamed: SupersededModule["renamed"]): SupersededModule {
  return {
    places: ["programs.it"],
    platforms: ["home-manager"],
    units: [],
    renamed,
    removed: {},
    instances: { switch: "enable", renamed: {}, removed: {} },
  };
}

describe("a mistake is told with option, file and line", () => {
  it.each(refused)("$name", ({ parts, message, option: path, expected, received, next }) => {
    const mistake = mistakeIn(() => lowerWith(parts));
    expect(mistake.message).toBe(message);
    expect(mistake.location?.file).toBe("schema/test.ts");
    if (path !== undefined) expect(mistake.option ?? "").toBe(path);
    if (expected !== undefined) expect(mistake.expected).toBe(expected);
    if (received !== undefined) expect(mistake.received).toBe(received);
    if (next !== undefined) expect(mistake.next).toBe(next);
  });
});

it("lets a lambda's variable be used inside of it, and only there", () => {
  const names = reference<readonly string[]>(["files"]);
  const holds = names.any((outer) => names.any((inner) => outer.is(inner)));
  const assertions = [{ option: ref(["user"]), holds, message: "no" }];
  expect(lowerWith({ model: { assertions } }).model.assertions).toEqual(assertions);
});

describe("the configuration schema", () => {
  const directory = "program";
  it.each([
    { versions: ["1"], newest: "1", older: [] },
    {
      versions: ["2026.9.6", "2026.10.1", "2026.6.5"],
      newest: "2026.10.1",
      older: ["2026.9.6", "2026.6.5"],
    },
  ] as const)("of $versions: $newest is the newest", ({ versions, newest, older }) => {
    expect(lowerWith({ configSchema: { directory, versions } }).configSchema).toMatchObject({
      directory,
      newest,
      older,
    });
  });
});
