// The identity of the program that makes a result: its own sources, the versions of the packages that it uses,
// and the version of Node. The cache never uses a result of another program.

import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "../zod.ts";
import { digestText } from "./digest.ts";

const library = fileURLToPath(new URL("../..", import.meta.url));

const packageSchema = z.object({
  version: z.string().optional(),
  dependencies: z.record(z.string()).optional(),
});

export function programIdentity(): string {
  const source = join(library, "src");
  const files = readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => [file.slice(source.length), digestText(readFileSync(file))]);
  const packages = new Map<string, string>();
  addPackage(library, packages);
  return digestText(JSON.stringify([process.version, process.arch, files, [...packages]]));
}

/** Adds a package and its dependencies: directories with versions. */
function addPackage(directory: string, packages: Map<string, string>): void {
  if (packages.has(directory)) return;
  const file = join(directory, "package.json");
  const { version, dependencies } = packageSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  packages.set(directory, version ?? "");
  const places = createRequire(file).resolve.paths("x") ?? [];
  for (const name of Object.keys(dependencies ?? {}).sort()) {
    const found = places.map((place) => join(place, name)).find((path) => existsSync(path));
    if (found !== undefined) addPackage(realpathSync(found), packages);
  }
}
