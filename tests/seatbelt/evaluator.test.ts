// The evaluator itself, on small profiles with answers worked out by hand.

import { describe, expect, it } from "vitest";

import { compileProfile, decide, type Decision } from "./evaluator.ts";
import { parse } from "./parse.ts";
import { requestOf } from "./request.ts";

type Asked = readonly [operation: string, subject: string, want: Decision];

const decisions: readonly (readonly [
  name: string,
  profile: string,
  asked: readonly Asked[],
  /** Answers that differ if only the order counts. */
  written?: readonly Asked[],
])[] = [
  [
    "the default where no rule matches",
    '(deny default) (allow file-read-data (literal "/a"))',
    [
      ["file-read-data", "/a", "allow"],
      ["file-read-data", "/a/b", "deny"],
      ["file-read-data", "/b", "deny"],
      ["file-read-metadata", "/a", "deny"],
      ["file-write-data", "/a", "deny"],
      ["signal", "self", "deny"],
    ],
  ],
  [
    "the default may be to allow",
    '(allow default) (deny file-read-data (subpath "/a"))',
    [
      ["file-read-data", "/a", "deny"],
      ["file-read-data", "/b", "allow"],
      ["mach-lookup", "x", "allow"],
    ],
  ],
  [
    "families cover their members, and theirs",
    '(deny default) (allow file-read* (literal "/r")) (allow file* (literal "/f"))',
    [
      ["file-read-data", "/r", "allow"],
      ["file-read-xattr", "/r", "allow"],
      ["file-write-data", "/r", "deny"],
      ["file-write-data", "/f", "allow"],
      ["file-mknod", "/f", "allow"],
      ["process-exec", "/f", "deny"],
    ],
  ],
  [
    "the last matching rule of an operation wins",
    '(deny default) (allow file-write-data (subpath "/a")) (deny file-write-data (subpath "/a/b")) (allow file-write-data (literal "/a/b/c"))',
    [
      ["file-write-data", "/a/x", "allow"],
      ["file-write-data", "/a/b", "deny"],
      ["file-write-data", "/a/b/x", "deny"],
      ["file-write-data", "/a/b/c", "allow"],
      ["file-write-data", "/a/b/c/d", "deny"],
      ["file-write-data", "/ab", "deny"],
    ],
  ],
  [
    "a member's rule beats a family's, whatever the order",
    '(deny default) (allow file-write-data (subpath "/a")) (deny file-write* (literal "/a/f"))',
    [
      ["file-write-data", "/a/f", "allow"],
      ["file-write-create", "/a/f", "deny"],
    ],
    [["file-write-data", "/a/f", "deny"]],
  ],
  [
    "version 1 allows some operations until they are named themselves",
    '(deny default) (deny file* (subpath "/a"))',
    [
      ["file-link", "/a/x", "allow"],
      ["file-clone", "/b", "allow"],
      ["file-map-executable", "/a/x", "allow"],
      ["file-mknod", "/a/x", "deny"],
      ["process-info-pidinfo", "other", "allow"],
      ["nvram-set", "", "allow"],
      ["iokit-get-properties", "", "allow"],
      ["iokit-open", "", "deny"],
    ],
    [
      ["file-link", "/a/x", "deny"],
      ["file-clone", "/b", "allow"],
    ],
  ],
  [
    "and no longer once they are",
    "(deny default) (deny file-link) (deny process-info*) (allow process-info* (target self))",
    [
      ["file-link", "/a", "deny"],
      ["process-info-pidinfo", "self", "allow"],
      ["process-info-pidinfo", "child", "deny"],
      ["process-info-pidinfo", "other", "deny"],
    ],
  ],
  [
    "several operations and several filters: any of each",
    '(deny default) (allow file-read-data file-write-data (literal "/a") (prefix "/b-"))',
    [
      ["file-read-data", "/a", "allow"],
      ["file-write-data", "/b-1/x", "allow"],
      ["file-write-data", "/b", "deny"],
    ],
  ],
  [
    "all, any, not",
    '(deny default) (allow file-read-data (require-all (subpath "/a") (require-not (literal "/a/no"))) (require-any (literal "/x") (literal "/y")))',
    [
      ["file-read-data", "/a/yes", "allow"],
      ["file-read-data", "/a/no", "deny"],
      ["file-read-data", "/y", "allow"],
      ["file-read-data", "/z", "deny"],
    ],
  ],
  [
    "patterns and extensions",
    '(deny default) (allow file-ioctl (require-all (regex #"^/dev/ttys[0-9]+$") (extension "pty")))',
    [
      ["file-ioctl", "/dev/ttys001 with pty", "allow"],
      ["file-ioctl", "/dev/ttys001", "deny"],
      ["file-ioctl", "/dev/ttys001 with other", "deny"],
      ["file-ioctl", "/dev/ttysx with pty", "deny"],
      ["file-ioctl", "/dev/ttys1/2 with pty", "deny"],
    ],
  ],
  [
    "processes",
    "(deny default) (allow signal (target same-sandbox)) (allow mach-priv-task-port (target children))",
    [
      ["signal", "self", "allow"],
      ["signal", "child", "allow"],
      ["signal", "other", "deny"],
      ["mach-priv-task-port", "self", "deny"],
      ["mach-priv-task-port", "child", "allow"],
    ],
  ],
  [
    "connections",
    '(deny default) (allow network-outbound (remote ip4 "*:*")) (deny network-outbound (remote ip4 "localhost:*")) (deny network-outbound (remote ip6 "*:*")) (allow network-outbound (remote tcp "localhost:80")) (allow network-inbound (local tcp "localhost:80"))',
    [
      ["network-outbound", "remote tcp 93.184.216.34:443", "allow"],
      ["network-outbound", "remote udp 10.0.0.1:53", "allow"],
      ["network-outbound", "remote tcp 127.0.0.1:5432", "deny"],
      ["network-outbound", "remote tcp 127.0.0.1:80", "allow"],
      ["network-outbound", "remote udp 127.0.0.1:80", "deny"],
      ["network-outbound", "remote tcp [::1]:80", "allow"],
      ["network-outbound", "remote tcp [2606:4700::1111]:443", "deny"],
      ["network-outbound", "/var/run/socket", "deny"],
      ["network-inbound", "local tcp 127.0.0.1:80", "allow"],
      ["network-inbound", "local tcp 0.0.0.0:80", "deny"],
      ["network-inbound", "local tcp 127.0.0.1:81", "deny"],
    ],
  ],
  [
    "sockets that are files, and parts of the kernel",
    '(deny default) (allow network-outbound (literal "/run/s") (control-name "netsrc")) (allow system-socket (socket-domain AF_UNIX) (require-all (socket-domain AF_SYSTEM) (socket-protocol 2)))',
    [
      ["network-outbound", "/run/s", "allow"],
      ["network-outbound", "/run/t", "deny"],
      ["network-outbound", "control netsrc", "allow"],
      ["network-outbound", "control utun", "deny"],
      ["system-socket", "AF_UNIX", "allow"],
      ["system-socket", "AF_SYSTEM 2", "allow"],
      ["system-socket", "AF_SYSTEM 1", "deny"],
      ["system-socket", "AF_INET", "deny"],
    ],
  ],
  [
    "names",
    '(deny default) (allow mach-lookup (global-name "a")) (allow sysctl-read (sysctl-name "kern.a") (sysctl-name-prefix "hw.")) (allow ipc-posix-shm-read-data (ipc-posix-name "m")) (allow ipc-posix-sem* (ipc-posix-name-prefix "/s-"))',
    [
      ["mach-lookup", "a", "allow"],
      ["mach-lookup", "ab", "deny"],
      ["sysctl-read", "kern.a", "allow"],
      ["sysctl-read", "kern.ab", "deny"],
      ["sysctl-read", "hw.ncpu", "allow"],
      ["sysctl-write", "hw.ncpu", "deny"],
      ["ipc-posix-shm-read-data", "m", "allow"],
      ["ipc-posix-shm-write-data", "m", "deny"],
      ["ipc-posix-shm-read-data", "/s-1", "deny"],
      ["ipc-posix-sem-open", "/s-1", "allow"],
      ["ipc-posix-sem-create", "/s-", "allow"],
      ["ipc-posix-sem-open", "s-1", "deny"],
    ],
  ],
  [
    "modifiers that only log, comments, and the whole file system",
    '; hello (deny default)\n(deny default (with no-log)) (allow file-read-data (with report) (subpath "/"))',
    [
      ["file-read-data", "/", "allow"],
      ["file-read-data", "/a/b", "allow"],
    ],
  ],
];

describe("decide", () => {
  for (const [title, text, asked, written = []] of decisions) {
    describe(title, () => {
      const profile = compileProfile(`(version 1) ${text}`);

      for (const [operation, subject, want] of asked) {
        it(`${operation} ${subject}: ${want}`, () => {
          expect(decide(profile, requestOf(operation, subject))).toBe(want);
        });
      }

      for (const [operation, subject, want] of written) {
        it(`by the order alone, ${operation} ${subject}: ${want}`, () => {
          expect(decide(profile, requestOf(operation, subject), { order: "written" })).toBe(want);
        });
      }
    });
  }

  it.each([
    [{ operation: "file-read*", path: "/a" }, "cannot be asked for"],
    [{ operation: "fly" }, "cannot be asked for"],
    [{ operation: "file-read-data" }, "needs a path"],
    [{ operation: "file-read-data", path: "a" }, "needs a path"],
    [{ operation: "network-outbound" }, "needs a connection"],
    [{ operation: "network-outbound", path: "/a", control: "b" }, "needs a connection"],
    [{ operation: "mach-lookup", path: "/a" }, "needs a service"],
  ])("rejects the request %j: %s", (request, message) => {
    const profile = compileProfile("(version 1) (deny default)");
    expect(() => decide(profile, request)).toThrow(message);
  });
});

describe("what the evaluator does not know, it refuses", () => {
  it.each([
    ["(deny default)", "expected (version 1) first"],
    ["(version 2) (deny default)", "expected (version 1) first"],
    ["(version 1)", "(deny default) once"],
    ["(version 1) (deny default) (allow default)", "(deny default) once"],
    ['(version 1) (deny default) (import "system.sb")', "unknown directive import"],
    ["(version 1) (deny default) (define x 1)", "unknown directive define"],
    ["(version 1) (deny default) (if #t (allow signal))", "cannot read"],
    ['(version 1) (deny default) (trace "x")', "unknown directive trace"],
    ["(version 1) (deny default) (allow file-fly)", "unknown operation file-fly"],
    ["(version 1) (deny default) (allow toString)", "unknown operation toString"],
    ['(version 1) (deny default) (allow process-exec (literal "/a"))', "unknown operation"],
    ['(version 1) (deny default) (allow file-read-data (path-ancestors "/a"))', "unknown filter"],
    ['(version 1) (deny default) (allow file-read-data (constructor "/a"))', "unknown filter"],
    ['(version 1) (deny default) (allow file-read-data (literal (param "X")))', "one string"],
    ['(version 1) (deny default) (allow file-read-data (literal "a"))', "not absolute"],
    ['(version 1) (deny default) (allow file-read-data (subpath "/a/"))', "ends with a slash"],
    ['(version 1) (deny default) (allow file-read-data (literal "/${HOME}"))', "variable"],
    ['(version 1) (deny default) (allow file-read-data (literal "/a" "/b"))', "one string"],
    ['(version 1) (deny default) (allow file-read-data (regex #"(a|b)"))', "one pattern"],
    ['(version 1) (deny default) (allow file-read-data (regex "^/a$"))', "one pattern"],
    ["(version 1) (deny default) (allow signal (target friends))", "expected one of self"],
    ['(version 1) (deny default) (allow network-outbound (remote ip "10.0.0.0:*"))', "localhost"],
    ['(version 1) (deny default) (allow network-outbound (remote sctp "*:*"))', "localhost"],
    ["(version 1) (deny default) (allow process-fork (with no-sandbox))", "unknown modifier"],
    ["(version 1) (deny default) (allow file-read-data default)", "default stands alone"],
    ['(version 1) (deny default) (allow (literal "/a"))', "without an operation"],
    ["(version 1) (deny default) (allow file-read-data (require-all))", "expected filters"],
    ["(version 1) (deny default) allow", "expected (name ...)"],
    ["(version 1) (deny default", "bracket is never closed"],
    ["(version 1) (deny default))", "bracket was never opened"],
    ['(version 1) (deny default) (allow file-read-data (literal "/\\n"))', "unknown escape"],
    ['(version 1) (deny default) (allow file-read-data (literal "/a))', "cannot read"],
    ["(version 1) (deny default) '(allow signal)", "cannot read"],
    [
      "(version 1) (deny default) (if (defined? signal) (allow signal))",
      "(if (defined? 'operation)",
    ],
    [
      "(version 1) (deny default) (if (allow? 'signal) (allow signal))",
      "(if (defined? 'operation)",
    ],
    ["(version 1) (deny default) (if (defined? 'signal))", "(if (defined? 'operation)"],
    [
      "(version 1) (deny default) (if (defined? 'signal) (allow signal) (deny signal))",
      "(if (defined? 'operation)",
    ],
  ])("%s: %s", (profile, message) => {
    expect(() => compileProfile(profile)).toThrow(message);
  });

  it("reads what stands behind a test for an operation only where there is such an operation", () => {
    const text = "(version 1) (deny default) (if (defined? 'file-graft) (deny file-graft))";
    const request = { operation: "file-graft", path: "/a" };
    expect(compileProfile(text, 15).rules).toEqual([]);
    expect(decide(compileProfile(text, 26), request)).toBe("deny");
    expect(decide(compileProfile("(version 1) (deny default)", 26), request)).toBe("allow");
    expect(() => compileProfile("(version 1) (deny default) (deny file-graft)", 15)).toThrow(
      "unknown operation file-graft",
    );
  });

  it("names the line", () => {
    expect(() => compileProfile('(version 1)\n; "\n(deny default)\n(allow file-fly)')).toThrow(
      "line 4: unknown operation file-fly",
    );
  });
});

describe("parse", () => {
  it("reads strings with escapes, patterns as they are, numbers and symbols", () => {
    const strip = (expression: object): unknown =>
      JSON.parse(
        JSON.stringify(expression, (key, value: unknown) => (key === "line" ? undefined : value)),
      );
    expect(parse('(a* "b\\"\\\\c; d" #"\\.[0-9]" 12 \'e f?) ; end').map(strip)).toEqual([
      {
        kind: "list",
        items: [
          { kind: "symbol", name: "a*" },
          { kind: "string", value: 'b"\\c; d' },
          { kind: "pattern", value: "\\.[0-9]" },
          { kind: "number", value: 12 },
          { kind: "quoted", name: "e" },
          { kind: "symbol", name: "f?" },
        ],
      },
    ]);
  });
});
