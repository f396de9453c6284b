// The real command with its cache, and the watch.

import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { readTree, temporaryDirectory, type Tree } from "../output/project.ts";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const command = path("../../bin/nixmodgen.js");

/** The small service of tests/eval, with its port from another file. */
function project(): string {
  const schema = readFileSync(path("../eval/fixtures/hello.ts"), "utf8")
    .replace("export default", 'import { number } from "./part.ts";\nexport default')
    .replace("default: 8080", "default: number");
  return temporaryDirectory({
    "package.json": '{ "type": "module" }',
    "tsconfig.json": JSON.stringify({ extends: path("../../tsconfig.json"), include: [] }),
    "nixmodgen.config.ts": 'export default { output: "generated", services: ["hello.ts"] };',
    "hello.ts": schema,
    "part.ts": 'export { number } from "./deep.ts";',
    "deep.ts": "export const number = 8080;",
    "node_modules/": "",
  });
}

const portIn = (root: string): unknown => {
  const file = join(root, "generated/json-schema/hello.json");
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  return /"port":\s*\{[^}]*"default":\s*(?<port>\d+)/.exec(text)?.groups?.["port"];
};

test("with a cache and without, the same is written, and nothing elsewhere", () => {
  const root = project();
  const before = readTree(root);
  const isWritten = (file: string): boolean => /^generated\/|^node_modules\/\.cache\//.test(file);
  const run = (...args: readonly string[]): Tree => {
    rmSync(join(root, "generated"), { recursive: true, force: true });
    const outcome = spawnSync(process.execPath, [command, "generate", ...args], {
      cwd: root,
      encoding: "utf8",
    });
    expect(outcome).toMatchObject({ status: 0, stderr: "" });
    const tree = Object.entries(readTree(root));
    const others = tree.filter(([file]) => !isWritten(file));
    expect(Object.fromEntries(others)).toEqual(before);
    return Object.fromEntries(tree.filter(([file]) => file.startsWith("generated/")));
  };
  const output = run("--no-cache");
  expect(existsSync(join(root, "node_modules/.cache"))).toBe(false);
  expect(portIn(root)).toBe("8080");
  expect(run()).toEqual(output);
  const kept = readdirSync(join(root, "node_modules/.cache/nixmodgen"));
  for (const what of ["docs", "modules", "settings"]) {
    expect(kept.filter((file) => file.startsWith(what))).not.toEqual([]);
  }
  expect(run()).toEqual(output);
});

test("a mistake in types is told where the schema runs longer than it takes to find", () => {
  const root = project();
  const text =
    'await new Promise((end) => setTimeout(end, 15_000));\nexport const number: number = "x";\n';
  writeFileSync(join(root, "deep.ts"), text);
  const { status, stderr } = spawnSync(process.execPath, [command, "generate"], {
    cwd: root,
    encoding: "utf8",
  });
  expect(stderr).toContain("error: the schema does not compile");
  expect(stderr).not.toContain("at process");
  expect(status).toBe(1);
});

test("a watch tells mistakes before it writes, and runs again what the schema imports", async () => {
  const root = project();
  const child = spawn(process.execPath, [command, "generate", "--watch"], { cwd: root });
  onTestFinished(() => {
    child.kill();
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (data: Buffer) => {
      output += String(data);
    });
  }
  const saved = async (text: string, shown: string): Promise<void> => {
    output = "";
    writeFileSync(join(root, "deep.ts"), text);
    await shows(shown);
  };
  const shows = async (text: string): Promise<void> => {
    const seen = (): boolean =>
      output.includes(text) && output.includes("watching for changes", output.indexOf(text));
    await expect.poll(seen, { timeout: 60_000, message: `waiting for ${text}` }).toBe(true);
  };
  await shows("created  generated/json-schema/hello.json");
  expect(portIn(root)).toBe("8080");
  await saved("export const number = 8081;", "updated  generated/json-schema/hello.json");
  expect(portIn(root)).toBe("8081");
  await saved('export const number = "x";', "error: the schema does not compile");
  expect(portIn(root)).toBe("8081");
  await saved("export const number = 8082;", "updated  generated/json-schema/hello.json");
  expect(portIn(root)).toBe("8082");
});
