// The allowed directions of dependencies, checked on the imports in the sources. A rule that applies to no file
// fails, so that a renamed directory cannot empty it.

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { Node, Project, type SourceFile } from "ts-morph";
import { describe, expect, test } from "vitest";

const repository = fileURLToPath(new URL("..", import.meta.url));

interface Import {
  /** Path of the importing file, relative to the repository. */
  readonly from: string;
  /** Path of the imported file, or the name of a package or built-in module. */
  readonly to: string;
  /** Whether the import disappears when the program runs. */
  readonly isTypeOnly: boolean;
}

const sources = readImports(["src", "schema", "tools", "nixmodgen.config.ts"]);

function readImports(paths: readonly string[]): ReadonlyMap<string, readonly Import[]> {
  const project = new Project({ compilerOptions: { allowJs: false } });
  for (const path of paths) {
    project.addSourceFilesAtPaths(path.endsWith(".ts") ? path : join(repository, path, "**/*.ts"));
  }
  return new Map(
    project.getSourceFiles().map((file) => [pathOf(file.getFilePath()), importsOf(file)]),
  );
}

/** Every kind of import: static, dynamic, type-only, re-export. */
function importsOf(file: SourceFile): readonly Import[] {
  const from = pathOf(file.getFilePath());
  return file.getImportStringLiterals().map((literal) => {
    const specifier = literal.getLiteralValue();
    const isFile = specifier.startsWith(".");
    const declaration = literal.getParent();
    const isTypeOnly =
      Node.isImportDeclaration(declaration) || Node.isExportDeclaration(declaration)
        ? declaration.isTypeOnly()
        : Node.isLiteralTypeNode(declaration);
    return { from, to: isFile ? join(dirname(from), specifier) : specifier, isTypeOnly };
  });
}

function pathOf(absolute: string): string {
  return relative(repository, absolute);
}

/** The imports of every file below a path. */
function importsBelow(path: string): readonly Import[] {
  const files = [...sources].filter(([file]) => isBelow(file, path));
  expect(files, `no file below ${path}`).not.toEqual([]);
  return files.flatMap(([, imports]) => imports);
}

function isBelow(file: string, path: string): boolean {
  return file === path || file.startsWith(`${path}/`);
}

function isFile(target: string): boolean {
  return target.includes("/") && /^(src|schema|tools|tests|bin)\//.test(target);
}

/** Files that every file may import, and that import no other file of the project. */
const base = ["errors", "json", "zod", "nearest", "compare-versions", "library"].map(
  (name) => `src/${name}.ts`,
);

/** The layers, from the bottom: each may import the base, itself, and the named layers. */
const layers: readonly {
  readonly layer: string;
  readonly imports: readonly string[];
  readonly why: string;
}[] = [
  { layer: "src/model", imports: [], why: "the vocabulary knows neither authors nor targets" },
  { layer: "src/pattern", imports: [], why: "patterns are a language of their own" },
  { layer: "src/nix", imports: [], why: "Nix syntax is a language of its own" },
  { layer: "src/cache", imports: [], why: "a cache keeps texts, whatever they say" },
  {
    layer: "src/docs",
    imports: ["src/cache"],
    why: "descriptions are read from any source, and again only where one has changed",
  },
  { layer: "src/output", imports: [], why: "output moves texts, whatever they say" },
  { layer: "src/schema", imports: ["src/model"], why: "what an author calls makes the vocabulary" },
  {
    layer: "src/baseline",
    imports: ["src/model", "src/schema"],
    why: "the library's rules are written as an author's are",
  },
  {
    layer: "src/lower",
    imports: ["src/model", "src/pattern", "src/docs", "src/schema"],
    why: "lowering goes from an author's schema to the model, and knows no target",
  },
  {
    layer: "src/json-schema",
    imports: ["src/model", "src/pattern", "src/docs", "src/schema", "src/lower/zod-definition.ts"],
    why: "zod's converter takes an author's own types, of which lowering knows the kinds",
  },
  {
    layer: "src/settings",
    imports: ["src/model", "src/pattern"],
    why: "settings are checked against a schema that no author of options wrote",
  },
  {
    layer: "src/runtime",
    imports: ["src/nix", "src/output/file.ts"],
    why: "what runs with the service is copied, and referred to",
  },
  {
    layer: "src/emit",
    imports: ["src/model", "src/pattern", "src/nix", "src/runtime"],
    why: "outputs are backends of the model",
  },
  {
    layer: "src/reference",
    imports: ["src/model", "src/nix", "src/output/file.ts"],
    why: "a manual is one more output; it evaluates nothing",
  },
  {
    layer: "src/vm-test",
    imports: ["src/model", "src/nix", "src/runtime", "src/emit", "src/output/file.ts"],
    why: "a VM test is one more output, of the modules",
  },
  {
    layer: "src/interface",
    imports: ["src/model", "src/nix", "src/emit", "src/settings/describe.ts", "src/vm-test"],
    why: "what users see of a service follows from its model, in the words of its code",
  },
  {
    layer: "src/explain",
    imports: [
      "src/model",
      "src/nix",
      "src/emit",
      "src/interface",
      "src/reference/destinations.ts",
      "src/vm-test",
    ],
    why: "an explanation shows one option of the reference, and what it is in code",
  },
  {
    layer: "src/commands",
    imports: [
      "src/model",
      "src/emit/promises.ts",
      "src/explain",
      "src/interface",
      "src/output/file.ts",
    ],
    why: "a command finds its input, and prints what others work out",
  },
  {
    layer: "src/init",
    imports: ["src/model/platform.ts"],
    why: "a new project is made of texts",
  },
  {
    layer: "tools",
    imports: ["src"],
    why: "a maintainer's program uses the library",
  },
  { layer: "schema", imports: [], why: "a service uses the library by its name, as others do" },
  {
    layer: "nixmodgen.config.ts",
    imports: [],
    why: "the configuration uses the library by its name, as others do",
  },
];

describe("arrows", () => {
  test.each(layers)("$layer imports only $imports: $why", ({ layer, imports }) => {
    const allowed = [...base, layer, ...imports];
    const others = importsBelow(layer).filter(
      ({ to }) => isFile(to) && !allowed.some((path) => isBelow(to, path)),
    );
    expect(others).toEqual([]);
  });

  test("the base imports itself at most", () => {
    const others = base.flatMap(importsBelow).filter(({ to }) => isFile(to) && !base.includes(to));
    expect(others).toEqual([]);
  });

  test("every directory of src is one of the layers", () => {
    const directories = [...sources.keys()].flatMap((file) => /^src\/[^/]+(?=\/)/.exec(file) ?? []);
    const known = new Set(layers.map(({ layer }) => layer));
    expect([...new Set(directories)].filter((directory) => !known.has(directory))).toEqual([]);
  });
});

/** Imports that only some files may have, and why. */
const reserved: readonly {
  readonly what: string;
  readonly module: RegExp;
  readonly only: readonly string[];
  readonly why: string;
}[] = [
  {
    what: "zod",
    module: /^zod(\/.*)?$/,
    only: ["src/zod.ts"],
    why: "one version",
  },
  {
    what: "zod's converter",
    module: /^zod-to-json-schema$/,
    only: ["src/json-schema/converter.ts"],
    why: "one version, which few commands need",
  },
  {
    what: "the library's own name",
    module: /^nixmodgen(\/.*)?$/,
    only: ["schema", "nixmodgen.config.ts", "src/init/template"],
    why: "others import it by its name, and it imports its own files",
  },
  { what: "commander", module: /^commander$/, only: ["src/cli.ts"], why: "one command line" },
  {
    what: "colours",
    module: /^picocolors(\/.*)?$/,
    only: ["src/cli.ts", "src/output", "src/commands"],
    why: "they are for terminals",
  },
  {
    what: "regexpp",
    module: /^@eslint-community\/regexpp$/,
    only: ["src/pattern/ecmascript.ts"],
    why: "the rest knows meanings, not syntax",
  },
  { what: "diff", module: /^diff$/, only: ["src/output"], why: "texts are compared with the disk" },
];

/** Phases that must not use the file system or processes, and why. */
const pure: readonly { readonly from: string; readonly why: string }[] = [
  { from: "src/model", why: "the vocabulary is types, and functions of them" },
  { from: "src/pattern", why: "a translation is a function of the pattern" },
  { from: "src/schema", why: "a schema is data" },
  { from: "src/baseline", why: "rules are data" },
  { from: "src/lower", why: "lowering and checking are functions of the schema" },
  { from: "src/nix", why: "printing is a function of the tree" },
  { from: "src/emit", why: "emitting is a function of the model" },
  { from: "src/interface", why: "describing and comparing are functions of what is described" },
  { from: "src/explain", why: "an explanation is a function of the model" },
  { from: "src/generate.ts", why: "the files are read by the phases that need them" },
  { from: "schema", why: "a schema is data" },
];

const systemModules = /^(node:)?(fs(\/promises)?|child_process|net|http|https|os|worker_threads)$/;

const packageJson = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as {
  readonly name: string;
  readonly exports: Readonly<Record<string, string>>;
};

/** What others can import of the library. */
const publicNames = Object.keys(packageJson.exports)
  .filter((entry) => !entry.endsWith(".json"))
  .map((entry) => entry.replace(/^\./, packageJson.name));

describe("reserved modules", () => {
  test.each(reserved)("$what only in $only: $why", ({ module, only }) => {
    const importers = [...sources.values()].flat().filter(({ to }) => module.test(to));
    expect(importers).not.toEqual([]);
    expect(importers.filter(({ from }) => !only.some((path) => isBelow(from, path)))).toEqual([]);
  });

  test.each(pure)("$from touches neither disk nor processes: $why", ({ from }) => {
    expect(importsBelow(from).filter(({ to }) => systemModules.test(to))).toEqual([]);
  });

  test.each(["schema", "nixmodgen.config.ts"])("%s imports no package but the library", (path) => {
    const packages = importsBelow(path).filter(({ to }) => !isFile(to));
    expect(packages).not.toEqual([]);
    const others = packages.filter(({ to }) => !publicNames.includes(to));
    expect(others).toEqual([]);
  });

  test("the output reaches the disk through one file, so that a full disk can be tested", () => {
    const others = importsBelow("src/output").filter(
      ({ from, to }) => systemModules.test(to) && from !== "src/output/file-system.ts",
    );
    expect(others).toEqual([]);
  });

  test("zod is version 3's interface, the one zod-to-json-schema reads", () => {
    const names = importsBelow("src/zod.ts").map(({ to }) => to);
    expect(names).toEqual(["zod/v3"]);
  });
});

/** Words of the first service, which the library must not contain: names, and things that only its program knows. */
const wordsOfOneService =
  /gateway|openclaw|moltbot|clawdbot|molty|chokidar|telegram|anthropic|language model|\bskills?\b/i;

test("the library is not about one service", () => {
  const files = readdirSync(join(repository, "src"), { recursive: true, encoding: "utf8" })
    .map((name) => join("src", name))
    .filter((name) => statSync(join(repository, name)).isFile());
  expect(files.length).toBeGreaterThan(100);
  const lines = files.flatMap((name) =>
    readFileSync(join(repository, name), "utf8")
      .split("\n")
      .map((line, index) => `${name}:${index + 1}: ${line.trim()}`),
  );
  expect(lines.filter((line) => wordsOfOneService.test(line))).toEqual([]);
});

test("relative imports name files that exist, with their suffix", () => {
  const files = new Set(sources.keys());
  const missing = [...sources.values()]
    .flat()
    .filter(({ to }) => isFile(to) && !files.has(to) && !existsSync(join(repository, to)));
  expect(missing).toEqual([]);
});

test("built-in modules are imported with node:", () => {
  const bare = [...sources.values()]
    .flat()
    .filter(({ to }) => isBuiltin(to) && !to.startsWith("node:"));
  expect(bare).toEqual([]);
});

/** The printers call each other, because terms contain terms; none runs while it is imported. */
function isPrinter(file: string): boolean {
  return /^src\/nix\/print(-\w+)?\.ts$/.test(file);
}

/** A directory of `src`, or a file directly in it. */
function layerOf(file: string): string {
  return file.split("/").slice(0, 2).join("/");
}

const runTimeImports = [...sources.values()]
  .flat()
  .filter(({ to, isTypeOnly }) => isFile(to) && !isTypeOnly);

test("no layer depends on itself by way of others", () => {
  const edges = runTimeImports.map(({ from, to }) => [layerOf(from), layerOf(to)] as const);
  expect(findCycles(edges.filter(([from, to]) => from !== to))).toEqual([]);
});

test("no file imports itself by way of others", () => {
  const edges = runTimeImports
    .filter(({ from, to }) => !(isPrinter(from) && isPrinter(to)))
    .map(({ from, to }) => [from, to] as const);
  expect(findCycles(edges)).toEqual([]);
});

test("a cycle would be found", () => {
  const edges = ["ab", "bc", "ca", "cd", "ee"].map(([from = "", to = ""]) => [from, to] as const);
  expect(findCycles(edges)).toEqual(["a > b > c > a", "e > e"]);
});

/** The cycles among the edges: one for each edge back to a node that is being visited. */
function findCycles(edges: readonly (readonly [string, string])[]): readonly string[] {
  const cycles = new Set<string>();
  const done = new Set<string>();
  const visit = (place: string, trail: readonly string[]): void => {
    const start = trail.indexOf(place);
    if (start >= 0) cycles.add([...trail.slice(start), place].join(" > "));
    if (start >= 0 || done.has(place)) return;
    for (const [from, to] of edges) if (from === place) visit(to, [...trail, place]);
    done.add(place);
  };
  for (const [from] of edges) visit(from, []);
  return [...cycles];
}
