// The guides: the pages of docs/, in the order in which people need them.

import type { Migration } from "../../../src/reference/migrations.ts";
import { html, type Html } from "../html.ts";
import { foundIn, type Page, tableOfContents } from "../layout.ts";
import type { Markdown, Rendered, Resolve } from "../markdown.ts";
import type { Sources } from "../sources.ts";
import { codeSpans } from "./options.ts";

interface Chapter {
  readonly title: string;
  readonly pages: readonly string[];
}

export const chapters: readonly Chapter[] = [
  { title: "Begin", pages: ["quick-start", "migration", "glossary"] },
  {
    title: "Use",
    pages: ["secrets", "guides", "plugins", "command", "running", "troubleshooting"],
  },
  { title: "Keep", pages: ["generations", "backup", "compatibility", "uninstalling"] },
  {
    title: "Trust",
    pages: [
      "what-was-run",
      "doctor",
      "state",
      "egress",
      "keys",
      "relaxations",
      "attacks",
      "proofs",
      "mutations",
      "macos-checks",
    ],
  },
  {
    title: "Build",
    pages: ["architecture", "nixmodgen", "library", "schema", "testing", "performance"],
  },
];

export function guidePages(
  { docs, reference }: Sources,
  markdown: Markdown,
  resolve: Resolve,
): readonly Page[] {
  const rendered = new Map(
    [...docs].map(([name, text]) => [name, markdown.page(text, resolve)] as const),
  );
  const known = new Set(chapters.flatMap(({ pages }) => pages));
  const unlisted = [...docs.keys()].filter((name) => !known.has(name));
  const all = [...chapters, ...(unlisted.length > 0 ? [{ title: "More", pages: unlisted }] : [])];
  return [
    indexPage(all, rendered, docs),
    ...[...rendered].map(([name, page]) =>
      guidePage(name, page, all, rendered, reference.migrations, docs.get(name) ?? ""),
    ),
  ];
}

function guidePage(
  name: string,
  page: Rendered,
  all: readonly Chapter[],
  rendered: ReadonlyMap<string, Rendered>,
  migrations: readonly Migration[],
  text: string,
): Page {
  const path = `guides/${name}.html`;
  return {
    path,
    title: page.title,
    summary: firstSentence(text),
    body: html` <h1>${page.title}</h1>
      <div class="guide">
        ${page.body} ${name === "migration" ? migrationTable(migrations) : undefined}
      </div>`,
    aside: html`${page.headings.length > 1 ? tableOfContents(page.headings) : undefined}
      <nav aria-label="Guides" class="toc">
        <h2>Guides</h2>
        ${all.map(
          ({ title, pages }) =>
            html`<h3>${title}</h3>
              <ul>
                ${pages.flatMap((other) => {
                  const target = rendered.get(other);
                  if (target === undefined) return [];
                  const current = other === name ? html` aria-current="page"` : undefined;
                  return [html`<li><a href="${other}.html" ${current}>${target.title}</a></li>`];
                })}
              </ul>`,
        )}
      </nav>`,
    found: foundIn(path, page.title, [...page.sections, ...page.rows]),
  };
}

function indexPage(
  all: readonly Chapter[],
  rendered: ReadonlyMap<string, Rendered>,
  docs: ReadonlyMap<string, string>,
): Page {
  return {
    path: "guides/index.html",
    title: "Guides",
    summary: "How to set the service up, use it, keep it and judge it.",
    body: html` <h1>Guides</h1>
      <p class="lead">
        The pages of <code>docs/</code>. Tests evaluate the examples of most of them in the real
        module systems.
      </p>
      ${all.map(
        ({ title, pages }) =>
          html`<h2 id="${title.toLowerCase()}">${title}</h2>
            <ul class="cards">
              ${pages.flatMap((name) => {
                const page = rendered.get(name);
                if (page === undefined) return [];
                return [
                  html`<li>
                    <a href="${name}.html">${page.title}</a>
                    <p>${firstSentence(docs.get(name) ?? "")}</p>
                  </li>`,
                ];
              })}
            </ul>`,
      )}`,
    found: [],
  };
}

/** The first sentence below a page's title, without marks. */
function firstSentence(text: string): string {
  const [paragraph = ""] = text
    .replace(/^<!--[^]*?-->\n*/, "")
    .split(/\n{2,}/)
    .filter((part) => !part.startsWith("#"));
  const [sentence = ""] = paragraph.replaceAll(/\s+/g, " ").split(/(?<=[.:]) (?=[A-Z])/);
  return sentence
    .replaceAll(/[`*_]/g, "")
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/:$/, ".");
}

function migrationTable(migrations: readonly Migration[]): Html {
  return html`<h2 id="old-and-new-names">
      <a class="anchor" href="#old-and-new-names">Old and new names</a>
    </h2>
    <p>
      From the schema: each old name that the modules know. The others stay as they are, below their
      new place.
    </p>
    <div class="scroll wide" tabindex="0" role="region" aria-label="Old and new names">
      <table>
        <thead>
          <tr>
            <th scope="col">old</th>
            <th scope="col">new, or what to do</th>
          </tr>
        </thead>
        <tbody>
          ${migrations.map(
            ({ from, to, advice }) =>
              html`<tr>
                <th scope="row"><code>${from}</code></th>
                <td>${to === undefined ? codeSpans(advice ?? "") : html`<code>${to}</code>`}</td>
              </tr> `,
          )}
        </tbody>
      </table>
    </div>`;
}
