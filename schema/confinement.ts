// What the gateway is kept from doing, and why. The gateway runs whatever a language model asks
// for, and a language model asks for whatever it last read: every rule assumes that the process
// inside is hostile. Directives are those of systemd.exec(5) and systemd.resource-control(5).

import {
  any,
  choose,
  type ConfinementRule,
  type Exp,
  filter,
  hasPrefix,
  or,
  text,
} from "../src/index.ts";

export interface ConfinementInputs {
  readonly port: Exp<number>;
  readonly writablePaths: Exp<readonly string[]>;
}

/** What ProtectHome= hides. */
const isInHome = (path: Exp<string>): Exp<boolean> =>
  or(hasPrefix(path, "/home/"), hasPrefix(path, "/root/"), hasPrefix(path, "/run/user/"));

export function confinement({
  port,
  writablePaths,
}: ConfinementInputs): readonly ConfinementRule[] {
  return [
    {
      id: "file-system",
      why: "Nothing can be written but the service's own directories.",
      directives: { ProtectSystem: "strict", ReadWritePaths: writablePaths },
    },
    {
      id: "homes",
      why: "SSH keys, mail and browser profiles live in home directories: there are none, but for the service's own directories, should they be there.",
      directives: {
        ProtectHome: choose<boolean | string>(any(writablePaths, "path", isInHome), "tmpfs", true),
        BindPaths: filter(writablePaths, "path", isInHome),
      },
    },
    {
      id: "temporary-files",
      why: "Other programs' temporary files and sockets in /tmp and /var/tmp are out of sight.",
      directives: { PrivateTmp: "disconnected" },
    },
    {
      id: "new-files",
      why: "Files the service makes are for its user alone; the gateway itself would make them readable by all.",
      directives: { UMask: "0077" },
    },
    {
      id: "mounts",
      why: "Mounts made inside do not reach the system.",
      directives: { PrivateMounts: true },
    },
    {
      id: "privileges",
      why: "No set-uid program can raise privileges, and there are no capabilities to begin with.",
      directives: {
        NoNewPrivileges: true,
        CapabilityBoundingSet: "",
        AmbientCapabilities: "",
        RestrictSUIDSGID: true,
        SecureBits: "noroot noroot-locked no-setuid-fixup no-setuid-fixup-locked",
      },
    },
    {
      id: "users",
      why: "Inside, no user exists but root and the service's own: files of others cannot be told apart, let alone owned.",
      directives: { PrivateUsers: true },
    },
    {
      id: "processes",
      why: "Other processes, their command lines and their environment cannot be seen.",
      directives: { PrivatePIDs: true, ProtectProc: "invisible", ProcSubset: "pid" },
    },
    {
      id: "ipc",
      why: "System V and POSIX message queues and shared memory of other programs are out of reach.",
      directives: { PrivateIPC: true, RemoveIPC: true },
    },
    {
      id: "devices",
      why: "No device but /dev/null and its like: no disk, no camera, no microphone.",
      directives: { PrivateDevices: true, DevicePolicy: "closed" },
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
    },
    {
      id: "clock-and-host-name",
      why: "The clock and the host name belong to the machine.",
      directives: { ProtectClock: true, ProtectHostname: true },
    },
    {
      id: "keyrings",
      why: "Keys that other services keep in the kernel are not shared.",
      directives: { KeyringMode: "private" },
    },
    {
      id: "namespaces",
      why: "New namespaces give access to kernel code that is otherwise reserved for root.",
      directives: { RestrictNamespaces: true },
    },
    {
      id: "scheduling-and-personality",
      why: "Real-time scheduling can lock up the machine; old personalities weaken memory protection.",
      directives: { RestrictRealtime: true, LockPersonality: true },
    },
    {
      id: "address-families",
      why: "Internet and local sockets only. Netlink stays, because Node.js lists network interfaces with it.",
      directives: { RestrictAddressFamilies: ["AF_INET", "AF_INET6", "AF_UNIX", "AF_NETLINK"] },
    },
    {
      id: "listening",
      why: "A port of its own for a shell or a relay cannot be opened: only the gateway's is.",
      directives: { SocketBindDeny: "any", SocketBindAllow: text`tcp:${port}` },
    },
    {
      id: "system-calls",
      why: "System calls a network service has no use for fail with EPERM; killing the process instead would let one stray call of a native module take the gateway down.",
      directives: {
        SystemCallArchitectures: "native",
        SystemCallFilter: [
          "@system-service",
          "~@privileged @resources @mount @debug @cpu-emulation @obsolete",
        ],
        SystemCallErrorNumber: "EPERM",
      },
    },
    {
      id: "core-dumps",
      why: "A core dump holds every secret the process knows.",
      directives: { LimitCORE: 0 },
    },
    {
      id: "memory-execution",
      why: "Not possible: the JavaScript engine compiles at run time and dies without memory that is both writable and executable.",
      directives: { MemoryDenyWriteExecute: false },
    },
  ];
}
