// Compares what is generated with the interface of the last release: nobody's configuration may break without
// having been told.

import { join, relative } from "node:path";
import { UserError } from "../errors.ts";
import { type Change, compareInterfaces } from "../interface/compare-interfaces.ts";
import {
  interfaceDirectory,
  parseInterface,
  type ServiceInterface,
} from "../interface/interface.ts";
import type { OutputFile } from "../output/file.ts";
import { nameOf } from "./diff.ts";
import { interfacesBelow, type Project } from "./find-interfaces.ts";

export interface ReleasedProject extends Project {
  /** The directory with the interfaces of the last release; undefined if nothing was released. */
  readonly released: string | undefined;
  /** The changes that are meant to break configurations, by the names of options, with reasons. */
  readonly breaks: Readonly<Record<string, string>>;
}

/** The interfaces among generated files. */
export function generatedInterfaces(
  files: readonly OutputFile[],
  { output }: Project,
): readonly ServiceInterface[] {
  return files
    .filter(({ path }) => path.startsWith(`${interfaceDirectory}/`))
    .map(({ path, text }) => parseInterface(text, `${output}/${path}`));
}

/** A mistake for each change that breaks configurations of the last release, and for each reason without a change. */
export function breakingChanges(
  files: readonly OutputFile[],
  project: ReleasedProject,
): readonly UserError[] {
  const { released, breaks, root } = project;
  if (released === undefined) return [];
  const label = relative(root, released);
  const before = interfacesBelow(released, label, project);
  const changes = compareInterfaces(before, generatedInterfaces(files, project));
  const breaking = changes.filter((change) => change.breaks);
  const named = new Set(breaking.map(nameOf));
  return [
    ...breaking
      .filter((change) => breaks[nameOf(change)] === undefined)
      .map((change) => breakingError(change, label)),
    ...Object.keys(breaks)
      .filter((name) => !named.has(name))
      .map(
        (name) =>
          new UserError(`"breaks" names ${name}, which breaks nothing`, {
            next: "remove it from the configuration file",
          }),
      ),
  ];
}

function breakingError(change: Change, label: string): UserError {
  return new UserError(
    `configurations of the last release break: ${nameOf(change)}: ${change.text}`,
    {
      expected: `every configuration that ${join(label, `${change.service}.json`)} accepts`,
      next: adviceFor(change),
    },
  );
}

function adviceFor(change: Change): string {
  const meant = `if it is meant, give the reason in "breaks" of the configuration file: { ${JSON.stringify(nameOf(change))}: "…" }`;
  switch (change.kind) {
    case "removed":
      return `name the old path in \`renamedFrom\` of its successor, or keep the option with \`deprecated\` for a release; ${meant}`;
    case "retyped":
      return `accept the earlier values, too, or give the new type to an option with another name; ${meant}`;
    case "added":
    case "default":
      return `give the option a default; ${meant}`;
    case "renamed":
    case "moved":
    case "deprecated":
    case "weakened":
    case "changed":
    case "strengthened":
      return meant;
  }
}
