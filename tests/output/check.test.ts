import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { checkPlan, type Problem } from "../../src/output/check.ts";
import type { PlanEntry } from "../../src/output/plan.ts";
import { command, readTree, temporaryDirectory } from "./project.ts";

function check(...entries: readonly PlanEntry[]): readonly Problem[] {
  const directory = { root: "/project", label: "generated", command };
  return checkPlan({ directory, entries, leftovers: [] });
}

const before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
const after = "1\n2\n3\n4\nfive\n6\n7\n8\n9\n";
const update = { status: "updated", path: "a.nix", text: after, previous: before } as const;
const diff = `--- a/generated/a.nix
+++ b/generated/a.nix
@@ -2,7 +2,7 @@
 2
 3
 4
-5
+five
 6
 7
 8
`;

const cases: readonly (readonly [string, { given: PlanEntry; want: readonly Problem[] }])[] = [
  ["as it should be", { given: { status: "unchanged", path: "a.nix", text: "" }, want: [] }],
  [
    "missing",
    {
      given: { status: "created", path: "a.nix", text: "" },
      want: [{ kind: "missing", path: "generated/a.nix" }],
    },
  ],
  [
    "out of date",
    {
      given: { ...update, edited: false },
      want: [{ kind: "outdated", path: "generated/a.nix", diff }],
    },
  ],
  [
    "edited by hand",
    {
      given: { ...update, edited: true },
      want: [{ kind: "edited", path: "generated/a.nix", diff }],
    },
  ],
  [
    "no longer generated",
    {
      given: { status: "orphan", path: "a.nix", removable: true },
      want: [{ kind: "orphan", path: "generated/a.nix", removable: true }],
    },
  ],
  [
    "somebody else's",
    {
      given: { status: "foreign", path: "a.nix" },
      want: [{ kind: "foreign", path: "generated/a.nix" }],
    },
  ],
];

test.each(cases)("a file that is %s", (_name, { given, want }) => {
  expect(check(given)).toEqual(want);
});

test.each([
  ["a change", before, after],
  ["no newline at the end", "1\n2", "1\n2\n"],
  ["an empty file", "", after],
])("git applies the difference: %s", (_name, previous, text) => {
  const [problem] = check({ status: "updated", path: "a.nix", text, previous, edited: false });
  const patch = problem?.kind === "outdated" ? problem.diff : "";
  const root = temporaryDirectory({ "generated/a.nix": previous });
  execFileSync("git", ["apply", "-"], { cwd: root, input: patch });
  expect(readTree(root)["generated/a.nix"]).toBe(text);
});
