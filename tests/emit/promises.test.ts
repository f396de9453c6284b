// The table of promises: how each platform keeps a rule, and the proof.

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

import { emitPromises } from "../../src/emit/promises.ts";
import type { ConfinementRule, Difference } from "../../src/model/service-model.ts";
import { literal } from "../../src/schema/build-expression.ts";
import { lifts, probe } from "../../src/schema/define-proof.ts";
import { lowerWith } from "../lower/service.ts";

const proofs = [
  probe("others' files", ["read", "/a"], "ENOENT", "done"),
  probe("a | b", ["read", "/b"], "ENOENT", "done"),
] as const;
const rule = {
  id: "files",
  why: "Others are not its business.",
  directives: { UMask: "0077" },
  user: {},
  seatbelt: {},
};
const unshown: ConfinementRule = { ...rule, unprovable: "It is the default." };
const shown: ConfinementRule = { ...rule, proofs };
const evidence = { probes: "/p.md", sandbox: "/s.ts", job: "/j.ts" };

type Elsewhere = Pick<ConfinementRule, "user" | "seatbelt">;

/** The last row's cells. */
function row(confinement: ConfinementRule, elsewhere?: Elsewhere): readonly string[] {
  const table = emitPromises(
    lowerWith({ model: { confinement: [{ ...confinement, ...elsewhere }], evidence } }),
  );
  const last = table.trimEnd().split("\n").at(-1) ?? "";
  return last.slice(2, -2).split(" | ");
}

test.each([
  [
    "everything kept",
    shown,
    { user: {}, seatbelt: { keptBy: "no rule allows it" } },
    [
      "`UMask`",
      "the same",
      "no rule allows it",
      "the same",
      "[2 on systemd](/p.md) (others' files; a \\| b), [decisions on macOS](/s.ts)",
    ],
  ],
  [
    "kept by the job, in part, and not by an agent",
    shown,
    {
      user: { directives: { PrivateTmp: true }, cannot: "do more" },
      seatbelt: { keptBy: "`Umask`", byJob: true, cannot: "hide it", agent: "not at all" },
    },
    [
      "`UMask`",
      "`PrivateTmp`. It cannot do more",
      "`Umask`. It cannot hide it",
      "not at all",
      "[2 on systemd](/p.md) (others' files; a \\| b), [the job on macOS](/j.ts)",
    ],
  ],
  [
    "neither shown nor kept on macOS",
    unshown,
    { user: {}, seatbelt: { cannot: "be kept" } },
    ["`UMask`", "the same", "It cannot be kept", "the same", "none on systemd (It is the default)"],
  ],
] as const)("a rule: %s", (_, confinement, promise, want) => {
  expect(row(confinement, promise)).toEqual(["`files`", rule.why, ...want]);
});

test("the page says whose table it is, and begins with it", () => {
  const [title, ...lines] = emitPromises(
    lowerWith({ model: { confinement: [{ ...shown, user: {}, seatbelt: {} }], evidence } }),
  ).split("\n");
  expect(title).toBe("# What it is kept from doing");
  expect(lines.slice(lines.findIndex((line) => line.startsWith("|")))).toEqual([
    "| rule | why | NixOS | home-manager (Linux) | nix-darwin daemon | macOS agent | proof |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    expect.stringMatching(/^\| `files` \|/),
    "",
  ]);
});

test("what a rule gives up somewhere is said below the table", () => {
  const difference: Difference = {
    name: "older",
    where: "`package` is old",
    when: literal(true),
    lifts: lifts("done", "a | b"),
    why: "It needs them.",
  };
  const table = { user: {}, seatbelt: {} };
  expect(row({ ...shown, differences: [difference] }, table)).toEqual([
    "`files`",
    "`package` is old",
    "a \\| b: `done`",
    "It needs them.",
  ]);
});

test("what nothing shows is said above the table", () => {
  const model = { confinement: [shown], elsewhere: { files: { user: {}, seatbelt: {} } } };
  const limit = "Nobody has tried it.";
  expect(
    emitPromises(lowerWith({ model: { ...model, evidence: { ...evidence, limit } } })),
  ).toContain("\n\nNobody has tried it.\n\n| rule |");
});

test("what the table of this repository links to is there", () => {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const table = readFileSync(`${root}/generated/docs/promises-moltbot.md`, "utf8");
  const targets = new Set([...table.matchAll(/\]\(([^)]*)\)/g)].map(([, target = ""]) => target));
  expect(targets.size).toBe(4);
  expect([...targets].filter((target) => !existsSync(root + target))).toEqual([]);
});
