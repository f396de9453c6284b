// Reads the doc comment and the position of every option from the schema's sources with ts-morph, and reports
// every mistake in them.

import { relative } from "node:path";
import { Node, Project, type SourceFile, SyntaxKind, ts, type Type } from "ts-morph";
import { UserError } from "../errors.ts";
import { libraryName, librarySources } from "../library.ts";
import { type Disk, realDisk, type RecordedDisk } from "../cache/recorded-disk.ts";
import type { RecordedDocs } from "./create-reader.ts";
import { diskHost } from "./disk-host.ts";
import { locate, morphComments, morphSyntax, morphType } from "./morph-types.ts";
import type { DocsSource, OptionDocs } from "./option-docs.ts";
import { readCompilerOptions } from "./read-tsconfig.ts";
import { refuseMistakes } from "./refuse-mistakes.ts";
import { humanPath, OptionWalk } from "./walk-options.ts";

/**
 * @param disk the disk of all files; the result depends on nothing else
 * @throws UserError if doc comments are missing or not usable, there is no service, or the schema
 * does not compile
 */
export function readDocs(source: DocsSource, disk: Disk = realDisk): OptionDocs {
  return readFrom(openProject(source, disk), source);
}

/** `readDocs` for repeated use: it parses an unchanged file only once. */
export function createThoroughReader(
  recordDisk: () => RecordedDisk,
): (source: DocsSource) => RecordedDocs {
  const projects = new Map<
    string,
    { readonly recorded: RecordedDisk; readonly project: Project }
  >();
  return (source) => {
    const key = JSON.stringify(source);
    const before = projects.get(key);
    // A project that fails half-way is not used again.
    projects.delete(key);
    const isUsable = before !== undefined && refresh(before.project, before.recorded);
    const recorded = isUsable ? before.recorded : recordDisk();
    const project = isUsable ? before.project : openProject(source, recorded.disk);
    projects.set(key, { recorded, project });
    return { docs: readFrom(project, source), trace: recorded.trace() };
  };
}

/** @returns whether the project is now up to date */
function refresh(project: Project, recorded: RecordedDisk): boolean {
  const files = recorded.takeChangedTexts()?.map((path) => project.getSourceFile(path));
  if (files === undefined) return false;
  for (const file of files) {
    // Another file has changed, such as a package.json or the tsconfig.json.
    if (file === undefined) return false;
    file.refreshFromFileSystemSync();
  }
  return true;
}

function openProject({ entry, tsconfig, root }: DocsSource, disk: Disk): Project {
  const project = new Project({
    fileSystem: diskHost(disk),
    skipFileDependencyResolution: true,
    compilerOptions: {
      ...readCompilerOptions(tsconfig, root, disk),
      // A linter reports unused imports.
      noUnusedLocals: false,
      noUnusedParameters: false,
    },
  });
  provideLibrary(project, entry);
  project.addSourceFileAtPath(entry);
  return project;
}

/** The library itself stands in for one that the project has not installed. */
function provideLibrary(project: Project, entry: string): void {
  const { compilerOptions } = project;
  const options = compilerOptions.get();
  const host = project.getModuleResolutionHost();
  if (ts.resolveModuleName(libraryName, entry, options, host).resolvedModule !== undefined) return;
  const own = Object.entries(librarySources).map(([name, path]): [string, string[]] => [
    name,
    [path],
  ]);
  const paths: ts.MapLike<string[]> = { ...options.paths, ...Object.fromEntries(own) };
  compilerOptions.set({ paths });
}

function readFrom(project: Project, { entry, root }: DocsSource): OptionDocs {
  const file = project.getSourceFileOrThrow(entry);
  const service = file.getDefaultExportSymbol()?.getDeclarations()[0];
  if (service === undefined) {
    refuseMistakes({ project, root, strays: [], isService: false, optionAround: () => undefined });
    throw new UserError(`${relative(root, entry)} has no default export`, {
      next: "add `export default defineService({ … })` to it",
    });
  }
  const location = locate(service, root);
  const expression = Node.isExportAssignment(service) ? service.getExpression() : service;
  const options = expression.getType().getProperty("options");
  const walk = new OptionWalk(morphSyntax(root), morphComments);
  if (options !== undefined) {
    const type = options.getTypeAtLocation(service);
    const written = type.getProperties().length > 0 ? type : (writtenOptions(file) ?? type);
    walk.readGroup(morphType(written, service), []);
  }
  refuseMistakes({
    project,
    root,
    strays: walk.strays,
    isService: options !== undefined,
    optionAround: (node) => optionAround(node, root, walk),
  });
  if (options === undefined) {
    throw new UserError("the default export is not a service", {
      location,
      expected: "export default defineService({ … })",
    });
  }
  walk.refuseMissing();
  return { service: location, options: walk.found };
}

/** The option whose declaration contains a node. */
function optionAround(node: Node, root: string, { found }: OptionWalk<Node>): string | undefined {
  const declarations = [node, ...node.getAncestors()]
    .filter((ancestor) => ancestor.getKind() === SyntaxKind.PropertyAssignment)
    .map((ancestor) => locate(ancestor, root));
  for (const { file, line } of declarations) {
    for (const [path, { location }] of found) {
      if (location.file === file && location.line === line) return humanPath(path.split("."));
    }
  }
  return undefined;
}

/**
 * The type of the options in the source. If one of them is no option, the type of the service has lost all of
 * them.
 */
function writtenOptions(file: SourceFile): Type | undefined {
  const definition = file
    .getDescendantsOfKind(SyntaxKind.CallExpression)
    .find((call) => call.getExpression().getText() === "defineService")
    ?.getArguments()[0];
  return definition?.getType().getProperty("options")?.getTypeAtLocation(definition);
}
