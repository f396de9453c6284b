// A root of its own for a systemd unit, with nothing in it but what is listed here.

import { concat, type ConfinementRule, type Exp, list } from "../src/index.ts";

/** What is there for every service, read-only; `-` says that it may be missing outside. */
const essentials = [
  "/nix/store",
  "/etc",
  // A shell and a dynamic loader, where scripts and programs from elsewhere expect them.
  ...["-/bin", "-/usr", "-/lib", "-/lib64"],
];

/**
 * @param runtime where the service manager makes runtime directories
 * @param names what names are looked up with
 * @param more what else may be read
 */
export function emptyRoot(
  runtime: string,
  names: readonly string[],
  ...more: readonly Exp<readonly string[]>[]
): ConfinementRule["directives"] {
  return {
    RuntimeDirectory: "sandbox/%n",
    RuntimeDirectoryMode: "0755",
    RootDirectory: `${runtime}/sandbox/%n`,
    BindReadOnlyPaths: concat(list(...essentials, ...names), ...more),
    TemporaryFileSystem: "/dev/shm:mode=1777,nosuid,nodev,noexec,size=256M",
    InaccessiblePaths: ["-+/etc/nixos", "-+/sys"],
    BindLogSockets: false,
  };
}
