// Merging: the type and lib.types.json (the type of pkgs.formats.json) get the same definitions in the real module
// system. Both have to return the same value, or both have to refuse.

import { beforeAll, describe, expect, it } from "vitest";

import {
  annotated,
  evaluate,
  gatewaySchema,
  libraryFile,
  missingTools,
  nixJson,
  unlessMissing,
} from "./support.ts";

/** Definitions of one option, each in a file of its own. */
const cases: Readonly<Record<string, readonly string[]>> = {
  "one definition": ["{ gateway.port = 1; }"],
  "deep sets": [
    '{ gateway.auth.mode = "token"; }',
    "{ gateway.auth.rateLimit.maxAttempts = 3; }",
    '{ gateway.bind = "lan"; logging.level = "info"; }',
  ],
  "equal scalars": ["{ gateway.port = 1; }", "{ gateway.port = 1; }"],
  "different scalars": ["{ gateway.port = 1; }", "{ gateway.port = 2; }"],
  "scalars of different types": ["{ gateway.port = 1; }", '{ gateway.port = "1"; }'],
  "set and scalar": ["{ gateway = 1; }", "{ gateway.port = 1; }"],
  mkForce: ["{ gateway.port = 1; }", "{ gateway.port = lib.mkForce 2; }"],
  "mkForce on a set": ["{ gateway.port = 1; }", '{ gateway = lib.mkForce { bind = "lan"; }; }'],
  "mkForce on everything": ["{ gateway.port = 1; }", 'lib.mkForce { gateway.bind = "lan"; }'],
  mkDefault: ["{ gateway.port = lib.mkDefault 1; }", "{ gateway.port = 2; }"],
  "mkDefault, alone": ["{ gateway.port = lib.mkDefault 1; }"],
  "mkDefault on a set": [
    '{ gateway = lib.mkDefault { port = 1; bind = "lan"; }; }',
    "{ gateway.port = 2; }",
  ],
  "mkOverride, lowest wins": [
    "{ gateway.port = lib.mkOverride 900 1; }",
    "{ gateway.port = lib.mkOverride 800 2; }",
  ],
  "mkIf true": ["{ gateway.port = lib.mkIf true 1; }"],
  "mkIf false": ['{ gateway.port = lib.mkIf false 1; gateway.bind = "lan"; }'],
  "mkIf false on a set": ["{ gateway = lib.mkIf false { port = 1; }; }"],
  "mkIf false on everything": ["lib.mkIf false { gateway.port = 1; }", "{ }"],
  mkMerge: [
    'lib.mkMerge [ { gateway.port = 1; } { gateway.bind = "lan"; } (lib.mkIf false { gateway.mode = "local"; }) ]',
  ],
  "mkMerge inside": ["{ gateway = lib.mkMerge [ { port = lib.mkDefault 1; } { port = 2; } ]; }"],
  "lists are concatenated": ['{ tools.allow = [ "a" ]; }', '{ tools.allow = [ "b" "c" ]; }'],
  "lists in order": [
    '{ tools.allow = lib.mkAfter [ "z" ]; }',
    '{ tools.allow = [ "m" ]; }',
    '{ tools.allow = lib.mkBefore [ "a" ]; }',
  ],
  "mkForce on a list": ['{ tools.allow = [ "a" ]; }', '{ tools.allow = lib.mkForce [ "b" ]; }'],
  "mkIf in a list": ['{ tools.allow = [ "a" (lib.mkIf false "b") (lib.mkIf true "c") ]; }'],
  "sets in lists": [
    '{ agents.list = [ { id = "a"; } ]; }',
    '{ agents.list = [ { id = "b"; default = true; } ]; }',
  ],
  null: ["{ ui.prefs.accent = null; }"],
  "null twice": ["{ a = null; }", "{ a = null; }"],
  "null and a value": ["{ a = null; }", "{ a = 1; }"],
  "null, forced": ["{ a = lib.mkForce null; }", "{ a = 1; }"],
  floats: ["{ a = 0.5; b = 1.0; c = -1.5e10; }"],
  "an integer and an equal float": ["{ a = 1; }", "{ a = 1.0; }"],
  paths: ["{ a = /some/file; }"],
  "equal paths": ["{ a = /some/file; }", "{ a = /some/file; }"],
  "path and string": ["{ a = /some/file; }", '{ a = "/some/file"; }'],
  "a set that is a store path": ['{ a = { outPath = "/nix/store/some"; b = 1; }; }'],
  "a set that is no store path": ['{ a = { outPath = "no path"; }; }'],
  functions: ["{ a = x: x; }"],
  "a function as value": ["x: x"],
  "a scalar as value": ["1"],
  "scalars as values, different": ["1", "2"],
  "lists as values": ["[ 1 ]", "[ 2 ]"],
  "null as value": ["null"],
  "no definition": [],
  "the empty set": ["{ }"],
  "empty sets inside": ["{ gateway = { }; tools.allow = [ ]; }"],
  "keys that need quotes": ['{ "a.b"."c d" = 1; "" = 2; }'],
  unicode: ['{ "ä" = "日本"; }'],
  "an option's properties in disguise": ['{ a._type = "x"; }'],
};

/** The same definitions under each type: a value, or a failure. */
interface Outcome {
  readonly ours?: unknown;
  readonly older?: unknown;
  readonly theirs?: unknown;
}

describe.skipIf(missingTools.length > 0)(`merging like formats.json${unlessMissing}`, () => {
  const names = Object.keys(cases);
  let results: Readonly<Record<string, Outcome>>;

  beforeAll(() => {
    const table = Object.entries(cases).map(
      ([name, definitions]) =>
        `${JSON.stringify(name)} = [ ${definitions.map((text) => `(${text})`).join(" ")} ];`,
    );
    results = evaluate(`
      let
        ours = lib.jsonSchemaType { schema = { }; };
        # A nixpkgs whose lib has no types.json.
        older = (import ${libraryFile} {
          lib = lib // { types = removeAttrs lib.types [ "json" ]; };
        }).jsonSchemaType { schema = { }; };
        # Nix would copy a path to the store when it prints it.
        show = value:
          if builtins.isPath value then { path = toString value; }
          else if builtins.isList value then map show value
          else if builtins.isAttrs value && value ? outPath then { set = builtins.attrNames value; }
          else if builtins.isAttrs value then builtins.mapAttrs (_: show) value
          else value;
        shown = result: if result ? value then { value = show result.value; } else result;
      in
      builtins.mapAttrs (_: definitions: {
        ours = shown (attempt (evaluate ours definitions));
        older = shown (attempt (evaluate older definitions));
        theirs = shown (attempt (evaluate lib.types.json definitions));
      }) { ${table.join("\n")} }`) as typeof results;
  });

  it.each(names)("%s", (name) => {
    const { ours, older, theirs } = results[name] ?? {};
    expect({ ours, older }).toEqual({ ours: theirs, older: theirs });
  });

  it("is compared on values as well as on refusals", () => {
    const refused = Object.values(results).filter(({ theirs }) => isFailure(theirs));
    expect(refused.length).toBeGreaterThanOrEqual(8);
    expect(refused.length).toBeLessThan(names.length / 2);
  });
});

function isFailure(result: unknown): boolean {
  return typeof result === "object" && result !== null && "failed" in result;
}

describe.skipIf(missingTools.length > 0)(`in the module system${unlessMissing}`, () => {
  const schema = nixJson({
    type: "object",
    properties: {
      a: { type: "object", properties: { x: { type: "string" } }, additionalProperties: false },
      b: { type: "object", properties: { x: { type: "string" } }, additionalProperties: false },
      list: { type: "array", items: { type: "string" } },
      id: { type: "string" },
    },
    required: ["id"],
    additionalProperties: false,
  });

  const run = (expression: string): unknown =>
    evaluate(`let type = lib.jsonSchemaType { schema = ${schema}; }; in ${expression}`);

  it("checks the values that are left after merging", () => {
    expect(
      run(
        `evaluate type [ { id = "a"; a.x = lib.mkDefault 1; list = [ "a" ]; } { a.x = "b"; list = [ "b" ]; } ]`,
      ),
    ).toEqual({ id: "a", a: { x: "b" }, list: ["b", "a"] });
  });

  it("lets settings refer to each other, as formats.json does", () => {
    const settings = (type: string): unknown =>
      run(`(lib.evalModules { modules = [ ({ config, ... }: {
        options.settings = lib.mkOption { type = ${type}; };
        config.settings = {
          id = "a";
          a.x = "value";
          b.x = config.settings.a.x;
          list = lib.mkIf (config.settings.a.x == "value") [ config.settings.b.x ];
        };
      }) ]; }).config.settings`);
    const want = { id: "a", a: { x: "value" }, b: { x: "value" } };
    // The existence of a key must not depend on the settings, as with formats.json.
    expect(() => settings("type")).toThrow("infinite recursion");
    expect(() => settings("lib.types.json")).toThrow("infinite recursion");
    const without = (type: string): unknown =>
      run(`(lib.evalModules { modules = [ ({ config, ... }: {
        options.settings = lib.mkOption { type = ${type}; };
        config.settings = { id = "a"; a.x = "value"; b.x = config.settings.a.x; };
      }) ]; }).config.settings`);
    expect(without("type")).toEqual(want);
    expect(without("lib.types.json")).toEqual(want);
  });

  it("looks only at what is looked at", () => {
    expect(run(`(evaluate type [ { id = "a"; a.x = "b"; b.x = throw "looked at"; } ]).a.x`)).toBe(
      "b",
    );
    expect(run(`(evaluate type [ { id = "a"; a.x = "b"; b.wrong = 1; } ]).a.x`)).toBe("b");
  });

  it("does not evaluate the schema when nothing is set", () => {
    expect(run(`evaluate (lib.jsonSchemaType { schema = throw "read"; }) [ { } ]`)).toEqual({});
    expect(
      run(
        `evaluate (lib.jsonSchemaType { schema = throw "read"; check = "off"; checkSecrets = "off"; }) [ { a = 1; } ]`,
      ),
    ).toEqual({ a: 1 });
  });

  it("is the element of other types", () => {
    expect(
      run(`evaluate (lib.types.attrsOf (lib.types.listOf type)) [ { one = [ { id = "a"; } ]; } ]`),
    ).toEqual({ one: [{ id: "a" }] });
    expect(run(`evaluate (lib.types.nullOr type) [ null ]`)).toBeNull();
  });

  it("is a freeform type, of which some keys are options", () => {
    const submodule = (checkRequired: string): string => `
      evaluate (lib.types.submodule {
        freeformType = lib.jsonSchemaType { schema = ${schema}; checkRequired = ${checkRequired}; };
        options.id = lib.mkOption { type = lib.types.str; default = "declared"; };
      }) [ { a.x = "b"; } ]`;
    expect(run(submodule("false"))).toEqual({ id: "declared", a: { x: "b" } });
    expect(() => run(submodule("true"))).toThrow("the key `id` is required");
  });

  it("may be declared twice, with the same name", () => {
    const twice = (name: string): unknown =>
      run(`(lib.evalModules { modules = [
        { options.settings = lib.mkOption { inherit type; }; }
        { options.settings = lib.mkOption { type = lib.jsonSchemaType { schema = ${schema}; name = ${name}; }; }; }
        { settings.id = "a"; }
      ]; }).config.settings`);
    expect(twice("type.description")).toEqual({ id: "a" });
    expect(() => twice('"another"')).toThrow("already declared");
  });

  it("accepts derivations and files where the schema wants a string", () => {
    const text = nixJson(
      annotated({ properties: { file: { type: "string", pattern: "^/", minLength: 1 } } }).document,
    );
    expect(
      evaluate(`
        let value = evaluate (lib.jsonSchemaType { schema = ${text}; }) [ { file = /a/b.txt; } ];
        in toString value.file`),
    ).toBe("/a/b.txt");
    expect(
      evaluate(`
        let
          derivation = { type = "derivation"; outPath = "/nix/store/x"; name = "x"; };
          value = evaluate (lib.jsonSchemaType { schema = ${text}; }) [ { file = derivation; } ];
        in value.file.name`),
    ).toBe("x");
  });

  it("merges under the gateway's own schema", () => {
    const { document } = annotated(gatewaySchema());
    const value = evaluate(`
      evaluate (lib.jsonSchemaType { schema = ${nixJson(document)}; }) [
        { gateway = { mode = "local"; port = lib.mkDefault 1; }; }
        { gateway.port = 2; channels.telegram.allowFrom = [ "1" ]; }
        (lib.mkIf true { channels.telegram.allowFrom = lib.mkBefore [ 0 ]; })
      ]`);
    expect(value).toEqual({
      gateway: { mode: "local", port: 2 },
      channels: { telegram: { allowFrom: [0, "1"] } },
    });
  });
});
