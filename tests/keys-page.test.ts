// The table of docs/keys.md is what the schema says: each credential, whether it can be outside, and how or why not.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

import moltbot from "../schema/moltbot.ts";
import {
  type CredentialFacet,
  entriesOf,
  isOption,
  type OptionTree,
} from "../src/schema/define-option.ts";
import { tableOf } from "../tools/site/tables.ts";

const page = readFileSync(fileURLToPath(new URL("../docs/keys.md", import.meta.url)), "utf8");

type Entry = readonly [path: string, credential: CredentialFacet];

function credentialsIn(tree: OptionTree, path: readonly string[]): readonly Entry[] {
  return entriesOf(tree, path).flatMap(([name, entry]): readonly Entry[] => {
    const here = [...path, name];
    if (!isOption(entry)) return credentialsIn(entry, here);
    return entry.credential === undefined ? [] : [[here.join("."), entry.credential]];
  });
}

const credentials = credentialsIn(moltbot.options, []).filter(([path]) =>
  path.startsWith("providers."),
);

const rows = credentials.map(([path, { outside }]) => {
  if (outside === undefined) return [path, "", ""];
  if ("cannot" in outside) return [path, "no", outside.cannot];
  const { url, header, prefix = "" } = outside;
  return [path, "yes", `header \`${header}: ${prefix}…\`, at \`${url}\``];
});

test("every provider's credential says whether it can be outside", () => {
  expect(credentials.filter(([, { outside }]) => outside === undefined)).toEqual([]);
  expect(credentials.length).toBeGreaterThan(20);
});

test("the table has them all", () => {
  expect(tableOf(page, ["option", "outside", "how"])).toEqual(rows);
});

test("credentials with one name are of one setting, of which only one can be set", () => {
  const settings = new Map<string, Set<string | undefined>>();
  for (const [, { outside, hostsSetting }] of credentials) {
    if (outside === undefined || "cannot" in outside) continue;
    settings.set(outside.name, (settings.get(outside.name) ?? new Set()).add(hostsSetting));
  }
  expect([...settings].filter(([, of]) => of.size > 1)).toEqual([]);
});
