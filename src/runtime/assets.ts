// What runs where the service runs is written by hand, as files that tools of their language can check:
// Nix code, shell code, and the Python programs of VM tests. It is generated as it is, so that the
// generated directory is complete in itself.

import { readFileSync } from "node:fs";

import { nix, type NixExpr } from "../nix/index.ts";
import type { OutputFile } from "../output/file.ts";

interface Folder<Name extends string> {
  readonly names: readonly Name[];
  /** The text of a file. */
  readonly read: (name: Name) => string;
  /** The files as they are generated. */
  readonly outputs: readonly OutputFile[];
}

interface FolderSource<Name extends string> {
  readonly from: URL;
  readonly to: string;
  readonly suffix: string;
  readonly names: readonly Name[];
}

function folder<const Name extends string>(source: FolderSource<Name>): Folder<Name> {
  const { from, to, suffix, names } = source;
  const read = (name: Name): string => readFileSync(new URL(`${name}${suffix}`, from), "utf8");
  return {
    names,
    read,
    get outputs() {
      return names.map((name) => ({ path: `${to}/${name}${suffix}`, text: read(name) }));
    },
  };
}

/** Nix code that modules import, usable by others as well. */
export const nixLibrary = folder({
  from: new URL("nix/", import.meta.url),
  to: "lib",
  suffix: "",
  names: [
    "built-package.nix",
    "closure-profile.nix",
    "functions.nix",
    "json-schema-type.nix",
    "json-schema/definitions.nix",
    "json-schema/describe.nix",
    "json-schema/docs.nix",
    "json-schema/explain.nix",
    "json-schema/json-value.nix",
    "json-schema/keywords.nix",
    "json-schema/looks-secret.nix",
    "json-schema/probably-meant.nix",
    "json-schema/validate.nix",
    "seatbelt-base.sb",
    "seatbelt-profile.nix",
    "superseded-module.nix",
    "validated-config.nix",
  ],
});

/** The shell code of generated scripts. */
export const shellCode = folder({
  from: new URL("shell/", import.meta.url),
  to: "shell",
  suffix: ".sh",
  names: [
    "prepare",
    "manage-mounts",
    "manage-copies",
    "launch",
    "supervise",
    "stop",
    "operator",
    "command",
    "own-directory",
    "own-secret",
    "secrets-systemd",
    "secrets-files",
    "enter-systemd",
    "enter-darwin",
    "launchd",
    "leftovers",
    "rotate-log",
    "await-stop",
  ],
});

export type LibraryFile = (typeof nixLibrary.names)[number];
export type ShellFile = (typeof shellCode.names)[number];

/** Imports a library file into a module one directory below the output's. */
export function importLibrary(name: LibraryFile): NixExpr {
  return nix`import ${nix.path(`../lib/${name}`)}`;
}

/** The text of a shell file, as an expression in a module one directory below the output's. */
export function includeShell(name: ShellFile): NixExpr {
  return nix`builtins.readFile ${nix.path(`../shell/${name}.sh`)}`;
}

/** The programs of VM tests. */
export const vmTestPrograms = folder({
  from: new URL("../vm-test/", import.meta.url),
  to: "tests",
  suffix: ".py",
  names: ["neighbourhood", "probe", "sandbox", "trials"],
});

/** The text of a program, of these or of a service's own, as an expression in a test beside it. */
export function includeProgram(name: string): NixExpr {
  return nix`builtins.readFile ${nix.path(`./${name}.py`)}`;
}

/** The certificate of an authority that the machines trust, and that neighbourhood.py has one of. */
export function readAuthority(): string {
  return readFileSync(new URL("../vm-test/authority.pem", import.meta.url), "utf8");
}
