// What the gateway is kept from doing: the library's rules, with what is its own. It runs whatever a language model
// asks for, and a language model asks for whatever it last read.

import {
  baseline,
  type ConfinementRule,
  type Exp,
  lifts,
  probe,
  type Refs,
  type UnconfinedModel,
  works,
} from "../src/index.ts";
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
          why: "Documents and skills that the configuration puts into the workspace tell the model who it is and what it may do. Talked into rewriting them, it would stay talked into: they are read-only to it, and can be neither removed nor replaced by others, because each is a mount of its own. So is an empty file over every other that the gateway would take settings from.",
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
              why: "The gateway listens on any free port of the address, to see whether it can, and refuses to run where it cannot. So a port that the kernel chooses can be opened, over version 4 of the protocol; a port of its own choice still cannot.",
            },
          ],
          seatbelt: {
            ...rule.seatbelt,
            cannot:
              "tell this machine's addresses apart: which one it listens on is up to `gateway.bind`; nor tell a port that the kernel chooses from the others: where the gateway tries one before it listens, as releases before 2026.8 do, it may listen on all",
          },
        }),
        egress: (rule) => ({
          ...rule,
          why: "The cloud's metadata service and the machines of the local network are not for a language model; the internet is, and so is this machine, where resolvers and local models listen. A resolver elsewhere in the local network is asked by nscd or resolved, outside. Where other machines use the gateway, the private ranges stay open, or the tailnet's alone, as their answers would be lost: the kernel does not tell one direction from the other.",
        }),
      },
    })(model),
    memoryExecution,
  ];

/** What a JavaScript engine needs, and the rule that is not there because of it. */
const memoryExecution: ConfinementRule = {
  id: "memory-execution",
  why: "Not possible: the JavaScript engine compiles at run time and dies without memory that is both writable and executable.",
  directives: { MemoryDenyWriteExecute: false },
  user: {},
  seatbelt: {
    cannot:
      "be kept, for the same reason; code from files is limited to the store and the system's libraries and shell",
  },
  unprovable: "The rule that is not there; that the gateway starts is its proof.",
};

/** Shell commands that need a directory of their own in the workspace; the last decides. */
const inWorkspace = (...commands: readonly string[]): string =>
  ["set -e", "d=$(mktemp -d -p {workspace})", 'trap "rm -rf $d" EXIT', "cd $d", ...commands].join(
    "; ",
  );

/** What the model's tools do in its root. */
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

const skillProofs: NonNullable<ConfinementRule["proofs"]> = [
  probe("a skill can be read", ["read", "{workspace}/skills/probed/SKILL.md"], "done", "ENOENT"),
  probe(
    "a skill cannot be written",
    ["write", "{workspace}/skills/probed/SKILL.md"],
    "EROFS",
    "ENOENT",
  ),
  probe("no skill can be added beside it", ["write", "{workspace}/skills/mine"], "EROFS", "done"),
  probe("the skills cannot be moved away", ["rename", "{workspace}/skills"], "EBUSY", "done"),
  probe(
    "they have no second name that can be written",
    ["second-name", "{workspace}/skills"],
    "none",
    "done",
  ),
  works("the model's own skills can be written", [
    "run",
    "mkdir -p {workspace}/.agents/skills/mine",
  ]),
];
