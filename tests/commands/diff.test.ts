// `nixmodgen diff`, and the comparison with the last release: the real command, on projects of git.

import { execFileSync } from "node:child_process";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { InterfaceOption, ServiceInterface } from "../../src/interface/interface.ts";
import {
  type Outcome,
  runCli,
  stubProject,
  stubSchema,
  temporaryDirectory,
  type Tree,
  writeTree,
} from "../output/project.ts";

const port: InterfaceOption = {
  path: "port",
  type: { kind: "port" },
  platforms: ["nixos"],
  instance: "inherit",
  defaults: { nixos: "80" },
};

function interfaceOf(...options: readonly InterfaceOption[]): Tree {
  const described: ServiceInterface = {
    format: 1,
    name: "demo",
    platforms: ["nixos"],
    renamedFrom: [],
    options,
    rules: [],
  };
  return { "interface/demo.json": JSON.stringify(described) };
}

const without = { "schema/demo.ts": stubSchema(interfaceOf()) };

/** A project of git with the tag `one`, whose schema has no option any more. */
function changedProject(): string {
  const root = temporaryDirectory(stubProject(interfaceOf(port)));
  expect(runCli(root, ["generate"]).status).toBe(0);
  git(root, "init", "--quiet");
  git(root, "add", "--all");
  git(root, "-c", "user.name=n", "-c", "user.email=e", "commit", "--quiet", "--message=one");
  git(root, "tag", "one");
  writeTree(root, without);
  return root;
}

function git(root: string, ...args: readonly string[]): void {
  execFileSync("git", args, { cwd: root, stdio: "pipe" });
}

const gone = `removed  services.demo.port: no option of this name is left  (breaks configurations)
1 change, 1 breaks configurations
`;

describe("diff", () => {
  test("compares a revision with the schema as it is", () => {
    expect(runCli(changedProject(), ["diff", "one"])).toEqual({
      status: 0,
      stdout: gone,
      stderr: "",
    });
  });

  test.each<readonly [string, string, string]>([
    ["revisions", "one", "one"],
    ["a directory of generated files and a revision", "generated", "one"],
    ["a project and a file", ".", "generated/interface/demo.json"],
    ["a directory of interfaces", "generated/interface", "one"],
  ])("finds %s", (_, from, to) => {
    expect(runCli(changedProject(), ["diff", from, to])).toEqual({
      status: 0,
      stdout: "no change that a user could notice\n",
      stderr: "",
    });
  });

  test("works in a project below the top of its repository, and below that", () => {
    const root = changedProject();
    git(root, "checkout", "--quiet", ".");
    const outer = temporaryDirectory();
    cpSync(root, join(outer, "inner"), {
      recursive: true,
      filter: (path) => !path.endsWith("/.git"),
    });
    git(outer, "init", "--quiet");
    git(outer, "add", "--all");
    git(outer, "-c", "user.name=n", "-c", "user.email=e", "commit", "--quiet", "--message=one");
    writeTree(join(outer, "inner"), without);
    expect(runCli(join(outer, "inner/schema"), ["diff", "HEAD"]).stdout).toBe(gone);
  });

  test("--json", () => {
    const { stdout } = runCli(changedProject(), ["diff", "one", "--json"]);
    expect(JSON.parse(stdout)).toEqual({
      ok: true,
      changes: [
        {
          kind: "removed",
          service: "demo",
          about: "option",
          subject: "port",
          text: "no option of this name is left",
          breaks: true,
        },
      ],
      breaks: true,
    });
  });

  test("--changelog", () => {
    const root = changedProject();
    const changed = interfaceOf(
      { ...port, path: "listen", renamedFrom: ["port"], defaults: { nixos: "81" } },
      { ...port, path: "more" },
    );
    writeTree(root, { "schema/demo.ts": stubSchema(changed) });
    expect(runCli(root, ["diff", "one", "--changelog"]).stdout).toBe(`## [Unreleased]

### Added

- \`services.demo.more\`, added: default 80

### Changed

- \`services.demo.listen\`, renamed: port → listen
- \`services.demo.listen\`, default: 80 → 81
`);
  });

  test.each<readonly [string, readonly string[], string]>([
    [
      "a word that is nothing",
      ["two"],
      `error: two is neither a file, nor a directory, nor a revision
  expected: a file or directory with interfaces, or a commit, branch or tag of this repository
`,
    ],
    [
      "a word that looks like an option of git",
      ["--", "--all"],
      "error: --all is neither a file, nor a directory, nor a revision\n",
    ],
    [
      "a directory without interfaces",
      ["schema"],
      `error: schema has no interfaces of services
  expected: JSON files in generated/interface/, interface/ or in schema itself
`,
    ],
    [
      "another file",
      ["package.json"],
      "error: package.json does not describe the interface of a service",
    ],
  ])("refuses %s", (_, args, want) => {
    const { status, stdout, stderr } = runCli(changedProject(), ["diff", ...args]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain(want);
  });

  test("a failure is JSON, too, where that was asked for", () => {
    const { status, stdout } = runCli(changedProject(), ["diff", "two", "--json"]);
    expect({ status, document: JSON.parse(stdout) as unknown }).toMatchObject({
      status: 1,
      document: {
        ok: false,
        errors: [{ message: expect.stringContaining("two is neither") as unknown }],
      },
    });
  });
});

describe("generate --check with a release", () => {
  const config = (more: string): Tree => ({
    "nixmodgen.config.ts": `export default { output: "generated", services: ["schema/demo.ts"], ${more} };\n`,
  });

  function check(
    options: readonly InterfaceOption[],
    more: string,
    ...args: readonly string[]
  ): Outcome {
    const released = Object.entries(interfaceOf(port)).map(
      ([path, text]) => [path.replace("interface", "released/1.0.0"), text] as const,
    );
    const root = temporaryDirectory({
      ...stubProject(interfaceOf(...options)),
      ...Object.fromEntries(released),
      ...config(more),
    });
    expect(runCli(root, ["generate"]).status).toBe(0);
    const { status, stdout, stderr } = runCli(root, ["generate", "--check", ...args]);
    return { status, stdout: stdout.replace(/ in [\d.]+ m?s/, ""), stderr };
  }

  const released = 'released: "released/1.0.0"';
  const upToDate = {
    status: 0,
    stdout: expect.stringMatching(/^up to date: /) as unknown,
    stderr: "",
  };

  test("accepts what is compatible", () => {
    expect(check([{ ...port, type: { kind: "int", min: 0 } }], released)).toEqual(upToDate);
    expect(check([{ ...port, path: "listen", renamedFrom: ["port"] }], released)).toEqual(upToDate);
  });

  test("compares nothing as long as nothing is released", () => {
    expect(check([], "")).toEqual(upToDate);
  });

  test("refuses an option that is gone", () => {
    expect(check([], released)).toEqual({
      status: 1,
      stdout: expect.stringMatching(/^up to date: /) as unknown,
      stderr: `error: configurations of the last release break: services.demo.port: no option of this name is left
  expected: every configuration that released/1.0.0/demo.json accepts
  next:     name the old path in \`renamedFrom\` of its successor, or keep the option with \`deprecated\` for a release; if it is meant, give the reason in "breaks" of the configuration file: { "services.demo.port": "…" }
`,
    });
  });

  test("refuses an option with fewer values", () => {
    const { status, stderr } = check([{ ...port, type: { kind: "bool" } }], released);
    expect(status).toBe(1);
    expect(stderr).toContain(
      "services.demo.port: 16 bit unsigned integer; between 0 and 65535 (both inclusive) → boolean\n",
    );
    expect(stderr).toContain("next:     accept the earlier values, too");
  });

  test("says so in JSON", () => {
    const { status, stdout, stderr } = check([], released, "--json");
    expect({ status, stderr, document: JSON.parse(stdout) as unknown }).toMatchObject({
      status: 1,
      stderr: "",
      document: {
        ok: false,
        errors: [{ message: expect.stringContaining("services.demo.port") as unknown }],
      },
    });
  });

  test("accepts what is meant, with a reason", () => {
    const breaks = 'breaks: { "services.demo.port": "It listens on a socket." }';
    expect(check([], `${released}, ${breaks}`)).toEqual(upToDate);
  });

  test("refuses a reason for nothing", () => {
    const breaks = 'breaks: { "services.demo.prot": "It listens on a socket." }';
    expect(check([port], `${released}, ${breaks}`)).toMatchObject({
      status: 1,
      stderr: `error: "breaks" names services.demo.prot, which breaks nothing
  next:     remove it from the configuration file
`,
    });
  });
});
