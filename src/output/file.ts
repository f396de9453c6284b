// The result of the generator: texts with names. All code before this point is pure; this directory
// has the code that turns them into files on a disk.

export interface OutputFile {
  /** POSIX path relative to the output directory, for example `nixos/hello.nix`. */
  readonly path: string;
  readonly text: string;
}

/** The order of files in all lists: by code unit, so that no locale changes it. */
export function comparePaths(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}
