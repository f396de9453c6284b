// The care of the state as the operator asks for it: files, refusals, and what becomes of the service. Programs that
// note their arguments replace systemd-run and systemctl; the steps run for real.

import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { shellCode, type ShellFile } from "../../src/runtime/assets.ts";
import { runShell, type ShellResult, withDirectory } from "./run-shell.ts";

/** Notes its arguments, then runs the program that its arguments name. */
const systemdRun = `#!/usr/bin/env bash
printf '%s ' run "$@" >> HERE/calls; echo >> HERE/calls
case "$*" in *"Care of"*) echo $$ > HERE/holder ;; esac
while [ $# -gt 0 ] && [ "$1" != -- ]; do shift; done
shift
exec "$@"
`;

/** The file \`HERE/active\` says whether the service runs, \`HERE/broken\` that it does not start. */
const systemctl = `#!/usr/bin/env bash
printf '%s ' ctl "$@" >> HERE/calls; echo >> HERE/calls
case "$*" in
  *is-active*) [ -e HERE/active ] && echo active || { echo inactive; exit 3; } ;;
  *start*) [ ! -e HERE/broken ] ;;
esac
`;

const launchctl = `#!/usr/bin/env bash
printf '%s ' launchctl "$@" >> HERE/calls; echo >> HERE/calls
case $1 in
  print) [ -e HERE/active ] ;;
  bootout) rm HERE/active ;;
  bootstrap) touch HERE/active ;;
esac
`;

type Platform = "systemd" | "user" | "darwin";

const entering: Readonly<Record<Platform, readonly [files: readonly ShellFile[], call: string]>> = {
  systemd: [["enter-systemd", "care-systemd"], "enter_service it its --property=A"],
  user: [
    ["enter-systemd", "care-systemd"],
    "XDG_RUNTIME_DIR=HERE/run; enter_user_service --property=A",
  ],
  darwin: [
    ["enter-darwin", "care-darwin"],
    "enter_service it; launchd_domain=system launchd_label=it launchd_directory=HERE",
  ],
};

interface Place {
  readonly directory: string;
  readonly it: (words: string, commands?: string) => ShellResult;
  /** The calls of the programs that were replaced. */
  readonly calls: () => string;
}

function withPlace(platform: Platform, run: (place: Place) => void): void {
  withDirectory((directory) => {
    const put = (name: string, text: string): void => {
      writeFileSync(join(directory, name), text.replaceAll("HERE", directory));
      chmodSync(join(directory, name), 0o755);
    };
    for (const name of ["state", "state/work", "safe", "keep", "run"])
      mkdirSync(join(directory, name));
    put("state/file", "1");
    put("systemd-run", systemdRun);
    put("systemctl", systemctl);
    put("launchctl", launchctl);
    put("id", `#!/bin/sh\n[ "$1" = -un ] && echo it || { [ "$1" = -u ] && echo 0 || echo 7; }\n`);
    put(
      "steps",
      [
        "#!/usr/bin/env bash",
        "set -euo pipefail",
        "umask 0077",
        "title=it own=(HERE/state HERE/state/work) roots=(HERE/state) parts=(notes HERE/state)",
        shellCode.read("settle"),
        shellCode.read("care"),
        "[ ! -e HERE/fails ] || exit 5",
        '"$@"',
      ].join("\n"),
    );
    put(
      "mend",
      "#!/usr/bin/env bash\ncat HERE/state/file > HERE/mended; echo 2 > HERE/state/file\n[ ! -e HERE/unmendable ]\n",
    );
    put(
      "gather",
      [
        "#!/usr/bin/env bash",
        "set -euo pipefail",
        "known=(notes logins)",
        shellCode.read("gather"),
        "describe() { case $1 in notes) from=. secret=no patterns=('note*' 'notes/*') ;;",
        "logins) from=keys secret=yes patterns=('*') ;; *) return 1 ;; esac; }",
        'gather "$@"',
      ].join("\n"),
    );
    const [files, call] = entering[platform];
    put(
      "it",
      [
        "#!/usr/bin/env -S bash -p",
        "set -euo pipefail",
        "PATH=HERE:/usr/bin:/bin",
        "command_name=it instances=(default) options=() interactive=() elsewhere=()",
        "cares=('--backup FILE' '--restore FILE' --repair '--import DIRECTORY' --undo --forget)",
        "systemd_run=HERE/systemd-run setpriv=setpriv",
        shellCode.read(files[0] ?? "operator"),
        shellCode.read("operate-care"),
        shellCode
          .read(files[1] ?? "operator")
          .replaceAll("${system_programs-}/bin/launchctl", "HERE/launchctl"),
        // Not the machine's own.
        shellCode.read("operator"),
        `unit=it; ${call}; ${platform === "systemd" ? "runtime=HERE/run" : ""}`,
        "care_properties=(--property=B)",
        "care_script=(HERE/steps) repair_script=(HERE/mend) gather_script=(HERE/gather)",
        "writable=(HERE/state)",
        '[ -z "$care" ] || { take_care; exit; }',
        'start /bin/echo "$@"',
      ].join("\n"),
    );
    run({
      directory,
      it: (words, commands = "IT") =>
        runShell(
          [],
          commands.replaceAll("IT", `${directory}/it ${words}`).replaceAll("HERE", directory),
          directory,
        ),
      calls: () =>
        existsSync(join(directory, "calls")) ? readFileSync(join(directory, "calls"), "utf8") : "",
    });
  });
}

const platforms: readonly Platform[] = ["systemd", "user", "darwin"];

describe.each(platforms)("on %s", (platform) => {
  test("a backup is a file of the operator's alone, and brings the state back", () => {
    withPlace(platform, ({ directory, it }) => {
      writeFileSync(join(directory, "active"), "");
      const made = it("--backup safe/x", "umask 0022; IT; stat --format %a safe/x; ls safe");
      expect(made).toMatchObject({ status: 0, stdout: "600\nx\n" });
      expect(made.stderr).toContain("holds the whole state of it, with its secrets");
      writeFileSync(join(directory, "state/file"), "changed");
      const restored = it("--restore safe/x");
      expect(restored).toMatchObject({ status: 0, stdout: "" });
      expect(restored.stderr).toContain("it --undo brings it back, --forget removes it");
      expect(readFileSync(join(directory, "state/file"), "utf8")).toBe("1");
      expect(it("--undo").status).toBe(0);
      expect(readFileSync(join(directory, "state/file"), "utf8")).toBe("changed");
      expect(it("--forget").status).toBe(0);
      expect(it("--undo")).toMatchObject({ status: 1 });
    });
  });

  test("pipes do, too", () => {
    withPlace(platform, ({ directory, it }) => {
      expect(it("--backup -", "IT > safe/x; tar tzf safe/x").stdout).toContain("1/file\n");
      writeFileSync(join(directory, "state/file"), "changed");
      expect(it("--restore -", "cat safe/x | IT").status).toBe(0);
      expect(readFileSync(join(directory, "state/file"), "utf8")).toBe("1");
    });
  });

  test("the program mends the state, or leaves it as it was", () => {
    withPlace(platform, ({ directory, it }) => {
      writeFileSync(join(directory, "unmendable"), "");
      expect(it("--repair")).toMatchObject({ status: 1 });
      expect(readFileSync(join(directory, "state/file"), "utf8")).toBe("1");
      expect(readFileSync(join(directory, "mended"), "utf8")).toBe("1");
      expect(it("--repair", "rm unmendable; IT").status).toBe(0);
      expect(readFileSync(join(directory, "state/file"), "utf8")).toBe("2\n");
      expect(it("--undo").status).toBe(0);
      expect(readFileSync(join(directory, "state/file"), "utf8")).toBe("1");
    });
  });

  test("parts of another state are brought in, by name, and nothing else", () => {
    withPlace(platform, ({ directory, it }) => {
      const made = it(
        "--import mine notes logins",
        [
          "mkdir -p mine/notes mine/keys; echo a > mine/note1; echo b > mine/notes/n; echo c > mine/keys/k",
          "echo d > mine/openclaw.json; echo e > mine/$'odd\\n\\e[2J'; ln -s /etc/shadow mine/note2; mkfifo mine/note3",
          "SUDO_UID=0 IT",
          "find state -name .care -prune -o -printf '%y %p\\n' | sort; find mine | wc -l",
        ].join("\n"),
      );
      expect(made.stdout).toBe(
        "d state\nd state/notes\nd state/work\nf state/file\nf state/note1\nf state/notes/n\nl state/note2\n11\n",
      );
      expect(made.stderr).toContain("taken: notes, from");
      expect(made.stderr).toMatch(/taken: logins, from .*, with secrets/);
      expect(made.stderr).toContain("left: $'odd\\n\\E[2J' openclaw.json");
      expect(it("--undo").status).toBe(0);
      expect(existsSync(join(directory, "state/note1"))).toBe(false);
    });
  });
});

describe("files", () => {
  const refused: readonly (readonly [string, string, number, string])[] = [
    ["--backup", "IT", 64, "needs the name of one file"],
    ["--backup a b", "IT", 64, "needs the name of one file"],
    ["--backup ''", "IT", 64, "needs the name of one file"],
    ["--repair x", "IT", 64, "--repair stands alone"],
    ["--import", "IT", 64, "--import needs a directory"],
    ["--backup safe/x", "echo mine > safe/x; IT", 73, "safe/x exists"],
    ["--backup safe/x", "ln -s /nowhere safe/x; IT", 73, "safe/x exists"],
    ["--backup safe/x", "mkfifo safe/x.partial; IT", 73, "was interrupted: remove it"],
    ["--backup nowhere/x", "IT", 66, "there is no directory nowhere/"],
    ["--backup safe/", "IT", 64, "is no name of a file"],
    ["--backup state/x", "IT", 64, "the service can write HERE/state"],
    ["--backup state/work/x", "IT", 64, "the service can write HERE/state"],
    ["--backup state/link/x", "ln -s ../safe state/link; IT", 64, "the service can write"],
    ["--backup state/link/../x", "ln -s ../safe state/link; IT", 64, "the service can write"],
    ["--backup safe/into/x", "ln -s ../state safe/into; IT", 64, "the service can write"],
    ["--backup x", "cd state; ../it --backup x; exit; IT", 64, "the service can write"],
    ["--restore safe/x", "IT", 66, "there is no file safe/x"],
    ["--restore safe", "IT", 66, "there is no file safe"],
    ["--restore state/x", "ln -s /etc/shadow state/x; IT", 64, "the service can write HERE/state"],
    ["--restore safe/x", "ln -s ../state/file safe/x; IT", 64, "the service can write HERE/state"],
    ["--import state notes", "IT", 64, "the service can write HERE/state"],
    [
      "--backup safe/through/x",
      "ln -s ../keep state/out; ln -s ../state/out safe/through; IT",
      64,
      "the service can write",
    ],
    [
      "--restore safe/through",
      "touch keep/x; ln -s ../keep/x state/out; ln -s ../state/out safe/through; IT",
      64,
      "the service can write",
    ],
    ["--backup safe/a/x", "ln -s b safe/a; ln -s a safe/b; IT", 64, "there are too many links"],
    [
      "--backup keep/x",
      "unshare --mount bash -c 'mount --bind state keep; IT; exit $?'",
      64,
      "the service can write",
    ],
    ["--import mine notes=state/work", "mkdir mine; SUDO_UID=0 IT", 64, "the service can write"],
    ["--import mine", "mkdir mine; SUDO_UID=0 IT", 64, "name the parts to bring in: notes logins"],
    [
      "--import mine all",
      "mkdir mine; SUDO_UID=0 IT",
      64,
      "there is no part all; there are: notes logins",
    ],
    ["--import mine notes", "mkdir mine; SUDO_UID=0 IT", 66, "there is nothing of notes in"],
    ["--import nowhere notes", "SUDO_UID=0 IT", 66, "there is no directory nowhere"],
    ["--import mine notes", "mkdir mine; SUDO_UID='0 x' IT", 64, "SUDO_UID is no number"],
  ];

  test.each(refused)("%s is refused after %j", (words, commands, want, reason) => {
    withPlace("systemd", ({ directory, it, calls }) => {
      const { status, stderr } = it(words, commands);
      expect({ status, stderr }).toEqual({
        status: want,
        stderr: expect.stringContaining(reason.replace("HERE", directory)) as string,
      });
      // The service was not touched.
      expect(calls()).toBe("");
    });
  });

  const theirs = "mkdir mine; echo a > mine/note1; chmod -R a+rX . mine";
  const reads = "--import mine notes";
  const readers: readonly (readonly [string, string, string])[] = [
    [reads, `${theirs}; chown 1234 mine; IT`, "1234"],
    // Root is no user who called sudo.
    [reads, `${theirs}; chown 1234 mine; SUDO_UID=0 IT`, "1234"],
    [reads, `${theirs}; chown 1234 mine; SUDO_UID=1235 IT`, "1235"],
    // A user put the link there, and a slash at the end follows it.
    ["--import link/ notes", `${theirs}; ln -s mine link; chown -h 1234 link; IT`, "1234"],
    ["--import link notes", `${theirs}; chown 1234 mine; ln -s mine link; IT`, "1234"],
    ["--import mine notes=own", `${theirs}; cp -r mine own; chown 1234 own; IT`, "1234"],
    // A directory of root's may be replaced by whoever owns the one around it.
    ["--import own/mine notes", `${theirs}; mkdir own; mv mine own; chown 1234 own; IT`, "1234"],
    [reads, `${theirs}; IT`, "0"],
  ];

  test.each(readers)(
    "%s is read by whoever could put links there, after %j",
    (words, commands, want) => {
      withPlace("systemd", ({ directory, it }) => {
        const gather = join(directory, "gather");
        const real = readFileSync(gather, "utf8");
        // The real user: \`id\` is replaced.
        const note = `echo "reader $EUID, session $(cut -d ' ' -f 6 /proc/self/stat), fds $(readlink /proc/self/fd/* | grep -c care-it.lock), $(readlink /proc/self/fd/2)" >&2`;
        writeFileSync(gather, real.replace("set -euo pipefail", `${note}\nset -euo pipefail`));
        const { status, stderr } = it(words, `umask 0022; ${commands}`);
        expect({ status, stderr }).toMatchObject({ status: 0 });
        const said = [...stderr.matchAll(/reader (\d+), session (\d+), fds (\d+), (\w+)/g)];
        expect(said.map((line) => [line[1], line[3], line[4]])).toEqual([
          [want, "0", "pipe"],
          [want, "0", "pipe"],
        ]);
        // Each has a session of its own.
        expect(new Set(said.map((line) => line[2])).size).toBe(want === "0" ? 1 : 2);
      });
    },
  );

  test("a reader that hangs is ended with the command", () => {
    withPlace("systemd", ({ directory, it }) => {
      const gather = join(directory, "gather");
      writeFileSync(
        gather,
        `#!/usr/bin/env bash\n[ "\${!#}" != --check ] || exit 0\necho begun >&2; kill -STOP $$\n`,
      );
      const { stdout } = it(
        "--import mine notes",
        [
          "umask 0022; chmod a+rx .; mkdir mine; chown 1234 mine",
          "env --default-signal=INT setsid IT 2> said & caller=$!",
          "for i in $(seq 100); do grep -q begun said && break; sleep 0.1; done",
          "kill -INT -- -$caller",
          "for i in $(seq 50); do kill -0 $caller 2> /dev/null || break; sleep 0.1; done",
          "kill -0 $caller 2> /dev/null && echo hangs; pgrep -f HERE/gather | xargs -r kill -KILL",
        ].join("\n"),
      );
      expect(stdout).toBe("");
    });
  });

  test("a file that is being made has another name, and is gone when that fails", () => {
    withPlace("systemd", ({ directory, it }) => {
      writeFileSync(join(directory, "fails"), "");
      expect(it("--backup safe/x", "IT || echo $?; ls -A safe")).toMatchObject({ stdout: "5\n" });
    });
  });

  test("a full disk leaves no file", () => {
    withPlace("systemd", ({ it }) => {
      const { stdout, stderr } = it(
        "--backup safe/x",
        [
          "head -c 3M /dev/urandom > state/big",
          "unshare --mount bash -c 'mount -t tmpfs -o size=1M none safe; IT; echo $?; ls -A safe'",
        ].join("\n"),
      );
      expect({ stdout, stderr }).toEqual({
        stdout: "1\n",
        stderr: expect.stringContaining("there is no backup") as string,
      });
    });
  });

  test("nobody can put another file into the place meanwhile", () => {
    withPlace("systemd", ({ directory, it }) => {
      writeFileSync(
        join(directory, "sync"),
        `#!/bin/sh\necho theirs > ${directory}/safe/x\nexec /usr/bin/sync "$@"\n`,
        { mode: 0o755 },
      );
      expect(it("--backup safe/x", "IT || echo $?; ls -A safe; cat safe/x").stdout).toBe(
        "74\nx\ntheirs\n",
      );
    });
  });
});

describe("the service", () => {
  const holding = "--property=Conflicts=it.service --property=After=it.service";
  const again = "--property=OnSuccess=it.service --property=OnFailure=it.service";

  test("is held by a unit that the manager starts it after, if it ran", () => {
    for (const isActive of [true, false]) {
      withPlace("systemd", ({ directory, it, calls }) => {
        if (isActive) writeFileSync(join(directory, "active"), "");
        it("--backup safe/x");
        const [, hold = ""] = calls().split("\n");
        expect(hold).toContain(holding);
        expect(hold.includes(again)).toBe(isActive);
        expect(calls().includes("ctl start it.service")).toBe(isActive);
      });
    }
  });

  test("and the steps end if it starts, and have nobody beside them", () => {
    withPlace("systemd", ({ it, calls }) => {
      it("--repair");
      const lines = calls().split("\n");
      const unit = /--unit=(care-it-\d+).service/.exec(calls())?.[1] ?? "";
      const steps = lines.filter((line) => line.startsWith("run") && line.includes("--uid=it"));
      // Each step is called twice: in its scope, and for its service.
      const names = steps.map((line) => /command-it-\d+-(\w+).service/.exec(line)?.[1]);
      expect([...new Set(names)]).toEqual(["keep", "repair", "finish"]);
      for (const step of steps) {
        expect(step).toContain(
          `--property=BindsTo=${unit}.service --property=After=${unit}.service`,
        );
        expect(step).toContain(holding);
        // The preparation would take the change for one that was interrupted, and undo it.
        expect(step).toContain("--property=Conflicts=prepare-it.service");
        expect(step).not.toContain("--property=Wants=prepare-it.service");
        expect(step).toContain("--property=B");
        expect(step).not.toContain("LoadCredential");
      }
    });
  });

  test("that does not start is said to, with the way back", () => {
    withPlace("systemd", ({ directory, it }) => {
      writeFileSync(join(directory, "active"), "");
      it("--backup safe/x");
      const { status, stderr } = it("--restore safe/x", "touch broken; IT");
      expect(status).toBe(1);
      expect(stderr).toContain("it does not start: journalctl --unit it\n");
      expect(stderr).toContain("does not start with it. The state before is kept: it --undo");
    });
  });

  test("nobody else can lock the state", () => {
    withPlace("systemd", ({ it }) => {
      expect(it("--repair", "umask 0022; IT; stat --format %a run/care-it.lock").stdout).toBe(
        "600\n",
      );
    });
  });

  test("two at work would be one too many", () => {
    withPlace("systemd", ({ it }) => {
      expect(
        it(
          "--forget",
          "flock run/care-it.lock sh -c 'echo $$ > holder; exec sleep 60' & until [ -s holder ]; do sleep 0.1; done; IT || echo $?; kill $(cat holder)",
        ).stdout,
      ).toBe("75\n");
    });
    withPlace("systemd", ({ it }) => {
      const { stdout, stderr } = it(
        "--backup -",
        "mkfifo slow; exec 8<> slow; head -c 3M /dev/urandom > state/big; IT > slow & sleep 2; IT > /dev/null || echo $?; cat <&8 > /dev/null & wait %1; kill %2",
      );
      expect(stdout).toBe("75\n");
      expect(stderr).toContain("somebody else is at work on the state of it");
    });
  });

  test.each(["INT", "TERM", "HUP", "KILL"])("is let go when the command gets SIG%s", (signal) => {
    withPlace("systemd", ({ directory, it }) => {
      // A step that ends only with the unit that holds the service, as the service manager would end it.
      writeFileSync(
        join(directory, "steps"),
        `#!/bin/sh\necho $$ > ${directory}/begun\nwhile kill -0 $(cat ${directory}/holder) 2> /dev/null; do sleep 0.1; done\n`,
      );
      const { stdout } = it(
        "--backup safe/x",
        [
          // A shell lets what it starts in the background ignore SIGINT.
          "env --default-signal=INT setsid IT 2> /dev/null & caller=$!",
          "until [ -e begun ]; do sleep 0.1; done",
          // A terminal sends it to the whole group.
          `kill -${signal} -- ${signal === "INT" ? "-" : ""}$caller`,
          "for i in $(seq 100); do kill -0 $(cat holder) 2> /dev/null || kill -0 $(cat begun) 2> /dev/null || break; sleep 0.1; done; sleep 1",
          "kill -0 $(cat holder) 2> /dev/null && echo held; kill -0 $(cat begun) 2> /dev/null && echo works; ls -A safe",
        ].join("\n"),
      );
      expect(stdout).toBe(signal === "KILL" ? "x.partial\n" : "");
    });
  });
});
