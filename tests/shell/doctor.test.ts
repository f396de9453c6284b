// The doctor of the operator's command: what it asks the service manager for, and what it makes of the words that come
// from inside. A stand-in for systemctl keeps the units that it starts, and answers for the probes in them.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { z } from "../../src/zod.ts";
import { lacking } from "../support/lacking.ts";
import { runShell, standIns, withDirectory } from "./run-shell.ts";

const program = fileURLToPath(new URL("../../src/runtime/python/doctor.py", import.meta.url));
const missing = spawnSync("python3", ["--version"]).status === 0 ? [] : ["python3"];

const unit = "it.service";

/** The unit's file and a drop-in, as `systemctl cat` shows them. */
const cat = String.raw`# /etc/systemd/system/it.service
[Unit]
Requires=other.service
[Service]
ExecStart=/it
ExecStartPost=/ready
Restart=always
User=it
LoadCredential=KEY:/run/keys/key
SetCredential=KEY:none
Environment="A=b"
EnvironmentFile=/etc/secret
StandardOutput=journal
TimeoutStopSec=330
PrivatePIDs=true
; a comment
BindPaths=%t/%N/a:/a \
# a comment inside
  %%n:/b
RuntimeDirectory=it
# /run/systemd/system/it.service.d/more.conf
[Service]
UMask=0022
[Install]
WantedBy=multi-user.target
`;

const proof = (promise: string, attempt: readonly string[], more: object = {}): object => ({
  promise,
  attempt,
  must: ["EPERM"],
  bare: "done",
  unconfined: "done",
  ...more,
});

const rules = [
  {
    id: "first",
    why: "Nothing is seen. More text.",
    directives: ["PrivatePIDs"],
    proofs: [
      proof("one", ["read", "/one"]),
      proof("two", ["connect", "127.0.0.1", "{port}"]),
      proof("three", ["call", "bpf"]),
      proof("works", ["read", "/four"], { must: ["done"] }),
      { ...proof("five", []), attempt: undefined, reason: "it would make a file" },
      proof("six", ["read", "{nowhere}"]),
    ],
  },
  {
    id: "second",
    why: "Memory is bounded.",
    directives: ["MemoryMax"],
    proofs: [
      {
        ...proof("memory", []),
        attempt: undefined,
        property: { property: "MemoryMax", value: "infinity" },
        must: ["no"],
        bare: "yes",
      },
    ],
  },
];

const promises = {
  systemd: "257",
  acceptMissing: "accept",
  rules,
  differences: { old: { three: "done" } },
  relaxations: {
    loose: [
      { value: true, lifts: { one: "done" } },
      { value: "named", lifts: { works: "ENOENT" } },
      { value: ["10.0.0.0/8"], lifts: { two: "done" } },
    ],
  },
};

interface Situation {
  /** What the probes say in the copy, and in the bare unit. */
  readonly inside?: string;
  readonly outside?: string;
  readonly facts?: object;
  /** Properties of units, by `UNIT NAME`; `copy` and `bare` stand for the units of the doctor. */
  readonly properties?: Readonly<Record<string, string>>;
  readonly words?: readonly string[];
  /** Whether the kernel says something else of the copy than of the service. */
  readonly isUnlike?: true;
}

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The files of the units, and the attempts. */
  readonly started: Readonly<Record<string, string>>;
  /** What is left in the directory of units and around it. */
  readonly left: readonly string[];
}

const systemctl = `#!/bin/bash
cd HERE
while [[ $1 = --* && $1 != --version ]]; do shift; done
named() {
  case $1 in
    doctor-*-bare-of-*) echo bare ;;
    doctor-*) echo copy ;;
    *) echo service ;;
  esac
}
case $1 in
  --version) echo 'systemd 257 (257.1)' ;;
  cat) cat unit ;;
  show) cat "properties/$(named "$2") $4" 2> /dev/null || echo same ;;
  start)
    shift
    for unit in "$@"; do
      cp "run/systemd/system/$unit" "started/$(named "$unit")"
      output=$(sed -n 's/^StandardOutput=truncate://p' "run/systemd/system/$unit")
      cp "$(sed -n 's/^StandardInput=file://p' "run/systemd/system/$unit")" started/attempts
      cp "says/$(named "$unit")" "$output"
    done
    ;;
esac
`;

/** Processes whose facts the kernel tells: that of the service and the copy, and one that is less confined. */
let alike: ChildProcess | undefined;
let unlike: ChildProcess | undefined;
beforeAll(() => {
  alike = spawn("sh", ["-c", "ulimit -c 0; exec sleep 600"]);
  unlike = spawn("sh", ["-c", "ulimit -c 0; ulimit -s 4096; exec sleep 600"]);
});
afterAll(() => [alike, unlike].map((child) => child?.kill()));

const kept = "EPERM\nEPERM\nEPERM\nend\n";
const open = "done\ndone\ndone\nend\n";

function examined(situation: Situation = {}): Outcome {
  const { inside = kept, outside = open, facts = {}, properties = {}, words = [] } = situation;
  const outcomes: Outcome[] = [];
  withDirectory((directory) => {
    const put = (path: string, text: string): void => {
      mkdirSync(join(directory, path, ".."), { recursive: true });
      writeFileSync(join(directory, path), text.replaceAll("HERE", directory));
    };
    mkdirSync(join(directory, "run/systemd/system"), { recursive: true });
    mkdirSync(join(directory, "started"));
    put("systemctl", systemctl);
    chmodSync(join(directory, "systemctl"), 0o755);
    put("unit", cat);
    put("says/copy", inside);
    put("says/bare", outside);
    put("promises.json", JSON.stringify(promises));
    const known = { known: { port: "80" }, accepted: [], differences: [], options: {} };
    put("facts.json", JSON.stringify({ ...known, ...facts }));
    const all = {
      "service MainPID": String(alike?.pid),
      "copy MainPID": String((situation.isUnlike === true ? unlike : alike)?.pid),
      "bare MemoryMax": "infinity",
      ...properties,
    };
    for (const [name, value] of Object.entries(all)) put(`properties/${name}`, `${value}\n`);
    // What a doctor has left that somebody killed.
    put("run/systemd/system/doctor-99999999-of-it.service", "");
    const given = {
      command: "it",
      unit,
      runtime: join(directory, "run"),
      promises: join(directory, "promises.json"),
      facts: join(directory, "facts.json"),
      systemctl: join(directory, "systemctl"),
      setpriv: "/setpriv",
      python: "/python",
      probe: "/probe",
    };
    const arguments_ = Object.entries(given).flatMap(([name, value]) => [`--${name}`, value]);
    const ended = spawnSync("python3", ["-I", "-S", program, ...arguments_, ...words], {
      encoding: "utf8",
      timeout: 30_000,
    });
    const started = Object.fromEntries(
      readdirSync(join(directory, "started")).map((name) => [
        name,
        readFileSync(join(directory, "started", name), "utf8").replaceAll(directory, "HERE"),
      ]),
    );
    const left = [
      ...readdirSync(join(directory, "run")),
      ...readdirSync(join(directory, "run/systemd/system")),
    ];
    outcomes.push({ ...ended, started, left });
  });
  const [outcome] = outcomes;
  if (outcome === undefined) throw new Error("it was not run");
  return outcome;
}

const results = z.object({
  kept: z.boolean(),
  promises: z.array(
    z.object({
      rule: z.string(),
      promise: z.string(),
      verdict: z.string(),
      reason: z.string(),
      inside: z.string(),
    }),
  ),
});

/** The verdicts of promises, by their names, and the exit status. */
function verdicts(
  situation: Situation,
): readonly [Readonly<Record<string, string>>, number | null] {
  const { status, stdout } = examined({ ...situation, words: ["--json"] });
  const found = results.parse(JSON.parse(stdout)).promises;
  const named = found.map(({ rule, promise, verdict }): readonly [string, string] => [
    rule === "running" ? rule : promise,
    verdict,
  ]);
  return [Object.fromEntries(named), status];
}

const allKept = {
  running: "kept",
  one: "kept",
  two: "kept",
  three: "kept",
  five: "not tried",
  six: "not tried",
  memory: "kept",
};

describe.skipIf(missing.length > 0)(`the doctor${lacking(missing)}`, () => {
  test("the copy has the lines of the unit, but for its commands, streams, variables and secrets", () => {
    const { started } = examined();
    const tail = (name: string): readonly RegExp[] => [
      /^Type=exec$/,
      /^KillSignal=SIGKILL$/,
      /^SuccessExitStatus=SIGKILL$/,
      /^RuntimeMaxSec=90$/,
      /^LimitFSIZE=64K$/,
      /^StandardError=null$/,
      /^StandardInput=file:HERE\/run\/doctor-\d+-\w+\/attempts$/,
      new RegExp(`^StandardOutput=truncate:HERE/run/doctor-\\d+-\\w+/doctor-\\d+-${name}it`),
    ];
    const lines = (name: string): readonly string[] => (started[name] ?? "").trim().split("\n");
    const [head, copied] = [lines("copy").slice(0, 4), lines("copy").slice(4, 10)];
    expect(head).toEqual([
      "[Unit]",
      "Description=Probes for it.service",
      "CollectMode=inactive-or-failed",
      "[Service]",
    ]);
    expect(copied).toEqual([
      "User=it",
      "PrivatePIDs=true",
      "BindPaths=%t/it/a:/a    %%n:/b",
      "RuntimeDirectory=it",
      "UMask=0022",
      "RuntimeDirectoryPreserve=yes",
    ]);
    const rest = lines("copy").slice(10);
    tail("of-").forEach((line, index) => {
      expect(rest[index]).toMatch(line);
    });
    expect(rest.at(-1)).toBe("ExecStart=/python -I -S /probe --stay --seal");

    // The bare one is nobody's, and has nothing of the service.
    expect(lines("bare").slice(0, 4)).toEqual(head);
    tail("bare-of-").forEach((line, index) => {
      expect(lines("bare")[4 + index]).toMatch(line);
    });
    expect(lines("bare").slice(12)).toEqual([
      "ExecStart=/setpriv --reuid=65534 --regid=65534 --clear-groups /python -I -S /probe --stay --seal",
    ]);
  });

  test("only harmless attempts are made, with the facts of the machine", () => {
    expect(JSON.parse(examined().started["attempts"] ?? "")).toEqual([
      ["read", "/one"],
      ["connect", "127.0.0.1", "80"],
      ["call", "bpf"],
    ]);
  });

  test("nothing is left, and what others have left is gone", () => {
    expect(examined().left).toEqual(["systemd"]);
  });

  test("all is kept", () => {
    const { status, stdout } = examined();
    expect(status).toBe(0);
    expect(stdout).toContain("it.service, on systemd 257. The promises hold since systemd 257.");
    expect(stdout).toContain("kept       first                      3 of 5 tried\n");
    expect(stdout).toContain("\n           Nothing is seen.\n");
    expect(stdout).toContain("\n5 kept, 0 not kept, 0 given up, 2 not tried.\n");
    expect(verdicts({})).toEqual([allKept, 0]);
  });

  const cases: readonly (readonly [string, Situation, object])[] = [
    ["what works inside is not kept", { inside: "EPERM\ndone\nEPERM\nend\n" }, { two: "not kept" }],
    [
      "another refusal is not the one that was promised",
      { inside: "ENOENT\nEPERM\nEPERM\nend\n" },
      { one: "not kept" },
    ],
    [
      "what does not work outside either shows nothing",
      { inside: "EPERM\nEPERM\nEPERM\nend\n", outside: "done\nEPERM\ndone\nend\n" },
      { two: "not tried" },
    ],
    [
      "what does not work outside is not counted as broken",
      { inside: "EPERM\nENETUNREACH\nEPERM\nend\n", outside: "done\nENETUNREACH\ndone\nend\n" },
      { two: "not tried" },
    ],
    [
      "words that are none break a promise",
      { inside: "kept\n\u001b]0;owned\u0007\nEPERM\nend\n" },
      { one: "not kept", two: "not kept" },
    ],
    [
      "the service manager knows of no limit",
      { properties: { "service MemoryMax": "infinity", "copy MemoryMax": "infinity" } },
      { memory: "not kept" },
    ],
    [
      "the running service has another limit than its unit",
      { properties: { "service IPAddressDeny": "10.0.0.0/8" } },
      { running: "not kept" },
    ],
    [
      "addresses in another order are the same",
      { properties: { "service IPAddressDeny": "a b", "copy IPAddressDeny": "b a" } },
      {},
    ],
    [
      "the running service is another than its unit would make",
      { isUnlike: true },
      { running: "not kept" },
    ],
    [
      "a value that a test has gives up what it gives up, and nothing else",
      {
        facts: { options: { loose: true } },
        inside: "done\ndone\nend\n",
        outside: "done\ndone\nend\n",
      },
      { one: "given up", two: "not kept", three: "not kept" },
    ],
    [
      "another value may give up what any gives up",
      { facts: { options: { loose: ["192.168.0.0/16"] } }, inside: "done\ndone\ndone\nend\n" },
      { one: "given up", two: "given up", three: "not kept" },
    ],
    [
      "a directive that the user does without",
      { facts: { accepted: ["PrivatePIDs"] }, inside: "done\nEPERM\nEPERM\nend\n" },
      { one: "given up" },
    ],
    [
      "a release that needs more",
      {
        facts: { differences: ["old"] },
        inside: "EPERM\nEPERM\nend\n",
        outside: "done\ndone\nend\n",
      },
      { three: "given up" },
    ],
    [
      "an option that closes more",
      {
        facts: { options: { loose: "named" } },
        inside: "EPERM\nEPERM\nEPERM\nENOENT\nend\n",
        outside: "done\ndone\ndone\ndone\nend\n",
      },
      { "closed by loose: works": "kept" },
    ],
    [
      "an option that does not close what it says",
      {
        facts: { options: { loose: "named" } },
        inside: "EPERM\nEPERM\nEPERM\ndone\nend\n",
        outside: "done\ndone\ndone\ndone\nend\n",
      },
      { "closed by loose: works": "not kept" },
    ],
  ];

  test.each(cases)("%s", (_, situation, different) => {
    const wanted: Readonly<Record<string, string>> = { ...allKept, ...different };
    const isBroken = Object.values(wanted).includes("not kept");
    expect(verdicts(situation)).toEqual([wanted, isBroken ? 1 : 0]);
  });

  test("nothing that comes from inside is shown but words", () => {
    const hostile = "\u001b]0;owned\u0007\n{kept}\n\u009b2J\nend\n";
    for (const words of [[], ["--json"]]) {
      const { status, stdout, stderr } = examined({ inside: hostile, words });
      expect(status).toBe(1);
      expect(stdout + stderr).not.toMatch(
        /owned|\{kept\}|[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/,
      );
    }
  });

  test.each([
    ["the copy ends before its probes do", { inside: "EPERM\n" }],
    ["a flood", { inside: "EPERM\n".repeat(200_000) }],
    ["one word too many", { inside: `EPERM\n${kept}` }],
    ["the bare unit ends before", { outside: "" }],
  ] as const)("%s: there is no verdict", (_, situation) => {
    const { status, stdout, stderr, left } = examined({
      ...situation,
      properties: { "copy ActiveState": "failed", "bare ActiveState": "failed" },
    });
    expect([status, stdout]).toEqual([75, ""]);
    expect(stderr).toMatch(
      /^it: the probes do not run to their end in .*: journalctl --unit doctor-/,
    );
    expect(left).toEqual(["systemd"]);
  });

  test("nothing that could be tried is no good sign", () => {
    const { status, stderr } = examined({
      outside: kept,
      properties: { "bare MemoryMax": "1" },
    });
    expect(status).toBe(75);
    expect(stderr).toBe("it: nothing could be tried on this machine\n");
  });

  test("a service that does not run", () => {
    const { status, stdout, stderr, started } = examined({
      properties: { "service MainPID": "0" },
    });
    expect([status, stdout, started]).toEqual([69, "", {}]);
    expect(stderr).toBe("it: it.service does not run, so there is nothing to look at\n");
  });
});

describe("the words of the command", () => {
  const asked = (literal: string, ...words: readonly string[]): string => {
    const said: string[] = [];
    withDirectory((directory) => {
      const line = `command_name=it; literal=${literal}; refuse() { echo "refused: $1"; exit 64; }
        if is_doctor ${words.join(" ")}; then echo doctor; else echo program; fi`;
      said.push(runShell(["doctor"], line, directory).stdout);
    });
    return said.join("").trim();
  };

  test.each([
    ["doctor", ["doctor"], "no", /^doctor$/],
    ["doctor as data", ["doctor", "--json"], "no", /^doctor$/],
    ["another word after it", ["doctor", "--deep"], "no", /^refused: doctor stands alone/],
    ["too many words", ["doctor", "--json", "a"], "no", /^refused: doctor stands alone/],
    ["the program's own", ["doctor", "--deep"], "yes", /^program$/],
    ["something else", ["status"], "no", /^program$/],
    ["nothing", [], "no", /^program$/],
  ] as const)("%s", (_, words, literal, wanted) => {
    expect(asked(literal, ...words)).toMatch(wanted);
  });

  test("nothing of the operator's environment goes along, and systemd's programs are named", () => {
    withDirectory((directory) => {
      const path = standIns(directory, {
        python: `#!/bin/bash\nprintf '%s\\n' "$@" > ${directory}/words; env > ${directory}/environment\n`,
      });
      const line = `python=${directory}/bin/python doctor=(/doctor.py --probe /probe.py) command_name=it unit=it
        runtime=/run/user/7 systemd_run=/systemd/bin/systemd-run setpriv=/setpriv manager=(--user)
        reach=(XDG_RUNTIME_DIR=/run/user/7)
        examine /facts.json --json`;
      const { status } = runShell(["doctor-systemd"], line, directory, {
        PATH: path,
        PYTHONPATH: "/hostile",
        LD_PRELOAD_X: "x",
      });
      expect(status).toBe(0);
      const read = (name: string): readonly string[] =>
        readFileSync(join(directory, name), "utf8").trim().split("\n");
      expect(read("words")).toEqual([
        ...["-I", "-S", "/doctor.py", "--probe", "/probe.py", "--facts", "/facts.json"],
        ...["--command", "it", "--unit", "it.service", "--runtime", "/run/user/7"],
        ...["--systemctl", "/systemd/bin/systemctl", "--setpriv", "/setpriv"],
        ...["--python", `${directory}/bin/python`, "--user", "--json"],
      ]);
      // bash adds the others.
      const own = read("environment").filter((entry) => !/^(_|PWD|SHLVL)=/.test(entry));
      expect(own).toEqual(["XDG_RUNTIME_DIR=/run/user/7"]);
    });
  });

  test("macOS has none, and says so", () => {
    withDirectory((directory) => {
      const { status, stdout, stderr } = runShell(
        ["doctor-darwin"],
        "command_name=it; examine /facts.json",
        directory,
      );
      expect([status, stdout]).toEqual([69, ""]);
      expect(stderr).toContain("it: there is no doctor for macOS yet, and nothing was tried");
    });
  });
});
