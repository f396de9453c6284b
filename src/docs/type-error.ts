// A schema is run without being compiled, so that what TypeScript would have refused (a facet that
// does not exist, a directive with a letter too few) would be ignored. So its types are checked where
// its sources are read anyway. Checked are the schema's own files, as its tsconfig.json says.

import { fileURLToPath } from "node:url";
import { type Project, type SourceFile, ts } from "ts-morph";
import { BugError } from "../errors.ts";
import type { SourceSpan } from "./source-place.ts";

const librarySource = fileURLToPath(new URL("..", import.meta.url));

export interface SchemaTypeError {
  /**
   * What is wrong: the text, the types, or an import. Of a package, only the types may be missing: where
   * that matters, the schema does not run.
   */
  readonly kind: "syntax" | "type" | "missing file" | "missing package";
  /** What TypeScript says, without the types around it; the name of what is missing. */
  readonly message: string;
  /** All that TypeScript says. */
  readonly reasons: string;
  readonly span: SourceSpan;
}

/** The files of a project that are not the library's or a package's. */
export function ownFiles(project: Project): readonly SourceFile[] {
  return project
    .getProgram()
    .compilerObject.getSourceFiles()
    .filter(
      ({ fileName, isDeclarationFile }) =>
        !isDeclarationFile &&
        !fileName.includes("/node_modules/") &&
        !fileName.startsWith(librarySource),
    )
    .map(({ fileName }) => project.getSourceFileOrThrow(fileName));
}

/**
 * All mistakes in a project's own files. Where one cannot be parsed, the first in each of these and
 * nothing else: what follows is guessed.
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

/** A JavaScript module without types. */
const untypedModule = 7016;
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

/** The last of a chain of reasons names what is wrong, the one before it may name the property. */
function innermost(reasons: string): string {
  const [last = "", before = ""] = reasons
    .split("\n")
    .toReversed()
    .map((line) => line.trim());
  const property = /^(?:The types|Types) of (?:property )?'(?<name>[^']+)'/.exec(before)?.groups;
  const reason = last.replace(/\.$/, "");
  return property === undefined ? reason : `${property["name"] ?? ""}: ${reason}`;
}
