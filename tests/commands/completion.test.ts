// The scripts in the real shells, with the real command.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { lacking } from "../support/lacking.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const command = fileURLToPath(new URL("../../bin/nixmodgen.js", import.meta.url));

const scripts = new Map<string, string>();

function script(shell: string): string {
  const known = scripts.get(shell);
  if (known !== undefined) return known;
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, "completion", shell], {
    encoding: "utf8",
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  scripts.set(shell, stdout);
  return stdout;
}

/** Runs code in a shell, after the script; fails if the shell says anything on standard error. */
function inShell(shell: string, args: readonly string[], code: string): readonly string[] {
  const { stdout, stderr } = spawnSync(shell, [...args, "-c", `${script(shell)}\n${code}`], {
    cwd: repository,
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  return stdout.split("\n").filter((line) => line !== "");
}

/** Each: the words of a command line, the last of which is completed, and some of the proposals. */
const lines: readonly (readonly [readonly string[], readonly string[]])[] = [
  [[""], ["generate", "explain", "diff", "init", "completion"]],
  [["ex"], ["explain"]],
  [
    ["generate", "--c"],
    ["--check", "--config"],
  ],
  [["generate", "--config", "nixmodgen."], ["nixmodgen.config.ts"]],
  [
    ["explain", "gateway.p"],
    ["gateway.port", "gateway.plugins"],
  ],
  [["explain", "services.moltbot.gateway.po"], ["services.moltbot.gateway.port"]],
  [["explain", "--l"], ["--list"]],
  [["diff", "nixmodgen."], ["nixmodgen.config.ts"]],
  [
    ["completion", ""],
    ["bash", "zsh", "fish"],
  ],
];

test.each(lines)("bash completes %j", (words, want) => {
  const quoted = ["nixmodgen", ...words].map((word) => `'${word}'`).join(" ");
  const proposals = inShell(
    "bash",
    ["--norc"],
    `COMP_WORDS=(${quoted}); COMP_CWORD=${words.length}; _nixmodgen; printf '%s\\n' "\${COMPREPLY[@]}"`,
  );
  expect(proposals).toEqual(expect.arrayContaining([...want]));
  const [last = ""] = words.slice(-1);
  expect(proposals.filter((proposal) => !proposal.startsWith(last))).toEqual([]);
});

const hasShell = (shell: string): boolean => spawnSync(shell, ["--version"]).status === 0;

const noFish = hasShell("fish") ? [] : ["fish"];

describe.skipIf(noFish.length > 0)(`fish${lacking(noFish)}`, () => {
  test.each(lines)("completes %j", (words, want) => {
    const line = ["nixmodgen", ...words].join(" ");
    const proposals = inShell("fish", ["--no-config"], `complete -C '${line}'`);
    const names = proposals.map((proposal) => proposal.split("\t")[0]);
    expect(names).toEqual(expect.arrayContaining([...want]));
  });
});

const noZsh = hasShell("zsh") ? [] : ["zsh"];

describe.skipIf(noZsh.length > 0)(`zsh${lacking(noZsh)}`, () => {
  test("takes the script", () => {
    const load = "autoload -Uz compinit && compinit -u -D";
    const { status, stdout, stderr } = spawnSync(
      "zsh",
      ["--no-rcs", "-c", `${load}\n${script("zsh")}\nprint -r -- $_comps[nixmodgen]`],
      { cwd: repository, encoding: "utf8" },
    );
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "_nixmodgen\n", stderr: "" });
  });
});
