// `pnpm site [directory]`: builds the documentation site, by default into site/dist.

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import { createSite } from "./site.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const output = resolve(process.argv[2] ?? join(root, "site/dist"));
const begin = performance.now();
const { files, search } = await createSite(root);
rmSync(output, { recursive: true, force: true });
for (const { path, text } of files) {
  mkdirSync(dirname(join(output, path)), { recursive: true });
  writeFileSync(join(output, path), text);
}

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(0)} kB`;
const size = files.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
const index = files.find(({ path }) => path === "assets/search.js")?.text ?? "";
const pages = files.filter(({ path }) => path.endsWith(".html")).length;
const seconds = ((performance.now() - begin) / 1000).toFixed(1);

/** The milliseconds of the slowest key, of a few queries typed key by key. */
function slowestKey(queries: readonly string[]): number {
  const times = queries.flatMap((query) =>
    Array.from({ length: query.length }, (_, index) => {
      const start = performance.now();
      search.find(query.slice(0, index + 1));
      return performance.now() - start;
    }),
  );
  return Math.max(...times);
}

const queries = ["channels telegram groups", "confinement.egress", "a model in the local network"];
// The first search is slower: nothing is compiled yet.
slowestKey(queries);
process.stdout.write(
  [
    `${output}: ${String(pages)} pages, ${kilobytes(size)}, in ${seconds} s`,
    `search: ${String(search.count)} entries, ${kilobytes(Buffer.byteLength(index))} (${kilobytes(gzipSync(index).length)} compressed), at most ${slowestKey(queries).toFixed(1)} ms a key`,
    "",
  ].join("\n"),
);
