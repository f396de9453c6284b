// Proofs: they show on a running machine that a promise about the service holds. A proof is either
// a probe, which a process tries in the service's own sandbox, or an observation from outside. Both
// end in one word, and the proof says which word it must be.
//
// The verbs of probes are the functions of `runtime/python/probe.py`; a test compares the two lists.

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

/** Facts about a machine in use, which its doctor brings about and knows: what is within reach of everybody else. */
export const inUseFactNames = [
  // The names of its own program and of the service's launcher, which run beside the probes.
  "doctor",
  "launcher",
  // One of the managed files, if there are any.
  "managed",
  // The number of a TCP port at 127.0.0.1 where it listens, and the name of an abstract socket.
  "doctor-port",
  "doctor-socket",
] as const;

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
  /**
   * Whether a path leads to what it leads to outside: `done` or `none`. Whoever runs the probe adds what that is:
   * device and number.
   */
  readonly same: readonly [path: string];
  /** Whether the file system at a path is mounted without the right to write: `yes` or `no`. */
  readonly "read-only": readonly [path: string];
  /** What is mounted at a path: `read-only`, `writable` or `none`. The kernel moves no path with a mount. */
  readonly mounted: readonly [path: string];
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
  /** Sends an empty packet to the port that discards packets, and waits for nothing. */
  readonly send: readonly [address: string];
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

/**
 * Whether an attempt is harmless on a machine in use, also where nothing refuses it: it leaves nothing behind, changes
 * nothing for others, and starts nothing. Otherwise, why it is not made there.
 */
export const harmless: Readonly<Record<Verb, true | string>> = {
  read: true,
  write: "it would make a file",
  rename: "it would move a file for a moment",
  "second-name": true,
  room: true,
  device: "a device may act as soon as it is opened",
  stat: true,
  same: true,
  "read-only": true,
  mounted: true,
  owner: true,
  // They make empty files of their own for a moment.
  "new-file-mode": true,
  "set-uid": true,
  "run-set-uid": "it would start a program",
  propagation: true,
  "connect-local": true,
  connect: true,
  send: true,
  lookup: true,
  tls: "it would talk to a server",
  query: "it would disturb a name server",
  listen: true,
  "listen-anywhere": true,
  socket: true,
  call: true,
  status: true,
  capability: true,
  "secure-bits": true,
  "hard-limit": true,
  process: true,
  namespace: true,
  "control-group": true,
  "shared-memory": true,
  "message-queue": true,
  "oom-score": true,
  "foreign-call": true,
  nested: "it would mount file systems",
  run: "it would start programs",
};

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
  /**
   * How the promise is tried on a machine in use, where nobody has put what the attempt looks for, or why it is not.
   * Default: by the same attempt, if that is harmless. It shows something where it ends in the bare word outside.
   */
  readonly inUse?: InUse | string;
}

/** A harmless attempt that shows the same promise on a machine in use; its words are the probe's if they are absent. */
export interface InUse {
  readonly attempt: Attempt;
  readonly must?: string | readonly string[];
  readonly bare?: string;
  /** Whether it is no promise of a service of a user's own. */
  readonly systemOnly?: true;
}

/** A shell command that root runs outside of the sandbox; it prints one word. */
export interface Observation {
  readonly kind: "observation";
  readonly promise: string;
  readonly command: string;
  readonly must: readonly [string, ...string[]];
  readonly bare: string;
  /** What the command does, if it only looks at a property of the unit. A machine in use is asked for nothing else. */
  readonly property?: UnitProperty;
}

/** A property of the service's unit, and a value that it may have; the word is `yes` or `no`. */
export interface UnitProperty {
  readonly property: string;
  readonly value: string;
}

export type Proof = Probe | Observation;
