// Mistakes in a schema, through the real command: what the user sees, and that it is not what running
// such a schema complains about.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { type Outcome, temporaryDirectory } from "./output/project.ts";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** Runs the command in a project whose only schema is the small service of tests/eval, changed. */
function generate(
  changes: readonly (readonly [string, string])[],
  ...args: readonly string[]
): Outcome {
  const library = ["../../../src/index.ts", path("../src/index.ts")] as const;
  const schema = [library, ...changes].reduce(
    (text, [from, to]) => {
      expect(text).toContain(from);
      return text.replace(from, to);
    },
    readFileSync(path("eval/fixtures/hello.ts"), "utf8"),
  );
  const cwd = temporaryDirectory({
    "package.json": '{ "type": "module" }',
    "tsconfig.json": JSON.stringify({ extends: path("../tsconfig.json"), include: [] }),
    "nixmodgen.config.ts": 'export default { output: "generated", services: ["hello.ts"] };',
    "hello.ts": schema,
  });
  const command = [path("../bin/nixmodgen.js"), "generate", ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    cwd,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

test("a type that is no option is told, and not what running the schema throws", () => {
  const outcome = generate([
    ["export default", 'JSON.parse("it runs");\nexport default'],
    ["    tokenFile:", "    foo: z.string(),\n    tokenFile:"],
  ]);
  expect(outcome).toEqual({
    status: 1,
    stdout: "",
    stderr: `error: foo is not an option
  option:   foo
  at:       hello.ts:48:5
            48 |     foo: z.string(),
               |     ^^^
  received: z.string()
  next:     wrap it: option(z.string())
`,
  });
});

test("--json lists every mistake, each with its place", () => {
  const { status, stdout, stderr } = generate(
    [
      ["default: 8080", "defualt: 8080"],
      ["group: cfg.group,", "group: cfg.grup,"],
    ],
    "--json",
  );
  expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
  const { errors } = JSON.parse(stdout) as { errors: readonly unknown[] };
  expect(errors).toMatchObject([
    { option: "port", location: { file: "hello.ts", line: 43, column: 28 } },
    { location: { file: "hello.ts", line: 114 } },
  ]);
});

test.each([
  [
    "scenarios without a directory",
    [
      "confinement: [",
      'scenarios: { nodes: { m: {} }, main: { on: ["m"], scripts: [] }, relaxed: {} },\n      confinement: [',
    ],
    "error: the service has scenarios, and no directory for them to work in\n",
  ],
  [
    "an option that does nothing",
    [
      "    tokenFile:",
      "    foo: option(z.string(), { default: '' }),\n    /** Token. */\n    tokenFile:",
    ],
    "error: the option does nothing\n  option:   foo\n  at:       hello.ts:47\n",
  ],
  [
    "a link to an option that does not exist",
    ["File holding the token", "Unlike {option}`prot`, file holding the token"],
    "error: the description refers to prot, which is no option\n  option:   tokenFile\n",
  ],
] as const)("%s", (_, change, message) => {
  const { status, stdout, stderr } = generate([change]);
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toContain(message);
});
