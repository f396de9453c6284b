// The parts of a launcher for launchd jobs: exit codes, leftovers, the log; and the stop of a job before a
// switch of the configuration loads it again.

import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { runShell, secondsOf, type ShellResult, standIns, withDirectory } from "./run-shell.ts";

const files = ["launchd", "launch", "supervise"] as const;
const leftovers = ["prepare", "leftovers"] as const;

const final =
  "this needs a change, so it is not tried again. Afterwards: launchctl kickstart system/org.nixos.it\n";

/** launchd starts a job again unless it ends with 0. */
const endings: readonly (readonly [
  string,
  { readonly commands: string; readonly status: number; readonly stderr?: string },
])[] = [
  ["a program that ends by itself is started again", { commands: "supervise true", status: 75 }],
  [
    "so is one that was asked to end from inside",
    { commands: "supervise bash -c 'trap \"exit 0\" TERM; kill -TERM $$'", status: 75 },
  ],
  ["a program that fails", { commands: "supervise sh -c 'exit 3'", status: 3 }],
  ["a program killed by a signal", { commands: "supervise sh -c 'kill -KILL $$'", status: 137 }],
  [
    "a program that refuses its configuration is not, and the log says what to do",
    { commands: "supervise sh -c 'exit 78'", status: 0, stderr: final },
  ],
  [
    "nor is a launcher that refuses a credential",
    { commands: "fail 'opt: wrong'", status: 0, stderr: `opt: wrong\n${final}` },
  ],
  ["a launcher that fails otherwise", { commands: "false", status: 1 }],
];

describe("the job's exit code", () => {
  test.each(endings)("%s", (_, { commands, status, stderr = "" }) => {
    withDirectory((directory) => {
      const result = runShell(files, commands, directory, {
        launchd_domain: "system",
        XPC_SERVICE_NAME: "org.nixos.it",
      });
      // Without bash's own message about a killed program.
      expect({ ...result, stderr: status === 137 ? "" : result.stderr }).toEqual({
        status,
        stdout: "",
        stderr,
      });
    });
  });
});

describe("what is done in the service's directories", () => {
  /** Notes its arguments, and runs the command in them. */
  const sandbox = `#!/bin/sh\necho "$0 $1 $2 \${3##*/}" >> entered\nshift 2\nexec "$@"\n`;
  const run = (directory: string, own: string, commands: string): ShellResult => {
    standIns(directory, { "sandbox-exec": sandbox, own });
    return runShell(files, `trap - EXIT\n${commands}`, directory, {
      system_programs: join(directory, "bin"),
      preparation_profile: "/p.sb",
      own_secret_program: join(directory, "bin/own"),
    });
  };

  test("is done in a sandbox: the launcher itself opens nothing there", () => {
    withDirectory((directory) => {
      const own = "#!/bin/sh\necho secret of $1\n";
      const result = run(directory, own, "generate KEY token; printenv KEY");
      expect(result).toEqual({ status: 0, stdout: "secret of token\n", stderr: "" });
      expect(readFileSync(join(directory, "entered"), "utf8")).toBe(
        `${join(directory, "bin/sandbox-exec")} -f /p.sb own\n`,
      );
      expect(readdirSync(directory).sort()).toEqual(["bin", "entered"]);
    });
  });

  test("may not take for ever, whatever stops it there", () => {
    withDirectory((directory) => {
      const own = "#!/bin/sh\ntrap '' TERM\nsleep 60\n";
      const quick = 'timeout() { shift 2; command timeout --kill-after=1 1 "$@"; }';
      const seconds = secondsOf(() => {
        expect(run(directory, own, `${quick}\ngenerate KEY token`).status).toBe(78);
      });
      expect(seconds).toBeLessThan(10);
    });
  });
});

describe("locks of an earlier run", () => {
  test("the program's own go, what guards and what others call so stays", () => {
    withDirectory((directory) => {
      const paths = [
        "tmp/openclaw-600/gateway.state.lock",
        "tmp/openclaw-600/gateway.6f54497f.lock",
        "tmp/openclaw-600/gateway.state.lock.sqlite",
        "tmp/openclaw-600/device-identity.lock",
        "tmp/openclaw-600/deeper/gateway.state.lock",
        "tmp/other/gateway.state.lock",
        "tmp/gateway.state.lock",
        "elsewhere/gateway.state.lock",
      ];
      for (const path of paths) {
        mkdirSync(join(directory, path, ".."), { recursive: true });
        writeFileSync(join(directory, path), "");
      }
      // The service can put links there.
      symlinkSync("../elsewhere", join(directory, "tmp/openclaw-x"));
      const result = runShell(leftovers, "forget_locks 'openclaw-*/gateway.*.lock'", directory, {
        TMPDIR: join(directory, "tmp"),
      });
      expect(result).toEqual({ status: 0, stdout: "", stderr: "" });
      expect(paths.filter((path) => !existsSync(join(directory, path)))).toEqual(paths.slice(0, 2));
    });
  });

  test("a directory of temporary files that leads elsewhere is not followed", () => {
    withDirectory((directory) => {
      mkdirSync(join(directory, "elsewhere/openclaw-1"), { recursive: true });
      const lock = join(directory, "elsewhere/openclaw-1/gateway.state.lock");
      writeFileSync(lock, "");
      symlinkSync("elsewhere", join(directory, "tmp"));
      runShell(leftovers, "forget_locks 'openclaw-*/gateway.*.lock'", directory, {
        TMPDIR: join(directory, "tmp"),
      });
      expect(existsSync(lock)).toBe(true);
    });
  });
});

describe("what the service made immutable", () => {
  test("is given back in its own directories, by the programs of macOS", () => {
    withDirectory((directory) => {
      const asked = join(directory, "asked");
      writeFileSync(join(directory, "find"), `#!/bin/sh\nprintf '%s\\n' "$*" >> '${asked}'\n`);
      chmodSync(join(directory, "find"), 0o755);
      mkdirSync(join(directory, "state"));
      const { status } = runShell(leftovers, "make_removable state missing", directory, {
        system_programs: directory,
      });
      expect(status).toBe(0);
      expect(readFileSync(asked, "utf8")).toBe(
        `-P state -xdev -flags +uchg,uappnd -exec ${directory}/chflags -h nouchg,nouappnd {} +\n`,
      );
    });
  });
});

describe("a job that a switch changes", () => {
  /** A launchctl that notes its arguments, and knows the job for this number of questions. */
  const launchctl = (looks: number): string => `#!/bin/bash
echo "$*" >> asked
case $1 in
  bootout) [ -e job ] || exit 3 ;;
  print)
    [ -e job ] || exit 113
    echo x >> looks
    [ "$(wc -l < looks)" -lt ${String(looks)} ] || rm job
    ;;
esac
`;
  interface Given {
    readonly before?: string;
    readonly after: string;
    /** The number of questions for which launchd still knows the job. Default: none. */
    readonly looks?: number;
  }
  const stop = (
    { before, after, looks }: Given,
    seconds = 330,
  ): ShellResult & { readonly asked: readonly string[] } => {
    let outcome: ShellResult = { status: null, stdout: "", stderr: "" };
    let asked: readonly string[] = [];
    withDirectory((directory) => {
      if (before !== undefined) writeFileSync(join(directory, "old.plist"), before);
      writeFileSync(join(directory, "new.plist"), after);
      writeFileSync(join(directory, "launchctl"), launchctl(looks ?? 1));
      chmodSync(join(directory, "launchctl"), 0o755);
      if (looks !== undefined) writeFileSync(join(directory, "job"), "");
      outcome = runShell(
        ["await-stop"],
        `launchctl=$PWD/launchctl\nawait_stop system it old.plist new.plist ${String(seconds)}`,
        directory,
      );
      if (readdirSync(directory).includes("asked")) {
        asked = readFileSync(join(directory, "asked"), "utf8").trim().split("\n");
      }
    });
    return { ...outcome, asked };
  };

  test("is stopped, and waited for until launchd has let go of it", () => {
    expect(stop({ before: "old", after: "new", looks: 3 })).toEqual({
      status: 0,
      stdout: "",
      stderr: "waiting for system/it to stop, at most 330 s\n",
      asked: ["bootout system/it", ...Array<string>(4).fill("print system/it")],
    });
  });

  test("is not waited for without end", () => {
    expect(stop({ before: "old", after: "new", looks: 99 }, 1)).toMatchObject({
      status: 0,
      stderr:
        "waiting for system/it to stop, at most 1 s\nsystem/it is still there after 1 s: switch again once it has stopped\n",
    });
  });

  const unhurried: readonly (readonly [string, Given, readonly string[]])[] = [
    ["stays as it is", { before: "same", after: "same", looks: 9 }, []],
    ["is new", { after: "new", looks: 9 }, []],
    ["does not run", { before: "old", after: "new" }, ["bootout system/it", "print system/it"]],
  ];
  test.each(unhurried)("one that %s does not hold it up", (_, given, asked) => {
    expect(stop(given)).toEqual({ status: 0, stdout: "", stderr: "", asked });
  });
});

describe("the log of a job, which nothing else keeps small", () => {
  const large = "a".repeat(10 * 1024 * 1024 + 1);

  // launchd has the log open for appending.
  const start = 'exec >> it.log\nkeep_small "$PWD/it.log"\nkill "$log_keeper"\necho new';

  test("a large one is kept once, and begun anew", () => {
    withDirectory((directory) => {
      const log = join(directory, "it.log");
      writeFileSync(log, large);
      writeFileSync(`${log}.old`, "older");
      expect(runShell(["rotate-log"], start, directory).status).toBe(0);
      expect(readFileSync(log, "utf8")).toBe("new\n");
      expect(readFileSync(`${log}.old`, "utf8") === large).toBe(true);
    });
  });

  test("a small one stays", () => {
    withDirectory((directory) => {
      const log = join(directory, "it.log");
      writeFileSync(log, "old\n");
      expect(runShell(["rotate-log"], start, directory).status).toBe(0);
      expect(readFileSync(log, "utf8")).toBe("old\nnew\n");
      expect(existsSync(`${log}.old`)).toBe(false);
    });
  });

  test("one that cannot be kept is no reason not to start", () => {
    withDirectory((directory) => {
      const log = join(directory, "it.log");
      writeFileSync(log, large);
      const { status, stderr } = runShell(
        ["rotate-log"],
        `mkdir -p it.log.old/it.log\n${start}`,
        directory,
      );
      expect(status).toBe(0);
      expect(stderr).toContain("it.log cannot be rotated");
      expect(readFileSync(log, "utf8").endsWith("new\n")).toBe(true);
    });
  });

  test("one that grows while the program runs is looked at again", () => {
    withDirectory((directory) => {
      const log = join(directory, "it.log");
      writeFileSync(log, "old\n");
      // The first hour is over at once; with the second, the launcher ends.
      const sleep =
        'sleep() { [ ! -e slept ] || exit 0; touch slept; cat large >> "$PWD/it.log"; }';
      writeFileSync(join(directory, "large"), large);
      const { status, stderr } = runShell(
        ["rotate-log"],
        `${sleep}\nkeep_small "$PWD/it.log"\nwait "$log_keeper"`,
        directory,
      );
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(readFileSync(log, "utf8")).toBe("");
      expect(readFileSync(`${log}.old`, "utf8") === `old\n${large}`).toBe(true);
    });
  });

  test("the old log is written over, and nothing is made beside it: the directory is root's", () => {
    withDirectory((directory) => {
      const log = join(directory, "it.log");
      writeFileSync(log, large);
      writeFileSync(`${log}.old`, "older");
      const before = statSync(`${log}.old`).ino;
      expect(runShell(["rotate-log"], start, directory).status).toBe(0);
      expect(readdirSync(directory).sort()).toEqual(["it.log", "it.log.old"]);
      expect(statSync(`${log}.old`).ino).toBe(before);
    });
  });
});
