import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { createManifest } from "../../src/output/manifest.ts";
import { command, readTree, temporaryDirectory, type Tree } from "./project.ts";

const slowWrite = fileURLToPath(new URL("slow-write.ts", import.meta.url));

const names = ["a.json", "b.json", "c.json"];
const manifest = createManifest(
  names.map((path) => ({ path, text: "old" })),
  command,
).text;
const before: Tree = {
  ...Object.fromEntries(names.map((name) => [`generated/${name}`, "old"])),
  "generated/manifest.json": manifest,
};
const after: Tree = {
  "generated/": "",
  ...Object.fromEntries(names.map((name) => [`generated/${name}`, "new"])),
  "generated/manifest.json": createManifest(
    names.map((path) => ({ path, text: "new" })),
    command,
  ).text,
};

/** Starts a slow write and interrupts it in the middle. */
async function interrupt(
  root: string,
  signal: NodeJS.Signals | undefined,
  mode: "protected" | "unprotected",
): Promise<readonly unknown[]> {
  const tsx = fileURLToPath(import.meta.resolve("tsx"));
  const child = spawn(process.execPath, ["--import", tsx, slowWrite, mode], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exit = once(child, "exit");
  await once(child.stdout, "data");
  if (signal !== undefined) child.kill(signal);
  return (await exit) as readonly unknown[];
}

const signals: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];

test.each(signals)("%s during a write ends the process after it", async (signal) => {
  const root = temporaryDirectory(before);
  expect(await interrupt(root, signal, "protected")).toEqual([null, signal]);
  expect(readTree(root)).toEqual(after);
});

test("without a signal the process ends as usual", async () => {
  const root = temporaryDirectory(before);
  expect(await interrupt(root, undefined, "protected")).toEqual([0, null]);
  expect(readTree(root)).toEqual(after);
});

test("without the protection this test would fail", async () => {
  const root = temporaryDirectory(before);
  await interrupt(root, "SIGINT", "unprotected");
  expect(readTree(root)).not.toEqual(after);
});
