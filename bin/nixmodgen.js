#!/usr/bin/env node
// Starts the command. Schemas are TypeScript, and in the repository so is the library: tsx is registered before
// anything else is imported, which also maps stack traces back to the sources.

import { register } from "tsx/esm/api";

register();

try {
  const { main } = await import("#src/cli");
  const { readCachedDocs: readSchema, lastDocs } = await import("#src/docs/cached-docs");
  const loadGenerate = async () => (await import("#src/generate")).generate;
  const prepare = async (source) => {
    (await import("#src/generate")).prepareSettings(source);
  };
  const loadLower = async () => {
    const { lowerService } = await import("#src/lower/lower");
    return ({ service, docs }) => lowerService(service, docs);
  };
  const generator = { readSchema, lastDocs, loadGenerate, prepare, loadLower };
  process.exitCode = await main(process.argv.slice(2), generator);
} catch (error) {
  // The library itself does not load; the command reports everything later on its own.
  if (process.argv.includes("--json")) {
    const errors = [{ message: String(error), stack: error?.stack }];
    console.log(JSON.stringify({ ok: false, files: [], bytes: 0, durationMs: 0, errors }, null, 2));
  } else {
    console.error(error);
  }
  process.exitCode = 70;
}
