// Finds the interfaces that an argument of `nixmodgen diff` names: a file, a directory or a git revision.

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { UserError } from "../errors.ts";
import {
  interfaceDirectory,
  parseInterface,
  type ServiceInterface,
} from "../interface/interface.ts";

export interface Project {
  /** The directory of the configuration file. */
  readonly root: string;
  /** The directory of the generated files, relative to `root`. */
  readonly output: string;
}

/**
 * The interfaces in a file, in a directory (a project, its output, or the interfaces themselves), or of a revision
 * of the project. What exists on the disk wins over a revision of the same name.
 *
 * @param directory the directory of the command
 * @throws UserError if there are none
 */
export function findInterfaces(
  argument: string,
  directory: string,
  project: Project,
): readonly ServiceInterface[] {
  const path = resolve(directory, argument);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory() === true) return interfacesBelow(path, argument, project);
  if (stats !== undefined) return [parseInterface(readFileSync(path, "utf8"), argument)];
  return interfacesOfRevision(argument, project);
}

/** @param label the directory in messages */
export function interfacesBelow(
  directory: string,
  label: string,
  { output }: Project,
): readonly ServiceInterface[] {
  const places = [join(directory, output, interfaceDirectory), join(directory, interfaceDirectory)];
  const place = places.find(isDirectory) ?? directory;
  const names = isDirectory(place) ? readdirSync(place).filter(isInterfaceFile).sort() : [];
  if (names.length === 0) {
    throw new UserError(`${label} has no interfaces of services`, {
      expected: `JSON files in ${places.map((each) => relative(directory, each)).join("/, ")}/ or in ${label} itself`,
      next: "run `nixmodgen generate` there, or name another directory",
    });
  }
  return names.map((name) =>
    parseInterface(
      readFileSync(join(place, name), "utf8"),
      join(label, relative(directory, place), name),
    ),
  );
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function isInterfaceFile(name: string): boolean {
  return name.endsWith(".json");
}

function interfacesOfRevision(
  revision: string,
  { root, output }: Project,
): readonly ServiceInterface[] {
  const commit = git(root, [
    "rev-parse",
    "--verify",
    "--quiet",
    "--end-of-options",
    `${revision}^{commit}`,
  ]);
  if (commit === undefined) {
    throw new UserError(`${revision} is neither a file, nor a directory, nor a revision`, {
      expected:
        "a file or directory with interfaces, or a commit, branch or tag of this repository",
      next: "see the tags with `git tag`; a released interface is a directory, for example released/0.1.0",
    });
  }
  const sha = commit.trim();
  const directory = `${output}/${interfaceDirectory}`;
  const listed = git(root, ["ls-tree", "-z", "--name-only", sha, "--", `./${directory}/`]) ?? "";
  const paths = listed.split("\0").filter(isInterfaceFile);
  if (paths.length === 0) {
    throw new UserError(`${revision} has no ${directory}/`, {
      next: "name a later revision: this one is older than the descriptions of interfaces",
    });
  }
  return paths.map((path) =>
    parseInterface(git(root, ["show", `${sha}:./${path}`]) ?? "", `${path} of ${revision}`),
  );
}

/** What git prints; undefined if it fails, or is not installed. */
function git(directory: string, args: readonly string[]): string | undefined {
  try {
    return execFileSync("git", ["-C", directory, ...args], {
      encoding: "utf8",
      maxBuffer: 1 << 28,
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch {
    return undefined;
  }
}
