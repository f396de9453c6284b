// Markdown to HTML: marked reads it, shiki colours the code. Shiki runs on its engine of JavaScript's own regular
// expressions, so nothing of it is compiled to wasm, and knows the languages that the pages use.

import { Marked, type Tokens } from "marked";
import { createHighlighterCore, type HighlighterCore } from "shiki/core";
import { createJavaScriptRegexEngine } from "shiki/engine/javascript";

import { escapeHtml, html, type Html, raw, slugOf } from "./html.ts";

const aliases: Readonly<Record<string, "nix" | "bash" | "json" | "typescript">> = {
  nix: "nix",
  bash: "bash",
  sh: "bash",
  json: "json",
  ts: "typescript",
  typescript: "typescript",
};

export interface Heading {
  readonly level: number;
  readonly id: string;
  readonly title: string;
}

/** A part of a page for the search: what is below a heading, as plain text. */
export interface Section extends Heading {
  readonly text: string;
}

export interface Rendered {
  readonly title: string;
  readonly body: Html;
  readonly headings: readonly Heading[];
  readonly sections: readonly Section[];
  /** The rows of tables of messages, which can be found one by one. */
  readonly rows: readonly Section[];
}

export interface Markdown {
  /** A page; its first heading is its title. */
  readonly page: (text: string, resolve: Resolve) => Rendered;
  /** A few sentences, as in descriptions. */
  readonly prose: (text: string, resolve: Resolve) => Html;
  readonly code: (text: string, language: string) => Html;
}

/** The address of a link or of a name in code; undefined if it leads nowhere on the site. */
export interface Resolve {
  readonly link: (target: string) => string | undefined;
  readonly code: (text: string) => Target | undefined;
}

export interface Target {
  readonly address: string;
  /** What to show in place of a name that only the repository has. */
  readonly title?: string | undefined;
}

export async function createMarkdown(): Promise<Markdown> {
  const highlighter = await createHighlighterCore({
    engine: createJavaScriptRegexEngine(),
    themes: [import("shiki/themes/github-light.mjs"), import("shiki/themes/github-dark.mjs")],
    langs: [
      import("shiki/langs/nix.mjs"),
      import("shiki/langs/bash.mjs"),
      import("shiki/langs/json.mjs"),
      import("shiki/langs/typescript.mjs"),
    ],
  });
  const code = (text: string, info: string): Html => highlight(highlighter, text, info);
  return {
    code,
    prose: (text, resolve) =>
      raw(parserFor(resolve, code, { headings: [], rows: [] }).parse(text, { async: false })),
    page: (text, resolve) => renderPage(text, resolve, code),
  };
}

function highlight(highlighter: HighlighterCore, text: string, info: string): Html {
  const [word = ""] = info.split(/\s+/);
  const language = aliases[word];
  if (language === undefined) {
    return html`<pre class="code" tabindex="0"><code>${text.trimEnd()}</code></pre>`;
  }
  const spans = highlighter.codeToTokens(text.trimEnd(), {
    lang: language,
    themes: { light: "github-light", dark: "github-dark" },
    defaultColor: false,
  });
  const lines = spans.tokens.map((line) =>
    line
      .map(({ content, htmlStyle }) => {
        const style = Object.entries(htmlStyle ?? {})
          .filter(([name]) => name.startsWith("--"))
          .map(([name, value]) => `${name}:${value}`)
          .join(";");
        return style === ""
          ? escapeHtml(content)
          : `<span style="${escapeHtml(style)}">${escapeHtml(content)}</span>`;
      })
      .join(""),
  );
  return html`<pre class="code" tabindex="0"><code>${raw(lines.join("\n"))}</code></pre>`;
}

function renderPage(
  text: string,
  resolve: Resolve,
  code: (text: string, info: string) => Html,
): Rendered {
  const seen: Seen = { headings: [], rows: [] };
  const withoutComments = text.replace(/^<!--[^]*?-->\n*/, "");
  const body = parserFor(resolve, code, seen).parse(withoutComments, { async: false });
  const { headings, rows } = seen;
  const [title, ...below] = headings;
  return {
    title: title?.title ?? "",
    body: raw(body),
    headings: below,
    sections: sectionsOf(withoutComments, headings),
    rows,
  };
}

/** The plain text below each heading, in the order of the headings. */
function sectionsOf(text: string, headings: readonly Heading[]): readonly Section[] {
  const texts: string[] = [];
  for (const token of new Marked().lexer(text)) {
    if (token.type === "heading") texts.push("");
    else if (texts.length > 0) texts.push(`${texts.pop() ?? ""} ${plain(token.raw)}`);
  }
  return headings.map((heading, index) => ({ ...heading, text: (texts[index] ?? "").trim() }));
}

function plain(markdown: string): string {
  return markdown
    .replaceAll(/```[a-z -]*|[`*|#]|\[([^\]]*)\]\([^)]*\)|-{3,}/g, " $1 ")
    .replaceAll(/\s+/g, " ");
}

/** What the parser has seen of a page. */
interface Seen {
  readonly headings: Heading[];
  readonly rows: Section[];
}

function parserFor(
  resolve: Resolve,
  code: (text: string, info: string) => Html,
  { headings, rows }: Seen,
): Marked {
  const ids = new Map<string, number>();
  const labels = new Map<string, number>();
  const uniqueId = (title: string): string => {
    const slug = slugOf(title);
    const count = ids.get(slug) ?? 0;
    ids.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${String(count)}`;
  };
  return new Marked({
    // {option}`name`, as manuals of Nix write it.
    hooks: { preprocess: (text) => text.replaceAll(/\{option\}`/g, "`") },
    renderer: {
      heading({ tokens, depth }) {
        const title = plain(tokens.map((token) => token.raw).join("")).trim();
        const id = uniqueId(title);
        headings.push({ level: depth, id, title });
        const inner = this.parser.parseInline(tokens);
        if (depth === 1) return "";
        return `<h${String(depth)} id="${id}"><a class="anchor" href="#${id}">${inner}</a></h${String(depth)}>\n`;
      },
      code: ({ text, lang }) => code(text, lang ?? "").text,
      codespan({ text }) {
        const target = resolve.code(text);
        const inner = escapeHtml(target?.title ?? text);
        const shown = target?.title === undefined ? `<code>${inner}</code>` : inner;
        return target === undefined
          ? shown
          : `<a href="${escapeHtml(target.address)}">${shown}</a>`;
      },
      link({ href, tokens }) {
        const inner = this.parser.parseInline(tokens);
        const target = resolve.link(href);
        return target === undefined
          ? inner
          : `<a href="${escapeHtml(target)}">${withoutLinks(inner)}</a>`;
      },
      table(token: Tokens.Table) {
        const cells = (row: readonly Tokens.TableCell[], tag: string): string =>
          row
            .map((cell) => {
              const scope = tag === "th" ? ' scope="col"' : "";
              return `<${tag}${scope}>${this.parser.parseInline(cell.tokens)}</${tag}>`;
            })
            .join("");
        const isAboutMessages = token.header[0]?.text === "message";
        const lines = token.rows.map((row) => {
          if (!isAboutMessages) return `<tr>${cells(row, "td")}</tr>`;
          const [title = "", text = ""] = row.map((cell) => plain(cell.text).trim());
          const id = uniqueId(title);
          rows.push({ level: 3, id, title, text });
          return `<tr id="${id}">${cells(row, "td")}</tr>`;
        });
        const below = headings.at(-1)?.title ?? "";
        const count = labels.get(below) ?? 1;
        labels.set(below, count + 1);
        const label = `Table: ${below}${count === 1 ? "" : `, ${String(count)}`}`;
        const kind = token.header.length > 3 ? "wide" : "narrow";
        return `<div class="scroll ${kind}" tabindex="0" role="region" aria-label="${escapeHtml(label)}"><table><thead><tr>${cells(token.header, "th")}</tr></thead><tbody>${lines.join("\n")}</tbody></table></div>\n`;
      },
      html: ({ text }) => escapeHtml(text),
    },
  });
}

/** A link may not contain another one: names in its text lose theirs. */
function withoutLinks(inner: string): string {
  return inner.replaceAll(/<\/?a\b[^>]*>/g, "");
}
