// Mistakes of a schema's author do not compile.

import { describe, expectTypeOf, it } from "vitest";
import {
  absolutePath,
  credential,
  defineService,
  derived,
  type Exp,
  group,
  list,
  literal,
  option,
  perPlatform,
  port,
  type Ref,
  type Refs,
  submodule,
  text,
  variants,
  z,
} from "../../src/index.ts";
import type { ConfinementRule, ServiceModel } from "../../src/index.ts";

const options = {
  gateway: {
    port: option(port(), { default: 18789 }),
    mode: option(z.enum(["token", "password"])),
  },
  names: option(z.array(z.string())),
  stateDir: option(absolutePath()),
  key: credential({ variable: "KEY" }),
  skills: option(z.array(submodule({ name: option(z.string()), on: option(z.boolean()) }))),
  grouped: group({ instance: "own" }, { user: option(z.string()) }),
};

declare const cfg: Refs<typeof options>;

describe("references", () => {
  it("have the type of their option's value", () => {
    expectTypeOf(cfg.gateway.port).toEqualTypeOf<Ref<number>>();
    expectTypeOf(cfg.gateway.mode).toEqualTypeOf<Ref<"token" | "password">>();
    expectTypeOf(cfg.names).toEqualTypeOf<Ref<readonly string[]>>();
    expectTypeOf(cfg.key).toEqualTypeOf<Ref<string | null>>();
    expectTypeOf(cfg.grouped.user).toEqualTypeOf<Ref<string>>();
    expectTypeOf(cfg.skills).toEqualTypeOf<
      Ref<readonly { readonly name: string; readonly on: boolean }[]>
    >();
  });

  it("do not exist for options that do not", () => {
    // @ts-expect-error the option is called port
    expectTypeOf(cfg.gateway.prot);
    // @ts-expect-error the group is called gateway
    expectTypeOf(cfg.gatway);
  });

  it("reach the model of a service", () => {
    defineService({
      name: "it",
      summary: "it",
      documentation: "https://example.org",
      options,
      model: (given): ServiceModel => {
        expectTypeOf(given).toEqualTypeOf<Refs<typeof options>>();
        // @ts-expect-error the option is called port
        expectTypeOf(given.gateway.prot);
        throw new Error("only the types matter");
      },
    });
  });
});

describe("derived defaults", () => {
  it("have the type of the option", () => {
    derived(cfg.gateway.port, 80);
    derived(cfg.stateDir, text`${cfg.grouped.user}/state`);
    derived(cfg.stateDir, perPlatform({ nixos: "/a", darwin: text`/b` }));
    derived(cfg.gateway.mode, "token");
    derived(cfg.gateway.mode, perPlatform({ nixos: "token", darwin: "password" }));
    derived(cfg.names, list("a", cfg.stateDir));
  });

  it("do not compile with another type", () => {
    // @ts-expect-error a text is no port
    derived(cfg.gateway.port, "text");
    // @ts-expect-error a text is no port
    derived(cfg.gateway.port, text`${cfg.stateDir}`);
    // @ts-expect-error a text is no port, on no platform
    derived(cfg.gateway.port, perPlatform({ nixos: 1, darwin: "text" }));
    // @ts-expect-error no value of the enum
    derived(cfg.gateway.mode, "tokn");
    // @ts-expect-error not every value is one of the enum
    derived(cfg.gateway.mode, cfg.stateDir);
    // @ts-expect-error a list of numbers
    derived(cfg.names, list(1));
  });
});

describe("options", () => {
  it("have defaults and examples of their own type", () => {
    option(z.number(), { default: 1, example: 2 });
    option(z.array(z.string()), { default: list("a") });
    option(z.string().nullable(), { default: null });
    // @ts-expect-error a text is no number
    option(z.number(), { default: "x" });
    // @ts-expect-error a text is no number
    option(z.number(), { example: "x" });
    // @ts-expect-error null is no number
    option(z.number(), { default: null });
    // @ts-expect-error no value of the enum
    option(z.enum(["a", "b"]), { default: "c" });
    // @ts-expect-error a text is no number, on no platform
    option(z.number(), { default: perPlatform({ nixos: 1, darwin: "x" }) });
  });

  it("have facets that exist", () => {
    // @ts-expect-error the facet is called setting
    option(z.string(), { settings: "a.b" });
    // @ts-expect-error no such platform
    option(z.string(), { platforms: ["windows"] });
    // @ts-expect-error no such way to come by a value
    option(z.string(), { instance: "shared" });
    // @ts-expect-error a credential is null where nobody gives one
    credential({ variable: "KEY" }, { default: "/run/key" });
    // @ts-expect-error a credential needs a variable
    credential({});
  });
});

describe("expressions", () => {
  it("compare values of one type", () => {
    expectTypeOf(cfg.gateway.mode.is("token")).toEqualTypeOf<Exp<boolean>>();
    expectTypeOf(cfg.names.includes("a")).toEqualTypeOf<Exp<boolean>>();
    // @ts-expect-error no value of the enum
    cfg.gateway.mode.is("tokn");
    // @ts-expect-error a text is no port
    cfg.gateway.port.is("80");
    // @ts-expect-error no element is a number
    cfg.names.includes(80);
  });

  it("know the fields of elements", () => {
    expectTypeOf(cfg.skills.map((skill) => skill.name)).toEqualTypeOf<Exp<readonly string[]>>();
    cfg.skills.map((skill) => {
      // @ts-expect-error the field is called name
      expectTypeOf(skill.nmae);
      return skill.name;
    });
    // @ts-expect-error a name is no condition
    cfg.skills.filter((skill) => skill.name);
    // @ts-expect-error no value of the field
    cfg.skills.any((skill) => skill.name.is(true));
  });

  it("have fields that are called like a method by name", () => {
    const rows = literal<readonly { readonly map: string; readonly a: number }[]>([]);
    expectTypeOf(rows.map((row) => row.get("map"))).toEqualTypeOf<Exp<readonly string[]>>();
    expectTypeOf(rows.map((row) => row.a)).toEqualTypeOf<Exp<readonly number[]>>();
    // @ts-expect-error the field is called map
    rows.map((row) => row.get("mpa"));
  });

  it("have methods that fit the value, and no others", () => {
    expectTypeOf(cfg.names.isEmpty().and(cfg.stateDir.hasPrefix("/"))).toEqualTypeOf<
      Exp<boolean>
    >();
    expectTypeOf(cfg.names.filter((name) => name.is("a"))).toEqualTypeOf<Exp<readonly string[]>>();
    expectTypeOf(cfg.key.orElse(1)).toEqualTypeOf<Exp<string | number>>();
    expectTypeOf(cfg.key.nonNull()).toEqualTypeOf<Exp<string>>();
    expectTypeOf(cfg.key.isSet()).toEqualTypeOf<Exp<boolean>>();
    // @ts-expect-error a number has no prefix
    cfg.gateway.port.hasPrefix("8");
    // @ts-expect-error a text is no list
    cfg.stateDir.isEmpty();
    // @ts-expect-error a text has no elements
    cfg.stateDir.map((element) => element);
    // @ts-expect-error a list of records is none of texts
    cfg.skills.join(", ");
    // @ts-expect-error what is no condition implies nothing
    cfg.names.implies(cfg.names.isEmpty());
    // @ts-expect-error a text is no condition
    cfg.names.isEmpty().and(cfg.stateDir);
    // @ts-expect-error it is never null
    cfg.stateDir.isSet();
    // @ts-expect-error it never is, as before
    cfg.stateDir.orElse("a");
    // @ts-expect-error the separator is known when modules are generated
    cfg.names.join(cfg.stateDir);
    cfg.names.any((name) => {
      // @ts-expect-error a text has no fields
      expectTypeOf(name.length);
      return name.is("a");
    });
  });

  it("know the keys of a variant table", () => {
    const table = variants("table", { a: { name: "A", on: true }, b: { name: "B", on: false } });
    expectTypeOf(table.names).toEqualTypeOf<readonly ["a" | "b", ...("a" | "b")[]]>();
    expectTypeOf(table.value.name).toExtend<Exp<string>>();
    expectTypeOf(table.value.on).toExtend<Exp<boolean>>();
    // @ts-expect-error the key is called name
    expectTypeOf(table.value.nmae);
  });
});

describe("confinement", () => {
  it("uses directives that exist", () => {
    const rule = {
      ...{ id: "a", why: "b", unprovable: "only the types matter" },
      ...{ user: {}, seatbelt: {} },
    };
    const good: ConfinementRule = { ...rule, directives: { ProtectSystem: "strict" } };
    expectTypeOf(good.directives.ProtectSystem).not.toBeUndefined();
    // @ts-expect-error the directive is called ProtectSystem
    const bad: ConfinementRule = { ...rule, directives: { ProtectSytem: "strict" } };
    expectTypeOf(bad);
  });
});
