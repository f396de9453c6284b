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

process.exitCode = await main(process.argv.slice(2), generate);
