// A program: writes what the sources and the schema generate into DIR/generated, as the command
// would write it, and beside it the repository's own Nix files that refer to it.
//
// usage: node --import tsx generate-into.ts DIR

import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { loadConfig, loadServices } from "../../src/config.ts";
import { readDocs } from "../../src/docs/read-docs.ts";
import { generateAll } from "../../src/generate-all.ts";
import { generate } from "../../src/generate.ts";
import { createManifest } from "../../src/output/manifest.ts";

const directory = process.argv[2];
if (directory === undefined) throw new Error("usage: generate-into.ts DIR");

const repository = fileURLToPath(new URL("../..", import.meta.url));
const config = await loadConfig(repository);
const services = await loadServices(config, readDocs);
const files = generateAll(services, generate, config.command);
for (const { path, text } of [...files, createManifest(files, config.command)]) {
  const file = join(directory, "generated", path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
for (const path of ["flake.nix", "flake.lock", "nix", "templates"]) {
  cpSync(join(repository, path), join(directory, path), { recursive: true });
}
