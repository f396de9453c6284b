// The command with a trivial generator: the schema file itself lists the files
// and their texts. Everything else is the real command, from arguments to disk.

import { register } from "tsx/esm/api";

register();

const { main } = await import("../../src/cli.ts");

/** The file `bug.nix` shows what happens when the library itself is wrong. */
function generate({ service }) {
  if ("bug.nix" in service.files) throw new TypeError("the generator is wrong");
  return Object.entries(service.files).map(([path, text]) => ({ path, text }));
}

/** Accepts everything; tests/mistakes.test.ts tests the real reader. */
const readSchema = () => ({ service: { file: "", line: 1 }, options: new Map() });

const lastDocs = () => undefined;
const loadGenerate = () => Promise.resolve(generate);
const loadLower = () => Promise.reject(new Error("the trivial generator has nothing to explain"));

const prepare = () => Promise.resolve();
const generator = { readSchema, lastDocs, loadGenerate, prepare, loadLower };
process.exitCode = await main(process.argv.slice(2), generator);
