// The operations of sandbox profiles, as a tree: a rule for a family covers all operations below it.
//
// Contract: the evaluator refuses a profile with an operation that is not here. A release of macOS refuses a whole
// profile for one unknown name; so an operation has its first release, if not all supported releases know it.

/** Releases of macOS, oldest first. */
export const releases = [14, 15, 26] as const;
export type Release = (typeof releases)[number];

interface Operation {
  readonly parent: string;
  /** The subject that a request for it needs; no request names a family. */
  readonly subject: Subject | "family";
  /** Whether version 1 of the language allows it unless a profile names it. */
  readonly allowedUnnamed?: true;
  /** The first release with it; all of them if absent. */
  readonly since?: Release;
}

/** The subject of an operation, which decides the filters that can match. */
export type Subject =
  | "path"
  | "process"
  | "connection"
  | "service"
  | "sysctl"
  | "posix-object"
  | "socket-kind"
  | "nothing";

const family = (parent: string): Operation => ({ parent, subject: "family" });
const leaf = (parent: string, subject: Subject): Operation => ({ parent, subject });
const allowed = (parent: string, subject: Subject): Operation => ({
  parent,
  subject,
  allowedUnnamed: true,
});

const OPERATIONS: Readonly<Record<string, Operation>> = {
  "appleevent-send": leaf("default", "nothing"),
  "authorization-right-obtain": leaf("default", "nothing"),
  "device-camera": leaf("default", "nothing"),
  "device-microphone": leaf("default", "nothing"),
  "distributed-notification-post": leaf("default", "nothing"),
  "dynamic-code-generation": allowed("default", "nothing"),

  "file*": family("default"),
  "file-chroot": leaf("file*", "path"),
  "file-clone": allowed("file*", "path"),
  "file-graft": { ...allowed("file*", "path"), since: 26 },
  "file-ioctl": leaf("file*", "path"),
  "file-issue-extension": leaf("file*", "path"),
  "file-link": allowed("file*", "path"),
  "file-map-executable": allowed("file*", "path"),
  "file-mknod": leaf("file*", "path"),
  "file-mount": leaf("file*", "path"),
  "file-mount-update": leaf("file*", "path"),
  "file-read*": family("file*"),
  "file-read-data": leaf("file-read*", "path"),
  "file-read-metadata": leaf("file-read*", "path"),
  "file-read-xattr": leaf("file-read*", "path"),
  "file-revoke": leaf("file*", "path"),
  "file-test-existence": allowed("file*", "path"),
  "file-ungraft": { ...allowed("file*", "path"), since: 26 },
  "file-unmount": leaf("file*", "path"),
  "file-write*": family("file*"),
  "file-write-acl": leaf("file-write*", "path"),
  "file-write-create": leaf("file-write*", "path"),
  "file-write-data": leaf("file-write*", "path"),
  "file-write-flags": leaf("file-write*", "path"),
  "file-write-mode": leaf("file-write*", "path"),
  "file-write-owner": leaf("file-write*", "path"),
  "file-write-setugid": leaf("file-write*", "path"),
  "file-write-times": leaf("file-write*", "path"),
  "file-write-unlink": leaf("file-write*", "path"),
  "file-write-xattr": leaf("file-write*", "path"),

  "fs-snapshot*": family("default"),
  "fs-snapshot-create": leaf("fs-snapshot*", "path"),
  "fs-snapshot-delete": leaf("fs-snapshot*", "path"),
  "fs-snapshot-mount": allowed("fs-snapshot*", "path"),
  "fs-snapshot-revert": leaf("fs-snapshot*", "path"),

  "hid-control": leaf("default", "nothing"),

  "iokit*": family("default"),
  "iokit-get-properties": allowed("iokit*", "nothing"),
  "iokit-open": leaf("iokit*", "nothing"),
  "iokit-set-properties": leaf("iokit*", "nothing"),

  "ipc*": family("default"),
  "ipc-posix*": family("ipc*"),
  "ipc-posix-sem*": family("ipc-posix*"),
  "ipc-posix-sem-create": leaf("ipc-posix-sem*", "posix-object"),
  "ipc-posix-sem-open": leaf("ipc-posix-sem*", "posix-object"),
  "ipc-posix-sem-post": leaf("ipc-posix-sem*", "posix-object"),
  "ipc-posix-sem-unlink": leaf("ipc-posix-sem*", "posix-object"),
  "ipc-posix-sem-wait": leaf("ipc-posix-sem*", "posix-object"),
  "ipc-posix-shm*": family("ipc-posix*"),
  "ipc-posix-shm-read-data": leaf("ipc-posix-shm*", "posix-object"),
  "ipc-posix-shm-write-create": leaf("ipc-posix-shm*", "posix-object"),
  "ipc-posix-shm-write-data": leaf("ipc-posix-shm*", "posix-object"),
  "ipc-posix-shm-write-unlink": leaf("ipc-posix-shm*", "posix-object"),
  "ipc-sysv*": family("ipc*"),
  "ipc-sysv-msg": leaf("ipc-sysv*", "nothing"),
  "ipc-sysv-sem": leaf("ipc-sysv*", "nothing"),
  "ipc-sysv-shm": leaf("ipc-sysv*", "nothing"),

  "job-creation": leaf("default", "nothing"),
  lsopen: leaf("default", "nothing"),

  "mach*": family("default"),
  "mach-lookup": leaf("mach*", "service"),
  "mach-priv-host-port": leaf("mach*", "nothing"),
  "mach-priv-task-port": leaf("mach*", "process"),
  "mach-register": leaf("mach*", "service"),

  "network*": family("default"),
  "network-bind": leaf("network*", "connection"),
  "network-inbound": leaf("network*", "connection"),
  "network-outbound": leaf("network*", "connection"),

  "nvram*": { parent: "default", subject: "family", allowedUnnamed: true },
  "nvram-get": leaf("nvram*", "nothing"),
  "nvram-set": leaf("nvram*", "nothing"),

  "process*": family("default"),
  "process-exec*": family("process*"),
  "process-exec": leaf("process-exec*", "path"),
  "process-exec-interpreter": leaf("process-exec*", "path"),
  "process-fork": leaf("process*", "nothing"),
  "process-info*": { parent: "process*", subject: "family", allowedUnnamed: true },
  "process-info-listpids": leaf("process-info*", "process"),
  "process-info-pidfdinfo": leaf("process-info*", "process"),
  "process-info-pidinfo": leaf("process-info*", "process"),
  "process-info-setcontrol": leaf("process-info*", "process"),

  "pseudo-tty": leaf("default", "nothing"),
  signal: leaf("default", "process"),

  "sysctl*": family("default"),
  "sysctl-read": leaf("sysctl*", "sysctl"),
  "sysctl-write": leaf("sysctl*", "sysctl"),

  "system*": family("default"),
  "system-acct": leaf("system*", "nothing"),
  "system-audit": leaf("system*", "nothing"),
  "system-kext-load": leaf("system*", "nothing"),
  "system-reboot": leaf("system*", "nothing"),
  "system-sched": leaf("system*", "nothing"),
  "system-set-time": leaf("system*", "nothing"),
  "system-socket": leaf("system*", "socket-kind"),

  "user-preference*": family("default"),
  "user-preference-read": leaf("user-preference*", "nothing"),
  "user-preference-write": leaf("user-preference*", "nothing"),
};

function find(name: string): Operation | undefined {
  return Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
}

/** Whether a rule can name it. `process-exec` in a rule would mean the family, so it may not. */
export function isOperation(name: string, release: Release): boolean {
  const operation = find(name);
  return (
    name !== "process-exec" && operation !== undefined && (operation.since ?? release) <= release
  );
}

/** The subject that a request for an operation needs; undefined if no request can name it. */
export function subjectOf(name: string): Subject | undefined {
  const subject = find(name)?.subject;
  return subject === "family" ? undefined : subject;
}

export function isAllowedUnnamed(name: string): boolean {
  return find(name)?.allowedUnnamed === true;
}

/** The operation and its families, nearest first, without "default". */
export function lineage(name: string): readonly string[] {
  const operation = find(name);
  return operation === undefined ? [] : [name, ...lineage(operation.parent)];
}
