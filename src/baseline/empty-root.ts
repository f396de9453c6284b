// A root of its own for a systemd unit, with nothing in it but what is listed here.

import type { ConfinementRule } from "../model/service-model.ts";
import { concat, type Exp, list } from "../schema/build-expression.ts";

/** What is there for every service, read-only; `-` says that it may be missing outside. */
const essentials = [
  "/nix/store",
  // A shell and a dynamic loader, where scripts and programs from elsewhere expect them.
  ...["-/bin", "-/usr", "-/lib", "-/lib64"],
];

/**
 * What a service needs of a system's configuration: names of users, hosts and protocols, time zones,
 * and the certificates that the machine trusts. NixOS's own are links to `/etc/static`.
 */
const systemFiles = [
  ...["passwd", "group", "nsswitch.conf", "hosts", "host.conf", "gai.conf", "resolv.conf"],
  ...["protocols", "services", "localtime", "zoneinfo", "os-release"],
  ...["ssl/certs", "static/ssl/certs", "pki/tls/certs", "static/pki/tls/certs"],
  // Where Debian's loader and its links to programs look.
  ...["ld.so.cache", "alternatives"],
];
export const systemConfiguration = list(...systemFiles.map((name) => `-/etc/${name}`));

/**
 * The root is in memory, and empty. Nothing of it has a name outside of the unit, so nothing in it
 * has a second one inside. A unit with such a root has no control group to be told of its memory by, nor
 * of its disks: since systemd 261 accounting would ask for that, and what stops the unit would fail.
 *
 * @param lists what may be read in it
 */
export function emptyRoot(
  ...lists: readonly Exp<readonly string[]>[]
): ConfinementRule["directives"] {
  return {
    TemporaryFileSystem: list(
      "/:ro,nosuid,nodev,mode=0755,size=1M",
      "/run:nosuid,nodev,mode=0755,size=1M",
      "/dev/shm:mode=1777,nosuid,nodev,noexec,size=256M",
    ),
    BindReadOnlyPaths: concat(list(...essentials), ...lists),
    InaccessiblePaths: list("-/sys"),
    MemoryPressureWatch: "skip",
    IOAccounting: false,
  };
}
