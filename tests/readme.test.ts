// The README: its numbers are those of the measured pages, and what it names exists.

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

import { z } from "../src/zod.ts";

const repository = fileURLToPath(new URL("..", import.meta.url));
const read = (path: string): string => readFileSync(`${repository}${path}`, "utf8");

const readme = read("README.md");
/** Without line breaks, which are where the formatter wants them. */
const text = readme.replace(/\s+/g, " ");

/** The numbers that a pattern finds. */
function numbers(page: string, pattern: RegExp): readonly string[] {
  const [, ...found] = pattern.exec(page) ?? [];
  expect(found.length, `${String(pattern)} is not on the page`).toBeGreaterThan(0);
  return found;
}

test("the README's number of promises is the measured one", () => {
  const [rules = "", own = ""] = numbers(
    read("docs/proofs.md"),
    /^(\d+) promises\. Measured[^]*?(\d+) promises\./m,
  );
  expect(text).toContain(`${rules} promises about the sandbox and ${own} about files`);
});

test("the README's exposure is the measured one", () => {
  const [confined = "", bare = ""] = numbers(
    read("docs/proofs.md"),
    /unit ([\d.]+),\nthat of the bare unit ([\d.]+),/,
  );
  expect(text).toContain(`exposure ${confined} of 10, and ${bare} without the sandbox`);
});

test("the README's mutations are the measured ones", () => {
  const [all, killed, alone, survived = "", needed, absent = ""] = numbers(
    read("docs/mutations.md"),
    /^(\d+) directives: (\d+) killed, (\d+) proved alone, (\d+) survived, (\d+) needed to start, (\d+) not by default/m,
  );
  const noticed = Number(killed) + Number(alone) + Number(needed);
  expect(text).toContain(`${String(all)} directives taken away: in ${String(noticed)} cases`);
  expect(text).toContain(`${survived} others survived`);
  expect(text).toContain(`${absent} is not on by default`);
});

test("the README's numbers of attacks are the measured ones", () => {
  const [all = "", bare = "", pull = "", account = "", ours = "", keeper = ""] = numbers(
    read("docs/attacks.md"),
    /^\| \*\*all\*\* +\| (\d+) +\| (\d+) +\| (\d+) +\| (\d+) +\| (\d+) +\| (\d+) +\|$/m,
  );
  expect(text).toContain(`${all} attacks by a model`);
  expect(text).toContain(
    `${bare} succeed against a system user alone, ${pull} against the directives of a pull request, ${account} in the operator's own account, ${ours} here, ${keeper} with named hosts`,
  );
});

test("the README's number of configurations is that of the matrix", () => {
  const rows = read("docs/compatibility.md").match(/^\| +`.*\|$/gm) ?? [];
  expect(text).toContain(`${String(rows.length)} ways to configure it`);
});

const links = [...readme.matchAll(/\]\(([^)#]+)[^)]*\)/g)]
  .map(([, link = ""]) => link)
  .filter((link) => !link.includes("://"));

test.each(links)("the README's link to %s leads somewhere", (link) => {
  expect(existsSync(`${repository}${link}`)).toBe(true);
});

test("the README's commands are scripts of the package", () => {
  const { scripts } = z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(read("package.json")));
  const commands = [...readme.matchAll(/`?(?:pnpm|pnpm@10) ([a-z:-]+)/g)].map(([, name]) => name);
  expect(commands.length).toBeGreaterThan(5);
  expect(commands.filter((name) => name === undefined || !(name in scripts))).toEqual([]);
});
