// Mistakes in a schema, through the real command: the user sees the mistake itself, not an error of running such a
// schema.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { type Outcome, temporaryDirectory } from "./output/project.ts";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** The line of the small service that begins with a text. */
function lineOf(start: string): number {
  const lines = readFileSync(path("eval/fixtures/hello.ts"), "utf8").split("\n");
  const index = lines.findIndex((line) => line.trimStart().startsWith(start));
  expect(index, start).not.toBe(-1);
  return index + 1;
}

/** Runs the command in a project whose only schema is the small service of tests/eval, changed. */
function generate(
  changes: readonly (readonly [string, string])[],
  ...args: readonly string[]
): Outcome {
  const schema = changes.reduce(
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
  // One line is before it in the changed file.
  const line = lineOf("tokenFile:") + 1;
  expect(outcome).toEqual({
    status: 1,
    stdout: "",
    stderr: `error: foo is not an option
  option:   foo
  at:       hello.ts:${line}:5
            ${line} |     foo: z.string(),
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
      ["value: cfg.stateDir", "value: cfg.stateDri"],
    ],
    "--json",
  );
  expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
  const { errors } = JSON.parse(stdout) as { errors: readonly unknown[] };
  expect(errors).toMatchObject([
    { option: "port", location: { file: "hello.ts", line: lineOf("port: option"), column: 28 } },
    { location: { file: "hello.ts", line: lineOf("environment: [") } },
  ]);
});

test.each([
  [
    "scenarios without a directory",
    [
      "confinement: ",
      'scenarios: { nodes: { m: {} }, main: { on: ["m"], scripts: [] }, relaxed: {} },\n      confinement: ',
    ],
    "error: the service has scenarios, and no directory for them to work in\n",
  ],
  [
    "an option that does nothing",
    [
      "    tokenFile:",
      "    foo: option(z.string(), { default: '' }),\n    /** Token. */\n    tokenFile:",
    ],
    `error: the option does nothing\n  option:   foo\n  at:       hello.ts:${lineOf("tokenFile:")}\n`,
  ],
  [
    "a link to an option that does not exist",
    ["File holding the token", "Unlike {option}`prot`, file holding the token"],
    "error: the description refers to prot, which is no option\n  option:   tokenFile\n",
  ],
  [
    "nothing that confines the service",
    ["confinement: baseline()", "confinement: []"],
    `error: nothing confines the service
  at:       hello.ts:${lineOf("export default")}
  expected: at least one rule in \`confinement\`
  received: none
  next:     take those of the library, \`baseline(…)\`, or say why there are none: \`unconfined("…")\`
`,
  ],
  [
    "an option that platforms lack",
    ['setting: "root" }', 'setting: "root", platforms: ["nixos"] }'],
    `error: the service's model (readable) refers to documentRoot, which does not exist on home-manager and darwin
  option:   documentRoot
  at:       hello.ts:${lineOf("documentRoot:")}
  expected: what exists on nixos, home-manager, darwin
  received: an option of nixos
  next:     give the option these platforms, or leave those without it out: in \`platforms\` of the assertion or of the service, or by \`isMacOS\`
`,
  ],
] as const)("%s", (_, change, message) => {
  const { status, stdout, stderr } = generate([change]);
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toContain(message);
});
