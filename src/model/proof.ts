// Proofs: they show on a running machine that a promise about the service holds. A proof is either
// a probe, which a process tries in the service's own sandbox, or an observation from outside. Both
// end in one word, and the proof says which word it must be.
//
// The verbs of probes are the functions of `vm-test/probe.py`; a test compares the two lists.

/** Facts about a configured instance; `{state}` in a proof stands for the value of the fact `state`. */
export const factNames = [
  "unit",
  "user",
  "group",
  "state",
  "workspace",
  "config",
  "port",
  // The ids of the machine's own namespaces.
  "host-ipc",
  "host-mnt",
  "host-net",
  "host-pid",
  "host-user",
  "host-uts",
] as const;

export type FactName = (typeof factNames)[number];

/** The attempts that a probe can make, and their arguments. */
export interface Verbs {
  /** Opens a file and reads from it. */
  readonly read: readonly [path: string];
  /** Opens a file for writing, and makes it if it does not exist. */
  readonly write: readonly [path: string];
  /** Gives a file or directory another name and, if that works, its old one again. */
  readonly rename: readonly [path: string];
  /** Whether some mount shows the file at a path where it can be written: `done` or `none`. */
  readonly "second-name": readonly [path: string];
  /** Whether a file system is no larger than a part of the machine's memory: `within` or `more`. */
  readonly room: readonly [path: string, percent: string];
  /** Opens a device for reading, without waiting. */
  readonly device: readonly [path: string];
  /** Looks at a file's metadata. */
  readonly stat: readonly [path: string];
  /** The numeric id of a file's owner. */
  readonly owner: readonly [path: string];
  /** The permissions of a file this process makes. */
  readonly "new-file-mode": readonly [directory: string];
  /** Sets the set-uid bit on a file of its own. */
  readonly "set-uid": readonly [directory: string];
  /** The rights that a set-uid shell of root's gives: `root` or `own`. */
  readonly "run-set-uid": readonly [shell: string];
  /** The propagation of mounts made at a path: `shared` or `separate`. */
  readonly propagation: readonly [path: string];
  /** Connects to a local socket; `@name` is one without a file. */
  readonly "connect-local": readonly [path: string];
  /** Opens a TCP connection. */
  readonly connect: readonly [address: string, port: string];
  /** Asks the C library for the addresses of a name. */
  readonly lookup: readonly [name: string];
  /**
   * Opens a TLS connection with the machine's certificate authorities; `SSLCertVerificationError` if they do not
   * vouch for the server.
   */
  readonly tls: readonly [name: string, port: string];
  /** Asks a name server over UDP and waits for any answer. */
  readonly query: readonly [address: string];
  /** Listens on a port. */
  readonly listen: readonly [kind: "tcp" | "udp" | "udplite", port: string];
  /** Listens without `bind`: the kernel chooses the port. */
  readonly "listen-anywhere": readonly [];
  /** Opens a socket of an address family. */
  readonly socket: readonly [family: string];
  /** Makes a system call with harmless arguments; `no-such-machine` if this processor does not have it. */
  readonly call: readonly [name: string];
  /** A line of its own `/proc/self/status`. */
  readonly status: readonly [field: string];
  /** Whether a program that the service starts could gain the capability. */
  readonly capability: readonly [name: string];
  /** Whether user 0 has privileges of its own: `noroot` or `none`. */
  readonly "secure-bits": readonly [];
  /** The hard resource limit. The soft limit is no proof: its default differs between distributions. */
  readonly "hard-limit": readonly [name: string];
  /** Whether the service sees a process with this word in its command line. */
  readonly process: readonly [word: string];
  /** Whether a namespace is the one with the given id. */
  readonly namespace: readonly [kind: string, id: string];
  /** The name of its own control group, as it sees it. */
  readonly "control-group": readonly [];
  /** Attaches a System V shared memory segment. */
  readonly "shared-memory": readonly [key: string];
  /** Opens a POSIX message queue. */
  readonly "message-queue": readonly [name: string];
  /** Its OOM score adjustment: the larger, the sooner the kernel kills it when memory runs out. */
  readonly "oom-score": readonly [];
  /** Makes a system call in the way of a 32-bit program. */
  readonly "foreign-call": readonly [];
  /**
   * Tries something in a sandbox that the process makes for itself, as user 0 of its own namespaces;
   * `no-namespaces` if it cannot make one.
   */
  readonly nested: readonly [
    what: "files" | "processes" | "empty-root" | "uncover" | "make-writable" | "listen",
  ];
  /** Runs a shell command, as the service's own tools do. */
  readonly run: readonly [command: string];
}

export type Verb = keyof Verbs;

export type Attempt = {
  readonly [V in Verb]: readonly [verb: V, ...parameters: Verbs[V]];
}[Verb];

/** An attempt inside. Its word is `done`, the name of an error (`ENOENT`), or one of the verb's own words. */
export interface Probe {
  readonly kind: "probe";
  /** The promise, which is also the name of the subtest. */
  readonly promise: string;
  readonly attempt: Attempt;
  /** The words that keep the promise. */
  readonly must: readonly [string, ...string[]];
  /**
   * The word in a bare unit: the same user without confinement. It shows that the attempt
   * would succeed there; without it, the probe might fail everywhere.
   */
  readonly bare: string;
}

/** A shell command that root runs outside of the sandbox; it prints one word. */
export interface Observation {
  readonly kind: "observation";
  readonly promise: string;
  readonly command: string;
  readonly must: readonly [string, ...string[]];
  readonly bare: string;
}

export type Proof = Probe | Observation;
