// The compiler options of a tsconfig.json, for the schema file that is read with them.
//
// Contract: what else the project has is not looked at. Without `files` or `include` TypeScript would
// search every directory below it, and fail at the first it may not read.

import { dirname, relative } from "node:path";

import { ts } from "ts-morph";

import type { Disk } from "../cache/recorded-disk.ts";
import { UserError } from "../errors.ts";

/** Nothing to compile: the files are not searched for. */
const noInputs: ReadonlySet<number> = new Set([18002, 18003]);

/** @throws UserError where it cannot be read, or an option is not valid */
export function readCompilerOptions(
  tsconfig: string,
  root: string,
  disk: Disk,
): ts.CompilerOptions {
  const readFile = (path: string): string | undefined =>
    disk.isFile(path) ? disk.readText(path) : undefined;
  // With `directoryExists` and `realpath`, which are not in the interface, packages are looked up as in a
  // program.
  const host: ts.ParseConfigHost & ts.ModuleResolutionHost = {
    useCaseSensitiveFileNames: ts.sys.useCaseSensitiveFileNames,
    readDirectory: () => [],
    fileExists: disk.isFile,
    readFile,
    directoryExists: disk.isDirectory,
    realpath: disk.realPath,
  };
  const file: { readonly config?: unknown; readonly error?: ts.Diagnostic } = ts.readConfigFile(
    tsconfig,
    readFile,
  );
  const { options, errors } = ts.parseJsonConfigFileContent(
    file.config,
    host,
    dirname(tsconfig),
    undefined,
    tsconfig,
  );
  const mistake = file.error ?? errors.find(({ code }) => !noInputs.has(code));
  if (mistake !== undefined) {
    throw new UserError(`${relative(root, tsconfig)} cannot be used`, {
      received: ts.flattenDiagnosticMessageText(mistake.messageText, " "),
      next: "correct it; schema files are read the way TypeScript reads them",
    });
  }
  return options;
}
