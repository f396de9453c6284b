// `nixmodgen init`: writes a small project that generates at once. `template/` is that project, complete and for all
// platforms; this replaces its name and leaves out the parts for other platforms.
//
// Contract: it overwrites nothing. Either all files are written or none; files that a directory may have for
// other reasons (README.md, package.json) stay as they are.

import { lstatSync, mkdirSync, readFileSync, rmdirSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "../errors.ts";
import { librarySource } from "../library.ts";
import type { Platform } from "../model/platform.ts";
import { type PackageManager, runScript } from "./package-manager.ts";

/** The answers from which a project is made. */
export interface Answers {
  /** The name of the service. */
  readonly name: string;
  readonly platforms: readonly [Platform, ...Platform[]];
}

export interface Surroundings {
  readonly packageManager: PackageManager;
  /** The library's own version. */
  readonly version: string;
}

export interface NewFile {
  readonly path: string;
  readonly text: string;
}

export interface Written {
  readonly created: readonly string[];
  /** Files that were there before, and what they need for the project to work. */
  readonly kept: readonly { readonly path: string; readonly need: string }[];
}

/** The service's name in the template. */
const templateName = "greeter";

/** A name of a user, of systemd's units, and of options. The module appends the names of instances. */
export const serviceName = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

/** Files of the template, by their path in it. */
const templateFiles: Readonly<Record<string, string>> = {
  "schema/greeter.ts": "schema/greeter.ts",
  "greeter.py": "greeter.py",
  "nixmodgen.config.ts": "nixmodgen.config.ts",
  "flake.nix": "flake.nix",
  "tests/greeter.nix": "tests/greeter.nix",
  "README.md": "README.md",
  // A file of this name would say what the package has.
  gitignore: ".gitignore",
};

/** Files that people have for other reasons, and what they have to say for the project. */
const shared: Readonly<Record<string, string>> = {
  "package.json":
    'it needs `"type": "module"`, the script `"generate": "nixmodgen generate"` and nixmodgen among its dependencies',
  "tsconfig.json": 'it needs `"strict": true` and `"module": "nodenext"`',
  "README.md": "it says nothing of the project",
  ".gitignore": "node_modules/ belongs into it",
};

/** The files of a project. */
export function projectFiles(answers: Answers, surroundings: Surroundings): readonly NewFile[] {
  const { name, platforms } = answers;
  const isUnused = (path: string): boolean =>
    path.startsWith("tests/") && !platforms.includes("nixos");
  const template = Object.entries(templateFiles)
    .filter(([path]) => !isUnused(path))
    .map(([from, to]) => ({
      path: to.replaceAll(templateName, name),
      text: adapt(readFileSync(join(librarySource, "init/template", from), "utf8"), answers),
    }));
  const { packageManager, version } = surroundings;
  const byManager = (text: string): string =>
    text
      .replace(/npm run (\w+)/g, (_command, script: string) => runScript(packageManager, script))
      .replaceAll("npm install", `${packageManager} install`);
  return [
    ...template.map(({ path, text }) => ({ path, text: byManager(text) })),
    { path: "package.json", text: json(packageJson(name, version)) },
    { path: "tsconfig.json", text: json(tsconfig) },
  ];
}

const moduleOutputs: Readonly<Record<Platform, string>> = {
  nixos: "nixosModules",
  "home-manager": "homeModules",
  darwin: "darwinModules",
};

/** The text of a file of the template for a service of another name and for some of the platforms. */
function adapt(text: string, { name, platforms }: Answers): string {
  const variable = name.toUpperCase().replaceAll("-", "_");
  return keepRegions(text, platforms)
    .replace('["nixos", "home-manager", "darwin"]', JSON.stringify(platforms).replaceAll(",", ", "))
    .replace("inputs.greeter.nixosModules", `inputs.greeter.${moduleOutputs[platforms[0]]}`)
    .replaceAll(templateName.toUpperCase(), variable)
    .replaceAll(templateName, name);
}

/**
 * A region is for the platforms in its first and its last line: `# <nixos|darwin>`, `# </nixos|darwin>`. These lines
 * go, and so do the regions for other platforms.
 */
function keepRegions(text: string, platforms: readonly Platform[]): string {
  const region = /^ *# <([^>/]+)>\n([^]*?)^ *# <\/\1>\n/gm;
  return text.replace(region, (_region, names: string, lines: string) =>
    platforms.some((platform) => names.split("|").includes(platform)) ? lines : "",
  );
}

function packageJson(name: string, version: string): object {
  return {
    name,
    private: true,
    type: "module",
    scripts: {
      generate: "nixmodgen generate",
      check: "tsc && nixmodgen generate --check",
    },
    devDependencies: { nixmodgen: `^${version}`, typescript: "^5.9.3" },
  };
}

const tsconfig = {
  compilerOptions: {
    target: "es2023",
    module: "nodenext",
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    allowImportingTsExtensions: true,
    noEmit: true,
  },
  include: ["schema", "nixmodgen.config.ts"],
};

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/**
 * Writes the files into a directory, which need not exist.
 *
 * @throws UserError if one of the project's own files exists; nothing is written then
 */
export function writeProject(directory: string, files: readonly NewFile[]): Written {
  const existing = files.filter(({ path }) => exists(join(directory, path)));
  const inTheWay = existing.filter(({ path }) => !(path in shared)).map(({ path }) => path);
  if (inTheWay.length > 0) {
    throw new UserError(`${inTheWay.join(", ")} exist${inTheWay.length === 1 ? "s" : ""} already`, {
      next: "choose another directory, or another name with --name; init overwrites nothing",
    });
  }
  const fresh = files.filter((file) => !existing.includes(file));
  const undo: (() => void)[] = [];
  try {
    for (const { path, text } of fresh) {
      const file = join(directory, path);
      const made = mkdirSync(dirname(file), { recursive: true });
      if (made !== undefined)
        undo.push(() => {
          removeDirectories(dirname(file), made);
        });
      // Fails if somebody else has made the file meanwhile, and follows no link.
      writeFileSync(file, text, { flag: "wx" });
      undo.push(() => {
        unlinkSync(file);
      });
    }
  } catch (error) {
    for (const step of undo.reverse()) step();
    throw new UserError(`cannot write into ${directory}: ${reason(error)}`, {
      next: "mend that, or choose another directory",
    });
  }
  return {
    created: fresh.map(({ path }) => path),
    kept: existing.map(({ path }) => ({ path, need: shared[path] ?? "" })),
  };
}

/** Removes empty directories, from the innermost to the outermost that was made. */
function removeDirectories(innermost: string, outermost: string): void {
  rmdirSync(innermost);
  if (innermost !== outermost) removeDirectories(dirname(innermost), outermost);
}

function exists(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // A file is where a directory has to be: writing says so.
    return false;
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
