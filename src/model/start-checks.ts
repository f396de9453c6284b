// What a process sees of the directives that confine it, from inside. A launcher looks at these before the service
// starts: a service manager ignores a directive that it does not know, or cannot carry out, and runs the service.

import type { ConfinementDirective } from "./directives.ts";

export interface StartCheck {
  /** A function of src/runtime/shell/sandbox.sh, and its arguments. */
  readonly test: readonly [name: string, ...words: string[]];
  /** The value that the test is about. Absent: every value. */
  readonly value?: boolean | string;
}

/**
 * The directives that a process can see. It does not see the others, or only in attempts that would take a program of
 * their own: proofs try these.
 */
const seen = {
  CapabilityBoundingSet: {
    test: ["has_status", "CapBnd", "0000000000000000"],
    value: "",
  },
  LimitCORE: { test: ["has_limit", "-c", "0"] },
  NoNewPrivileges: { test: ["has_status", "NoNewPrivs", "1"], value: true },
  // The numbers of the namespaces at the start of every kernel: include/linux/proc_ns.h.
  PrivateIPC: { test: ["has_own", "ipc", "4026531839"], value: true },
  PrivatePIDs: { test: ["has_own_processes"], value: true },
  PrivateTmp: { test: ["has_own_temporary_files"], value: "disconnected" },
  PrivateUsers: { test: ["has_own_users"], value: true },
  ProcSubset: { test: ["has_mount", "/proc", "subset=pid"], value: "pid" },
  ProtectControlGroups: { test: ["has_own_control_groups"], value: "strict" },
  ProtectHostname: { test: ["has_own", "uts", "4026531838"], value: true },
  ProtectProc: {
    test: ["has_mount", "/proc", "hidepid=invisible"],
    value: "invisible",
  },
  SystemCallFilter: { test: ["has_call_filter"] },
  TemporaryFileSystem: { test: ["has_mount", "/", " - tmpfs "] },
} as const satisfies Readonly<Partial<Record<ConfinementDirective, StartCheck>>>;

export const startChecks: Readonly<Partial<Record<ConfinementDirective, StartCheck>>> = seen;

/** The names of directives that a launcher can miss. */
export const startChecked: readonly [StartChecked, ...StartChecked[]] = [
  // The one that a rule's `refuses` is about.
  "IPAddressDeny",
  ...(Object.keys(seen) as (keyof typeof seen)[]),
];

type StartChecked = keyof typeof seen | "IPAddressDeny";
