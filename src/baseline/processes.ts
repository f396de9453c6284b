// Rules about privileges and users, other processes, devices, and settings of the kernel.

import type { ConfinementRule } from "../model/service-model.ts";
import { choose } from "../schema/build-expression.ts";
import { elsewhere } from "./in-use.ts";
import { probe, works } from "../schema/define-proof.ts";
import { type BaselineInputs, same } from "./inputs.ts";

export function processesRules({ nestedSandboxes }: BaselineInputs): readonly ConfinementRule[] {
  return [
    {
      id: "privileges",
      why: "No set-uid program can raise privileges, and there are no capabilities to begin with.",
      directives: {
        NoNewPrivileges: true,
        CapabilityBoundingSet: "",
        RestrictSUIDSGID: true,
        SecureBits: "noroot noroot-locked no-setuid-fixup no-setuid-fixup-locked",
      },
      user: same,
      seatbelt: {
        keptBy:
          "the service cannot set set-uid bits, owners and access lists, can set flags and hard links only on its own files, and starts no set-uid program",
        cannot:
          "drop capabilities, which macOS does not have: the unprivileged user takes their place",
        agent: "the same; the user is the person's own",
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
      why: "Inside, only root and the service's own user exist: the service cannot tell the owners of other files apart, let alone become one.",
      directives: { PrivateUsers: true },
      user: {
        cannot: "drop the user's supplementary groups",
      },
      seatbelt: {
        cannot:
          "be kept: macOS has no user namespaces; the service can ask for the names of accounts",
        agent: "not at all: it runs as the person",
      },
      proofs: [
        probe("other users have no id", ["owner", "/usr/neighbour"], "65534", "4242"),
        probe("ids are its own", ["namespace", "user", "{host-user}"], "own", "shared"),
      ],
    },
    {
      id: "processes",
      why: "The service cannot see other processes, their command lines and their environment.",
      directives: {
        PrivatePIDs: true,
        ProtectProc: "invisible",
        // bubblewrap reads /proc/sys, browsers read /proc/meminfo.
        ProcSubset: choose(nestedSandboxes, "all", "pid"),
      },
      user: same,
      seatbelt: {
        keptBy: "process information and signals reach its own sandbox only",
        cannot: "hide that a process id exists",
      },
      proofs: [
        probe("processes of others", ["process", "neighbourhood"], "absent", "seen", {
          attempt: ["process", "{doctor}"],
        }),
        probe("processes of its own user", ["process", "another-of-mine"], "absent", "seen", {
          attempt: ["process", "{launcher}"],
        }),
        probe("facts about the machine", ["read", "/proc/meminfo"], "ENOENT", "done"),
        probe("process ids are its own", ["namespace", "pid", "{host-pid}"], "own", "shared"),
      ],
    },
    {
      id: "ipc",
      why: "System V and POSIX message queues and shared memory of other programs are out of reach.",
      directives: { PrivateIPC: true, RemoveIPC: true },
      // RemoveIPC= is for the system's manager only.
      user: { directives: { PrivateIPC: true } },
      seatbelt: {
        keptBy:
          "no POSIX or System V objects but the read-only page of the notification centre and the semaphores of Python's multiprocessing, by their names; system services by an allow list",
      },
      proofs: [
        probe("System V shared memory", ["shared-memory", "4242"], "ENOENT", "done"),
        probe("POSIX message queues", ["message-queue", "/neighbour"], "ENOENT", "done"),
        probe("IPC objects are its own", ["namespace", "ipc", "{host-ipc}"], "own", "shared"),
      ],
      unprovable: {
        RemoveIPC:
          "Its objects end with its namespace already; this is for kernels without such namespaces.",
      },
    },
    {
      id: "devices",
      why: "No device but /dev/null and its like: no disk, no camera, no microphone.",
      directives: { PrivateDevices: true, DevicePolicy: "closed" },
      // Device access is decided by a BPF program that only root may load; the nodes are hidden.
      user: { directives: { PrivateDevices: true } },
      seatbelt: { keptBy: "no IOKit, camera, microphone, disk or bpf device" },
      proofs: [
        probe(
          "devices",
          ["device", "/dev/neighbour"],
          ["ENOENT", "EPERM"],
          "done",
          elsewhere("/dev"),
        ),
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
      user: same,
      seatbelt: {
        keptBy:
          "no kernel settings are written, few can be read; no extensions, no NVRAM, no kernel log",
      },
      proofs: [
        probe("no modules can be loaded", ["capability", "sys_module"], "absent", "present"),
        probe("no kernel log can be read", ["capability", "syslog"], "absent", "present"),
        probe("the control groups are its own", ["control-group"], "root", "named"),
      ],
      unprovable: {
        ProtectKernelTunables:
          "/proc/sys and /sys are not there to begin with, and an ordinary user could not write there; this directive holds if that ever changes.",
      },
    },
    {
      id: "clock-and-host-name",
      why: "The clock and the host name belong to the machine.",
      directives: { ProtectClock: true, ProtectHostname: true },
      user: same,
      seatbelt: { keptBy: "setting the time and writing kernel settings are refused" },
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
      user: same,
      seatbelt: { keptBy: "keychain files and the keychain's services are out of reach" },
      unprovable:
        "Every system service has it by default, and the system calls for keyrings are denied, too.",
    },
    {
      id: "namespaces",
      why: "New namespaces give access to kernel code that is otherwise reserved for root.",
      directives: {
        RestrictNamespaces: choose<boolean | string>(
          nestedSandboxes,
          "user mnt pid net ipc uts cgroup time",
          true,
        ),
      },
      user: same,
      seatbelt: { cannot: "apply: macOS has none" },
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
      user: same,
      seatbelt: {
        keptBy:
          "changing the scheduling of processes is refused; `ProcessType` in the property list keeps to launchd's light limits",
        cannot: "reach thread priorities",
      },
      proofs: [
        probe("real-time scheduling", ["call", "sched_setscheduler"], "EPERM", "EINVAL"),
        probe("old personalities", ["call", "personality"], "EPERM", "done"),
      ],
    },
  ];
}
