import { expect, test } from "vitest";
import { BugError } from "../../src/errors.ts";
import { checkPaths } from "../../src/output/paths.ts";
import { messageOf } from "./project.ts";

function check(paths: readonly string[]): void {
  checkPaths(paths.map((path) => ({ path, text: "" })));
}

const accepted: readonly (readonly string[])[] = [
  [],
  ["a.nix"],
  ["nixos/a.nix", "nixos/b.nix", "darwin/a.nix"],
  ["a", "ab", "b/a"],
];

test.each(accepted)("accepts %j", (...paths) => {
  expect(() => {
    check(paths);
  }).not.toThrow();
});

const malformed: readonly (readonly [string, string])[] = [
  ["/etc/passwd", "is absolute"],
  ["C:/a.nix", "is absolute"],
  ["a\\b.nix", "contains a backslash"],
  ["a\nb.nix", "contains a control character"],
  ["a\0.nix", "contains a control character"],
  ["", "has an empty part"],
  ["a//b.nix", "has an empty part"],
  ["a/", "has an empty part"],
  ["../a.nix", "leaves the output directory"],
  ["a/../../b.nix", "leaves the output directory"],
  ["./a.nix", "has a hidden part"],
  ["a/.git/hooks", "has a hidden part"],
];

test.each(malformed)("refuses %j as a bug", (path, flaw) => {
  expect(() => {
    check([path]);
  }).toThrow(new BugError(`output path ${JSON.stringify(path)} ${flaw}`));
});

const caseMessage = (received: string): string =>
  `error: two outputs differ only in upper and lower case
  received: ${received}
  next:     rename one of the services: macOS cannot hold both files`;

const fileMessage = (path: string, received: string): string =>
  `error: two outputs collide: ${path} is both a file and a directory
  received: ${received}
  next:     rename one of the services`;

const collisions: readonly (readonly [string, readonly string[], string])[] = [
  [
    "twice the same",
    ["a.nix", "b.nix", "a.nix"],
    `error: two outputs have the same path: a.nix
  next:     give each service a name of its own`,
  ],
  ["case in the name", ["a.nix", "A.nix"], caseMessage("A.nix and a.nix")],
  ["case in the directory", ["x/a.nix", "X/a.nix"], caseMessage("X/a.nix and x/a.nix")],
  ["Unicode form", ["\u00e9.nix", "e\u0301.nix"], caseMessage("e\u0301.nix and \u00e9.nix")],
  ["file and directory", ["a", "a/b"], fileMessage("a", "a and a/b")],
  ["file and directory in another case", ["A", "a/b"], fileMessage("A", "A and a/b")],
];

test.each(collisions)("refuses a collision: %s", (_name, paths, message) => {
  expect(
    messageOf(() => {
      check(paths);
    }),
  ).toBe(message);
});
