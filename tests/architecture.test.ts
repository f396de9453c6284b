// The directions dependencies may take (DESIGN: layout), checked on the imports the sources really
// have. A rule without a file to apply to fails, so that a renamed directory cannot empty it.

import { existsSync } from "node:fs";
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
  /** Gone when the program runs. */
  readonly isTypeOnly: boolean;
}

const sources = readImports(["src", "schema", "nixmodgen.config.ts"]);

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
  return target.includes("/") && /^(src|schema|tests|bin)\//.test(target);
}

const arrows: readonly { from: string; never: readonly string[]; why: string }[] = [
  { from: "src", never: ["schema", "tests", "bin"], why: "the library knows nothing of moltbot" },
  {
    from: "src/nix",
    never: ["src/emit", "src/ir", "src/schema", "src/output", "src/docs", "src/config.ts"],
    why: "Nix syntax is a language of its own",
  },
  {
    from: "src/emit",
    never: ["src/schema", "src/output", "src/docs", "src/config.ts", "src/cli.ts"],
    why: "outputs are backends of the IR",
  },
  {
    from: "src/ir",
    never: ["src/nix", "src/emit", "src/output", "src/cli.ts"],
    why: "the IR knows no target",
  },
  {
    from: "src/schema",
    never: ["src/nix", "src/emit", "src/output", "src/cli.ts"],
    why: "a schema knows no target",
  },
  {
    from: "src/output",
    never: ["src/nix", "src/emit", "src/ir", "src/schema", "src/docs", "src/config.ts"],
    why: "output moves texts, whatever they say",
  },
];

describe("arrows", () => {
  const cases = arrows.flatMap(({ from, never, why }) => never.map((to) => ({ from, to, why })));
  test.each(cases)("$from never imports $to: $why", ({ from, to }) => {
    expect(importsBelow(from).filter((edge) => isBelow(edge.to, to))).toEqual([]);
  });

  test("schema imports its own files and the library's public face, nothing else", () => {
    const others = importsBelow("schema").filter(
      ({ to }) => !isBelow(to, "schema") && to !== "src/index.ts",
    );
    expect(others).toEqual([]);
  });

  test("the configuration imports the library's public face, nothing else", () => {
    expect(importsBelow("nixmodgen.config.ts").map(({ to }) => to)).toEqual(["src/index.ts"]);
  });
});

/** What only some places have to do with, and why. */
const reserved: readonly {
  readonly what: string;
  readonly module: RegExp;
  readonly only: readonly string[];
  readonly why: string;
}[] = [
  {
    what: "zod",
    module: /^zod(\/.*)?$|^zod-to-json-schema$/,
    only: ["src/zod.ts"],
    why: "one version",
  },
  { what: "commander", module: /^commander$/, only: ["src/cli.ts"], why: "one command line" },
  {
    what: "colours",
    module: /^picocolors(\/.*)?$/,
    only: ["src/cli.ts", "src/output"],
    why: "they are for terminals",
  },
  { what: "diff", module: /^diff$/, only: ["src/output"], why: "texts are compared with the disk" },
];

/** What a phase has nothing to do with, though others do. */
const pure: readonly { readonly from: string; readonly why: string }[] = [
  { from: "src/schema", why: "a schema is data" },
  { from: "src/ir", why: "lowering and checking are functions of the schema" },
  { from: "src/nix", why: "printing is a function of the tree" },
  { from: "src/emit", why: "emitting is a function of the model" },
  { from: "src/generate.ts", why: "the files are read by the phases that need them" },
  { from: "schema", why: "a schema is data" },
];

const systemModules = /^(node:)?(fs(\/promises)?|child_process|net|http|https|os|worker_threads)$/;

describe("reserved modules", () => {
  test.each(reserved)("$what only in $only: $why", ({ module, only }) => {
    const importers = [...sources.values()].flat().filter(({ to }) => module.test(to));
    expect(importers).not.toEqual([]);
    expect(importers.filter(({ from }) => !only.some((path) => isBelow(from, path)))).toEqual([]);
  });

  test.each(pure)("$from touches neither disk nor processes: $why", ({ from }) => {
    expect(importsBelow(from).filter(({ to }) => systemModules.test(to))).toEqual([]);
  });

  test("the output reaches the disk through one file, so that a full disk can be tested", () => {
    const others = importsBelow("src/output").filter(
      ({ from, to }) => systemModules.test(to) && from !== "src/output/file-system.ts",
    );
    expect(others).toEqual([]);
  });

  test("zod is version 3's interface, the one zod-to-json-schema reads", () => {
    const names = importsBelow("src/zod.ts").map(({ to }) => to);
    expect(names).toEqual(["zod/v3", "zod-to-json-schema"]);
  });
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

/** The printers call each other, as terms contain terms; none runs while it is imported. */
function isPrinter(file: string): boolean {
  return /^src\/nix\/print(-\w+)?\.ts$/.test(file);
}

/** A directory of `src`, or a file directly in it. */
function layerOf(file: string): string {
  // A schema is written in the IR's expressions and lowered to the rest of the IR: one layer, in
  // which the rule for files has to do.
  if (isBelow(file, "src/ir") || isBelow(file, "src/schema")) return "src/ir and src/schema";
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

/** One cycle for each way back to something that is being visited. */
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
