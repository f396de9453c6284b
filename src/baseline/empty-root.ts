// A root of its own for a systemd unit, with only the listed paths in it.

import type { ConfinementRule } from "../model/service-model.ts";
import {
  choose,
  concat,
  type Exp,
  hostsTable,
  list,
  text,
  textFile,
  unitName,
} from "../schema/build-expression.ts";

/** Paths that every service sees, read-only; `-` marks those that the machine may lack. */
const essentials = [
  "/nix/store",
  // Scripts and programs from elsewhere expect a shell and a dynamic loader there.
  ...["-/bin", "-/usr", "-/lib", "-/lib64"],
];

/**
 * Files of /etc that a service needs: names of users, hosts and protocols, time zones,
 * and the certificates that the machine trusts. NixOS's own are links to `/etc/static`.
 */
const systemFiles = [
  ...["passwd", "group", "host.conf", "gai.conf"],
  ...["protocols", "services", "localtime", "zoneinfo", "os-release"],
  ...["ssl/certs", "static/ssl/certs", "pki/tls/certs", "static/pki/tls/certs"],
  // Debian's loader and its links to programs need these.
  ...["ld.so.cache", "alternatives"],
];
export const systemConfiguration = list(...systemFiles.map((name) => `-/etc/${name}`));

/** What the C library reads to look names up, and the services that it asks. */
const machineNames = [
  ...["-/etc/nsswitch.conf", "-/etc/hosts", "-/etc/resolv.conf"],
  // The C library looks for nscd in /var/run, which is a link on a machine.
  ...["-/run/nscd:/var/run/nscd", "-/run/systemd/resolve"],
];

/** The address of the name server of a network of the service's own, as in `named-hosts.nix`. */
const ownNames = {
  "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
  "resolv.conf": "nameserver 127.0.0.53\nsearch .\noptions timeout:1 attempts:1\n",
};

/** The paths by which names are looked up: the machine's, or those of a network of the service's own. */
export function nameServices(ownNetwork: Exp<boolean> | undefined): Exp<readonly string[]> {
  if (ownNetwork === undefined) return list(...machineNames);
  return choose<readonly string[]>(
    ownNetwork,
    list(
      text`${textFile("hosts", hostsTable)}:/etc/hosts`,
      ...Object.entries(ownNames).map(
        ([name, content]) => text`${textFile(name, content)}:/etc/${name}`,
      ),
    ),
    machineNames,
  );
}

/**
 * What a user's service sees of the network outside of its own: a directory with sockets that lead out, which it cannot
 * change, and one in which it listens for those who come in. Neither is there while the service does not run.
 */
export const outsideSockets = text`-%t/${unitName}-outside`;
export const insideSockets = text`-%t/${unitName}-inside`;

/**
 * An empty root in memory. It has no name outside of the unit, so no file in it has a second name
 * inside. The unit sees no control group there, so memory pressure cannot be watched. For the same reason I/O
 * accounting is off: from systemd 261 on it asks for a control group, and the unit's stop command would fail.
 *
 * @param lists paths that may be read in it
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
