// A schema is run without being compiled, so that what TypeScript would have refused (a facet that
// does not exist, a directive with a letter too few) would be ignored. So its types are checked where
// its sources are read anyway. Checked are the schema's own files, as its tsconfig.json says.

import { fileURLToPath } from "node:url";
import { type Project, ts } from "ts-morph";

const librarySource = fileURLToPath(new URL("..", import.meta.url));

/** What was imported is there, or the schema would not have run; its types may be missing. */
const missingModule: ReadonlySet<number> = new Set([2307, 7016]);

export interface SchemaTypeError {
  /** What TypeScript says, without the types around it. */
  readonly message: string;
  readonly file: string;
  /** Position in the file. */
  readonly start: number;
}

/** The first mistake in the files of the project that are not the library's or a package's. */
export function findTypeError(project: Project): SchemaTypeError | undefined {
  const program = project.getProgram().compilerObject;
  const own = program
    .getSourceFiles()
    .filter(
      ({ fileName, isDeclarationFile }) =>
        !isDeclarationFile &&
        !fileName.includes("/node_modules/") &&
        !fileName.startsWith(librarySource),
    );
  for (const file of own) {
    const mistake = program
      .getSemanticDiagnostics(file)
      .find(({ code }) => !missingModule.has(code));
    if (mistake?.start === undefined) continue;
    return { message: innermost(mistake.messageText), file: file.fileName, start: mistake.start };
  }
  return undefined;
}

/** The last of a chain of reasons names what is wrong, the one before it may name the property. */
function innermost(message: string | ts.DiagnosticMessageChain): string {
  const lines = ts.flattenDiagnosticMessageText(message, "\n").split("\n");
  const [last = "", before = ""] = lines.toReversed().map((line) => line.trim());
  const property = /^(?:The types|Types) of (?:property )?'(?<name>[^']+)'/.exec(before)?.groups;
  const reason = last.replace(/\.$/, "");
  return property === undefined ? reason : `${property["name"] ?? ""}: ${reason}`;
}
