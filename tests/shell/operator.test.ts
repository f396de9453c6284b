// The part of the operator's command that runs as the operator: its arguments, its calls of the
// programs that enter the sandbox, and its filter for a terminal. A program that notes its arguments replaces
// systemd-run, sudo and script; `inside` replaces the program in the sandbox.

import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { shellCode, type ShellFile } from "../../src/runtime/assets.ts";
import { runShell, type ShellResult, withDirectory } from "./run-shell.ts";

/** Notes its arguments and its environment, then runs the program that its arguments name. */
const standIn = `#!/usr/bin/env bash
printf '%s\\0' "\${0##*/}" "$@" >> HERE/calls
printf '\\n' >> HERE/calls
env -0 > HERE/environment
while [ $# -gt 0 ] && [ "$1" != -- ]; do shift; done
shift
exec "$@"
`;

const inside = `#!/usr/bin/env bash
for stream in 0 1 2; do
  readlink "/proc/self/fd/$stream" | tr -d '0-9[]:'
done > HERE/streams
printf '%s\\0' "$@" > HERE/arguments
case \${1-} in
  status) exit "$2" ;;
  cat) cat HERE/said ;;
  both) echo one; echo two >&2; echo three ;;
  read) cat > HERE/was-read ;;
  lend) echo said; sleep 61 & exit 3 ;;
  flood) yes > /dev/stdout 2> /dev/null & exit 3 ;;
  trickle) while sleep 0.1; do echo; done & exit 3 ;;
  pipe) readlink /proc/self/fd/1 ;;
  opened) ls /proc/self/fd | tr '\n' ' ' ;;
  wait) echo "$$" > HERE/pid; exec sleep 60 ;;
esac
`;

type Platform = "systemd" | "user" | "darwin";

const credential = "--property=LoadCredential=KEY:/run/keys/%token-%n/100%%";

const enter: Readonly<Record<Platform, readonly [file: ShellFile, call: string]>> = {
  systemd: [
    "enter-systemd",
    `enter_service it its '--property=A=%t/%n' '--property=B=a  b'; with_credentials ${credential}`,
  ],
  user: ["enter-systemd", "enter_user_service '--property=A=%t/%n'"],
  darwin: ["enter-darwin", "enter_service it"],
};

interface Situation {
  readonly platform?: Platform;
  readonly instances?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** A shell command that runs the operator's command, `IT`. */
  readonly around?: string;
  /** The output of `inside cat`. */
  readonly said?: Buffer;
  readonly user?: string;
}

interface Outcome extends ShellResult {
  /** The words of each program that was called, outermost first. */
  readonly calls: readonly (readonly string[])[];
  readonly environment: readonly string[];
  readonly streams: readonly string[];
  readonly arguments: readonly string[];
}

const quote = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

function operator(words: readonly string[], situation: Situation = {}): Outcome {
  const { platform = "systemd", instances = "default", env = {}, around = "IT" } = situation;
  const outcomes: Outcome[] = [];
  withDirectory((directory) => {
    const put = (name: string, text: string): void => {
      writeFileSync(join(directory, name), text.replaceAll("HERE", directory));
      chmodSync(join(directory, name), 0o755);
    };
    const read = (name: string): string =>
      existsSync(join(directory, name))
        ? readFileSync(join(directory, name), "utf8").replaceAll(directory, "HERE")
        : "";
    for (const name of ["systemd-run", "sudo", "script"]) put(name, standIn);
    put("inside", inside);
    const user = situation.user ?? "root";
    put(
      "id",
      `#!/bin/sh\n[ "$1" = -un ] && echo ${user} || echo ${user === "root" ? "0" : "1000"}\n`,
    );
    writeFileSync(join(directory, "said"), situation.said ?? "");
    const [file, call] = enter[platform];
    put(
      "it",
      [
        `#!/usr/bin/env -S bash -p`,
        "set -euo pipefail",
        "PATH=HERE:/usr/bin:/bin",
        `command_name=it instances=(${instances}) options=(--help) interactive=(tui 'login to')`,
        "elsewhere=('lose it' 'loses it: use --backup.') cares=()",
        "systemd_run=HERE/systemd-run setpriv=setpriv",
        shellCode.read(file).replaceAll(/\/usr\/bin\/(sudo|script)/g, "HERE/$1"),
        shellCode.read("operator"),
        `case $instance in ${instances.replaceAll(" ", "|")}) unit=it-$instance; ${call}`,
        'start HERE/inside "$@" ;;',
        '*) refuse "there is no instance called $instance" ;; esac',
      ].join("\n"),
    );
    // Not the environment of the shell that the test itself has.
    const entries = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    const it = ["env", ...entries, join(directory, "it"), ...words].map(quote).join(" ");
    const line = around.replaceAll("IT", () => it).replaceAll("HERE", directory);
    const result = runShell([], line, directory);
    outcomes.push({
      ...result,
      calls: read("calls")
        .split("\0\n")
        .slice(0, -1)
        .map((called) => called.split("\0")),
      environment: read("environment").split("\0").slice(0, -1),
      streams: read("streams").split("\n").slice(0, -1),
      arguments: read("arguments").split("\0").slice(0, -1),
    });
  });
  const [outcome] = outcomes;
  if (outcome === undefined) throw new Error("it was not run");
  return outcome;
}

/** Runs a command in a terminal, and prints the terminal's output. */
const inTerminal = (command: string): string =>
  `script -qec ${quote(command)} /dev/null < /dev/null`;

/** Whether an entry is not one that the stand-in's own shell adds. */
const ofTheStandIn = (entry: string): boolean => !/^(_|SHLVL|PWD)=/.test(entry);

/** Removes process ids from the names of units. */
const withoutIds = (words: readonly string[]): readonly string[] =>
  words.map((word) => word.replace(/(command-it-\w+)-\d+/, "$1-N"));

describe("what the programs that enter the sandbox are given", () => {
  const client = ["systemd-run", "--quiet", "--collect"];
  const bound = [
    "--wait",
    "--service-type=exec",
    "--description=it for it-default",
    "--expand-environment=no",
    "--property=BindsTo=command-it-default-N.scope",
    "--property=After=command-it-default-N.scope",
    "--property=Wants=prepare-it-default.service",
    "--property=After=prepare-it-default.service",
    "--property=StopPropagatedFrom=prepare-it-default.service",
    "--property=TimeoutStopSec=5",
  ];

  test("the system's service manager", () => {
    const { calls } = operator(["do", "a b", "$$"]);
    const service = [
      ...[...client, "--unit=command-it-default-N.service", "--uid=it", "--gid=its", ...bound],
      ...["--property=A=/run/command-it-default-N.service", "--property=B=a  b"],
      // A path of the operator's has no specifiers.
      credential,
      ...["--pipe", "--", "HERE/inside", "do", "a b", "$$"],
    ];
    const [scope, ...more] = calls.map(withoutIds);
    expect(scope).toEqual([
      ...[...client, "--scope", "--unit=command-it-default-N.scope"],
      ...["--description=Caller of command-it-default-N", "--", "HERE/systemd-run"],
      ...service.slice(1),
    ]);
    expect(more).toEqual([service]);
  });

  test("a user's service manager", () => {
    const { calls, environment } = operator(["do"], { platform: "user", user: "alice" });
    expect(calls).toHaveLength(2);
    for (const call of calls)
      expect(call.slice(0, 4)).toEqual([client[0], "--user", ...client.slice(1)]);
    expect(calls[1]).not.toContain("--uid");
    expect(withoutIds(calls[1] ?? [])).toContain(
      "--property=A=/run/user/1000/command-it-default-N.service",
    );
    expect(environment.filter(ofTheStandIn).toSorted()).toEqual([
      "DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1000/bus",
      "XDG_RUNTIME_DIR=/run/user/1000",
    ]);
  });

  test("sudo, which passes nothing on that is not said", () => {
    const { calls } = operator(["do", "a b"], {
      platform: "darwin",
      env: { TERM: "xterm", SECRET: "s" },
    });
    expect(calls).toEqual([
      [
        ...["sudo", "--user", "it", "--", "/usr/bin/env", "-i", "TERM=xterm"],
        ...["HERE/inside", "do", "a b"],
      ],
    ]);
  });

  test("no sudo where the operator is the service's user", () => {
    const { calls, arguments: given } = operator(["do"], { platform: "darwin", user: "it" });
    expect(calls).toEqual([]);
    expect(given).toEqual(["do"]);
  });

  const environments: readonly (readonly [string, Record<string, string>, readonly string[]])[] = [
    ["nothing", {}, []],
    [
      "what a program needs to write for people",
      { TERM: "xterm-256color", COLORTERM: "truecolor", NO_COLOR: "1", LANG: "de_DE.UTF-8@euro" },
      ["COLORTERM=truecolor", "LANG=de_DE.UTF-8@euro", "NO_COLOR=1", "TERM=xterm-256color"],
    ],
    [
      "the parts of a language, and a time zone",
      { LC_ALL: "C", LC_TIME: "en_US.UTF-8", TZ: ":Europe/Berlin" },
      ["LC_ALL=C", "LC_TIME=en_US.UTF-8", "TZ=:Europe/Berlin"],
    ],
    ["nothing that is made of anything else", { TERM: "a\nb", LANG: "$(id)", LC_A: "\x1b[0m" }, []],
    [
      "no secret, no path, nothing that a shell or a loader would obey",
      { SECRET: "s", LD_PRELOAD: "", NODE_OPTIONS: "--require=x", HOME: "/root", SUDO_USER: "a" },
      [],
    ],
    [
      "nothing that cannot be a variable, nor that a shell has for its own",
      {
        "A.B": "1",
        "BASH_FUNC_printf%%": "() { echo taken; }",
        "BASH_FUNC_start%%": "() { echo taken; }",
        SHELLOPTS: "braceexpand:noexec:xtrace",
        BASHOPTS: "extdebug",
        BASH_ENV: "/nowhere",
        UID: "7",
        IFS: "e",
        POSIXLY_CORRECT: "1",
      },
      [],
    ],
  ];

  test.each(environments)("%s of the operator's environment", (_, env, want) => {
    for (const platform of ["systemd", "darwin"] as const) {
      const { calls, environment, stdout, stderr, status } = operator(["do"], { platform, env });
      expect({ stdout, stderr, status }).toEqual({ stdout: "", stderr: "", status: 0 });
      const last = calls.at(-1) ?? [];
      if (platform === "systemd") {
        const names = last.filter((word) => word.startsWith("--setenv="));
        expect(environment.filter(ofTheStandIn).toSorted()).toEqual(want);
        expect(names.toSorted()).toEqual(want.map((entry) => `--setenv=${entry.split("=")[0]}`));
      } else {
        expect(last.slice(6, -2).toSorted()).toEqual(want);
      }
    }
  });

  test("arguments as they were typed", () => {
    const odd = ["", "a b", "two\nlines", "$$", "${HOME}", "%n", "\\x41", "*", "'\"", "é", "--x"];
    for (const platform of ["systemd", "user", "darwin"] as const) {
      expect(operator(["do", ...odd], { platform }).arguments).toEqual(["do", ...odd]);
    }
  });
});

describe("what is understood", () => {
  const understood: readonly (readonly [readonly string[], string, readonly string[], string])[] = [
    [["do", "--instance", "x"], "default", ["do", "--instance", "x"], "default"],
    [["--instance", "b", "do"], "a b", ["do"], "b"],
    [["--instance=b", "do"], "a b", ["do"], "b"],
    [["do"], "a", ["do"], "a"],
    [["do"], "a default", ["do"], "default"],
    [["--help"], "default", ["--help"], "default"],
    [["--", "--profile", "x"], "default", ["--profile", "x"], "default"],
    [["--", "lose", "it"], "default", ["lose", "it"], "default"],
    [["lose", "its"], "default", ["lose", "its"], "default"],
    [["--terminal", "do"], "default", ["do"], "default"],
    [[], "default", [], "default"],
  ];

  test.each(understood)("%j of the instances %s", (words, instances, want, instance) => {
    const { calls, arguments: given, status } = operator(words, { instances });
    expect(status).toBe(0);
    expect(given).toEqual(want.length === 0 ? [""] : want);
    expect(withoutIds(calls[1] ?? [])).toContain(`--unit=command-it-${instance}-N.service`);
  });

  const refused: readonly (readonly [readonly string[], string])[] = [
    [["--instance", "", "do"], "--instance needs a name"],
    [["--instance=", "do"], "--instance needs a name"],
    [["--instance"], "--instance needs a name"],
    [["--instance", "c", "do"], "there is no instance called c"],
    [["--instance", "*", "do"], "there is no instance called *"],
    [["--profile", "x", "do"], "there is no option --profile"],
    [["-x"], "there is no option -x"],
    [["-"], "there is no option -"],
    [["do"], "which instance?"],
    [["lose", "it", "here"], "lose it loses it: use --backup. (To have it run all the same"],
    // A service whose model says nothing of its state gets no care.
    [["--backup", "x"], "there is no option --backup"],
  ];

  test.each(refused)("%j is refused", (words, reason) => {
    const { calls, status, stderr } = operator(words, { instances: "a b" });
    expect({ status, calls }).toEqual({ status: 64, calls: [] });
    expect(stderr).toContain(`it: ${reason}`);
    expect(stderr).toContain("instances: a b\n");
  });

  test("somebody who is neither root nor the service's user is told what to do", () => {
    for (const platform of ["systemd", "darwin"] as const) {
      const { calls, status, stderr } = operator(["do"], { platform, user: "alice" });
      expect({ status, calls }).toEqual({ status: 77, calls: [] });
      expect(stderr).toBe("it: has to run as root: try sudo it\n");
    }
  });

  test("it ends as the program does", () => {
    for (const platform of ["systemd", "user", "darwin"] as const) {
      expect(operator(["status", "42"], { platform }).status).toBe(42);
    }
  });

  test("it ends as the program does, in a terminal, too", () => {
    expect(operator(["status", "42"], { around: inTerminal("IT") }).status).toBe(42);
  });
});

describe("streams", () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ["IT", ["/dev/null", "pipe", "pipe"]],
    ["IT | cat", ["/dev/null", "pipe", "pipe"]],
    ["true | IT", ["pipe", "pipe", "pipe"]],
    ["IT 2> /dev/null", ["/dev/null", "pipe", "pipe"]],
    ["IT > HERE/out 2>&1", ["/dev/null", "pipe", "pipe"]],
    ["IT >> HERE/out 2>> HERE/more", ["/dev/null", "pipe", "pipe"]],
    ["IT 1<> HERE/out", ["/dev/null", "pipe", "pipe"]],
  ];

  test.each(cases)("no terminal and no file to write to: %s", (command, want) => {
    for (const platform of ["systemd", "darwin"] as const) {
      const { streams } = operator(["do"], { platform, around: inTerminal(command) });
      expect(streams).toEqual(want);
    }
  });

  /** Runs a command whose standard streams are sockets, as a unit's are that writes to the journal. */
  const inSockets = (command: string): string => {
    const options = '{ input: "typed\\n", stdio: ["pipe", "pipe", "pipe"] }';
    const program = `const { stdout, stderr } = require("child_process").spawnSync("sh", ["-c", process.argv[1]], ${options});
      process.stdout.write(stdout); process.stderr.write(stderr);`;
    return [process.execPath, "-e", program, command].map(quote).join(" ");
  };

  test("a socket is not handed on either", () => {
    for (const platform of ["systemd", "darwin"] as const) {
      const { streams } = operator(["do"], { platform, around: inSockets("IT") });
      expect(streams).toEqual(["pipe", "pipe", "pipe"]);
    }
  });

  test("nor is a pipe of the operator's, which others write to as well", () => {
    for (const platform of ["systemd", "darwin"] as const) {
      const around = "{ readlink /proc/self/fd/1; IT; } | cat";
      const { stdout } = operator(["pipe"], { platform, around });
      expect(stdout).toMatch(/^pipe:\[\d+\]\npipe:\[\d+\]\n$/);
      expect(new Set(stdout.trim().split("\n")).size).toBe(2);
    }
  });

  test("what a socket says arrives, and so does what is said", () => {
    const read = operator(["read"], { around: `${inSockets("IT")}; cat HERE/was-read` });
    expect(read.stdout).toBe("typed\n");
    const { stdout, stderr, status } = operator(["both"], { around: inSockets("IT") });
    expect({ stdout, stderr, status }).toEqual({
      stdout: "one\nthree\n",
      stderr: "two\n",
      status: 0,
    });
  });

  const levels: readonly (readonly [string, string, string])[] = [
    ["a level", "<0>forged\n<7>x", "(0)forged\n(7)x"],
    ["a level with a facility", "<13>x\n<191>y\n", "(13)x\n(191)y\n"],
    [
      "a level where a long line begins anew",
      `${"a".repeat(49152)}<0>x`,
      `${"a".repeat(49152)}(0)x`,
    ],
    ["a level after another, or in it", "<0><1>a\n<<2>3>b\n", "(0)(1)a\n<(2)3>b\n"],
    ["a level that something else is in", "<\x000>a\n<\x1b[0m1>b\n", "(0)a\n<\x1b[0m1>b\x1b[0m\n"],
    ["what the journal's reader would obey", "\x1b]0;owned\x07\n", "]0;owned\n"],
    ["text", "a <b> <1234> <> é\n", "a <b> <1234> <> é\n"],
  ];

  test.each(levels)("the journal gets a line, and no level: %s", (_, said, want) => {
    const { stdout } = operator(["cat"], { around: inSockets("IT"), said: Buffer.from(said) });
    expect(stdout).toBe(want);
  });

  test("nothing goes in that the operator's shell has open besides", () => {
    for (const platform of ["systemd", "darwin"] as const) {
      const { stdout } = operator(["opened"], {
        platform,
        user: platform === "darwin" ? "it" : "root",
        around: "IT 7> HERE/other 9< /etc/passwd",
      });
      expect(stdout).toBe("0 1 2 3 ");
    }
  });

  test("nobody waits for whom the program has lent its output, once it has ended", () => {
    const around = 'IT || echo "$?"; pkill -f "^sleep 61$"';
    const start = Date.now();
    expect(operator(["lend"], { around }).stdout).toBe("said\n3\n");
    expect(Date.now() - start).toBeLessThan(20_000);
  });

  test.each(["> /dev/null", "> HERE/file", "| tail -c 1 > /dev/null"])(
    "nor for whom never stops saying something: %s",
    (where) => {
      const start = Date.now();
      operator(["flood"], { around: `IT ${where} || :; pkill -x yes` });
      expect(Date.now() - start).toBeLessThan(30_000);
    },
  );

  test("nor for whom says something now and then", () => {
    const start = Date.now();
    operator(["trickle"], { around: "IT > /dev/null || :" });
    expect(Date.now() - start).toBeLessThan(20_000);
  });

  test("but for somebody who reads slowly, to the end", () => {
    const said = Buffer.alloc(500_000, "a line of text\n");
    const around = "IT | (sleep 3; wc -c)";
    expect(operator(["cat"], { around, said }).stdout.trim()).toBe("500000");
  });

  test.each(["IT >&-", "IT 2>&-", "IT <&-", "IT >&- 2>&- <&-"])(
    "a stream that is closed is none: %s",
    (command) => {
      expect(operator(["status", "7"], { around: command }).status).toBe(7);
    },
  );

  test("nobody waits for input that the program does not want", () => {
    const around = "mkfifo HERE/in; sleep 60 > HERE/in & IT < HERE/in; echo done; kill $!";
    expect(operator(["do"], { around }).stdout).toBe("done\n");
  });

  const terminals: readonly (readonly [readonly string[], string, boolean])[] = [
    [["tui"], "IT", true],
    [["login", "to", "a"], "IT", true],
    [["--terminal", "do"], "IT", true],
    [["login", "a"], "IT", false],
    [["tuition"], "IT", false],
    [["do", "tui"], "IT", false],
    [["tui"], "IT | cat", false],
    [["--terminal", "do"], "true | IT", false],
  ];

  test.each(terminals)("%j, as %s, has a terminal of its own: %s", (words, command, want) => {
    const around = inTerminal(command);
    const [, service = []] = operator(words, { around }).calls;
    expect(service).toContain(want ? "--pty" : "--pipe");
    const [first = []] = operator(words, { around, platform: "darwin" }).calls;
    expect(first.slice(0, 3).join(" ") === "script -q /dev/null").toBe(want);
  });

  const shown: readonly (readonly [string, string, string])[] = [
    ["text", "a b\tc\n", "a b\tc\n"],
    ["no final newline", "a", "a"],
    ["an empty line", "\n", "\n"],
    ["colours", "\x1b[1;38;5;9mred\x1b[0m\n", "\x1b[1;38;5;9mred\x1b[0m\x1b[0m\n"],
    ["a colour that does not end", "\x1b[41mred\nplain\n", "\x1b[41mred\x1b[0m\nplain\n"],
    ["letters of all kinds", "é ß я 中 🦞 \u00a0\n", "é ß я 中 🦞 \u00a0\n"],
    ["a title", "\x1b]0;owned\x07\n", "]0;owned\n"],
    ["the clipboard", "\x1b]52;c;AAAA\x1b\\\n", "]52;c;AAAA\\\n"],
    ["moves and clears", "\x1b[2J\x1b[5A\x1b[?1049h\n", "[2J[5A[?1049h\n"],
    ["a question to the terminal", "\x1b[6n\x1b[c\x1bZ\x1bP$qm\x1b\\\n", "[6n[cZP$qm\\\n"],
    ["what only looks like a colour", "\x1b[>4;1m\x1b[1 m\x1b[1\n", "[>4;1m[1 m[1\n"],
    ["return, backspace, bell, delete", "a\rb\bc\x07d\x7fe\x0c\x0b\n", "abcde\n"],
    ["zero", "a\0b\n", "ab\n"],
    ["controls of the second kind", "a\u009b2Jb\u0085c\n", "a2Jbc\n"],
    ["marks that turn the direction", "a\u202eb\u2066c\u2028d\n", "abcd\n"],
  ];

  test.each(shown)("a terminal gets what is harmless of %s", (_, said, want) => {
    const { stdout } = operator(["cat"], { around: inTerminal("IT"), said: Buffer.from(said) });
    expect(stdout.replaceAll("\r\n", "\n")).toBe(want);
  });

  test("whatever the operator's environment says of how programs read their arguments", () => {
    const { stdout, status } = operator(["cat"], {
      env: { POSIXLY_CORRECT: "1" },
      around: inTerminal("IT"),
      said: Buffer.from("\x1b]0;owned\x07é\n"),
    });
    expect({ stdout, status }).toEqual({ stdout: "]0;ownedé\r\n", status: 0 });
  });

  test("bytes that are no UTF-8 are left out", () => {
    const said = Buffer.from(
      "a\x9bb\xc0\x9bc\xe0\x82\x9bd\xed\xa0\x80e\xf4\x90\x80\x80f\xffg\xc3\n",
      "latin1",
    );
    const { stdout } = operator(["cat"], { around: inTerminal("IT"), said });
    expect(stdout.trim()).toBe("abcdefg");
  });

  test("a pipe and a file get what the program said", () => {
    const said = Buffer.from("\x1b]0;owned\x07\x9b\0\r\n", "latin1");
    for (const around of ["IT | od -An -tx1", "IT > HERE/out; od -An -tx1 < HERE/out"]) {
      const { stdout } = operator(["cat"], { around: inTerminal(around), said });
      expect(stdout.replaceAll(/\s+/g, " ").trim()).toBe(
        [...said].map((byte) => byte.toString(16).padStart(2, "0")).join(" "),
      );
    }
  });

  test("what is said on both streams keeps its order in a terminal", () => {
    const { stdout } = operator(["both"], { around: inTerminal("IT") });
    expect(stdout).toBe("one\r\ntwo\r\nthree\r\n");
  });

  test("what is told as an error is told there, and filtered", () => {
    const { stdout } = operator(["both"], { around: inTerminal("IT > HERE/out") });
    expect(stdout).toBe("two\r\n");
  });

  test("systemd-run ends with the shell that called it, however that ends", () => {
    const { stdout } = operator(["wait"], {
      around: [
        "exec_it() { exec IT; }; exec_it > /dev/null &",
        "caller=$!",
        "while [ ! -s HERE/pid ]; do sleep 0.1; done",
        "kill -KILL $caller",
        "for i in $(seq 50); do kill -0 $(cat HERE/pid) 2> /dev/null || break; sleep 0.1; done",
        "kill -0 $(cat HERE/pid) 2> /dev/null && echo alive || echo gone",
      ].join("\n"),
    });
    expect(stdout).toBe("gone\n");
  });
});

describe("as the service", () => {
  const own: readonly (readonly [string, string, string])[] = [
    ["its own file", "printf abc > secret", "abc"],
    ["a final newline", "echo abc > secret", "abc"],
    ["nothing", "true", ""],
    ["an empty file", ": > secret", ""],
    ["a link", "echo abc > other; ln -s other secret", ""],
    ["a link to a file of others", "ln -s /etc/passwd secret", ""],
    ["a FIFO", "mkfifo secret", ""],
    ["a directory", "mkdir secret", ""],
    ["several words", "echo 'a b' > secret", ""],
    ["several lines", "printf 'a\\nb' > secret", ""],
    ["a control character", "printf 'a\\033b' > secret", ""],
  ];

  test.each(own)("of %s the secret is exported that it has made", (_, make, want) => {
    withDirectory((directory) => {
      const { status, stdout, stderr } = runShell(
        ["own-secret", "command"],
        `${make}\nload_own SECRET secret\nrun printenv SECRET || :`,
        directory,
      );
      expect({ status, stdout, stderr }).toEqual({
        status: 0,
        stdout: want === "" ? "" : `${want}\n`,
        stderr: "",
      });
    });
  });

  test("it ends as the program does", () => {
    withDirectory((directory) => {
      expect(runShell(["own-secret", "command"], "run bash -c 'exit 42'", directory).status).toBe(
        42,
      );
    });
  });

  test("a request to end reaches the program", () => {
    withDirectory((directory) => {
      const { stdout } = runShell(
        ["own-secret", "command"],
        "( trap - TERM; sleep 0.5; pkill -TERM -P $$ sleep; kill -TERM $$ ) &\nrun sleep 60 || echo $?",
        directory,
      );
      expect(stdout).toBe("143\n");
    });
  });
});
