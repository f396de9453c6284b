// The command with a generator small enough to see through: the schema file itself lists the files
// and their texts. Everything else is the real thing, from arguments to disk.

import { register } from "tsx/esm/api";

register();

const { main } = await import("../../src/cli.ts");

/** The file `bug.nix` shows what happens when the library itself is wrong. */
function generate({ service }) {
  if ("bug.nix" in service.files) throw new TypeError("the generator is wrong");
  return Object.entries(service.files).map(([path, text]) => ({ path, text }));
}

/** What the real one refuses is a matter of its own tests (tests/mistakes.test.ts). */
const readSchema = () => ({ service: { file: "", line: 1 }, options: new Map() });

const lastDocs = () => undefined;
const loadGenerate = () => Promise.resolve(generate);

process.exitCode = await main(process.argv.slice(2), { readSchema, lastDocs, loadGenerate });
