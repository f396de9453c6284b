// What the gateway is kept from doing, why, and how that is shown. The gateway runs whatever a
// language model asks for, and a language model asks for whatever it last read: every rule assumes
// that the process inside is hostile. Directives are those of systemd.exec(5) and
// systemd.resource-control(5); what the probes look for is made by vm-test/neighbourhood.py.

import {
  any,
  choose,
  concat,
  type ConfinementRule,
  equals,
  type Exp,
  filter,
  hasPrefix,
  isNull,
  isSet,
  lifts,
  list,
  listOrEmpty,
  managedPaths,
  map,
  nonNull,
  not,
  observation,
  or,
  ownDirectories,
  probe,
  type Refs,
  text,
  unitName,
  works,
} from "../src/index.ts";
import { linkAndHost, privateNetworks, sharedNetwork, special, tailnet6 } from "./addresses.ts";
import { emptyRoot, systemConfiguration } from "./empty-root.ts";
import { triesFreePortWhere } from "./listening.ts";
import type { relaxations } from "./options/confinement.ts";
import { propertyIs } from "./unit-property.ts";

export interface ConfinementInputs {
  readonly port: Exp<number>;
  readonly configPath: Exp<string>;
  /** Whether only programs of the same machine talk to the gateway. */
  readonly isLocal: Exp<boolean>;
  /** Whether those of the same tailnet do, besides. */
  readonly isTailnet: Exp<boolean>;
  /** Whether the gateway listens on any free port before it listens on its own. */
  readonly triesFreePort: Exp<boolean>;
  readonly relaxed: Refs<typeof relaxations>;
}

/** What ProtectHome= hides. */
const isInHome = (path: Exp<string>): Exp<boolean> =>
  or(hasPrefix(path, "/home/"), hasPrefix(path, "/root/"), hasPrefix(path, "/run/user/"));

const gone = ["ENOENT", "EACCES"] as const;

const isInAnother = (path: Exp<string>): Exp<boolean> =>
  any(ownDirectories, "other", (other) => hasPrefix(path, text`${other}/`));
const outermostDirectories = filter(ownDirectories, "path", (path) => not(isInAnother(path)));
const innerDirectories = filter(ownDirectories, "path", isInAnother);

/** Shell commands that need a directory of their own in the workspace; the last decides. */
const inWorkspace = (...commands: readonly string[]): string =>
  ["set -e", "d=$(mktemp -d -p {workspace})", 'trap "rm -rf $d" EXIT', "cd $d", ...commands].join(
    "; ",
  );

export function confinement({
  port,
  configPath,
  isLocal,
  isTailnet,
  triesFreePort,
  relaxed,
}: ConfinementInputs): readonly ConfinementRule[] {
  const { egress } = relaxed;
  const allowed = listOrEmpty(egress);
  const isInternet = or(
    equals(egress, "internet"),
    any(allowed, "range", (range) => equals(range, "internet")),
  );
  // A path that is not there is reported by the launcher, which knows the option's name.
  const readable = map(relaxed.readOnlyPaths, "path", (path) => text`-${path}`);
  const changeable = map(relaxed.readWritePaths, "path", (path) => text`-${path}`);
  const outside = concat(ownDirectories, relaxed.readOnlyPaths, relaxed.readWritePaths);
  return [
    {
      id: "root",
      why: "The file system it sees is an empty one, with what is listed here put in. Homes, other services' state, sockets below /run, logs and every directory somebody adds later are not hidden one by one: they are not there. Names are resolved through the sockets of nscd and resolved.",
      directives: emptyRoot(
        systemConfiguration,
        list(configPath),
        // The C library looks for nscd in /var/run, which is a link elsewhere.
        list("-/run/nscd:/var/run/nscd", "-/run/systemd/resolve"),
        readable,
        choose<readonly string[]>(
          relaxed.nixDaemon,
          ["-/nix/var/nix/daemon-socket", "-/etc/nix/nix.conf"],
          [],
        ),
      ),
      proofs: [
        probe("directories nobody thought of", ["read", "/data/neighbour"], "ENOENT", "done"),
        probe("its own configuration", ["write", "{config}"], ["EROFS", "EACCES"], "EACCES"),
        probe("files of /etc, units among them", ["write", "/etc/neighbourly"], "EROFS", "done"),
        probe("files of others in /etc", ["read", "/etc/neighbourly"], "ENOENT", "done"),
        probe("the machine's id", ["read", "/etc/machine-id"], "ENOENT", "done"),
        probe(
          "what it may not write has no second name",
          ["second-name", "{config}"],
          "none",
          "done",
        ),
        probe("writing elsewhere", ["write", "/data/mine"], "ENOENT", "done"),
        probe("state of other services", ["stat", "/var/lib/neighbour/state"], "ENOENT", "done"),
        probe("logs", ["read", "/var/log/neighbour"], "ENOENT", "done"),
        probe("/srv", ["read", "/srv/neighbour"], "ENOENT", "done"),
        probe("/mnt", ["read", "/mnt/neighbour"], "ENOENT", "done"),
        probe("/media", ["read", "/media/neighbour"], "ENOENT", "done"),
        probe("/opt", ["read", "/opt/neighbour"], "ENOENT", "done"),
        probe("/boot", ["read", "/boot/neighbour"], "ENOENT", "done"),
        probe("runtime files of others", ["read", "/run/neighbour/file"], "ENOENT", "done"),
        probe("the system's configuration", ["read", "/etc/nixos/neighbour"], gone, "done"),
        probe("the kernel's object tree", ["stat", "/sys/kernel"], gone, "done"),
        probe("shared memory files of others", ["read", "/dev/shm/neighbour"], "ENOENT", "done"),
        probe("the system bus", ["connect-local", "/run/dbus/system_bus_socket"], "ENOENT", "done"),
        probe("systemd's private socket", ["stat", "/run/systemd/private"], "ENOENT", "done"),
        probe(
          "systemd's lookup sockets",
          ["connect-local", "/run/systemd/userdb/io.systemd.DynamicUser"],
          "ENOENT",
          "done",
        ),
        probe("the journal's sockets", ["stat", "/run/systemd/journal/stdout"], "ENOENT", "done"),
        probe("the container daemon", ["connect-local", "/run/docker.sock"], "ENOENT", "done"),
        probe("podman", ["connect-local", "/run/podman/podman.sock"], "ENOENT", "done"),
        probe("databases", ["connect-local", "/run/postgresql/.s.PGSQL.5432"], "ENOENT", "done"),
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
        ),
        probe("runtime files have little room", ["room", "/run", "2"], "within", "more"),
        works("its state directory is there", ["stat", "{state}"]),
        works("memory can be shared among its own processes", ["write", "/dev/shm/mine"]),
        works("names and certificates can be looked up in /etc", ["read", "/etc/passwd"]),
        works("shell, git and text tools run", [
          "run",
          "set -e; d=$(mktemp -d); cd $d; git init -q; ls -la | grep -q git; echo x | sed s/x/y/",
        ]),
        works("a repository in the workspace can be committed to", [
          "run",
          inWorkspace(
            "git init -q",
            "echo x > file",
            "git add file",
            "git -c user.name=a -c user.email=a@example.org commit -qm first",
            "git log | grep -q first",
          ),
        ]),
        works("node starts programs and writes what they say", [
          "run",
          inWorkspace(
            `node -e 'require("fs").writeFileSync("said", require("child_process").execFileSync("git", ["version"]))'`,
            "grep -q '^git version' said",
          ),
        ]),
        works("python starts programs and writes what they say", [
          "run",
          inWorkspace(
            `python3 -c 'import subprocess; open("said", "wb").write(subprocess.check_output(["git", "version"]))'`,
            "grep -q '^git version' said",
          ),
        ]),
        works("names are looked up by nscd, which may ask the local network", [
          "lookup",
          "network.neighbour.test",
        ]),
      ],
      unprovable: {
        MemoryPressureWatch:
          "Does not start without: there is no control group in this root to be mounted.",
        IOAccounting:
          "The same from systemd 261 on, of what stops it, where accounting is the default as on NixOS.",
      },
    },
    {
      id: "file-system",
      why: "Nothing can be written but the service's own directories. Its configuration is mounted over the places of managed files.",
      directives: {
        // systemd looks for these outside of the sandbox, and for all others in it: a name that the
        // service can change leads nowhere else.
        BindPaths: concat(
          outermostDirectories,
          changeable,
          map(managedPaths, "path", (path) => text`%t/${unitName}${path}:${path}`),
        ),
        // Each is a mount of its own, which cannot be moved away.
        ExecPaths: innerDirectories,
      },
      proofs: [
        probe("the root directory is not writable", ["write", "/mine"], "EROFS", "EACCES"),
        probe("world-writable directories", ["write", "/data/mine"], ["ENOENT", "EROFS"], "done"),
        probe("runtime files cannot be made", ["write", "/run/mine"], "EACCES", "EACCES"),
        probe("its workspace cannot be moved away", ["rename", "{workspace}"], "EBUSY", "done"),
        works("its state can be written", ["write", "{state}/probe"]),
        works("its workspace can be written", ["write", "{workspace}/probe"]),
      ],
    },
    {
      id: "managed-files",
      why: "Documents and skills that the configuration puts into the workspace tell the model who it is and what it may do. Talked into rewriting them, it would stay talked into: they are read-only to it, and can be neither removed nor replaced by others, because each is a mount of its own. So is an empty file over every other that the gateway would take settings from.",
      directives: { ReadOnlyPaths: managedPaths },
      cannot:
        "hold against a helper outside of the sandbox: who is lent the directory, by its mode or through a socket, can move a file there, and what is mounted over it goes with it until the next start. Where a link is left in its place, systemd makes an empty file or directory where that leads, when a command or a stop sets up the same mounts: in the service's directories, or in what it may read",
      proofs: [
        probe(
          "a skill can be read",
          ["read", "{workspace}/skills/probed/SKILL.md"],
          "done",
          "ENOENT",
        ),
        probe(
          "a skill cannot be written",
          ["write", "{workspace}/skills/probed/SKILL.md"],
          "EROFS",
          "ENOENT",
        ),
        probe(
          "no skill can be added beside it",
          ["write", "{workspace}/skills/mine"],
          "EROFS",
          "done",
        ),
        probe("the skills cannot be moved away", ["rename", "{workspace}/skills"], "EBUSY", "done"),
        probe(
          "they have no second name that can be written",
          ["second-name", "{workspace}/skills"],
          "none",
          "done",
        ),
        works("the model's own skills can be written", [
          "run",
          "mkdir -p {workspace}/.agents/skills/mine",
        ]),
      ],
    },
    {
      id: "homes",
      why: "SSH keys, mail and browser profiles live in home directories: there are none, but for the service's own directories, should they be there.",
      directives: {
        ProtectHome: choose<boolean | "tmpfs">(any(outside, "path", isInHome), "tmpfs", true),
      },
      proofs: [
        probe("home directories", ["read", "/home/alice/neighbour"], gone, "done"),
        probe("root's home", ["read", "/root/neighbour"], gone, "done"),
      ],
    },
    {
      id: "temporary-files",
      why: "Other programs' temporary files and sockets in /tmp and /var/tmp are out of sight.",
      directives: { PrivateTmp: "disconnected" },
      proofs: [
        probe("temporary files of others", ["read", "/tmp/neighbour"], "ENOENT", "done"),
        probe("longer-lived temporary files", ["read", "/var/tmp/neighbour"], "ENOENT", "done"),
        works("it has temporary files of its own", ["write", "/tmp/mine"]),
      ],
    },
    {
      id: "new-files",
      why: "Files the service makes are for its user alone; the gateway itself would make them readable by all.",
      directives: { UMask: "0077" },
      proofs: [probe("new files are private", ["new-file-mode", "/tmp"], "600", "644")],
    },
    {
      id: "mounts",
      why: "Mounts made inside do not reach the system.",
      directives: { PrivateMounts: true },
      proofs: [probe("mounts are its own", ["namespace", "mnt", "{host-mnt}"], "own", "shared")],
    },
    {
      id: "privileges",
      why: "No set-uid program can raise privileges, and there are no capabilities to begin with.",
      directives: {
        NoNewPrivileges: true,
        CapabilityBoundingSet: "",
        RestrictSUIDSGID: true,
        SecureBits: "noroot noroot-locked no-setuid-fixup no-setuid-fixup-locked",
      },
      proofs: [
        probe("set-uid programs have no effect", ["status", "NoNewPrivs"], "1", "0"),
        probe(
          "a set-uid shell of root's gives nothing",
          ["run-set-uid", "/usr/neighbour-shell"],
          "own",
          "root",
        ),
        probe("set-uid programs cannot be made", ["set-uid", "/tmp"], "EPERM", "done"),
        probe("no capability can be gained", ["capability", "sys_admin"], "absent", "present"),
        probe("the machine cannot be restarted", ["capability", "sys_boot"], "absent", "present"),
        probe("ports of devices are closed", ["capability", "sys_rawio"], "absent", "present"),
        probe("user 0 would be nobody special", ["secure-bits"], "noroot", "none"),
      ],
    },
    {
      id: "users",
      why: "Inside, no user exists but root and the service's own: files of others cannot be told apart, let alone owned.",
      directives: { PrivateUsers: true },
      proofs: [
        probe("other users have no id", ["owner", "/usr/neighbour"], "65534", "4242"),
        probe("ids are its own", ["namespace", "user", "{host-user}"], "own", "shared"),
      ],
    },
    {
      id: "processes",
      why: "Other processes, their command lines and their environment cannot be seen.",
      directives: {
        PrivatePIDs: true,
        ProtectProc: "invisible",
        // bubblewrap reads /proc/sys, browsers read what memory there is.
        ProcSubset: choose(relaxed.nestedSandboxes, "all", "pid"),
      },
      proofs: [
        probe("processes of others", ["process", "neighbourhood"], "absent", "seen"),
        probe("processes of its own user", ["process", "another-of-mine"], "absent", "seen"),
        probe("facts about the machine", ["read", "/proc/meminfo"], "ENOENT", "done"),
        probe("process ids are its own", ["namespace", "pid", "{host-pid}"], "own", "shared"),
      ],
    },
    {
      id: "ipc",
      why: "System V and POSIX message queues and shared memory of other programs are out of reach.",
      directives: { PrivateIPC: true, RemoveIPC: true },
      proofs: [
        probe("System V shared memory", ["shared-memory", "4242"], "ENOENT", "done"),
        probe("POSIX message queues", ["message-queue", "/neighbour"], "ENOENT", "done"),
        probe("IPC objects are its own", ["namespace", "ipc", "{host-ipc}"], "own", "shared"),
      ],
      unprovable: {
        RemoveIPC: "Its objects end with its namespace already; this one is for kernels without.",
      },
    },
    {
      id: "devices",
      why: "No device but /dev/null and its like: no disk, no camera, no microphone.",
      directives: { PrivateDevices: true, DevicePolicy: "closed" },
      proofs: [
        probe("devices", ["device", "/dev/neighbour"], ["ENOENT", "EPERM"], "done"),
        works("there is randomness", ["device", "/dev/urandom"]),
      ],
    },
    {
      id: "kernel",
      why: "Kernel settings, modules, the kernel log and the control groups cannot be changed or read.",
      directives: {
        ProtectKernelTunables: true,
        ProtectKernelModules: true,
        ProtectKernelLogs: true,
        ProtectControlGroups: "strict",
      },
      proofs: [
        probe("no modules can be loaded", ["capability", "sys_module"], "absent", "present"),
        probe("no kernel log can be read", ["capability", "syslog"], "absent", "present"),
        probe("the control groups are its own", ["control-group"], "root", "named"),
      ],
      unprovable: {
        ProtectKernelTunables:
          "/proc/sys and /sys are not there to begin with, and an ordinary user could not write there; this one holds if that ever changes.",
      },
    },
    {
      id: "clock-and-host-name",
      why: "The clock and the host name belong to the machine.",
      directives: { ProtectClock: true, ProtectHostname: true },
      proofs: [
        probe("the clock cannot be set", ["capability", "sys_time"], "absent", "present"),
        probe("setting the clock", ["call", "clock_settime"], "EPERM", "EFAULT"),
        probe("the host name is a copy", ["namespace", "uts", "{host-uts}"], "own", "shared"),
      ],
    },
    {
      id: "keyrings",
      why: "Keys that other services keep in the kernel are not shared.",
      directives: { KeyringMode: "private" },
      unprovable:
        "Every system service has it by default, and the system calls for keyrings are denied besides.",
    },
    {
      id: "namespaces",
      why: "New namespaces give access to kernel code that is otherwise reserved for root.",
      directives: {
        RestrictNamespaces: choose<boolean | string>(
          relaxed.nestedSandboxes,
          "user mnt pid net ipc uts cgroup time",
          true,
        ),
      },
      proofs: [
        probe("user namespaces", ["call", "unshare"], "EPERM", "done"),
        probe("mount namespaces", ["call", "unshare-mounts"], "EPERM", "done"),
        probe("network namespaces", ["call", "unshare-network"], "EPERM", "done"),
        probe("entering the namespaces of others", ["call", "setns"], "EPERM", "EBADF"),
      ],
    },
    {
      id: "scheduling-and-personality",
      why: "Real-time scheduling can lock up the machine; old personalities weaken memory protection.",
      directives: { RestrictRealtime: true, LockPersonality: true },
      proofs: [
        probe("real-time scheduling", ["call", "sched_setscheduler"], "EPERM", "EINVAL"),
        probe("old personalities", ["call", "personality"], "EPERM", "done"),
      ],
    },
    {
      id: "address-families",
      why: "Internet and local sockets only. Netlink stays, because Node.js lists network interfaces with it.",
      directives: {
        RestrictAddressFamilies: concat<string>(
          list("AF_INET", "AF_INET6", "AF_UNIX", "AF_NETLINK"),
          relaxed.addressFamilies,
        ),
      },
      cannot:
        "keep it from abstract sockets, which have a name but no file: they belong to the network namespace, which is the machine's, as the internet is; without local sockets no name of the local network could be looked up; and no directive of systemd tells one kind from the other",
      proofs: [
        probe(
          "a limit: abstract sockets of others are within reach",
          ["connect-local", "@neighbour"],
          "done",
          "done",
        ),
        probe("raw packets", ["socket", "AF_PACKET"], "EAFNOSUPPORT", "EPERM"),
        works("internet sockets", ["socket", "AF_INET"]),
        works("internet sockets of version 6", ["socket", "AF_INET6"]),
        works("local sockets", ["socket", "AF_UNIX"]),
        works("netlink sockets", ["socket", "AF_NETLINK"]),
      ],
    },
    {
      id: "listening",
      why: "A port of its own for a shell or a relay cannot be opened: only the gateway's is.",
      directives: {
        // "Any free port" is port 0, which no rule names: what is not denied is allowed.
        SocketBindDeny: choose<readonly string[]>(
          triesFreePort,
          ["ipv4:1-65535", "ipv4:udp", "ipv6"],
          ["any"],
        ),
        SocketBindAllow: concat(
          list(text`tcp:${port}`),
          map(relaxed.listenTCPPorts, "extra", (extra) => text`tcp:${extra}`),
          map(relaxed.listenUDPPorts, "extra", (extra) => text`udp:${extra}`),
        ),
      },
      cannot:
        "keep it from a port that the kernel chooses, for a socket that listens without having asked for one: systemd looks at `bind` only. The firewall keeps others from it, and the rule `egress` those of the local network; ports of a gateway are not among those, but whoever asks often enough gets all the others, and programs of this machine connect to nobody over TCP for as long",
      proofs: [
        probe("other ports", ["listen", "tcp", "28790"], "EPERM", "done"),
        probe("any free port", ["listen", "tcp", "0"], "EPERM", "done"),
        probe("datagram ports", ["listen", "udp", "28790"], "EPERM", "done"),
        probe(
          "ports of a rarer protocol",
          ["listen", "udplite", "28790"],
          ["EPERM", "no-such-machine"],
          "done",
        ),
        probe(
          "a limit: who listens without a port is given one",
          ["listen-anywhere"],
          "done",
          "done",
        ),
        probe(
          "the gateway's port is its own",
          ["listen", "tcp", "{port}"],
          ["done", "EADDRINUSE"],
          "EADDRINUSE",
        ),
      ],
      differences: [
        {
          name: "tries-free-port",
          where: triesFreePortWhere,
          when: triesFreePort,
          lifts: lifts("done", "any free port"),
          why: "The gateway listens on any free port of the address, to see whether it can, and refuses to run where it cannot. So a port that the kernel chooses can be opened, over version 4 of the protocol; a port of its own choice still cannot.",
        },
      ],
    },
    {
      id: "egress",
      why: "The cloud's metadata service and the machines of the local network are not for a language model; the internet is, and so is this machine, where resolvers and local models listen. A resolver elsewhere in the local network is asked by nscd or resolved, outside. Where other machines use the gateway, the private ranges stay open, or the tailnet's alone, as their answers would be lost: the kernel does not tell one direction from the other.",
      directives: {
        IPAddressDeny: choose(
          isInternet,
          concat(
            list(...linkAndHost, ...special),
            choose<readonly string[]>(or(isLocal, isTailnet), privateNetworks, []),
            choose<readonly string[]>(isLocal, sharedNetwork, []),
          ),
          choose<readonly string[]>(equals(egress, "any"), [], ["any"]),
        ),
        IPAddressAllow: concat(
          list("localhost"),
          choose<readonly string[]>(isTailnet, [tailnet6], []),
          filter(allowed, "range", (range) => not(equals(range, "internet"))),
        ),
      },
      proofs: [
        probe("cloud metadata", ["connect", "169.254.169.254", "4280"], "timeout", "done"),
        probe(
          "cloud metadata over version 6",
          ["connect", "fd00:ec2::254", "4280"],
          "timeout",
          "done",
        ),
        probe("the cloud's host", ["connect", "168.63.129.16", "4280"], "timeout", "done"),
        probe("large private networks", ["connect", "10.20.30.40", "4280"], "timeout", "done"),
        probe("middling private networks", ["connect", "172.16.20.30", "4280"], "timeout", "done"),
        probe("small private networks", ["connect", "192.168.20.30", "4280"], "timeout", "done"),
        probe(
          "carriers' and tunnels' networks",
          ["connect", "100.64.20.30", "4280"],
          "timeout",
          "done",
        ),
        probe("site-local networks", ["connect", "fec0::20:30", "4280"], "timeout", "done"),
        probe(
          "cloud metadata behind a translator",
          ["connect", "64:ff9b::a9fe:a9fe", "4280"],
          "timeout",
          "done",
        ),
        probe(
          "private networks through a tunnel",
          ["connect", "2002:a14:1e28::1", "4280"],
          "timeout",
          "done",
        ),
        works("the internet can be reached", ["connect", "1.1.1.1", "4280"]),
        works("the internet of version 6, too", ["connect", "2606:4700:4700::1111", "4280"]),
        works("services of this machine", ["connect", "127.0.0.1", "4280"]),
        works("the resolver answers", ["query", "127.0.0.53"]),
        works("names of the internet are looked up", ["lookup", "neighbour.test"]),
        works("servers show certificates that the machine trusts", [
          "tls",
          "neighbour.test",
          "4281",
        ]),
      ],
      unprovable: {
        IPAddressAllow: "Loopback is in none of the ranges; said for those who add one.",
      },
    },
    {
      id: "system-calls",
      why: "System calls a network service has no use for fail with EPERM; killing the process instead would let one stray call of a native module take the gateway down. The second group is in @system-service and has no use here: asynchronous rings and page fault handlers are kernel code that exploits like best.",
      directives: {
        SystemCallArchitectures: "native",
        SystemCallFilter: concat(
          list(
            "@system-service",
            "~@privileged @resources @mount @debug @cpu-emulation @obsolete @keyring",
            "~bpf io_uring_enter io_uring_register io_uring_setup kcmp name_to_handle_at perf_event_open pidfd_getfd process_vm_readv process_vm_writev userfaultfd",
          ),
          choose<readonly string[]>(relaxed.nestedSandboxes, ["@mount capset"], []),
        ),
        SystemCallErrorNumber: "EPERM",
      },
      proofs: [
        probe("bpf", ["call", "bpf"], "EPERM", "EINVAL"),
        probe("performance counters", ["call", "perf_event_open"], "EPERM", "EINVAL"),
        probe("page fault handlers", ["call", "userfaultfd"], "EPERM", "EINVAL"),
        probe("asynchronous rings", ["call", "io_uring_setup"], "EPERM", "EFAULT"),
        probe("keyrings", ["call", "keyctl"], "EPERM", "ENOKEY"),
        probe("adding keys", ["call", "add_key"], "EPERM", "EFAULT"),
        probe("tracing", ["call", "ptrace"], "EPERM", "done"),
        probe("memory of other processes", ["call", "process_vm_readv"], "EPERM", "EINVAL"),
        probe("writing memory of others", ["call", "process_vm_writev"], "EPERM", "EINVAL"),
        probe("files of other processes", ["call", "pidfd_getfd"], "EPERM", "EBADF"),
        probe("comparing processes", ["call", "kcmp"], "EPERM", "ESRCH"),
        probe("files by handle", ["call", "name_to_handle_at"], "EPERM", "EFAULT"),
        probe("priorities", ["call", "setpriority"], "EPERM", "done"),
        probe("mounts", ["call", "mount"], "EPERM", "EFAULT"),
        probe("another root", ["call", "chroot"], "EPERM", "EFAULT"),
        probe("swap space", ["call", "swapon"], "EPERM", "EINVAL"),
        probe("segments of other processors", ["call", "modify_ldt"], "EPERM", "done"),
        probe("obsolete questions about file systems", ["call", "ustat"], "EPERM", "EINVAL"),
        probe(
          "programs for other machines",
          ["foreign-call"],
          ["SIGSYS", "EPERM", "no-such-machine"],
          "done",
        ),
      ],
    },
    {
      id: "resources",
      cannot:
        "bound what it writes into its own directories: systemd has quotas for those since version 258, on file systems that have been made for it; give them a file system of their own where that matters. Nor what the kernel has once for all: terminals, of which it can open all there are; nor swap; nor the service and a command of the operator's together, which each have these limits",
      why: "A loop that starts processes or fills memory ends itself, not the machine: a quarter of the memory is never the service's, and it is the first to go. A tool that is killed for its size does not take the gateway along.",
      directives: {
        TasksMax: choose(isNull(relaxed.tasksMax), 1024, nonNull(relaxed.tasksMax)),
        MemoryMax: choose(isNull(relaxed.memoryMax), "75%", nonNull(relaxed.memoryMax)),
        CPUQuota: choose<readonly string[]>(
          isSet(relaxed.cpuQuota),
          list(nonNull(relaxed.cpuQuota)),
          [],
        ),
        OOMPolicy: "continue",
        OOMScoreAdjust: 500,
      },
      proofs: [
        observation("no more than 1024 processes", propertyIs("TasksMax", "1024"), "yes", "no"),
        observation("memory is bounded", propertyIs("MemoryMax", "infinity"), "no", "yes"),
        observation(
          "a tool that is too large does not end the gateway",
          propertyIs("OOMPolicy", "continue"),
          "yes",
          "no",
        ),
        probe("memory is taken from it first", ["oom-score"], "500", "0"),
      ],
    },
    {
      id: "journal",
      why: "What it says is text in the journal, at one level: it cannot ring the operator's terminal with an emergency, nor push out what other units have said within a minute.",
      directives: {
        SyslogLevelPrefix: false,
        LogRateLimitIntervalSec: 30,
        LogRateLimitBurst: 200,
      },
      cannot:
        "keep it from filling the journal slowly: systemd bounds lines and not bytes, and a journal of its own would hide it from `journalctl --unit`",
      proofs: [
        observation(
          "a line cannot choose its own level",
          propertyIs("SyslogLevelPrefix", "no"),
          "yes",
          "no",
        ),
        observation(
          "no more than 200 lines in half a minute, or a few times as many where the journal has room",
          propertyIs("LogRateLimitBurst", "200"),
          "yes",
          "no",
        ),
        observation(
          "half a minute, whatever the journal's own limit is",
          propertyIs("LogRateLimitIntervalUSec", "30s"),
          "yes",
          "no",
        ),
      ],
    },
    {
      id: "core-dumps",
      why: "A core dump holds every secret the process knows.",
      directives: { LimitCORE: 0 },
      proofs: [probe("core dumps", ["hard-limit", "CORE"], "0", "-1")],
    },
    {
      id: "memory-execution",
      why: "Not possible: the JavaScript engine compiles at run time and dies without memory that is both writable and executable.",
      directives: { MemoryDenyWriteExecute: false },
      unprovable: "The rule that is not there; that the gateway starts is its proof.",
    },
  ];
}
