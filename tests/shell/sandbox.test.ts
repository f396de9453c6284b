// What a launcher says of a sandbox that is weaker than its unit says. tests/guest/scripts/start_checks.py takes real
// directives away.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

const file = (name: string): string =>
  fileURLToPath(new URL(`../../src/runtime/shell/${name}.sh`, import.meta.url));

/** The exit code and the words of a launcher that runs these lines. */
function launch(lines: string): readonly [status: number | null, said: string] {
  const script = [
    "set -euo pipefail",
    `. ${file("launch")}; . ${file("sandbox")}`,
    "found_systemd() { echo 252; }",
    lines,
    "echo started >&2",
  ].join("\n");
  const { status, stderr } = spawnSync("bash", ["-c", script], { encoding: "utf8" });
  return [status, stderr.trimEnd()];
}

const missing = (directives: string, advice = ""): readonly [number, string] => [
  78,
  `this machine does not carry out ${directives}, so the sandbox would be weaker than its unit says: the whole needs systemd 257 or newer, here is 252, and a kernel that allows it. Upgrade the machine${advice}`,
];

test.each([
  ["expect_directive A true\nexpect_sandbox 257 it.option", [0, "started"]],
  ["accept\nexpect_directive A true\nexpect_sandbox 257", [0, "started"]],
  ["expect_directive A false\nexpect_sandbox 257", missing("A=")],
  [
    "expect_directive A false\nexpect_sandbox 257 it.option",
    missing("A=", ", or name them in it.option"),
  ],
  [
    "expect_directive A false\nexpect_directive B true\nexpect_directive C false\nexpect_sandbox 257",
    missing("A= C="),
  ],
  ["accept A\nexpect_directive A false\nexpect_sandbox 257", [0, "started"]],
  [
    "accept A C\nexpect_directive A false\nexpect_directive AB false\nexpect_sandbox 257",
    missing("AB="),
  ],
  // A check that fails in another way than by saying no.
  ["expect_directive A no_such_check\nexpect_sandbox 257", "does not carry out A="],
])("%s", (lines, want) => {
  const [status, said] = launch(lines);
  if (typeof want === "string") {
    expect(status).toBe(78);
    expect(said).toContain(want);
  } else {
    expect([status, said]).toEqual(want);
  }
});

test("outside of any sandbox, nothing is taken for one", () => {
  const checks = [
    "has_own_temporary_files",
    "has_own_users",
    "has_own_processes",
    "has_call_filter",
    "has_mount /proc subset=pid",
    "has_mount / ' ro,no such option '",
    "has_status NoNewPrivs 1",
    "has_status NoSuchName 1",
    "has_limit -c no",
    // What cannot be read is not there.
    "has_own none 1",
  ];
  const [status, said] = launch(
    checks.map((check, index) => `expect_directive D${String(index)} ${check}`).join("\n") +
      "\nexpect_sandbox 257",
  );
  expect(status).toBe(78);
  expect(said).toContain(checks.map((_, index) => `D${String(index)}=`).join(" "));
});
