// Reads the compiler options of a tsconfig.json for a schema file.
//
// Contract: it does not look for other files of the project. Without `files` or `include` TypeScript would
// search every directory below it, and fail at the first directory that it may not read.

import { dirname, relative } from "node:path";

import { ts } from "ts-morph";

import type { Disk } from "../cache/recorded-disk.ts";
import { UserError } from "../errors.ts";

/** Errors about missing input files, which are expected: nobody searches for them. */
const noInputs: ReadonlySet<number> = new Set([18002, 18003]);

/** @throws UserError if the file cannot be read, or an option is not valid */
export function readCompilerOptions(
  tsconfig: string,
  root: string,
  disk: Disk,
): ts.CompilerOptions {
  const readFile = (path: string): string | undefined =>
    disk.isFile(path) ? disk.readText(path) : undefined;
  // `directoryExists` and `realpath`, which are not in the interface, make TypeScript look up packages as it does
  // in a program.
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
