// The compiler options of a tsconfig.json, for the schema file that is read with them.
//
// Contract: what else the project has is not looked at. Without `files` or `include` TypeScript would
// search every directory below it, and fail at the first it may not read.

import { dirname, relative } from "node:path";

import { ts } from "ts-morph";

import { UserError } from "../errors.ts";

/** Nothing to compile: the files are not searched for. */
const noInputs: ReadonlySet<number> = new Set([18002, 18003]);

/** @throws UserError where it cannot be read, or an option is not valid */
export function readCompilerOptions(tsconfig: string, root: string): ts.CompilerOptions {
  const host: ts.ParseConfigHost = { ...ts.sys, readDirectory: () => [] };
  const file: { readonly config?: unknown; readonly error?: ts.Diagnostic } = ts.readConfigFile(
    tsconfig,
    (path) => ts.sys.readFile(path),
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
