// What tests need that a machine may lack. The name of a skipped test ends with what it lacks, in one wording, and
// the report of a run says which command provides it.

/** What can be lacking, and how to get it. A name may have a version after it: `gateway 2026.9.6`. */
const sources: Readonly<Record<string, string>> = {
  nix: "install Nix 2.18 or later, or run `bash tests/setup/guest-root.sh` (root, Debian)",
  nixpkgs: "link a checkout to ~/.cache/nixmodgen/trees/nixpkgs, or set NIXPKGS_TREE",
  "home-manager": "link a checkout to ~/.cache/nixmodgen/trees/home-manager, or set HOME_MANAGER",
  "nix-darwin": "link a checkout to ~/.cache/nixmodgen/trees/nix-darwin, or set NIX_DARWIN",
  agenix: "link a checkout to ~/.cache/nixmodgen/trees/agenix",
  "sops-nix": "link a checkout to ~/.cache/nixmodgen/trees/sops-nix",
  nixfmt: "put nixfmt into PATH or into ~/.cache/nixmodgen/bin",
  gateway: "bash tests/setup/gateway.sh VERSION",
  plugins: "bash tests/setup/plugins.sh VERSION",
  registry: "let npm reach a registry of packages",
  root: "run the tests as root",
  namespaces: "run the tests as root, outside of a container that forbids namespaces",
  bash: "apt-get install bash",
  chromium: "apt-get install chromium, or set CHROMIUM",
  fish: "apt-get install fish",
  git: "apt-get install git",
  jq: "apt-get install jq",
  mypy: "apt-get install mypy",
  pyflakes3: "apt-get install pyflakes3",
  python3: "apt-get install python3",
  script: "apt-get install util-linux",
  tar: "apt-get install tar",
  zsh: "apt-get install zsh",
};

/**
 * The end of the name of a test or suite: nothing if nothing is missing.
 *
 * @param missing names of the table above
 */
export function lacking(missing: readonly string[]): string {
  const unknown = missing.find((name) => sourceOf(name) === undefined);
  if (unknown !== undefined) throw new Error(`nothing is known of how to get ${unknown}`);
  return missing.length === 0 ? "" : ` (skipped: no ${missing.join(", no ")})`;
}

/** How to get something; undefined for a name that is not in the table. */
export function sourceOf(name: string): string | undefined {
  const [kind = "", version] = name.split(" ");
  const source = Object.hasOwn(sources, kind) ? sources[kind] : undefined;
  return version === undefined ? source : source?.replace("VERSION", version);
}

/** What a skipped test lacks, from its whole name; nothing if the name does not say. */
export function lackedBy(fullName: string): readonly string[] {
  const names = [...fullName.matchAll(/ \(skipped: no ([^()]*)\)/g)].flatMap(([, list = ""]) =>
    list.split(", no "),
  );
  return [...new Set(names)];
}
