// The site is whole without JavaScript: every link leads to a page and a part that exist, and every option, rule,
// setting and guide has its place.

import { readdirSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";

import { slugOf } from "../../tools/site/html.ts";
import { optionId } from "../../tools/site/pages/options.ts";
import { reachable, unreachable } from "../../tools/site/picture.ts";
import { changesOf, settingsOf } from "../../tools/site/settings.ts";
import { createSite, type Site } from "../../tools/site/site.ts";
import { readSources, type Release } from "../../tools/site/sources.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const sources = readSources(root, "moltbot");

let site: Site;
let pages: ReadonlyMap<string, string>;

beforeAll(async () => {
  site = await createSite(root);
  pages = new Map(
    site.files.filter(({ path }) => path.endsWith(".html")).map(({ path, text }) => [path, text]),
  );
});

function idsOf(page: string): readonly string[] {
  return [...page.matchAll(/ id="([^"]*)"/g)].map(([, id = ""]) => id);
}

describe("links", () => {
  test("lead to files and parts that exist, or to other sites by https", () => {
    const files = new Set(site.files.map(({ path }) => path));
    const ids = new Map([...pages].map(([path, page]) => [path, new Set(idsOf(page))]));
    const broken = [...pages].flatMap(([path, page]) =>
      [...page.matchAll(/ (?:href|src)="([^"]*)"/g)].flatMap(([, target = ""]) => {
        if (target.startsWith("https:")) return [];
        const [file = "", fragment] = target.split("#");
        const to = file === "" ? path : posix.join(posix.dirname(path), file);
        const isThere =
          files.has(to) && (fragment === undefined || ids.get(to)?.has(fragment) === true);
        return isThere ? [] : [`${path}: ${target}`];
      }),
    );
    expect(broken).toEqual([]);
  });

  test("no page has a name twice", () => {
    const twice = [...pages].flatMap(([path, page]) => {
      const ids = idsOf(page);
      return ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `${path}#${id}`);
    });
    expect(twice).toEqual([]);
  });

  test("nothing is loaded from elsewhere", () => {
    const loading =
      /<(?:script|img|iframe|source|video)[^>]*src="(?:https?:)?\/\/|<link[^>]*https?:/;
    expect([...pages].filter(([, page]) => loading.test(page)).map(([path]) => path)).toEqual([]);
    const style = site.files.find(({ path }) => path.endsWith(".css"))?.text ?? "";
    expect(style).not.toMatch(/url\(|@import/);
  });
});

describe("everything has its place", () => {
  test("options", () => {
    const ids = new Set(idsOf(pages.get("options.html") ?? ""));
    const lacking = sources.reference.options.filter(
      ({ name }) => !ids.has(optionId(sources.reference, name)),
    );
    expect(lacking).toEqual([]);
  });

  test("rules, those of the picture among them", () => {
    const ids = new Set(idsOf(pages.get("promises.html") ?? ""));
    expect(sources.reference.rules.filter(({ id }) => !ids.has(id))).toEqual([]);
    expect([...reachable, ...unreachable].filter(({ rule }) => !ids.has(rule))).toEqual([]);
  });

  test("guides, each listed once", () => {
    const index = pages.get("guides/index.html") ?? "";
    const names = readdirSync(`${root}docs`)
      .filter((name) => name.endsWith(".md"))
      .map((name) => name.replace(/\.md$/, ".html"));
    for (const name of names) {
      expect(index.split(`"${name}"`)).toHaveLength(2);
      expect(pages.has(`guides/${name}`)).toBe(true);
    }
    expect(index).not.toContain(">More<");
  });

  test("settings, and the search finds all of it", () => {
    const settings = settingsOf(sources.releases);
    expect(settings.length).toBeGreaterThan(8000);
    const { rules, options } = sources.reference;
    expect(site.search.count).toBeGreaterThan(settings.length + rules.length + options.length);
  });

  test("old names, in the guide for migration", () => {
    const page = pages.get("guides/migration.html") ?? "";
    expect(sources.reference.migrations.length).toBeGreaterThan(20);
    for (const { from } of sources.reference.migrations) {
      expect(page).toContain(
        `<code>${from.replaceAll("<", "&lt;").replaceAll(">", "&gt;")}</code>`,
      );
    }
  });
});

describe("settings by release", () => {
  const release = (version: string, properties: Release["schema"] & object): Release => ({
    version,
    schema: { type: "object", properties: properties as Record<string, Release["schema"]> },
  });
  const releases: readonly Release[] = [
    release("2", {
      kept: { type: "string" },
      other: { type: "integer", minimum: 1 },
      value: { type: "boolean", default: true },
      group: { type: "object", properties: { inside: { type: "string" } } },
      named: { type: "object", additionalProperties: { properties: { of: { enum: ["a", 1] } } } },
      list: { type: "array", items: { properties: { in: { type: "null" } } } },
    } as never),
    release("1", {
      kept: { type: "string" },
      other: { type: "string" },
      value: { type: "boolean", default: false },
      gone: { type: "string" },
      named: { type: "object", additionalProperties: { properties: { of: { enum: ["a", 1] } } } },
      list: { type: "array", items: { properties: { in: { type: "null" } } } },
    } as never),
  ];
  const settings = settingsOf(releases);

  test.each([
    ["kept", "string"],
    ["other", "integer from 1"],
    ["named.<name>.of", '"a" | 1'],
    ["list.*.in", "null"],
    ["group.inside", "string"],
  ])("%s: %s", (path, type) => {
    expect(settings.find((setting) => setting.path === path)?.releases[0]?.type).toBe(type);
  });

  test("what changed; of a new group only its name", () => {
    expect(changesOf(settings, 0).map(({ kind, path }) => `${kind} ${path}`)).toEqual([
      "removed gone",
      "added group",
      "retyped other",
      "default value",
    ]);
  });
});

test.each([
  ["`confinement.egress`", "confinement-egress"],
  ["What remains?", "what-remains"],
  ["…", "part"],
])("the fragment of %s", (title, slug) => {
  expect(slugOf(title)).toBe(slug);
});
