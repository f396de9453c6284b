// How each confinement rule is kept under a user's own systemd and in macOS's Seatbelt, or why it
// cannot be. What a user's manager enforces was measured on systemd 257: directives it ignores are
// left out, because a directive that does nothing is a promise that is not kept.

import {
  choose,
  concat,
  type Exp,
  list,
  map,
  type PlatformPromise,
  type Refs,
  text,
} from "../src/index.ts";
import { emptyRoot } from "./empty-root.ts";
import type { relaxations } from "./options/confinement.ts";

const same = {} as const;

export interface ElsewhereInputs {
  /** Directories of the user that the service reads, in home-manager. */
  readonly readablePaths: Exp<readonly string[]>;
  readonly relaxed: Refs<typeof relaxations>;
}

export const elsewhere = ({
  readablePaths,
  relaxed,
}: ElsewhereInputs): Readonly<Record<string, PlatformPromise>> => ({
  root: {
    user: {
      why: "The file system it sees is an empty one, with what is listed here put in. The rest of the home, the user's sockets and everything else that the user can read are not hidden one by one: they are not there. Local sockets are refused besides, so names are asked of the network's resolver, which /etc/resolv.conf, often a link, tells.",
      directives: {
        ...emptyRoot(
          // All of it: the file with the resolvers is replaced as networks come and go, and what is
          // mounted by itself would stay the old one.
          list(
            "/etc",
            ...["-/run/systemd/resolve", "-/run/NetworkManager/resolv.conf", "-/run/resolvconf"],
          ),
          map(concat(readablePaths, relaxed.readOnlyPaths), "path", (path) => text`-${path}`),
          choose<readonly string[]>(relaxed.nixDaemon, ["-/nix/var/nix/daemon-socket"], []),
        ),
        InaccessiblePaths: list("-/sys", "-/etc/machine-id", "-/etc/nixos"),
      },
      cannot:
        "leave out what other programs keep in /etc for everybody to read: the file with the network's resolvers is replaced there as networks come and go, so the directory is shown whole",
    },
    seatbelt: {
      keptBy:
        "everything is refused that is not named: the closure of the service in the store, a list of system files, its own directories",
    },
  },
  "file-system": {
    user: same,
    seatbelt: {
      keptBy:
        "writing is allowed in the declared directories only, operation by operation; reading outside the store, a list of system files and its own directories is refused, too",
    },
  },
  "managed-files": {
    user: same,
    seatbelt: {
      keptBy:
        "they cannot be written, moved or removed by the service; nor can the directories above them",
    },
  },
  homes: {
    user: {
      directives: {
        // Empty, whatever is put into it: directories of the home may be named besides its own.
        ProtectHome: "tmpfs",
      },
    },
    seatbelt: {
      keptBy: "no rule allows a home; whether a file exists there is hidden, too",
      agent: "the same, but for its own directories and the names of those above them",
    },
  },
  "temporary-files": {
    user: same,
    seatbelt: {
      keptBy: "other files in /tmp cannot be listed, read or written",
      cannot: "be a private /tmp: size and age of a file whose name is known show",
    },
  },
  "new-files": {
    user: same,
    seatbelt: { keptBy: "`Umask` in the property list", byJob: true },
  },
  mounts: {
    user: same,
    seatbelt: { keptBy: "mounting, unmounting, chroot, snapshots and grafted images are refused" },
  },
  privileges: {
    user: same,
    seatbelt: {
      keptBy:
        "set-uid bits, owners and access lists cannot be set, flags and hard links only between its own files, and set-uid programs are not started",
      cannot: "drop capabilities, which macOS has not: the unprivileged user stands in their place",
      agent: "the same; the user is the person's own",
    },
  },
  users: {
    user: {
      cannot: "drop the user's supplementary groups",
    },
    seatbelt: {
      cannot: "be kept: there are no user namespaces; the names of accounts can be asked for",
      agent: "not at all: it runs as the person",
    },
  },
  processes: {
    user: same,
    seatbelt: {
      keptBy: "process information and signals reach its own sandbox only",
      cannot: "hide that a process id exists",
    },
  },
  ipc: {
    // RemoveIPC= is for the system's manager only.
    user: { directives: { PrivateIPC: true } },
    seatbelt: {
      keptBy:
        "no POSIX or System V objects but the read-only page of the notification centre and the semaphores of Python's multiprocessing, by their names; system services by an allow list",
    },
  },
  devices: {
    // Device access is decided by a BPF program that only root may load; the nodes are hidden.
    user: { directives: { PrivateDevices: true } },
    seatbelt: { keptBy: "no IOKit, camera, microphone, disk or bpf device" },
  },
  kernel: {
    user: same,
    seatbelt: {
      keptBy:
        "no kernel settings are written, few can be read; no extensions, no NVRAM, no kernel log",
    },
  },
  "clock-and-host-name": {
    user: same,
    seatbelt: { keptBy: "setting the time and writing kernel settings are refused" },
  },
  keyrings: {
    user: same,
    seatbelt: { keptBy: "keychain files and the keychain's services are out of reach" },
  },
  namespaces: {
    user: same,
    seatbelt: { cannot: "apply: macOS has none" },
  },
  "scheduling-and-personality": {
    user: same,
    seatbelt: {
      keptBy:
        "changing the scheduling of processes is refused; `ProcessType` in the property list keeps to launchd's light limits",
      cannot: "reach thread priorities",
    },
  },
  "address-families": {
    // The gateway works without local sockets, and the user's session bus, X11's abstract socket and
    // the agents of SSH and GnuPG are all local sockets of the same user.
    user: {
      directives: {
        RestrictAddressFamilies: concat<string>(
          list("AF_INET", "AF_INET6", "AF_NETLINK"),
          relaxed.addressFamilies,
          // The daemon's socket is a local one.
          choose<readonly string[]>(relaxed.nixDaemon, ["AF_UNIX"], []),
        ),
      },
    },
    seatbelt: { keptBy: "local, IPv4, IPv6 and routing sockets only" },
  },
  listening: {
    user: {
      directives: {},
      cannot: "be kept: the programs that decide about sockets may be loaded by root only",
    },
    seatbelt: {
      keptBy: "binding is allowed on its own TCP port and for sockets in its own directories",
      cannot:
        "tell this machine's addresses apart: which one it listens on is up to `gateway.bind`; nor tell a port that the kernel chooses from the others: where the gateway tries one before it listens, as releases before 2026.8 do, it may listen on all",
    },
  },
  egress: {
    user: {
      directives: {},
      cannot: "be kept: the programs that decide about packets may be loaded by root only",
    },
    seatbelt: {
      keptBy: "connections to this machine are refused, but for its own port; IPv4 only",
      cannot: "tell private addresses from the internet: the language knows no ranges",
    },
  },
  resources: {
    user: {
      cannot:
        "bound what the kernel counts per user: it can take all inotify instances, and the user's editors have none",
    },
    seatbelt: { cannot: "be kept as a whole: launchd has limits for single processes only" },
  },
  "system-calls": {
    user: same,
    seatbelt: {
      cannot:
        "be kept: there is no supported filter; operations are refused instead, never by killing",
    },
  },
  journal: {
    user: same,
    seatbelt: {
      keptBy: "its output goes to a file of its own, which is rotated by size",
      byJob: true,
    },
  },
  "core-dumps": {
    user: same,
    seatbelt: {
      keptBy: "`HardResourceLimits.Core` in the property list; /cores cannot be written",
      byJob: true,
    },
  },
  "memory-execution": {
    user: same,
    seatbelt: {
      cannot:
        "be kept, for the same reason; code from files is limited to the store and the system's libraries and shell",
    },
  },
});
