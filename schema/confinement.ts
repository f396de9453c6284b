// The gateway's confinement: the library's rules, with the gateway's own additions. The gateway runs whatever a
// language model asks for, and a language model asks for whatever it last read.

import {
  type ConfinementRule,
  type Exp,
  lifts,
  probe,
  type Refs,
  type UnconfinedModel,
  works,
} from "nixmodgen";
import { baseline } from "nixmodgen/baseline";
import { isLocal, isTailnet, triesFreePort, triesFreePortWhere } from "./listening.ts";
import type { relaxations } from "./options/confinement.ts";

interface Inputs {
  readonly package: Exp<string>;
  readonly relaxed: Refs<typeof relaxations>;
}

export const confinement =
  ({ package: program, relaxed }: Inputs) =>
  (model: UnconfinedModel): readonly ConfinementRule[] => [
    ...baseline({
      program: "gateway",
      isLocal,
      isTailnet,
      nestedSandboxes: relaxed.nestedSandboxes,
      nixDaemon: relaxed.nixDaemon,
      addressFamilies: relaxed.addressFamilies,
      egress: relaxed.egress,
      tasksMax: relaxed.tasksMax,
      memoryMax: relaxed.memoryMax,
      cpuQuota: relaxed.cpuQuota,
      change: {
        root: withTools,
        "managed-files": (rule) => ({
          ...rule,
          why: "Documents and skills that the configuration puts into the workspace tell the model who it is and what it may do. A model that had been talked into rewriting them would obey the new text from then on. So it can neither write nor remove nor replace them: each is a read-only mount of its own. An empty file, mounted in the same way, covers every other file that the gateway would take settings from.",
          proofs: skillProofs,
          unprovable: {},
        }),
        listening: (rule) => ({
          ...rule,
          differences: [
            {
              name: "tries-free-port",
              where: triesFreePortWhere,
              when: triesFreePort(program),
              lifts: lifts("done", "any free port"),
              why: "The gateway listens on any free port of the address, to see whether it can, and refuses to run if it cannot. So the service can open a port that the kernel chooses, over IPv4; it still cannot open a port of its own choice.",
            },
          ],
          seatbelt: {
            ...rule.seatbelt,
            cannot:
              "tell this machine's addresses apart: `gateway.bind` alone decides on which one it listens; nor tell a port that the kernel chooses from the others: a gateway that tries one before it listens, as releases before 2026.8 do, may listen on all",
          },
        }),
        egress: (rule) => ({
          ...rule,
          why: "The cloud's metadata service and the machines of the local network are not for a language model; the internet is, and so is this machine, where resolvers and local models listen. nscd or resolved, outside of the sandbox, asks a resolver elsewhere in the local network. If other machines use the gateway, the private ranges stay open, or the tailnet's alone, because the gateway's answers would be lost otherwise: the kernel does not tell one direction from the other.",
        }),
      },
    })(model),
    memoryExecution,
  ];

/** The rule that a JavaScript engine makes impossible: it stays in the table of promises, with the reason. */
const memoryExecution: ConfinementRule = {
  id: "memory-execution",
  why: "Not possible: the JavaScript engine compiles at run time and dies without memory that is both writable and executable.",
  directives: { MemoryDenyWriteExecute: false },
  user: {},
  seatbelt: {
    cannot:
      "be kept, for the same reason; code from files is limited to the store and the system's libraries and shell",
  },
  unprovable: "There is no such rule to prove: the gateway starts without it.",
};

/** Shell commands in a new directory in the workspace; the first that fails fails them all. */
const inWorkspace = (...commands: readonly string[]): string =>
  ["set -e", "d=$(mktemp -d -p {workspace})", 'trap "rm -rf $d" EXIT', "cd $d", ...commands].join(
    "; ",
  );

/** Adds proofs that the model's tools work in the empty root. */
function withTools(rule: ConfinementRule): ConfinementRule {
  if (rule.proofs === undefined) return rule;
  return { ...rule, proofs: [...rule.proofs, ...toolProofs] };
}

const toolProofs = [
  works("shell, git and text tools run", [
    "run",
    "set -e; d=$(mktemp -d); cd $d; git init -q; ls -la | grep -q git; echo x | sed s/x/y/",
  ]),
  works("a repository in the workspace can be committed to", [
    "run",
    inWorkspace(
      "git init -q",
      "echo x > file",
      "git add file",
      "git -c user.name=a -c user.email=a@example.org commit -qm first",
      "git log | grep -q first",
    ),
  ]),
  works("node starts programs and writes what they say", [
    "run",
    inWorkspace(
      `node -e 'require("fs").writeFileSync("said", require("child_process").execFileSync("git", ["version"]))'`,
      "grep -q '^git version' said",
    ),
  ]),
  works("python starts programs and writes what they say", [
    "run",
    inWorkspace(
      `python3 -c 'import subprocess; open("said", "wb").write(subprocess.check_output(["git", "version"]))'`,
      "grep -q '^git version' said",
    ),
  ]),
];

/** A managed file that is there on a machine in use. */
const aManagedFile = {
  attempt: ["mounted", "{managed}"],
  must: "read-only",
  bare: "none",
} as const;

/** Why the other proofs about skills are not tried on a machine in use. */
const ofTheTest = "it looks for a skill that a test has put there";

const skillProofs: NonNullable<ConfinementRule["proofs"]> = [
  probe(
    "a skill can be read",
    ["read", "{workspace}/skills/probed/SKILL.md"],
    "done",
    "ENOENT",
    ofTheTest,
  ),
  probe(
    "a skill cannot be written",
    ["write", "{workspace}/skills/probed/SKILL.md"],
    "EROFS",
    "ENOENT",
    aManagedFile,
  ),
  probe("no skill can be added beside it", ["write", "{workspace}/skills/mine"], "EROFS", "done"),
  probe(
    "the skills cannot be moved away",
    ["rename", "{workspace}/skills"],
    "EBUSY",
    "done",
    aManagedFile,
  ),
  probe(
    "they have no second name that can be written",
    ["second-name", "{workspace}/skills"],
    "none",
    "done",
    ofTheTest,
  ),
  works("the model's own skills can be written", [
    "run",
    "mkdir -p {workspace}/.agents/skills/mine",
  ]),
];
