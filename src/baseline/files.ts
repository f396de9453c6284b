// Rules about the file system: which paths the service sees, and which it can change.

import type { ConfinementRule } from "../model/service-model.ts";
import {
  literal,
  choose,
  concat,
  type Exp,
  list,
  managedPaths,
  not,
  or,
  ownDirectories,
  text,
  unitName,
} from "../schema/build-expression.ts";
import { elsewhere, mountedAt, readOnly, unreachable } from "./in-use.ts";
import { probe, works } from "../schema/define-proof.ts";
import {
  emptyRoot,
  insideSockets,
  nameServices,
  outsideSockets,
  systemConfiguration,
} from "./empty-root.ts";
import { type BaselineInputs, same } from "./inputs.ts";

/** Whether ProtectHome= hides the path. */
const isInHome = (path: Exp<string>): Exp<boolean> =>
  or(path.hasPrefix("/home/"), path.hasPrefix("/root/"), path.hasPrefix("/run/user/"));

const gone = ["ENOENT", "EACCES"] as const;

const isInAnother = (path: Exp<string>): Exp<boolean> =>
  ownDirectories.any((other) => path.hasPrefix(text`${other}/`));

const outermostDirectories = ownDirectories.filter((path) => not(isInAnother(path)));

const innerDirectories = ownDirectories.filter(isInAnother);

/** Where the files are to which /etc/resolv.conf leads. */
const resolvers = [
  "-/run/systemd/resolve",
  "-/run/NetworkManager/resolv.conf",
  "-/run/resolvconf",
] as const;

/** Paths that may be missing: systemd skips those marked with `-`. */
const optional = (lists: readonly Exp<readonly string[]>[]): Exp<readonly string[]> =>
  lists.length === 0 ? literal([]) : concat(...lists).map((path) => text`-${path}`);

export function fileRules({
  program,
  configPath,
  hasDirectories,
  hasManagedFiles,
  readable,
  changeable,
  nixDaemon,
  ownNetwork,
  userNetwork,
}: BaselineInputs): readonly ConfinementRule[] {
  // The launcher reports a missing path, because it knows the option's name.
  const shown = optional(readable);
  const outside = concat(ownDirectories, ...readable, ...changeable);
  const mounted = [
    outermostDirectories,
    optional(changeable),
    managedPaths.map((path) => text`%t/${unitName}${path}:${path}`),
  ];
  return [
    {
      id: "root",
      why: "The service sees an empty file system with only the listed paths in it. Homes, other services' state, sockets below /run, logs and every directory that somebody adds later need not be hidden one by one: they are not there. The sockets of nscd and resolved are, because names are resolved through them.",
      directives: emptyRoot(
        systemConfiguration,
        configPath === undefined ? literal([]) : list(configPath),
        nameServices(ownNetwork),
        shown,
        choose<readonly string[]>(
          nixDaemon,
          ["-/nix/var/nix/daemon-socket", "-/etc/nix/nix.conf"],
          [],
        ),
      ),
      shownRuntime: ["nscd"],
      user: {
        why: "The service sees an empty file system with only the listed paths in it. The rest of the home, the user's sockets and everything else that the user can read need not be hidden one by one: they are not there. Local sockets are refused, too, so the service asks the network's resolver for names; /etc/resolv.conf, often a link, says where that is.",
        directives: {
          ...emptyRoot(
            // The whole directory: the file with the resolvers is replaced as networks come and go, and a
            // mount of that file alone would keep showing the old one.
            userNetwork === undefined
              ? list("/etc", ...resolvers)
              : concat(
                  list("/etc"),
                  // Resolvers listen on sockets there, too.
                  choose<readonly string[]>(userNetwork, list(outsideSockets), [...resolvers]),
                ),
            shown,
            choose<readonly string[]>(nixDaemon, ["-/nix/var/nix/daemon-socket"], []),
          ),
          InaccessiblePaths: list("-/sys", "-/etc/machine-id", "-/etc/nixos"),
        },
        cannot:
          "leave out what other programs keep in /etc for everybody to read: the file with the network's resolvers is replaced there as networks come and go, so the directory is shown whole",
      },
      seatbelt: {
        keptBy:
          "the profile refuses everything but the closure of the service in the store, a list of system files, and its own directories",
      },
      proofs: [
        probe(
          "directories nobody thought of",
          ["read", "/data/neighbour"],
          "ENOENT",
          "done",
          elsewhere("/"),
        ),
        ...(configPath === undefined
          ? []
          : [probe("its own configuration", ["write", "{config}"], ["EROFS", "EACCES"], "EACCES")]),
        probe(
          "files of /etc, units among them",
          ["write", "/etc/neighbourly"],
          "EROFS",
          "done",
          readOnly("/etc"),
        ),
        probe("files of others in /etc", ["read", "/etc/neighbourly"], "ENOENT", "done", {
          ...elsewhere("/etc"),
          systemOnly: true,
        }),
        probe(
          "the machine's id",
          ["read", "/etc/machine-id"],
          "ENOENT",
          "done",
          elsewhere("/etc/machine-id"),
        ),
        ...(configPath === undefined
          ? []
          : [
              probe(
                "what it may not write has no second name",
                ["second-name", "{config}"],
                "none",
                "done",
              ),
            ]),
        probe("writing elsewhere", ["write", "/data/mine"], "ENOENT", "done"),
        probe(
          "state of other services",
          ["stat", "/var/lib/neighbour/state"],
          "ENOENT",
          "done",
          elsewhere("/var/lib"),
        ),
        probe("logs", ["read", "/var/log/neighbour"], "ENOENT", "done", elsewhere("/var/log")),
        ...["/srv", "/mnt", "/media", "/opt", "/boot"].map((folder) =>
          probe(folder, ["read", `${folder}/neighbour`], "ENOENT", "done", elsewhere(folder)),
        ),
        probe(
          "runtime files of others",
          ["read", "/run/neighbour/file"],
          "ENOENT",
          "done",
          elsewhere("/run"),
        ),
        probe(
          "the system's configuration",
          ["read", "/etc/nixos/neighbour"],
          gone,
          "done",
          elsewhere("/etc/nixos"),
        ),
        probe("the kernel's object tree", ["stat", "/sys/kernel"], gone, "done"),
        probe(
          "shared memory files of others",
          ["read", "/dev/shm/neighbour"],
          "ENOENT",
          "done",
          elsewhere("/dev/shm"),
        ),
        probe(
          "the system bus",
          ["connect-local", "/run/dbus/system_bus_socket"],
          "ENOENT",
          "done",
          unreachable("/run/dbus/system_bus_socket"),
        ),
        probe("systemd's private socket", ["stat", "/run/systemd/private"], "ENOENT", "done"),
        probe(
          "systemd's lookup sockets",
          ["connect-local", "/run/systemd/userdb/io.systemd.DynamicUser"],
          "ENOENT",
          "done",
          unreachable("/run/systemd/userdb/io.systemd.DynamicUser"),
        ),
        probe("the journal's sockets", ["stat", "/run/systemd/journal/stdout"], "ENOENT", "done"),
        probe("the container daemon", ["connect-local", "/run/docker.sock"], "ENOENT", "done", {
          attempt: ["stat", "/run/docker.sock"],
        }),
        probe("podman", ["connect-local", "/run/podman/podman.sock"], "ENOENT", "done", {
          attempt: ["stat", "/run/podman/podman.sock"],
        }),
        probe("databases", ["connect-local", "/run/postgresql/.s.PGSQL.5432"], "ENOENT", "done", {
          attempt: ["stat", "/run/postgresql/.s.PGSQL.5432"],
        }),
        probe(
          "other services' sockets",
          ["connect-local", "/run/neighbour/socket"],
          "ENOENT",
          "done",
        ),
        probe(
          "the Nix daemon",
          ["connect-local", "/nix/var/nix/daemon-socket/socket"],
          "ENOENT",
          "done",
          unreachable("/nix/var/nix/daemon-socket/socket"),
        ),
        probe("runtime files have little room", ["room", "/run", "2"], "within", "more"),
        works("its state directory is there", ["stat", "{state}"]),
        works("memory can be shared among its own processes", ["write", "/dev/shm/mine"]),
        works("names and certificates can be looked up in /etc", ["read", "/etc/passwd"]),
        works(
          "names are looked up by nscd, which may ask the local network",
          ["lookup", "network.neighbour.test"],
          "only the name server of a test knows the name",
        ),
      ],
      unprovable: {
        MemoryPressureWatch:
          "The service does not start without it: systemd would mount a control group, and this root has none.",
        IOAccounting:
          "From systemd 261 on, the service's stop command fails without it for the same reason, if accounting is the default, as on NixOS.",
      },
    },
    {
      id: "file-system",
      why: "The service can write only its own directories. Managed files are mounted over their places there.",
      directives: {
        // systemd resolves these sources outside of the sandbox, and all targets in it: a name that the
        // service can change cannot lead elsewhere.
        BindPaths: concat(...mounted),
        // This makes each a mount of its own, so that it cannot be moved away.
        ExecPaths: innerDirectories,
      },
      user:
        userNetwork === undefined
          ? same
          : {
              directives: {
                BindPaths: concat(
                  ...mounted,
                  choose<readonly string[]>(userNetwork, list(insideSockets), []),
                ),
                ExecPaths: innerDirectories,
              },
            },
      seatbelt: {
        keptBy:
          "writing is allowed in the declared directories only, operation by operation; reading outside the store, a list of system files and its own directories is refused, too",
      },
      proofs: [
        probe(
          "the root directory is not writable",
          ["write", "/mine"],
          "EROFS",
          "EACCES",
          readOnly("/"),
        ),
        probe("world-writable directories", ["write", "/data/mine"], ["ENOENT", "EROFS"], "done"),
        probe("runtime files cannot be made", ["write", "/run/mine"], "EACCES", "EACCES"),
        ...(hasDirectories
          ? [
              probe(
                "its workspace cannot be moved away",
                ["rename", "{workspace}"],
                "EBUSY",
                "done",
                mountedAt("{workspace}", "writable"),
              ),
            ]
          : []),
        works("its state can be written", ["write", "{state}/probe"]),
        ...(hasDirectories
          ? [works("its workspace can be written", ["write", "{workspace}/probe"])]
          : []),
      ],
    },
    ...(hasManagedFiles ? [managedFilesRule] : []),
    {
      id: "homes",
      why: "SSH keys, mail and browser profiles live in home directories: the service sees no home, but for its own directories if they are in one.",
      directives: {
        ProtectHome: choose<boolean | "tmpfs">(outside.any(isInHome), "tmpfs", true),
      },
      user: {
        directives: {
          // Always tmpfs: the user may name further directories of the home, which are mounted into it.
          ProtectHome: "tmpfs",
        },
      },
      seatbelt: {
        keptBy: "no rule allows a home; whether a file exists there is hidden, too",
        agent: "the same, but for its own directories and the names of those above them",
      },
      proofs: [
        probe(
          "home directories",
          ["read", "/home/alice/neighbour"],
          gone,
          "done",
          elsewhere("/home"),
        ),
        probe("root's home", ["read", "/root/neighbour"], gone, "done", elsewhere("/root")),
      ],
    },
    {
      id: "temporary-files",
      why: "The service does not see other programs' temporary files and sockets in /tmp and /var/tmp.",
      directives: { PrivateTmp: "disconnected" },
      // An older service manager shares the machine's /tmp, at a place of its own, if its user accepts that.
      user: { directives: { PrivateTmp: [true, "disconnected"] } },
      seatbelt: {
        keptBy: "other files in /tmp cannot be listed, read or written",
        cannot: "give it a private /tmp: size and age of a file whose name it knows are visible",
      },
      proofs: [
        probe(
          "temporary files of others",
          ["read", "/tmp/neighbour"],
          "ENOENT",
          "done",
          elsewhere("/tmp"),
        ),
        probe(
          "longer-lived temporary files",
          ["read", "/var/tmp/neighbour"],
          "ENOENT",
          "done",
          elsewhere("/var/tmp"),
        ),
        works("it has temporary files of its own", ["write", "/tmp/mine"]),
      ],
    },
    {
      id: "new-files",
      why: `Files the service makes are for its user alone, whatever the ${program} itself asks for.`,
      directives: { UMask: "0077" },
      user: same,
      seatbelt: { keptBy: "`Umask` in the property list", byJob: true },
      proofs: [probe("new files are private", ["new-file-mode", "/tmp"], "600", "644")],
    },
    {
      id: "mounts",
      why: "Mounts that the service makes do not reach the system.",
      directives: { PrivateMounts: true },
      user: same,
      seatbelt: {
        keptBy: "mounting, unmounting, chroot, snapshots and grafted images are refused",
      },
      proofs: [probe("mounts are its own", ["namespace", "mnt", "{host-mnt}"], "own", "shared")],
    },
  ];
}

const managedFilesRule: ConfinementRule = {
  id: "managed-files",
  why: "Files that the configuration puts into the service's directories are read-only to it. The service can neither remove nor replace them, because each is a mount of its own.",
  directives: { ReadOnlyPaths: managedPaths },
  cannot:
    "hold against a helper outside of the sandbox: a process that gets access to the directory, by its mode or through a socket, can move a file there, and the mount over it goes with it until the next start. If the service leaves a link in its place, systemd makes an empty file or directory at the link's target when a command or a stop sets up the same mounts: in the service's directories, or in those that it may read",
  user: same,
  seatbelt: {
    keptBy:
      "they cannot be written, moved or removed by the service; nor can the directories above them",
  },
  unprovable: "The configuration decides which files there are.",
};
