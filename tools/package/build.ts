// Builds the package into `dist/`: the library alone, in the layout of the repository, so that each file finds its
// neighbours where it finds them here. `pnpm pack` runs it.

import { execFileSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "../../src/zod.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const dist = join(repository, "dist");

/** The project that `init` makes: its TypeScript is for its author. */
const template = "init/template/";

const packageSchema = z.object({
  name: z.string(),
  version: z.string(),
  description: z.string(),
  keywords: z.array(z.string()),
  license: z.string(),
  type: z.literal("module"),
  engines: z.record(z.string()),
  bin: z.record(z.string()),
  exports: z.record(z.string()),
  imports: z.record(z.string()),
  dependencies: z.record(z.string()),
});

rmSync(dist, { recursive: true, force: true });
compile();
for (const path of filesBelow(dist)) adapt(join(dist, path));
for (const path of filesBelow(join(repository, "src"))) {
  // The parts that are no code of the library's: Nix, shell and Python code of generated modules, and the project
  // that `init` makes.
  if (extname(path) !== ".ts" || path.startsWith(template))
    cpSync(join(repository, "src", path), join(dist, "src", path));
}
cpSync(join(repository, "bin"), join(dist, "bin"), { recursive: true });
cpSync(join(repository, "LICENSE"), join(dist, "LICENSE"));
cpSync(join(repository, "docs/library.md"), join(dist, "README.md"));
writeFileSync(join(dist, "package.json"), `${JSON.stringify(manifest(), null, 2)}\n`);

function compile(): void {
  const compiler = join(repository, "node_modules/typescript/bin/tsc");
  const project = join(repository, "tsconfig.build.json");
  execFileSync(process.execPath, [compiler, "--project", project], { stdio: "inherit" });
}

function filesBelow(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes("__pycache__"))
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1));
}

/** Mends what the compiler leaves as it is. */
function adapt(file: string): void {
  const text = readFileSync(file, "utf8");
  if (file.endsWith(".d.ts")) {
    // Not every reader of declarations finds `./a.d.ts` by the name of `./a.ts`.
    writeFileSync(file, text.replace(/((?:from |import\()"\.[^"]*)\.ts"/g, '$1.js"'));
  } else if (file.endsWith(".js.map")) {
    // The text of the source is in the map; nothing lies at the path in the repository.
    const map = z.object({}).passthrough().parse(JSON.parse(text));
    const source = `${basename(file, ".js.map")}.ts`;
    writeFileSync(file, JSON.stringify({ ...map, sources: [source] }));
  }
}

/** The repository's package.json with built modules, and without what only the repository needs. */
function manifest(): object {
  const text = readFileSync(join(repository, "package.json"), "utf8");
  const { exports, imports, ...rest } = packageSchema.parse(JSON.parse(text));
  const built = (path: string, suffix: string): string => path.replace(/\.ts$/, suffix);
  return {
    ...rest,
    exports: Object.fromEntries(
      Object.entries(exports).map(([name, path]) => [
        name,
        path.endsWith(".ts") ? { types: built(path, ".d.ts"), default: built(path, ".js") } : path,
      ]),
    ),
    imports: Object.fromEntries(
      Object.entries(imports).map(([name, path]) => [name, built(path, ".js")]),
    ),
  };
}
