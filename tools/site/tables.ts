// The tables of pages that test runs write, as data.

import { Marked, type Tokens } from "marked";

/** The cells of the first table on a page with these columns, without marks of code. */
export function tableOf(page: string, columns: readonly string[]): readonly (readonly string[])[] {
  const tables = new Marked()
    .lexer(page)
    .filter((token): token is Tokens.Table => token.type === "table");
  const table = tables.find(({ header }) => columns.every((name, i) => header[i]?.text === name));
  if (table === undefined) throw new Error(`no table with the columns ${columns.join(", ")}`);
  return table.rows.map((row) => row.map(({ text }) => text.replace(/^`(.*)`$/, "$1")));
}

/** The first group of a pattern in a page that a run wrote. */
export function fact(page: string, pattern: RegExp): string {
  const found = pattern.exec(page.replaceAll(/\s+/g, " "))?.[1];
  if (found === undefined) throw new Error(`nothing on the page matches ${String(pattern)}`);
  return found;
}
