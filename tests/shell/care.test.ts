// The care of the state. Its steps inside the sandbox run for real, on directories of the test's; archives are made by
// the real tar, and by hand where tar would make no such archive.

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";

import { shellCode } from "../../src/runtime/assets.ts";
import { runShell, type ShellResult, withDirectory } from "./run-shell.ts";

/** What the steps know of a service: a directory in the state directory, and one elsewhere. */
const service = (directory: string): string => `
  title=it
  own=(${directory}/state ${directory}/state/team ${directory}/state/team/work ${directory}/elsewhere)
  roots=(${directory}/state ${directory}/elsewhere)
  parts=(work ${directory}/state/team/work notes ${directory}/state)`;

interface Place {
  readonly directory: string;
  /** Runs a step; `commands` are shell code around it, in which IT stands for it. */
  readonly step: (step: string, commands?: string) => ShellResult;
  readonly shell: (commands: string) => string;
  /** The files of the state with their contents, without those of changes. */
  readonly files: () => Readonly<Record<string, string>>;
  readonly put: (files: Readonly<Record<string, string>>) => void;
}

function withPlace(run: (place: Place) => void): void {
  withDirectory((directory) => {
    const it = join(directory, "it");
    writeFileSync(
      it,
      [
        "#!/usr/bin/env bash",
        "set -euo pipefail",
        "umask 0077",
        service(directory),
        shellCode.read("settle"),
        shellCode.read("care"),
        '"$@"',
      ].join("\n"),
      { mode: 0o755 },
    );
    const put: Place["put"] = (files) => {
      for (const [name, content] of Object.entries(files)) {
        mkdirSync(dirname(join(directory, name)), { recursive: true });
        writeFileSync(join(directory, name), content);
      }
    };
    const shell = (commands: string): string =>
      execFileSync("bash", ["-c", commands], { cwd: directory, encoding: "utf8" });
    mkdirSync(join(directory, "elsewhere"));
    put({ "state/team/work/z": "" });
    run({
      directory,
      put,
      shell,
      step: (step, commands = "IT") =>
        runShell([], commands.replaceAll("IT", `${it} ${step}`), directory),
      files: () => {
        const names = shell(
          "find state elsewhere -name .care -prune -o -type f -print0 -o -type l -print0",
        );
        return Object.fromEntries(
          names
            .split("\0")
            .slice(0, -1)
            .toSorted()
            .map((name) => [
              name,
              shell(`if [ -L '${name}' ]; then readlink '${name}'; else cat '${name}'; fi`),
            ]),
        );
      },
    });
  });
}

const state = {
  "state/a": "1",
  "state/team/b": "2",
  "state/team/work/c": "3",
  "state/team/work/.git/d": "4",
  "state/team/work/z": "",
  "elsewhere/e": "5",
  "state/a b\nc": "6",
};

describe("a backup and its return", () => {
  test("all files come back, wherever their directories are, and nothing else is there", () => {
    withPlace(({ step, put, files, shell }) => {
      put(state);
      shell("ln -s /etc/passwd state/link; ln state/a state/team/hard; mkdir -m 0700 state/empty");
      const before = files();
      expect(step("pack", "IT > backup")).toEqual({ status: 0, stdout: "", stderr: "" });
      put({ "state/a": "x", "state/new": "x", "elsewhere/new": "x", "state/team/work/c": "x" });
      shell("rm elsewhere/e");
      expect(step("unpack", "IT < backup")).toEqual({ status: 0, stdout: "", stderr: "" });
      expect(files()).toEqual(before);
      expect(existsSync("state/empty")).toBe(false);
      expect(shell("stat --format %h:%a state/a state/empty")).toBe("2:600\n2:700\n");
    });
  });

  test("the former state comes back, and the way back from that", () => {
    withPlace(({ step, put, files }) => {
      put(state);
      step("pack", "IT > backup");
      put({ "state/a": "changed", "elsewhere/f": "new" });
      const changed = files();
      step("unpack", "IT < backup");
      const restored = files();
      expect(restored).not.toEqual(changed);
      expect(step("undo").status).toBe(0);
      expect(files()).toEqual(changed);
      expect(step("undo").status).toBe(0);
      expect(files()).toEqual(restored);
      expect(step("forget").status).toBe(0);
      const { status, stderr } = step("undo");
      expect({ status, stderr }).toEqual({ status: 1, stderr: "no former state is kept\n" });
      expect(files()).toEqual(restored);
    });
  });

  test("what is no file is left out, and takes no part in a return", () => {
    withPlace(({ step, put, shell }) => {
      put(state);
      shell("mkfifo state/fifo; truncate --size 4T state/hole");
      expect(step("pack", "IT > backup").status).toBe(0);
      expect(shell("tar tzf backup")).not.toContain("fifo");
      // Holes take no space.
      expect(Number(shell("stat --format %s backup"))).toBeLessThan(10_000);
      expect(step("unpack", "IT < backup").status).toBe(0);
      expect(shell("stat --format %s state/hole; du -k state/hole | cut -f1")).toMatch(
        /^4398046511104\n\d{1,2}\n$/,
      );
    });
  });

  test("a backup holds no earlier state", () => {
    withPlace(({ step, put, shell }) => {
      put(state);
      step("pack", "IT > backup");
      step("unpack", "IT < backup");
      step("pack", "IT > again");
      expect(shell("tar tzf again | sort")).toBe(shell("tar tzf backup | sort"));
    });
  });

  test("a file that cannot be read is no part of a backup that looks whole", () => {
    withPlace(({ directory, put, shell }) => {
      put(state);
      shell("chmod 0 state/team; chmod -R a+rX . ; chmod 0 state/team");
      const { status } = spawnSync(
        "setpriv",
        ["--reuid=65534", "--clear-groups", join(directory, "it"), "contents"],
        { cwd: directory },
      );
      expect(status).not.toBe(0);
    });
  });
});

/** An archive of members that tar would not make: names, types and contents as they are given. */
function archive(
  members: readonly {
    readonly name: string;
    readonly type?: string;
    readonly link?: string;
    readonly content?: string;
    readonly mode?: number;
    readonly size?: number;
  }[],
): Buffer {
  const blocks = members.flatMap(
    ({ name, type = "0", link = "", content = "", mode = 0o600, size }) => {
      const header = Buffer.alloc(512);
      const octal = (value: number, digits: number): string =>
        `${value.toString(8).padStart(digits - 1, "0")}\0`;
      header.write(name, 0);
      header.write(octal(mode, 8), 100);
      header.write(octal(0, 8), 108);
      header.write(octal(0, 8), 116);
      header.write(octal(size ?? Buffer.byteLength(content), 12), 124);
      header.write(octal(0, 12), 136);
      header.write("        ", 148);
      header.write(type, 156);
      header.write(link, 157);
      header.write("ustar\u000000", 257);
      header.write(octal(1, 8), 329);
      header.write(octal(3, 8), 337);
      header.write(
        octal(
          header.reduce((sum, byte) => sum + byte, 0),
          7,
        ),
        148,
      );
      const padded = Buffer.alloc(Math.ceil(Buffer.byteLength(content) / 512) * 512);
      padded.write(content);
      return [header, padded];
    },
  );
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

const about = { name: "about", content: "it\nformat 1\n" };
const intact = [about, { name: "1/a", content: "1" }];

describe("a hostile archive", () => {
  const hostile: readonly (readonly [string, () => Buffer])[] = [
    ["is empty", () => Buffer.alloc(0)],
    ["is no archive", () => Buffer.from("no archive".repeat(1000))],
    ["is of another service", () => archive([{ ...about, content: "that\nformat 1\n" }])],
    ["is of another format", () => archive([{ ...about, content: "it\nformat 2\n" }])],
    ["does not say what it is", () => archive(intact.slice(1))],
    ["says so by a link", () => archive([{ name: "about", type: "2", link: "/etc/passwd" }])],
    ["ends early", () => archive([...intact, { name: "1/b", content: "x", size: 9000 }])],
    ["is cut off", () => archive(intact).subarray(0, 60)],
    ["is damaged", () => Buffer.concat([archive(intact).subarray(0, -6), Buffer.alloc(6)])],
    ["climbs", () => archive([...intact, { name: "1/../../../../climbed", content: "x" }])],
    ["climbs at once", () => archive([...intact, { name: "../climbed", content: "x" }])],
    [
      "writes through a link",
      () =>
        archive([
          ...intact,
          { name: "1/out", type: "2", link: "../../.." },
          { name: "1/out/climbed", content: "x" },
        ]),
    ],
    [
      "takes the place of a directory",
      () =>
        archive([about, { name: "1", type: "2", link: "/" }, { name: "1/climbed", content: "x" }]),
    ],
    ["makes the directory itself", () => archive([about, { name: "1", type: "5", mode: 0o700 }])],
    ["is of more directories", () => archive([...intact, { name: "3/a", content: "x" }])],
    ["has a FIFO", () => archive([...intact, { name: "1/fifo", type: "6" }])],
    [
      "has a link in place of an own directory",
      () => archive([...intact, { name: "1/team", type: "2", link: "/etc" }]),
    ],
    [
      "has a file in place of an own directory",
      () => archive([...intact, { name: "1/team", content: "x" }]),
    ],
  ];

  // Other programs make files around it meanwhile.
  const surroundings = "ls -d ../climbed ../../climbed /climbed 2> /dev/null || :";

  test.each(hostile)("that %s changes nothing", (_, made) => {
    withPlace(({ directory, step, put, files, shell }) => {
      put(state);
      writeFileSync(join(directory, "backup"), made());
      const before = files();
      const around = shell(surroundings);
      const { status, stderr } = step("unpack", "IT < backup");
      expect({ status, stderr }).toEqual({
        status: 1,
        stderr: expect.stringMatching(/(nothing has changed|neither a file nor)/) as string,
      });
      expect(files()).toEqual(before);
      expect(shell(surroundings)).toBe(around);
      expect(shell("ls -A state/.care elsewhere/.care")).toBe(
        "elsewhere/.care:\n.gitignore\n\nstate/.care:\n.gitignore\n",
      );
    });
  });

  test("gives nobody rights, and no file to others", () => {
    withPlace(({ directory, step, shell }) => {
      writeFileSync(
        join(directory, "backup"),
        archive([...intact, { name: "1/suid", mode: 0o6777, content: "x" }]),
      );
      expect(step("unpack", "IT < backup").status).toBe(0);
      expect(shell("stat --format %a state/suid")).toBe("700\n");
    });
  });

  test("brings no folder of changes", () => {
    withPlace(({ directory, step, shell }) => {
      writeFileSync(
        join(directory, "backup"),
        archive([
          ...intact,
          { name: "1/.care/phase", content: "in\n" },
          { name: "1/team/.care/old/x", content: "x" },
        ]),
      );
      expect(step("unpack", "IT < backup").status).toBe(0);
      expect(shell("ls -A state state/.care state/team state/team/.care")).not.toMatch(/phase|old/);
    });
  });

  test("takes no more than there is room for", () => {
    withPlace(({ directory, step, put, files, shell }) => {
      put(state);
      const before = files();
      // A gigabyte of zeros in a megabyte, and a file system that says it has 200 MB and 1000 files left.
      shell("mkdir bin");
      writeFileSync(
        join(directory, "bin/df"),
        "#!/bin/sh\necho Avail\ncase $1 in *iavail*) echo 1000 ;; *) echo 200000000 ;; esac\n",
        { mode: 0o755 },
      );
      shell(
        "mkdir big; printf 'it\\nformat 1\\n' > big/about; mkdir big/1; head -c 1G /dev/zero > big/1/zeros; tar -C big -czf backup about 1/zeros; rm -r big",
      );
      const bomb = step("unpack", `PATH=${directory}/bin:$PATH; IT < backup`);
      expect(bomb.status).toBe(1);
      expect(bomb.stderr).toContain("does not fit");
      expect(files()).toEqual(before);
      shell(
        "mkdir many; printf 'it\\nformat 1\\n' > many/about; mkdir many/1; (cd many/1; seq 3000 | xargs touch); (cd many; tar -czf ../backup about 1/*)",
      );
      const many = step("unpack", `PATH=${directory}/bin:$PATH; IT < backup`);
      expect(many.status).toBe(1);
      expect(files()).toEqual(before);
    });
  }, 300_000);
});

describe("a change that is interrupted", () => {
  /** The programs that a change runs, each of which may be the last. */
  const programs = ["mv", "sync", "rm", "xargs", "mkdir"];
  /** Every third call of a program: all of them take minutes, and need `$NIXMODGEN_SAMPLE=full`. */
  const stride = process.env["NIXMODGEN_SAMPLE"] === "full" ? 1 : 3;

  test.each(["unpack", "undo"])(
    "%s leaves the state before or the state after",
    (verb) => {
      withPlace(({ directory, step, put, files, shell }) => {
        put(state);
        step("pack", "IT > backup");
        put({ "state/a": "changed", "elsewhere/f": "new" });
        step("unpack", "IT < backup");
        step("undo");
        const before = files();
        shell("mkdir kept; cp -a state elsewhere kept");
        step(verb, "IT < backup");
        const after = files();
        expect(after).not.toEqual(before);
        const seen = new Set<string>();
        for (const [index, program] of programs.entries()) {
          for (let count = 1 + (index % stride); count < 40; count += stride) {
            shell(
              "rm -rf state elsewhere calls; cp -a kept/state kept/elsewhere .; mkdir -p bin; rm -f bin/*",
            );
            // The call of that number kills the step and everything that it has started.
            writeFileSync(
              join(directory, "bin", program),
              `#!/usr/bin/env bash\necho >> ${directory}/calls\n[ "$(wc -l < ${directory}/calls)" -ne ${String(count)} ] || { kill -KILL -- -$$; kill -KILL 0; }\nPATH=\${PATH#*:}\nexec ${program} "$@"\n`,
              { mode: 0o755 },
            );
            const killed = step(
              verb,
              `PATH=${directory}/bin:$PATH; setsid --wait IT < backup 2> /dev/null || exit 9`,
            );
            if (killed.status === 0) break;
            // As the preparation of the next start does.
            expect(step("settle").status).toBe(0);
            const found = JSON.stringify(files());
            expect([JSON.stringify(before), JSON.stringify(after)]).toContain(found);
            seen.add(found);
            expect(existsSync(join(directory, "state/.care/phase"))).toBe(false);
          }
        }
        // Some of the kills came before the change was whole, and some after.
        expect(seen.size).toBe(2);
      });
    },
    400_000,
  );

  test("a repair that fails leaves the state as it was, one that succeeds keeps it", () => {
    withPlace(({ step, put, files, directory }) => {
      put(state);
      const before = files();
      expect(step("keep").status).toBe(0);
      put({ "state/a": "half", "state/team/work/c": "half", "state/rubbish": "x" });
      expect(step("settle").stderr).toContain("it is as it was before");
      expect(files()).toEqual(before);
      expect(step("keep").status).toBe(0);
      put({ "state/a": "mended" });
      const mended = files();
      expect(step("finish").status).toBe(0);
      expect(files()).toEqual(mended);
      expect(readFileSync(join(directory, "state/.care/former/a"), "utf8")).toBe("1");
      expect(step("undo").status).toBe(0);
      expect(files()).toEqual(before);
    });
  });

  test("a folder of changes that is a link leads nowhere", () => {
    withPlace(({ step, put, shell, files }) => {
      put(state);
      shell("mkdir other; touch other/precious; ln -s ../other state/.care");
      expect(step("settle").status).toBe(0);
      expect(step("keep").status).toBe(0);
      expect(step("finish").status).toBe(0);
      expect(shell("ls other")).toBe("precious\n");
      expect(files()["state/a"]).toBe("1");
    });
  });
});
