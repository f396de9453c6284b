// Proofs: how a promise about the service is shown to hold on a running machine. A proof is either
// a probe, tried by a process in the service's own sandbox, or an observation from outside. Both
// end in one word, and the proof says which word it must be.
//
// The verbs of probes are the functions of `vm-test/probe.py`; a test compares the two lists.

/** What is known of an instance once it is configured; `{state}` in a proof stands for its value. */
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
  "host-pid",
  "host-user",
  "host-uts",
] as const;

export type FactName = (typeof factNames)[number];

/** Something a process can try, and the arguments it takes. */
export interface Verbs {
  /** Opens a file and reads from it. */
  readonly read: readonly [path: string];
  /** Opens a file for writing and makes it if need be. */
  readonly write: readonly [path: string];
  /** Gives a file or directory another name and, where that works, its old one again. */
  readonly rename: readonly [path: string];
  /** Whether any mount shows a file where it can be written to: `done` or `none`. */
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
  /** Whose rights a set-uid shell of root's gives: `root` or `own`. */
  readonly "run-set-uid": readonly [shell: string];
  /** How mounts made at a path travel: `shared` or `separate`. */
  readonly propagation: readonly [path: string];
  /** Connects to a local socket; `@name` is one without a file. */
  readonly "connect-local": readonly [path: string];
  /** Opens a TCP connection. */
  readonly connect: readonly [address: string, port: string];
  /** Asks the C library for the addresses of a name. */
  readonly lookup: readonly [name: string];
  /**
   * Opens a TLS connection, and trusts whom the machine trusts; `SSLCertVerificationError` where it
   * does not trust the server.
   */
  readonly tls: readonly [name: string, port: string];
  /** Asks a name server over UDP and waits for any answer. */
  readonly query: readonly [address: string];
  /** Listens on a port. */
  readonly listen: readonly [kind: "tcp" | "udp" | "udplite", port: string];
  /** Listens without having asked for a port: the kernel chooses one. */
  readonly "listen-anywhere": readonly [];
  /** Opens a socket of an address family. */
  readonly socket: readonly [family: string];
  /** Makes a system call, with arguments that do no harm; `no-such-machine` where there is none. */
  readonly call: readonly [name: string];
  /** A line of its own `/proc/self/status`. */
  readonly status: readonly [field: string];
  /** Whether a capability is within reach of any program it could start. */
  readonly capability: readonly [name: string];
  /** Whether user 0 has privileges of its own: `noroot` or `none`. */
  readonly "secure-bits": readonly [];
  /** The resource limit a process can raise its own to: which that is without, distributions decide. */
  readonly "hard-limit": readonly [name: string];
  /** Whether a process with a word in its command line is in sight. */
  readonly process: readonly [word: string];
  /** Whether a namespace is the one with the given id. */
  readonly namespace: readonly [kind: string, id: string];
  /** The control group it sees itself in. */
  readonly "control-group": readonly [];
  /** Attaches a System V shared memory segment. */
  readonly "shared-memory": readonly [key: string];
  /** Opens a POSIX message queue. */
  readonly "message-queue": readonly [name: string];
  /** How eager the kernel is to kill it when memory runs out. */
  readonly "oom-score": readonly [];
  /** Makes a system call as a program for a 32-bit machine would. */
  readonly "foreign-call": readonly [];
  /**
   * What a process can do in a sandbox that it makes for itself, as user 0 of namespaces of its own;
   * `no-namespaces` where it cannot make one.
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

/** Tried inside. Words are `done`, the name of an error (`ENOENT`), or what the verb tells. */
export interface Probe {
  readonly kind: "probe";
  /** What is promised; the name of the subtest. */
  readonly promise: string;
  readonly attempt: Attempt;
  /** The words that keep the promise. */
  readonly must: readonly [string, ...string[]];
  /**
   * The word in a unit of the bare kind: the same user and nothing else. It shows that the attempt
   * would succeed; without it, the probe could be failing everywhere.
   */
  readonly bare: string;
}

/** Seen from outside, by root: a shell command that prints one word. */
export interface Observation {
  readonly kind: "observation";
  readonly promise: string;
  readonly command: string;
  readonly must: readonly [string, ...string[]];
  readonly bare: string;
}

export type Proof = Probe | Observation;
