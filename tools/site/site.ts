// The site: all of its files, from the repository's texts and data.

import { readFileSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

import { type Page, renderPage, rootOf, type SiteFile } from "./layout.ts";
import { createMarkdown, type Resolve } from "./markdown.ts";
import { readMeasured } from "./measured.ts";
import { guidePages } from "./pages/guides.ts";
import { homePage } from "./pages/home.ts";
import { optionAddress, optionsPage } from "./pages/options.ts";
import { promisesPage } from "./pages/promises.ts";
import { settingsPages } from "./pages/settings.ts";
import { type SearchIndex, searchIndex } from "./search-index.ts";
import { readSources, type Sources } from "./sources.ts";

export interface Site {
  readonly files: readonly SiteFile[];
  readonly search: SearchIndex;
}

const service = "moltbot";

/** @param root the repository, with `generated/`, `docs/` and `schema/` */
export async function createSite(root: string): Promise<Site> {
  const sources = readSources(root, service);
  const measured = readMeasured(sources);
  const markdown = await createMarkdown();
  const { reference, ownPromises, releases } = sources;
  const top = resolverFor(sources, "index.html");
  const pages: readonly Page[] = [
    homePage(reference, measured),
    optionsPage(reference, markdown, top),
    promisesPage(reference, ownPromises, measured, markdown, top),
    ...guidePages(sources, markdown, resolverFor(sources, "guides/index.html")),
    ...settingsPages(reference, releases),
  ];
  const search = searchIndex(pages.flatMap(({ found }) => found));
  return {
    files: [
      ...pages.map((page) => renderPage(page, service)),
      search.file,
      { path: "assets/site.js", text: await clientScript() },
      { path: "assets/style.css", text: asset("style.css") },
      { path: "assets/icon.svg", text: asset("icon.svg") },
    ],
    search,
  };
}

function asset(name: string): string {
  return readFileSync(new URL(`assets/${name}`, import.meta.url), "utf8");
}

/** The script of all pages: one file, and no module, which file:// would refuse. */
async function clientScript(): Promise<string> {
  const entry = fileURLToPath(new URL("client/site.ts", import.meta.url));
  const built = await build({
    configFile: false,
    logLevel: "silent",
    build: {
      write: false,
      lib: { entry, formats: ["iife"], name: "site" },
    },
  });
  const [first] = [built].flat();
  if (first === undefined || !("output" in first)) throw new Error("vite built no script");
  return first.output[0].code;
}

/** Where links and names in code lead, on the pages of one directory of the site. */
function resolverFor({ docs, reference }: Sources, from: string): Resolve {
  const root = rootOf(from);
  const options = new Set(reference.options.map(({ name }) => name));
  const pageOf = (path: string): string | undefined => {
    const name = posix.basename(path, ".md");
    if (path.endsWith(`promises-${service}.md`)) return `${root}promises.html`;
    if (path.endsWith(`options-${service}.md`)) return `${root}options.html`;
    return path.endsWith(".md") && docs.has(name) ? `${root}guides/${name}.html` : undefined;
  };
  return {
    link: (target) => {
      if (/^(https?:|#)/.test(target)) return target;
      const [path = "", fragment] = target.split("#");
      const page = pageOf(path);
      return page === undefined || fragment === undefined ? page : `${page}#${fragment}`;
    },
    code: (text) => {
      if (/^(docs|generated)\/\S+\.md$/.test(text)) {
        const address = pageOf(text);
        const page = docs.get(posix.basename(text, ".md"));
        return address === undefined ? undefined : { address, title: page && titleOf(page) };
      }
      const name = text.startsWith("services.") ? text : `services.${service}.${text}`;
      return options.has(name)
        ? { address: `${root}${optionAddress(reference, name)}` }
        : undefined;
    },
  };
}

/** The first heading of a page. */
function titleOf(page: string): string | undefined {
  return /^# (.*)$/m.exec(page)?.[1];
}
