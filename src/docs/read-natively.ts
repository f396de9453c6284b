// Reads a schema with TypeScript's native compiler, several times as fast as ts-morph. It describes no mistake:
// whatever is wrong, or only unusual, it leaves to `readDocs`.
//
// Contract: where there is a result, it is the same as `readDocs`'. The compiler's interface is called unstable, so
// package.json names one version of it.

import { dirname, join, relative, sep } from "node:path";
import {
  isCallExpression,
  isExportAssignment,
  isPropertyAccessExpression,
  isPropertyAssignment,
  isShorthandPropertyAssignment,
  isVariableStatement,
} from "typescript-native/unstable/ast/is";
import type { Node, SourceFile } from "typescript-native/unstable/ast";
import {
  getLeadingCommentRanges,
  getTrailingCommentRanges,
} from "typescript-native/unstable/ast/scanner";
import type { FileSystem } from "typescript-native/unstable/fs";
import {
  API,
  isLiteralType,
  isTupleType,
  isTypeReference,
  type Project,
  SignatureKind,
  type Snapshot,
  SymbolFlags,
  type Symbol as TypeSymbol,
  type Type,
  TypeFlags,
} from "typescript-native/unstable/sync";
import type { Disk, RecordedDisk, Trace } from "../cache/recorded-disk.ts";
import type { SourceLocation } from "../errors.ts";
import type { DocsSource, OptionDocs } from "./option-docs.ts";
import type {
  CommentReader,
  SchemaProperty,
  SchemaSyntax,
  SchemaType,
  SchemaValue,
} from "./schema-types.ts";
import { isOwnFile, untypedModule } from "./own-files.ts";
import { OptionWalk } from "./walk-options.ts";

/** Reads one schema, again and again. */
export class NativeReader {
  private readonly source: DocsSource;
  private readonly recorded: RecordedDisk;
  private readonly api: API;
  private snapshot: Snapshot;

  /** @throws Error if there is no native compiler for this machine */
  constructor(source: DocsSource, recorded: RecordedDisk) {
    this.source = source;
    this.recorded = recorded;
    this.api = new API({ cwd: process.cwd(), fs: fileSystem(source, recorded.disk) });
    this.snapshot = this.api.updateSnapshot({ openProjects: [projectFile(source)] });
  }

  /** Reads sources that have changed. Returns false if more than their texts has changed. */
  takeChanges(): boolean {
    const changed = this.recorded.takeChangedTexts();
    const names = this.snapshot.getProjects()[0]?.program.getSourceFileNames();
    const isKnown = (path: string): boolean => names?.includes(path) ?? false;
    // Other files are package.json and the tsconfig.json.
    if (!changed?.every(isKnown)) return false;
    if (changed.length === 0) return true;
    const before = this.snapshot;
    this.snapshot = this.api.updateSnapshot({ fileChanges: { changed: [...changed] } });
    before.dispose();
    return true;
  }

  /** @returns undefined if something is wrong with the schema */
  read(): OptionDocs | undefined {
    return readFrom(this.snapshot, this.source);
  }

  /** The record of the files read until now; undefined if somebody was writing meanwhile. */
  trace(): Trace | undefined {
    return this.recorded.trace();
  }

  close(): void {
    this.api.close();
  }
}

/** A tsconfig.json that nobody has written: the schema file alone, with the options of the author's. */
function projectFile({ tsconfig }: DocsSource): string {
  return join(dirname(tsconfig), ".nixmodgen.tsconfig.json");
}

function fileSystem(source: DocsSource, disk: Disk): FileSystem {
  const project = projectFile(source);
  const text = JSON.stringify({
    extends: source.tsconfig,
    files: [source.entry],
    include: [],
    // A linter reports unused imports.
    compilerOptions: { noEmit: true, noUnusedLocals: false, noUnusedParameters: false },
  });
  return {
    readFile: (path) => {
      if (path === project) return text;
      return disk.isFile(path) ? disk.readText(path) : null;
    },
    fileExists: (path) => path === project || disk.isFile(path),
    directoryExists: (path) => disk.isDirectory(path),
    realpath: (path) => (path === project ? path : disk.realPath(path)),
    getAccessibleEntries: (path) => {
      const entries = disk.isDirectory(path) ? disk.list(path) : [];
      const names = (isWanted: (entry: (typeof entries)[number]) => boolean): string[] =>
        entries.filter(isWanted).map(({ name }) => name.slice(path.length + 1));
      return {
        files: names(({ isFile }) => isFile),
        directories: names(({ isDirectory }) => isDirectory),
      };
    },
  };
}

function readFrom(snapshot: Snapshot, source: DocsSource): OptionDocs | undefined {
  const [project] = snapshot.getProjects();
  const file = project?.program.getSourceFile(source.entry);
  if (project === undefined || file === undefined || hasMistakes(project)) return undefined;
  const { checker } = project;
  const module = checker.getSymbolAtLocation(file);
  const service = module && checker.getMemberInModuleExports(module, "default");
  const declaration = service?.declarations[0]?.resolve(project);
  if (declaration === undefined) return undefined;
  const expression = isExportAssignment(declaration) ? declaration.expression : declaration;
  const type = checker.getTypeAtLocation(expression);
  const options = type && checker.getPropertyOfType(type, "options");
  if (options === undefined) return undefined;
  const types = new NativeTypes(project, declaration);
  const walk = new OptionWalk(nativeSyntax(project, source.root), nativeComments);
  const optionsType = types.type(checker.getTypeOfSymbolAtLocation(options, declaration));
  // The type has lost its options if one of them is none.
  if (optionsType.properties().length === 0) return undefined;
  walk.readGroup(optionsType, []);
  if (walk.strays.length > 0 || walk.missing.length > 0) return undefined;
  return { service: locate(declaration, source.root), options: walk.found };
}

/** Whether the compiler complains about the project's configuration, or about one of the author's own files. */
function hasMistakes({ program }: Project): boolean {
  const own = program.getSourceFileNames().filter(isOwnFile);
  return (
    program.getConfigFileParsingDiagnostics().length > 0 ||
    program.getProgramDiagnostics().length > 0 ||
    own.some(
      (name) =>
        program.getSyntacticDiagnostics(name).length > 0 ||
        program.getSemanticDiagnostics(name).some(({ code }) => code !== untypedModule),
    )
  );
}

/** The compiler's types, as the walk asks for them. */
class NativeTypes {
  private readonly project: Project;
  private readonly at: Node;

  /** @param at any node of the schema file, for questions about types of symbols */
  constructor(project: Project, at: Node) {
    this.project = project;
    this.at = at;
  }

  type(type: Type): SchemaType<Node> {
    const { checker } = this.project;
    const typeArguments = (): readonly SchemaType<Node>[] =>
      isTypeReference(type) ? checker.getTypeArguments(type).map((each) => this.type(each)) : [];
    return {
      name: () => type.getSymbol()?.name ?? "",
      properties: () => checker.getPropertiesOfType(type).map((each) => this.property(each)),
      property: (name) => {
        const symbol = checker.getPropertyOfType(type, name);
        return symbol === undefined ? undefined : this.property(symbol);
      },
      typeArguments,
      members: () => (this.isTuple(type) ? typeArguments() : []),
      literal: () => (isLiteralType(type) ? type.value : undefined),
      isIntersection: () => (type.flags & TypeFlags.Intersection) !== 0,
      isPlainObject: () => {
        const isList = this.isTuple(type) || checker.isArrayLikeType(type);
        const isObject = (type.flags & TypeFlags.Object) !== 0;
        return (
          isObject && !isList && checker.getSignaturesOfType(type, SignatureKind.Call).length === 0
        );
      },
      mayBeAnything: () =>
        (type.flags &
          (TypeFlags.Any | TypeFlags.Unknown | TypeFlags.Union | TypeFlags.TypeParameter)) !==
        0,
    };
  }

  private isTuple(type: Type): boolean {
    return isTupleType(type) || this.project.checker.isTupleType(type);
  }

  private property(symbol: TypeSymbol): SchemaProperty<Node> {
    const { project, at } = this;
    return {
      name: symbol.name,
      type: () => this.type(project.checker.getTypeOfSymbolAtLocation(symbol, at)),
      declaration: () => symbol.declarations[0]?.resolve(project),
    };
  }
}

function nativeSyntax(project: Project, root: string): SchemaSyntax<Node> {
  const { checker } = project;
  const declarationOf = (symbol: TypeSymbol | undefined): Node | undefined =>
    symbol?.declarations[0]?.resolve(project);

  /** The declaration of an option taken from a group, `group.it`, or of `override(group.it, …)`. */
  const takenFrom = (value: Node | undefined): Node | undefined => {
    if (value === undefined) return undefined;
    if (isCallExpression(value) && value.expression.getText() === "override") {
      return takenFrom(value.arguments[0]);
    }
    return isPropertyAccessExpression(value)
      ? declarationOf(checker.getSymbolAtLocation(value.name))
      : undefined;
  };

  const variableOf = (declaration: Node): TypeSymbol | undefined => {
    const symbol = checker.getShorthandAssignmentValueSymbol(declaration);
    if (symbol === undefined) return undefined;
    return (symbol.flags & SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol);
  };

  const valueOf = (declaration: Node): SchemaValue<Node> => {
    if (isPropertyAssignment(declaration)) {
      return { kind: "taken", from: takenFrom(declaration.initializer) };
    }
    if (!isShorthandPropertyAssignment(declaration)) return { kind: "other" };
    const variable = variableOf(declaration);
    const statement = ancestors(variable?.valueDeclaration?.resolve(project)).find((node) =>
      isVariableStatement(node),
    );
    return { kind: "variable", statement };
  };

  return {
    locate: (node) => locate(node, root),
    source: (node) => ({
      text: fileOf(node).text,
      position: node.pos,
      start: node.getStart(),
    }),
    value: valueOf,
  };
}

function ancestors(node: Node | undefined): readonly Node[] {
  return node === undefined ? [] : [node, ...ancestors(node.parent)];
}

function fileOf(node: Node): SourceFile {
  return node.getSourceFile();
}

function locate(node: Node, root: string): SourceLocation {
  const file = fileOf(node);
  const { line } = file.getLineAndCharacterOfPosition(node.getStart());
  return { file: relative(root, file.fileName).split(sep).join("/"), line: line + 1 };
}

const nativeComments: CommentReader = {
  leading: getLeadingCommentRanges,
  trailing: getTrailingCommentRanges,
};
