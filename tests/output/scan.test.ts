import { execFileSync } from "node:child_process";
import { chmodSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { nodeFileSystem } from "../../src/output/file-system.ts";
import { scanOutput, temporaryPath, type ScannedOutput } from "../../src/output/scan.ts";
import { command, asOrdinaryUser, messageOf, temporaryDirectory, type Tree } from "./project.ts";

function scan(root: string, label = "generated"): ScannedOutput {
  return scanOutput({ root, label, command }, nodeFileSystem);
}

test("an output directory that does not exist is empty", () => {
  const { files, directories, leftovers } = scan(temporaryDirectory(), "a/b");
  expect([files.size, directories.size, leftovers.length]).toEqual([0, 0, 0]);
});

test("finds files and directories, passes over hidden ones, notes leftovers", () => {
  const leftover = temporaryPath("sub/b.nix", "new");
  const root = temporaryDirectory({
    "generated/a.nix": "1",
    "generated/sub/b.nix": "2",
    "generated/empty/": "",
    "generated/.gitattributes": "* linguist-generated",
    "generated/.cache/c": "3",
    [`generated/${leftover}`]: "half",
    "elsewhere.nix": "4",
  });
  const { files, directories, leftovers } = scan(root);
  expect(Object.fromEntries([...files].map(([path, text]) => [path, String(text)]))).toEqual({
    "a.nix": "1",
    "sub/b.nix": "2",
  });
  expect(directories).toEqual(new Set(["empty", "sub"]));
  expect(leftovers).toEqual([leftover]);
});

/** `links`: from path to what it points to. */
const links: readonly (readonly [string, { tree: Tree; link: string; want: string }])[] = [
  ["a file", { tree: { "generated/": "" }, link: "generated/a.nix", want: "generated/a.nix" }],
  ["a directory", { tree: { "generated/x/": "" }, link: "generated/x/y", want: "generated/x/y" }],
  ["the output directory", { tree: {}, link: "generated", want: "generated" }],
];

test.each(links)("refuses a symbolic link in place of %s", (_name, { tree, link, want }) => {
  const root = temporaryDirectory({ ...tree, "target/": "" });
  symlinkSync(join(root, "target"), join(root, link));
  expect(messageOf(() => scan(root))).toBe(`error: ${want} is a symbolic link
  next:     replace it by a real file or directory, then run \`pnpm generate\``);
});

test("refuses a symbolic link above the output directory", () => {
  const root = temporaryDirectory({ "target/out/a.nix": "1" });
  symlinkSync(join(root, "target"), join(root, "build"));
  expect(messageOf(() => scan(root, "build/out"))).toBe(`error: build is a symbolic link
  next:     replace it by a real file or directory, then run \`pnpm generate\``);
});

test("refuses special files", () => {
  const root = temporaryDirectory({ "generated/": "" });
  execFileSync("mkfifo", [join(root, "generated/a.nix")]);
  expect(messageOf(() => scan(root))).toBe(`error: generated/a.nix is neither a file nor a directory
  next:     delete it, then run \`pnpm generate\``);
});

test("refuses a file in place of the output directory", () => {
  const root = temporaryDirectory({ generated: "" });
  expect(messageOf(() => scan(root)))
    .toBe(`error: generated is a file, but the output directory is to be there
  next:     delete or move generated, then run \`pnpm generate\``);
});

test("says so where it may not read", () => {
  const root = temporaryDirectory({ "generated/a.nix": "1" });
  asOrdinaryUser(root, () => {
    chmodSync(join(root, "generated/a.nix"), 0o000);
    expect(messageOf(() => scan(root))).toBe(`error: cannot read generated: permission denied
  next:     give yourself permission to read and write there, then run \`pnpm generate\``);
  });
});
