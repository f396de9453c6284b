// Node runs a schema without compiling it, and would ignore mistakes that TypeScript refuses (a facet that
// does not exist, a misspelt directive). So this checks the types of the schema's own files, with the options
// of its tsconfig.json, while its sources are read anyway.

import { type Project, type SourceFile, ts } from "ts-morph";
import { BugError } from "../errors.ts";
import { isOwnFile, untypedModule } from "./own-files.ts";
import type { SourceSpan } from "./source-place.ts";

export interface SchemaTypeError {
  /**
   * The kind of mistake: in the syntax, in the types, or in an import. For "missing package", perhaps only the types
   * are missing: if the package itself is, the schema does not run.
   */
  readonly kind: "syntax" | "type" | "missing file" | "missing package";
  /** TypeScript's message without the types around it, or the name of the missing file or package. */
  readonly message: string;
  /** TypeScript's whole message. */
  readonly reasons: string;
  readonly span: SourceSpan;
}

/** The project's own files, without those of the library and of packages. */
export function ownFiles(project: Project): readonly SourceFile[] {
  return project
    .getProgram()
    .compilerObject.getSourceFiles()
    .filter(({ fileName }) => isOwnFile(fileName))
    .map(({ fileName }) => project.getSourceFileOrThrow(fileName));
}

/**
 * All mistakes in a project's own files. If files cannot be parsed, only the first mistake in each of them: the
 * parser guesses the rest.
 */
export function findTypeErrors(project: Project): readonly SchemaTypeError[] {
  const program = project.getProgram().compilerObject;
  const own = ownFiles(project);
  const syntax = own.flatMap((file) =>
    program
      .getSyntacticDiagnostics(file.compilerNode)
      .slice(0, 1)
      .map((diagnostic) => describe(file, diagnostic, "syntax")),
  );
  if (syntax.length > 0) return syntax;
  return own.flatMap((file) =>
    program
      .getSemanticDiagnostics(file.compilerNode)
      .filter(({ code }) => code !== untypedModule)
      .map((diagnostic) => describe(file, diagnostic, kindOf(file, diagnostic))),
  );
}

const missingModule = 2307;

function kindOf(file: SourceFile, { code, start = 0 }: ts.Diagnostic): SchemaTypeError["kind"] {
  if (code !== missingModule) return "type";
  return /^['"]\.{0,2}\//.test(file.getFullText().slice(start))
    ? "missing file"
    : "missing package";
}

function describe(
  file: SourceFile,
  { start, length, messageText }: ts.Diagnostic,
  kind: SchemaTypeError["kind"],
): SchemaTypeError {
  if (start === undefined || length === undefined) throw new BugError("a mistake that is nowhere");
  const span = { file, start, length };
  const reasons = ts.flattenDiagnosticMessageText(messageText, "\n");
  const message =
    kind === "missing file" || kind === "missing package"
      ? file.getFullText().slice(start + 1, start + length - 1)
      : innermost(reasons);
  return { kind, message, reasons, span };
}

/** The last of a chain of reasons names the mistake, the one before it may name the property. */
function innermost(reasons: string): string {
  const [last = "", before = ""] = reasons
    .split("\n")
    .toReversed()
    .map((line) => line.trim());
  const property = /^(?:The types|Types) of (?:property )?'(?<name>[^']+)'/.exec(before)?.groups;
  const reason = last.replace(/\.$/, "");
  return property === undefined ? reason : `${property["name"] ?? ""}: ${reason}`;
}
