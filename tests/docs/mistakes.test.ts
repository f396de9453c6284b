// Mistakes found in the sources, before the schema runs: the type checker's errors, some of them in better words.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { readDocs } from "../../src/docs/read-docs.ts";
import { messageOf, temporaryDirectory, type Tree, writeTree } from "../output/project.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const library = join(repository, "src/index.ts");
const importLine = `import { credential, group, option, submodule, z } from ${JSON.stringify(library)};`;

/** The report about a schema file and the files that it imports. */
function told(schema: string, others: Tree = {}): string {
  const directory = temporaryDirectory();
  writeTree(directory, { "it.ts": schema, ...others });
  return messageOf(() =>
    readDocs({
      entry: join(directory, "it.ts"),
      tsconfig: join(repository, "tsconfig.json"),
      root: directory,
    }),
  );
}

const withOptions = (options: string): string =>
  `${importLine}\nexport default { options: {\n${options}\n} };\n`;

/** The number of the line that has a text. */
function lineOf(schema: string, text: string): number {
  expect(schema).toContain(text);
  return schema.slice(0, schema.indexOf(text)).split("\n").length;
}

/** A whole service, with a mistake in it. */
function hello(...changes: readonly (readonly [string, string])[]): string {
  const text = readFileSync(join(repository, "tests/eval/fixtures/hello.ts"), "utf8");
  return changes.reduce((given, [from, to]) => {
    expect(given).toContain(from);
    return given.replace(from, to);
  }, text);
}

describe("a type that is no option", () => {
  const wrap = (path: string, place: string): string => `error: ${path} is not an option
  option:   ${path}
  at:       ${place}`;

  test("in a service: nothing else is told, although nothing else fits its type any more", () => {
    const schema = hello(["    tokenFile:", "    foo: z.string(),\n    tokenFile:"]);
    const line = lineOf(schema, "foo: z.string()");
    expect(told(schema)).toBe(
      `${wrap("foo", `it.ts:${line}:5`)}
            ${line} |     foo: z.string(),
               |     ^^^
  received: z.string()
  next:     wrap it: option(z.string())`,
    );
  });

  test("in a group of a file of its own: told where it is written", () => {
    const gateway = `${importLine}
export const gateway = {
  /** A. */
  a: option(z.string(), { default: "" }),
  deep: { bar: z.array(z.string()).min(1) },
};
`;
    const schema = hello(
      ["import {", 'import { gateway } from "./gateway.ts";\nimport {'],
      ["  options: {", "  options: {\n    gateway,"],
    );
    expect(told(schema, { "gateway.ts": gateway })).toContain(
      wrap("gateway.deep.bar", "gateway.ts:5:11"),
    );
  });

  test.each([
    ["in group()", "/** A. */ a: group({}, {\n  foo: z.string() }),", "foo", "it.ts:4:3"],
    [
      "in submodule()",
      "/** A. */ a: option(submodule({\n  foo: z.string() })),",
      "foo",
      "it.ts:4:3",
    ],
  ])("%s", (_, options, name, place) => {
    const message = told(withOptions(options));
    expect(message).toContain(`error: ${name} is not an option`);
    expect(message).toContain(`at:       ${place}`);
    expect(message).toContain("next:     wrap it: option(z.string())");
    expect(message).not.toContain("errors");
  });

  test("values of other kinds are none, either, and all are told", () => {
    const message = told(withOptions('a: "text",\nb: [1],\nc: () => 1,\nd: z.number(),'));
    expect(message.match(/^error: . is not an option$/gm)).toHaveLength(4);
    expect(message).toContain("expected: option(…), credential(…), or a group of options");
    expect(message).toMatch(/\n4 errors$/);
  });
});

test("all mistakes of types are told, each with line, column and the source", () => {
  const schema = hello(
    ["option(plainPath()", "option(plainPaht()"],
    ["default: 8080", "defualt: 8080"],
    ["value: cfg.stateDir", "value: cfg.stateDri"],
  );
  const message = told(schema);
  const line = lineOf(schema, "plainPaht");
  expect(message).toContain(`  option:   documentRoot
  at:       it.ts:${line}:26
            ${line} |     documentRoot: option(plainPaht(), { default: "/srv/www", setting: "root" }),
               |                          ^^^^^^^^^
  received: Cannot find name 'plainPaht'. Did you mean 'plainPath'?`);
  expect(message).toContain(`  option:   port\n  at:       it.ts:${lineOf(schema, "defualt")}:28`);
  expect(message).toContain("Property 'stateDri' does not exist");
  expect(message).toMatch(/\n3 errors$/);
});

describe("a mistake inside of the model is told where it is, not where the model begins", () => {
  const confined = (system: string, user: string): string =>
    hello([
      "    confinement: baseline(),",
      `    confinement: [
      {
        id: "it",
        why: "A reason.",
        directives: { ProtectHome: ${system} },
        user: { directives: { ProtectHome: ${user} } },
        seatbelt: { keptBy: "nothing" },
        unprovable: "It is a test.",
      },
    ],`,
    ]);

  test("where only one property has the name", () => {
    const schema = confined('"maybe"', "true");
    const line = lineOf(schema, 'ProtectHome: "maybe"');
    expect(told(schema)).toContain(`  at:       it.ts:${line}:23
            ${line} |         directives: { ProtectHome: "maybe" },
               |                       ^^^^^^^^^^^
  received: Type '"maybe"' is not assignable`);
  });

  test("where only one of them has the value", () => {
    const schema = confined("true", '"temporary"');
    const line = lineOf(schema, 'ProtectHome: "temporary"');
    expect(told(schema)).toMatch(
      new RegExp(`at: {7}it\\.ts:${line}:31\\n.*ProtectHome: "temporary"`),
    );
  });
});

test("a long line is cut to the surroundings of the mistake", () => {
  const padding = "x".repeat(200);
  const message = told(
    withOptions(
      `/** A. */ a: option(z.string(), { example: "${padding}", defualt: "${padding}" }),`,
    ),
  );
  const [, line = "", marks = ""] = /\n( +\d+ \| .*)\n(.*\^)/.exec(message) ?? [];
  expect(line.length).toBeLessThan(120);
  expect(line.slice(marks.indexOf("^"), marks.length)).toBe("defualt");
});

describe("another zod than the library's", () => {
  test.each([
    ['import { z } from "zod";', "zod"],
    ['import * as z from "zod/v4";', "zod/v4"],
    ['import z from "zod/v3";', "zod/v3"],
  ])("%s", (line, received) => {
    const schema = `import { option } from ${JSON.stringify(library)};
${line}
export default { options: {
/** A. */
a: option(z.string()),
b: option(z.object({ c: z.number() })),
} };
`;
    expect(told(schema)).toBe(`error: z is the library's own, not that of the package zod
  at:       it.ts:2:${line.indexOf('"') + 1}
            2 | ${line}
              | ${" ".repeat(line.indexOf('"'))}${"^".repeat(received.length + 2)}
  received: ${received}
  next:     import { z } from ${JSON.stringify(library)}, as the library's other functions`);
  });
});

describe("what would be lost when the schema is run", () => {
  test.each(["__proto__", '"__proto__"'])("an option named %s", (name) => {
    expect(told(withOptions(`a: {\n/** A. */\n${name}: option(z.string()) },`))).toContain(
      'error: the name "__proto__" is reserved\n  option:   a.__proto__\n  at:       it.ts:5:1\n',
    );
  });

  test("a field", () => {
    expect(
      told(withOptions("/** A. */ a: option(z.object({\n/** B. */ __proto__: z.string() })),")),
    ).toContain('error: the name "__proto__" is reserved\n  option:   a.__proto__\n');
  });
});

describe("what cannot be read", () => {
  test("a syntax error, the first of each file", () => {
    expect(told("export default = ;\nconst = 1;\n")).toBe(`error: syntax error: Expression expected
  at:       it.ts:1:16
            1 | export default = ;
              |                ^`);
  });

  test("a file that is not there", () => {
    const message = told('import { x } from "./options.ts";\nexport default x;\n');
    expect(message).toContain("error: ./options.ts does not exist\n  at:       it.ts:1:19\n");
  });

  test("a package that is not there, if there is no service without it", () => {
    const message = told('import { x } from "left-pad-of-old";\nexport default x;\n');
    expect(message).toContain("error: the package left-pad-of-old does not exist\n");
  });
});
