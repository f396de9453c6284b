// The documents that the gateway reads at the start of a session, in the workspaces of its agents.

import {
  and,
  type Assertion,
  choose,
  concat,
  type Exp,
  list,
  literal,
  type ManagedDirectory,
  type ManagedFile,
  namedDirectories,
  not,
  packagesOnPath,
  record,
  type Ref,
  sourceDirectory,
  sourceFile,
  text,
  textFile,
} from "nixmodgen";
import { generations } from "./generations.ts";
import type { Places } from "./reach.ts";

const requiredDocuments = ["AGENTS.md", "SOUL.md", "TOOLS.md"];
const optionalDocuments = [
  "IDENTITY.md",
  "USER.md",
  "LORE.md",
  "HEARTBEAT.md",
  "PROMPTING-EXAMPLES.md",
];

/** The store path of the documents: a missing required document is an error, a missing optional one an empty file. */
const documentsOf = (directory: Exp<string | null>): Exp<string> =>
  sourceDirectory(directory, {
    name: "documents",
    required: requiredDocuments,
    optional: optionalDocuments,
  });

/** The documents in a directory, as files of a workspace. */
const documentFiles = (directory: Exp<string | null>): Exp<readonly ManagedFile[]> =>
  literal([...requiredDocuments, ...optionalDocuments])
    .filter((file) => directory.hasFile(file))
    .map((file) =>
      record({
        target: file,
        sources: concat(
          list(sourceFile(documentsOf(directory), file)),
          choose(
            file.is(generations.value.toolsReport),
            list(
              textFile(
                "tools-report.md",
                text`\n## Programs on the PATH (managed by Nix)\n\n${packagesOnPath
                  .map((program) => program.packageName())
                  .map((name) => text`- ${name}\n`)
                  .join("")}`,
              ),
            ),
            literal([]),
          ),
        ),
      }),
    );

interface Documented extends Places {
  readonly documents: Ref<string | null>;
}

interface Workspace {
  readonly directory: string;
  readonly documents: string | null;
}

/** The workspaces, with the documents that they get. */
const workspaces = (cfg: Documented): Exp<readonly Workspace[]> =>
  concat(
    list(record({ directory: cfg.workspaceDir, documents: cfg.documents })),
    namedDirectories.map((directory) =>
      record({
        directory,
        documents: choose<string | null>(
          cfg.agentDocuments.names().includes(directory),
          cfg.agentDocuments.entry(directory),
          literal(null),
        ),
      }),
    ),
  );

/** The documents of every workspace, as managed files. */
export const documents = (cfg: Documented): Exp<readonly ManagedDirectory[]> =>
  workspaces(cfg).map((workspace) =>
    record({
      directory: workspace.directory,
      files: choose<readonly ManagedFile[]>(
        workspace.documents.isSet(),
        documentFiles(workspace.documents),
        literal([]),
      ),
    }),
  );

const isNoSource =
  "is a string that names a directory outside of the Nix store, and evaluation does not see what is in it";
const addThem = "Add them, in a flake to git as well";

const hasAllDocuments = (directory: Exp<string | null>): Exp<boolean> =>
  and(...requiredDocuments.map((file) => directory.hasFile(file)));

export function documentAssertions(cfg: Documented): readonly Assertion[] {
  const further = cfg.agentDocuments;
  return [
    {
      option: cfg.documents,
      holds: cfg.documents.isSet().implies(cfg.documents.isSource()),
      message: text`${isNoSource}: write the path ${cfg.documents.nonNull()} without quotes, and Nix copies it to the store.`,
    },
    {
      option: cfg.documents,
      holds: cfg.documents
        .isSet()
        .and(cfg.documents.isSource())
        .implies(hasAllDocuments(cfg.documents)),
      message: text`these files are missing in the directory: ${literal(requiredDocuments)
        .filter((file) => not(cfg.documents.hasFile(file)))
        .join(", ")}. ${addThem}, or set the option to null.`,
    },
    {
      option: further,
      offenders: further.names().filter((workspace) => not(namedDirectories.includes(workspace))),
      complaint:
        "is no workspace of a further agent in `settings`, or one that needs a path of letters, digits and /._+@~,=-: name it there, or remove its documents here.",
    },
    {
      option: further,
      offenders: further.names().filter((workspace) => not(further.entry(workspace).isSource())),
      complaint: `has documents whose path ${isNoSource}: write it without quotes, and Nix copies it to the store.`,
    },
    {
      option: further,
      offenders: further.names().filter((workspace) =>
        further
          .entry(workspace)
          .isSource()
          .and(not(hasAllDocuments(further.entry(workspace)))),
      ),
      complaint: `has documents that lack one of ${requiredDocuments.join(", ")}. ${addThem}.`,
    },
  ];
}
