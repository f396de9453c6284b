// Expressions as Nix: the real evaluator and TypeScript compute the same values, function by function; and
// parameters have the names of their authors, unless something else has the name.

import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

import { emitExpression, scopeOf } from "../../src/emit/emit-expression.ts";
import type { JsonValue } from "../../src/json.ts";
import { type FunctionName, functions, rowOf } from "../../src/model/functions.ts";
import { nix, printNix } from "../../src/nix/index.ts";
import {
  and,
  anyCredential,
  concat,
  type Exp,
  homeDirectory,
  instanceName,
  isMacOS,
  list,
  literal,
  managedPaths,
  hostRanges,
  hostsTable,
  not,
  or,
  namedDirectories,
  ownDirectories,
  packagesOnPath,
  perInstance,
  program,
  record,
  reference,
  setting,
  sourceDirectory,
  sourceFile,
  stableNumber,
  groupsOf,
  systemOption,
  text,
  textFile,
  unitName,
} from "../../src/schema/build-expression.ts";
import { option } from "../../src/schema/define-option.ts";
import { sourcePath } from "../../src/schema/value-types.ts";
import { evaluate, type Setup, unknown } from "../../src/settings/default-config.ts";
import { z } from "../../src/zod.ts";
import { lowerWith } from "../lower/service.ts";
import { evaluateNix, missingForEvaluation, nixPath } from "../support/evaluate.ts";
import { lacking } from "../support/lacking.ts";

const word = "abc";
const words = ["b", "a", "b", "c", "a"];
const numbers = [80, 443];
const rows = [
  { name: "one", on: true },
  { name: "two", on: false },
];
const nested = { a: { b: null }, "c d": 1 };

const ir = lowerWith({
  options: {
    word: option(z.string(), { default: word }),
    nothing: option(z.string().nullable(), { default: null }),
    words: option(z.array(z.string()), { default: words }),
    numbers: option(z.array(z.number().int()), { default: numbers }),
    rows: option(z.array(z.object({ name: z.string(), on: z.boolean() })), { default: rows }),
    source: option(sourcePath(), { default: "/docs" }),
  },
});

const cfg = {
  word: reference<string>(["word"]),
  nothing: reference<string | null>(["nothing"]),
  words: reference<readonly string[]>(["words"]),
  numbers: reference<readonly number[]>(["numbers"]),
  rows: reference<typeof rows>(["rows"]),
  source: reference<string>(["source"]),
  package: reference<string>(["package"]),
  settings: reference<unknown>(["settings"]),
};

const root = fileURLToPath(new URL("../..", import.meta.url));
const docs = fileURLToPath(new URL("../../docs", import.meta.url));

/** The scope of expressions in modules. */
const prelude = `
  let
    lib = import (builtins.getEnv "NIXPKGS_TREE" + "/lib");
    pkgs = {
      bash = { type = "derivation"; name = "bash-5"; outPath = "/store/bash"; };
      writeText = name: content: "\${name}: \${content}";
    };
    instance = {
      word = "abc";
      nothing = null;
      words = [ "b" "a" "b" "c" "a" ];
      numbers = [ 80 443 ];
      rows = [ { name = "one"; on = true; } { name = "two"; on = false; } ];
      source = ${nixPath(docs)};
      package = { type = "derivation"; pname = "it"; version = "2.1"; outPath = "/store/it"; meta.mainProgram = "run"; };
      settings = { a.b = null; "c d" = 1; };
    };
    config = { home.homeDirectory = "/home/me"; nix.settings.users = [ "me" ]; users.groups = { wheel.members = [ "me" ]; pens.members = [ "you" "me" ]; ink.members = [ ]; }; };
    settings = { port = 80; };
    configFile = "/etc/it.json";
    credentials = [ { purpose = "model"; } ];
    path = [ { pname = "git"; } ];
    managedPaths = [ "/state/a" ];
    hostsTable = "127.0.0.1 localhost\\n";
    hostRanges = [ "28.0.0.0/16" ];
    ownDirectories = [ "/state" ];
    namedDirectories = [ "/srv/other" ];
    unit = "it";
    isDarwin = false;
  in
  with import ${nixPath(`${root}/src/runtime/nix/functions.nix`)} { inherit lib pkgs; };
`;

const scope = scopeOf(ir, "instance");
const missing = missingForEvaluation().filter((name) => ["nix", "nixpkgs"].includes(name));

/** The values of expressions in Nix, in an instance. */
async function valuesInNix(
  expressions: readonly Exp<unknown>[],
  instance = "default",
): Promise<readonly unknown[]> {
  if (missing.length > 0) return [];
  const code = printNix(nix.list(expressions.map(({ node }) => emitExpression(node, scope))));
  const value = await evaluateNix(`let name = "${instance}"; in ${prelude} ${code}`);
  return value as readonly unknown[];
}

const setup: Setup = { ir, platform: "nixos", variant: {}, release: "2.1" };

type Case = readonly [given: Exp<unknown>, want: JsonValue];

const contents = { name: "docs", required: ["schema.md"], optional: [] };

const cases: Readonly<Record<FunctionName, readonly Case[]>> = {
  is: [
    [cfg.word.is("abc"), true],
    [cfg.word.is("ab"), false],
    [not(cfg.word.is("abc")), false],
    [cfg.words.is(words), true],
    [literal(nested).is({ "c d": 1, a: { b: null } }), true],
    [record({ a: cfg.word }).is({ a: "abc" }), true],
  ],
  isNull: [
    [cfg.nothing.isNull(), true],
    [not(cfg.nothing.isNull()), false],
  ],
  isSet: [
    [cfg.nothing.isSet(), false],
    [cfg.nothing.orElse("other").is("other"), true],
  ],
  has: [
    [literal(nested).has("a.b"), true],
    [literal(nested).has("a.b.c"), false],
    [literal(nested).has("c d"), true],
    [literal(nested).has("b"), false],
    [literal(nested).has("constructor"), false],
  ],
  json: [[literal({ b: [1, null], a: '"' }).json(), '{"a":"\\"","b":[1,null]}']],
  textsNamed: [
    [literal({ a: { url: "x" }, b: [{ url: "y" }, { url: 1 }] }).textsNamed(["url"]), ["x", "y"]],
    [literal({ url: { url: "x" }, a: null }).textsNamed(["url"]), []],
  ],
  integersNamed: [
    [
      literal({ a: { port: 1 }, b: { port: 2 } })
        .integersNamed(["port"])
        .filter((each) => not(each.is(1)))
        .map((each) => text`${each}`),
      ["2"],
    ],
    [
      literal({ a: { port: 1 }, b: [{ port: 2, other: 3 }, { port: "4" }] }).integersNamed([
        "port",
        "x",
      ]),
      [1, 2],
    ],
  ],
  listOrEmpty: [
    [cfg.words.listOrEmpty(), words],
    [cfg.word.listOrEmpty(), []],
    [cfg.nothing.listOrEmpty(), []],
  ],
  not: [
    [not(literal(true)), false],
    [not(not(literal(true))), true],
  ],
  and: [
    [and(), true],
    [and(literal(true)), true],
    [and(literal(true), literal(false)), false],
    [literal(true).and(literal(true), literal(true)), true],
    [literal(false).and(isMacOS), false],
  ],
  or: [
    [or(), false],
    [or(literal(false), literal(true)), true],
    [literal(false).or(literal(false), literal(false)), false],
    [isMacOS.or(literal(true)), true],
  ],
  implies: [
    [literal(true).implies(literal(false)), false],
    [literal(false).implies(isMacOS), true],
    [isMacOS.implies(literal(true)), true],
    [literal(true).implies(literal(true)).implies(literal(false)), false],
  ],
  isEmpty: [
    [cfg.words.isEmpty(), false],
    [cfg.words.filter((each) => each.is("z")).isEmpty(), true],
  ],
  includes: [
    [cfg.words.includes("c"), true],
    [cfg.words.includes(cfg.word), false],
    [cfg.rows.includes({ on: false, name: "two" }), true],
  ],
  map: [
    [cfg.words.map((each) => text`${each}!`), ["b!", "a!", "b!", "c!", "a!"]],
    [cfg.numbers.map((port) => text`tcp:${port}`), ["tcp:80", "tcp:443"]],
    [cfg.rows.map((row) => row.name), ["one", "two"]],
    [cfg.words.map(() => 1), [1, 1, 1, 1, 1]],
  ],
  filter: [
    [cfg.words.filter((each) => not(each.is("b"))), ["a", "c", "a"]],
    [cfg.rows.filter((row) => row.on).map((row) => row.get("name")), ["one"]],
  ],
  any: [
    [cfg.rows.any((row) => row.name.is("two")), true],
    [cfg.rows.any((row) => row.name.is("two").and(row.on)), false],
  ],
  concat: [
    [concat(), []],
    [concat(cfg.words, list("x"), list(cfg.word)), [...words, "x", "abc"]],
  ],
  join: [
    [cfg.words.join(", "), "b, a, b, c, a"],
    [cfg.words.map((each) => text`<${each}>`).join(""), "<b><a><b><c><a>"],
    [cfg.words.map((each) => text`<${each}>`).join("-"), "<b>-<a>-<b>-<c>-<a>"],
    [cfg.numbers.map((port) => text`${port}`).join("${x}"), "80${x}443"],
    [cfg.words.filter((each) => each.is("z")).join(", "), ""],
  ],
  duplicates: [
    [cfg.words.duplicates(), ["a", "b"]],
    [list("x").duplicates(), []],
  ],
  at: [
    [literal({ a: { b: 1 } }).at("a.b", 2), 1],
    [literal({ a: { b: 1 } }).at("a.c", 2), 2],
    // A value that is no record has no attributes.
    [literal({ a: null }).at("a.b", 3), 3],
  ],
  namesWhere: [[literal({ b: 1, a: 2, c: 1 }).namesWhere((value) => value.is(1)), ["b", "c"]]],
  entry: [
    [literal({ b: 1, a: 2 }).entry("b"), 1],
    [literal({ abc: "x" }).entry(cfg.word), "x"],
  ],
  recordFor: [
    [literal(["b", "a"]).recordFor((name) => text`of ${name}`), { a: "of a", b: "of b" }],
  ],
  names: [[literal({ b: 1, a: 2 }).names(), ["a", "b"]]],
  matchesOne: [
    [cfg.word.matchesOne(["x", "a.c"]), true],
    [cfg.word.matchesOne(["ab", "bc"]), false],
  ],
  hasPrefix: [
    [cfg.word.hasPrefix("ab"), true],
    [cfg.word.hasPrefix("b"), false],
    [text`${cfg.word}/x`.hasPrefix(text`${cfg.word}/`), true],
  ],
  matches: [
    [cfg.word.matches("[a-c]+"), true],
    [cfg.word.matches("[a-b]+"), false],
    [not(cfg.word.matches("[a-b]+")), true],
  ],
  instanceName: [[instanceName, "default"]],
  nameFor: [[perInstance("it"), "it"]],
  numberFor: [[stableNumber(600, 300), 600]],
  packages: [[packagesOnPath.map((each) => each.packageName()), ["git"]]],
  managedPaths: [[managedPaths, ["/state/a"]]],
  unitName: [[unitName, "it"]],
  hostsTable: [[hostsTable, "127.0.0.1 localhost\n"]],
  hostRanges: [[hostRanges, ["28.0.0.0/16"]]],
  ownDirectories: [[ownDirectories, ["/state"]]],
  namedDirectories: [[namedDirectories, ["/srv/other"]]],
  anyCredential: [
    [anyCredential("model"), true],
    [anyCredential("channel"), false],
  ],
  homeDirectory: [[homeDirectory, "/home/me"]],
  isMacOS: [[isMacOS, false]],
  groupsOf: [[groupsOf("me"), ["pens", "wheel"]]],
  systemOption: [
    [systemOption("nix.settings.users", ["root"]), ["me"]],
    [systemOption("nix.settings.others", ["root"]), ["root"]],
  ],
  packageVersion: [[cfg.package.packageVersion(), "2.1"]],
  mainProgram: [[cfg.package.mainProgram(), "/store/it/bin/run"]],
  packageName: [[cfg.package.packageName(), "it"]],
  isAtLeast: [
    [cfg.package.isAtLeast("2.1"), true],
    [cfg.package.isAtLeast("2.0.9"), true],
    [cfg.package.isAtLeast("2.10"), false],
  ],
  program: [[program("bash", "sh"), "/store/bash/bin/sh"]],
  textFile: [[textFile("a.md", text`of ${cfg.word}`), "a.md: of abc"]],
  isSource: [
    [cfg.source.isSource(), true],
    [cfg.word.isSource(), false],
  ],
  sourceDirectory: [[sourceDirectory(cfg.source, contents).inPlace(), docs]],
  hasFile: [
    [cfg.source.hasFile("schema.md"), true],
    [cfg.source.hasFile("nothing.md"), false],
  ],
  below: [[sourceFile(cfg.source, "schema.md").matches("/.*-schema[.]md"), true]],
  inPlace: [[cfg.source.inPlace(), docs]],
};

const names = Object.keys(functions) as readonly FunctionName[];
const all = names.flatMap((name) => cases[name].map(([given, want]) => ({ name, given, want })));

describe.skipIf(missing.length > 0)(`a function in the evaluator${lacking(missing)}`, async () => {
  const values = await valuesInNix(all.map(({ given }) => given));

  test.each(all.map((each, index) => ({ ...each, index })))("$name $index", ({ index, want }) => {
    expect(values[index]).toEqual(want);
  });

  test("of an instance that has a name", async () => {
    const digest = createHash("sha256").update("work").digest("hex").slice(0, 8);
    const given = [instanceName, perInstance("it"), stableNumber(600, 300)];
    const want = ["work", "it-work", 601 + (parseInt(digest, 16) % 300)];
    expect(await valuesInNix(given, "work")).toEqual(want);
  });
});

describe("a function in TypeScript", () => {
  test.each(all)("$name comes to $want", ({ name, given, want }) => {
    const value = evaluate(given.node, setup);
    const isKnown = rowOf(name).value !== undefined || name === "isAtLeast";
    expect(value).toEqual(isKnown ? want : unknown);
  });

  test.each<readonly [string, Exp<unknown>]>([
    ["a condition", literal(true).and(isMacOS)],
    ["an element", cfg.words.map((each) => text`${each}${homeDirectory}`)],
    ["a part of what is compared", record({ a: homeDirectory }).is({ a: "/" })],
    ["a field", list(record({ a: homeDirectory })).map((each) => each.a)],
  ])("is not known where %s is not", (_, given) => {
    expect(evaluate(given.node, setup)).toBe(unknown);
  });
});

const letters: Readonly<Record<string, string>> = { a: "b" };

/** A function of the author's with a parameter of its own. */
const isAmong = (each: Exp<string>): Exp<boolean> => cfg.words.any((other) => other.is(each));
const isPath = (path: Exp<string>): Exp<boolean> => path.is("a");

const named: readonly {
  readonly what: string;
  readonly given: Exp<unknown>;
  readonly code: string;
  readonly want: JsonValue;
}[] = [
  {
    what: "as the author calls it",
    given: cfg.words.map((letter) => text`${letter}.`),
    code: 'map (letter: "${letter}.") instance.words',
    want: ["b.", "a.", "b.", "c.", "a."],
  },
  {
    what: "nothing, where nobody uses it",
    given: cfg.words.map(() => "x"),
    code: 'map (_: "x") instance.words',
    want: ["x", "x", "x", "x", "x"],
  },
  {
    // Weaving later adds these names to functions.
    what: "like nothing that code is woven with",
    given: cfg.words.map((platform) => text`${platform}.`),
    code: 'map (platform2: "${platform2}.") instance.words',
    want: ["b.", "a.", "b.", "c.", "a."],
  },
  {
    what: "like no parameter that a row writes itself",
    given: cfg.words.map((_) =>
      literal(letters)
        .namesWhere((value) => value.is(_))
        .isEmpty(),
    ),
    code: 'map (_2: lib.attrNames (lib.filterAttrs (_: value: value == _2) { a = "b"; }) == [ ]) instance.words',
    want: [false, true, false, true, true],
  },
  {
    what: "as a function elsewhere calls it",
    given: cfg.words.filter(isPath),
    code: 'lib.filter (path: path == "a") instance.words',
    want: ["a", "a"],
  },
  {
    what: "not at all, where it is handed on",
    given: packagesOnPath.map((each) => each.packageName()),
    code: "map lib.getName path",
    want: ["git"],
  },
  {
    what: "so, where it is handed on with something else",
    given: cfg.words.filter((each) => cfg.word.hasPrefix(each)),
    code: "lib.filter (each: lib.hasPrefix each instance.word) instance.words",
    want: ["a", "a"],
  },
  {
    what: "something, where the author takes it apart",
    given: cfg.rows.map(({ name }) => name),
    code: "map (element: element.name) instance.rows",
    want: ["one", "two"],
  },
  {
    what: "something, where the name is a word of Nix's",
    given: cfg.words.filter((inherit) => inherit.is("c")),
    code: 'lib.filter (element: element == "c") instance.words',
    want: ["c"],
  },
  {
    what: "differently, where one around it is meant as well",
    given: cfg.words.filter((other) => not(isAmong(other))),
    code: "lib.filter (other: !lib.any (other2: other2 == other) instance.words) instance.words",
    want: [],
  },
  {
    what: "the same, where one around it is not meant",
    given: cfg.words.any((other) => other.is("c").and(isAmong(cfg.word))),
    code: 'lib.any (other: other == "c" && lib.any (other: other == instance.word) instance.words) instance.words',
    want: false,
  },
  {
    what: "differently, where the modules call something so",
    given: cfg.words.map((name) => text`${name}-${instanceName}`),
    code: 'map (name2: "${name2}-${name}") instance.words',
    want: words.map((each) => `${each}-default`),
  },
  {
    what: "differently, where the library is called so",
    given: cfg.words.any((lib) => lib.hasPrefix("c").or(lib.is("z"))),
    code: 'lib.any (lib2: lib.hasPrefix "c" lib2 || lib2 == "z") instance.words',
    want: true,
  },
  {
    what: "nothing, where a function is applied to it last",
    given: cfg.words.any((word) => word.hasPrefix("c")),
    code: 'lib.any (lib.hasPrefix "c") instance.words',
    want: true,
  },
];

const inOneLine = (code: string): string =>
  code
    .trim()
    .replaceAll(/(?<=\()\s+|\s+(?=\))/g, "")
    .replaceAll(/\s+/g, " ");

describe("a parameter is called", async () => {
  const values = await valuesInNix(named.map(({ given }) => given));

  test.each(named)("$what", ({ given, code }) => {
    expect(inOneLine(printNix(emitExpression(given.node, scope)))).toBe(code);
  });

  test.skipIf(missing.length > 0).each(named.map((each, index) => ({ ...each, index })))(
    `$what, and means the same${lacking(missing)}`,
    ({ index, want }) => {
      expect(values[index]).toEqual(want);
    },
  );
});

test("numbers become text, and settings whatever they are", () => {
  const code = printNix(emitExpression(text`${setting<number>("port")}`.node, scope));
  expect(code.trim()).toBe('"${toString settings.port}"');
});
