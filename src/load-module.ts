// Imports a TypeScript module of the author's: a schema or the configuration file. A fault in that
// module is the author's mistake, and becomes a UserError; an error thrown inside the library
// is a bug and passes through with its stack.

import { createRequire, register } from "node:module";
import { relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { UserError, type SourceLocation } from "./errors.ts";
import { libraryModule, libraryName, librarySource } from "./library.ts";

export interface LoadOptions {
  /** Paths in messages are relative to this directory. */
  readonly root: string;
  /** Run the file, and the author's own files that it imports, again even if they were imported before. */
  readonly fresh?: boolean;
}

/** Whether a file can be imported, by its name. */
export function isCode(file: string): boolean {
  return /\.(?:[cm]?[jt]s|[jt]sx|json)$/.test(file);
}

/** The module's default export. */
export async function loadDefaultExport(file: string, options: LoadOptions): Promise<unknown> {
  const label = relative(options.root, file);
  const module = await importModule(file, options);
  if (typeof module !== "object" || module === null || !("default" in module)) {
    throw new UserError(`${label} has no default export`, { next: "add `export default …` to it" });
  }
  return module.default;
}

async function importModule(file: string, options: LoadOptions): Promise<unknown> {
  provideLibrary(file);
  const url = pathToFileURL(file);
  if (options.fresh === true) url.searchParams.set("fresh", freshMark());
  try {
    const module: unknown = await import(url.href);
    return module;
  } catch (error) {
    throw explain(error, file, options.root);
  }
}

let isLibraryProvided = false;

/** The library itself stands in for one that the project has not installed. */
function provideLibrary(file: string): void {
  if (isLibraryProvided || isLibraryFound(file)) return;
  register(libraryModule("own-library"));
  isLibraryProvided = true;
}

function isLibraryFound(file: string): boolean {
  try {
    createRequire(file).resolve(libraryName);
    return true;
  } catch {
    return false;
  }
}

let marks = 0;

/** A new mark for a fresh module, see fresh-imports.ts. */
function freshMark(): string {
  if (marks === 0) register(libraryModule("fresh-imports"));
  marks += 1;
  // Node keeps CommonJS and JSON modules by their path alone, so a mark does not help.
  const { cache } = createRequire(import.meta.url);
  for (const path of Object.keys(cache)) {
    const isForeign = path.includes("/node_modules/") || path.startsWith(librarySource);
    if (!isForeign) Reflect.deleteProperty(cache, path);
  }
  return String(marks);
}

function explain(error: unknown, file: string, root: string): unknown {
  if (!(error instanceof Error) || error instanceof UserError) return error;
  const label = relative(root, file);
  const code = "code" in error ? error.code : undefined;
  if (code === "ERR_REQUIRE_CYCLE_MODULE" || code === "ERR_REQUIRE_ESM") {
    return new UserError(`${label} is not loaded as an ES module`, {
      next: 'add "type": "module" to the package.json beside it',
    });
  }
  const syntax = /^(?<file>.+):(?<line>\d+):\d+: ERROR: (?<text>.*)$/m.exec(error.message)?.groups;
  if (error.name === "TransformError" && syntax !== undefined) {
    const location = { file: relative(root, syntax["file"] ?? file), line: Number(syntax["line"]) };
    return new UserError(`syntax error: ${syntax["text"] ?? ""}`, { location });
  }
  const missing =
    /^Cannot find (?<what>module|package) '(?<name>[^']*)' imported from (?<by>.*)$/.exec(
      error.message,
    )?.groups;
  if (code === "ERR_MODULE_NOT_FOUND" && missing !== undefined) {
    const name = missing["name"] ?? "";
    const isPackage = missing["what"] === "package";
    return new UserError(
      `${relative(root, missing["by"] ?? file)} imports ${isPackage ? name : relative(root, name)}, which does not exist`,
      { next: isPackage ? `install the package ${name}` : "correct the path in the import" },
    );
  }
  const other = /^Unknown file extension .* for (?<path>.*)$/.exec(error.message)?.groups?.["path"];
  if (code === "ERR_UNKNOWN_FILE_EXTENSION" && other !== undefined) {
    return new UserError(`${label} imports ${relative(root, other)}, which is not code`, {
      expected: "a file whose name ends in .ts, .js or .json",
    });
  }
  // The module loader itself complains, for example about a name that is not exported.
  if (error instanceof SyntaxError) {
    return new UserError(`${label} cannot be imported: ${error.message}`);
  }
  const location = thrownAt(error);
  if (location === undefined || location.file.startsWith(librarySource)) return error;
  return new UserError(`${label} throws ${error.name}: ${error.message}`, {
    location: { ...location, file: relative(root, location.file) },
  });
}

/** The place at which the error was created: the first line of its stack, if that names a file. */
function thrownAt(error: Error): SourceLocation | undefined {
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  const frame = /\(?(?<file>(?:file:\/\/)?\/[^()]*):(?<line>\d+):\d+\)?$/.exec(frames[0] ?? "");
  const file = frame?.groups?.["file"];
  if (file === undefined) return undefined;
  const path = file.startsWith("file://") ? fileURLToPath(file) : file;
  return { file: path.replace(/\?.*$/, ""), line: Number(frame?.groups?.["line"]) };
}
