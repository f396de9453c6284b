// The frame of every page: title, navigation, search.

import { html, type Html } from "./html.ts";
import type { Section } from "./markdown.ts";

/** A file of the site. */
export interface SiteFile {
  readonly path: string;
  readonly text: string;
}

export interface Page {
  /** `guides/secrets.html` */
  readonly path: string;
  readonly title: string;
  /** One sentence, for search engines and lists. */
  readonly summary: string;
  readonly body: Html;
  /** Links to the parts of the page, or to its neighbours. */
  readonly aside?: Html;
  /** What the search finds of the page. */
  readonly found: readonly Found[];
}

export interface Found {
  readonly kind: "guide" | "option" | "promise" | "setting";
  readonly title: string;
  readonly address: string;
  readonly hint: string;
  readonly text: string;
}

const navigation: readonly (readonly [title: string, path: string, below: string])[] = [
  ["Options", "options.html", "options.html"],
  ["Settings", "settings/index.html", "settings/"],
  ["Promises", "promises.html", "promises.html"],
  ["Guides", "guides/index.html", "guides/"],
];

/** The way from a page to the root of the site. */
export function rootOf(path: string): string {
  return "../".repeat(path.split("/").length - 1);
}

export function renderPage(page: Page, site: string): SiteFile {
  const root = rootOf(page.path);
  const links = navigation.map(([title, path, below]) => {
    const current = page.path.startsWith(below) ? html` aria-current="page"` : undefined;
    return html`<li><a href="${root}${path}" ${current}>${title}</a></li>`;
  });
  const isHome = page.path === "index.html";
  const text = html`<!doctype html>
<html lang="en" data-root="${root}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${isHome ? site : `${page.title} · ${site}`}</title>
<meta name="description" content="${page.summary}">
<link rel="icon" href="${root}assets/icon.svg">
<link rel="stylesheet" href="${root}assets/style.css">
<script src="${root}assets/site.js" defer></script>
</head>
<body${page.aside === undefined ? html` class="plain"` : undefined}>
<a class="skip" href="#content">Skip to the content</a>
<header class="site">
<a class="mark" href="${root}index.html">${site}</a>
<nav aria-label="Site"><ul>${links}</ul></nav>
<form class="search" role="search" hidden>
<input type="search" role="combobox" aria-label="Search everything" placeholder="Search" autocomplete="off" spellcheck="false" aria-expanded="false" aria-controls="results" aria-autocomplete="list">
<kbd aria-hidden="true">/</kbd>
<div id="results" role="listbox" aria-label="Results" hidden></div>
<span role="status" class="unseen"></span>
</form>
</header>
<div class="columns">
${page.aside === undefined ? undefined : html`<aside>${page.aside}</aside>`}
<main id="content" tabindex="-1">
${page.body}
</main>
</div>
<footer class="site"><p>Generated from the schema and the records of real runs; nothing is loaded from elsewhere.</p></footer>
</body>
</html>
`.text;
  return { path: page.path, text };
}

/** The sections of a page of Markdown, for the search. */
export function foundIn(
  path: string,
  page: string,
  sections: readonly Section[],
): readonly Found[] {
  return sections.map(({ level, id, title, text }) => ({
    kind: "guide",
    title: level === 1 ? page : title,
    address: level === 1 ? path : `${path}#${id}`,
    hint: level === 1 ? text.slice(0, 120) : page,
    text: text.slice(0, 2000),
  }));
}

/** The headings of a page as a list of links. */
export function tableOfContents(
  headings: readonly { readonly level: number; readonly id: string; readonly title: string }[],
): Html {
  const items = headings
    .filter(({ level }) => level === 2)
    .map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`);
  return html`<nav aria-label="On this page" class="toc">
    <h2>On this page</h2>
    <ul>
      ${items}
    </ul>
  </nav>`;
}
