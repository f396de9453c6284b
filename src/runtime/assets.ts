// The hand-written files that run on the service's machine: Nix code, shell code, and the Python programs of VM
// tests. They are files, so that tools of their language can check them. The generator copies them unchanged, so
// that the generated directory is complete.

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

/** Nix code that modules import, and that others can use, too. */
export const nixLibrary = folder({
  from: new URL("nix/", import.meta.url),
  to: "lib",
  suffix: "",
  names: [
    "built-package.nix",
    "closure-profile.nix",
    "forward-proxy.nix",
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
    "key-proxy.nix",
    "named-egress.nix",
    "named-hosts.nix",
    "outside-keys.nix",
    "renamed-option.nix",
    "seatbelt-base.sb",
    "seatbelt-profile.nix",
    "superseded-module.nix",
    "user-egress.nix",
    "validated-config.nix",
  ],
});

/** The Python programs of services' units and of the operator's command. */
export const pythonPrograms = folder({
  from: new URL("python/", import.meta.url),
  to: "python",
  suffix: ".py",
  names: ["doctor", "forward-proxy", "probe", "refuse-names"],
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
    "operate-care",
    "gather",
    "care",
    "sandbox",
    "settle",
    "care-systemd",
    "care-darwin",
    "own-directory",
    "own-secret",
    "secrets-systemd",
    "secrets-files",
    "egress",
    "egress-proxy",
    "outside-key",
    "enter-systemd",
    "enter-darwin",
    "doctor",
    "doctor-systemd",
    "doctor-darwin",
    "launchd",
    "leftovers",
    "relay",
    "rotate-log",
    "await-ready",
    "await-stop",
  ],
});

export type LibraryFile = (typeof nixLibrary.names)[number];
export type PythonProgram = (typeof pythonPrograms.names)[number];
export type ShellFile = (typeof shellCode.names)[number];

/** Imports a library file into a module one directory below the output's. */
export function importLibrary(name: LibraryFile): NixExpr {
  return nix`import ${nix.path(`../lib/${name}`)}`;
}

/** The text of a shell file, as an expression in a module one directory below the output's. */
export function includeShell(name: ShellFile): NixExpr {
  return nix`builtins.readFile ${nix.path(`../shell/${name}.sh`)}`;
}

/** The text of a Python program, as an expression in a module one directory below the output's. */
export function includePython(name: PythonProgram): NixExpr {
  return nix`builtins.readFile ${nix.path(`../python/${name}.py`)}`;
}

/** The programs of VM tests. */
export const vmTestPrograms = folder({
  from: new URL("../vm-test/", import.meta.url),
  to: "tests",
  suffix: ".py",
  names: ["neighbourhood", "sandbox", "trials"],
});

/** The text of a program of the library or of a service, as an expression in a test in the same directory. */
export function includeProgram(name: string): NixExpr {
  return nix`builtins.readFile ${nix.path(`./${name}.py`)}`;
}

/** The certificate authority that the machines of VM tests trust; neighbourhood.py's server has a certificate of it. */
export function readAuthority(): string {
  return readFileSync(new URL("../vm-test/authority.pem", import.meta.url), "utf8");
}
