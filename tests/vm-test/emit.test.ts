// The generated VM tests: they evaluate to derivations in the real nixpkgs, and their scripts pass
// the checks that the NixOS test driver makes when it is built (flakes and types), against the
// driver's own sources.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { z } from "../../src/zod.ts";
import { evaluateNix, missingForEvaluation, nixPath } from "../support/evaluate.ts";
import { generatedFile, generatedRoot } from "../support/generated.ts";
import { findTree } from "../support/tools.ts";
import { lacking } from "../support/lacking.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const inRepository = (path: string): string => nixPath(join(repository, path));

/** Debian's names of the programs. */
const missingLinters = ["pyflakes3", "mypy"].filter(
  (name) => spawnSync(name, ["--version"]).status !== 0,
);
const missing = missingForEvaluation();

/** The flake's checks on machines, with the stand-ins of the evaluation tests instead of the flake's pkgs. */
const checks = `
  import ${nixPath(join(generatedRoot(), "nix/checks.nix"))} {
    nixpkgs = { };
    pkgs = import ${inRepository("tests/eval/harness/packages.nix")} {
      nixpkgs = /. + builtins.getEnv "NIXPKGS_TREE";
      system = "x86_64-linux";
    };
  }`;

const vmTests = ["nixos-moltbot", "nixos-moltbot-faults", "nixos-moltbot-containers"];

interface Evaluated {
  readonly script: string;
  readonly nodes: readonly string[];
  readonly containers: readonly string[];
}

let evaluated: Readonly<Record<string, Evaluated>> = {};

// In one evaluation, because most of its time goes into nixpkgs. That they evaluate to derivations is a test of
// the flake (tests/eval/flake.test.ts).
beforeAll(async () => {
  if (missing.length > 0) return;
  const scripts = vmTests.map(
    (name) => `
      ${name} = {
        script = builtins.unsafeDiscardStringContext checks.${name}.config.testScriptString;
        nodes = builtins.attrNames checks.${name}.nodes;
        containers = builtins.attrNames checks.${name}.containers;
      };`,
  );
  evaluated = (await evaluateNix(
    `let checks = ${checks}; in { ${scripts.join("")} }`,
  )) as typeof evaluated;
}, 300_000);

describe.skipIf(missing.length > 0).each(vmTests)(`the VM test %s${lacking(missing)}`, (name) => {
  test("has machines of its kind", () => {
    const { nodes = [], containers = [] } = evaluated[name] ?? {};
    const [machines, others] = name.endsWith("-containers")
      ? [containers, nodes]
      : [nodes, containers];
    expect(machines).toContain("several");
    expect(others).toEqual([]);
  });

  test("has a script with room to grow", () => {
    // The most that one variable of a builder's environment holds, as one argument does.
    const most = 128 * 1024;
    expect(evaluated[name]?.script).toContain("check_promises");
    expect(evaluated[name]?.script.length).toBeLessThan(most / 2);
  });

  describe.skipIf(missingLinters.length > 0)(`its script${lacking(missingLinters)}`, () => {
    const folder = mkdtempSync(join(tmpdir(), "nixmodgen-script-"));
    const script = join(folder, "script.py");
    const library = join(findTree("nixpkgs") ?? "", "nixos/lib");

    beforeAll(() => {
      const { script: text = "", nodes = [], containers = [] } = evaluated[name] ?? {};
      const hints = [
        ...nodes.map((node) => `${node} = create_fake_qemu_machine()`),
        ...containers.map((node) => `${node} = create_fake_nspawn_machine()`),
      ];
      const prepended = readFileSync(join(library, "test-script-prepend.py"), "utf8");
      writeFileSync(script, [prepended, ...hints, text].join("\n"));
    });

    afterAll(() => {
      rmSync(folder, { recursive: true });
    });

    test("has no flakes", () => {
      expect(spawnSync("pyflakes3", [script], { encoding: "utf8" }).stdout).toBe("");
    });

    test("calls what the driver has", () => {
      expect(complaints(script)).toBe("");
    });

    test("would not pass with a method that the driver has not", () => {
      const wrong = join(folder, "wrong.py");
      writeFileSync(wrong, `${readFileSync(script, "utf8")}\nmachines[0].succeeed("true")\n`);
      expect(complaints(wrong)).toMatch(/has no attribute "succeeed"/);
    });

    /** The driver's own third-party libraries are not needed to know its methods. */
    function complaints(file: string): string {
      const options = [
        "--ignore-missing-imports",
        "--follow-imports=silent",
        "--cache-dir=/dev/null",
      ];
      const env = { ...process.env, MYPYPATH: join(library, "test-driver/src") };
      const arguments_ = [...options, "--no-error-summary", file];
      const { stdout, stderr } = spawnSync("mypy", arguments_, { encoding: "utf8", env });
      return `${stdout}${stderr}`;
    }
  });
});

test.skipIf(missing.length > 0)(
  `what containers cannot show are rules and promises, and nothing else is left out${lacking(missing)}`,
  async () => {
    const file = nixPath(join(generatedRoot(), "nix/void-in-containers.nix"));
    const names = (await evaluateNix(
      `builtins.concatLists (builtins.attrValues (import ${file}))`,
    )) as readonly string[];
    const rules = z
      .array(z.object({ id: z.string(), proofs: z.array(z.object({ promise: z.string() })) }))
      .parse(JSON.parse(readFileSync(generatedFile("tests/nixos-moltbot.json"), "utf8")));
    const relaxations = z
      .array(z.object({ name: z.string(), shows: z.array(z.object({ promise: z.string() })) }))
      .parse(JSON.parse(readFileSync(generatedFile("tests/relaxations-moltbot.json"), "utf8")));
    const known = [
      ...rules.map(({ id }) => id),
      ...rules.flatMap(({ id, proofs }) => proofs.map(({ promise }) => `${id}: ${promise}`)),
      ...relaxations.flatMap(({ name, shows }) =>
        shows.map(({ promise }) => `${name}: ${promise}`),
      ),
    ];
    expect(names.filter((name) => !known.includes(name))).toEqual([]);
    expect(voidIn("nixos-moltbot-containers").toSorted()).toEqual(names.toSorted());
    expect(voidIn("nixos-moltbot")).toEqual([]);
  },
);

/** The names that a test leaves out, from its script. */
function voidIn(name: string): readonly string[] {
  const [, json = ""] = /^VOID = json\.loads\((.*)\)$/m.exec(evaluated[name]?.script ?? "") ?? [];
  const reasons = z.record(z.string(), z.string());
  return Object.keys(reasons.parse(JSON.parse(z.string().parse(JSON.parse(json)))));
}

describe("the programs of VM tests", () => {
  test("know the verbs that proofs may use, and no others", () => {
    const program = join(repository, "src/runtime/python/probe.py");
    const print = `import runpy, json; print(json.dumps(sorted(runpy.run_path(${JSON.stringify(program)})["VERBS"])))`;
    const verbs: unknown = JSON.parse(execFileSync("python3", ["-c", print], { encoding: "utf8" }));
    const source = readFileSync(join(repository, "src/model/proof.ts"), "utf8");
    const declared = /export interface Verbs \{(.*?)\n\}/s.exec(source)?.[1] ?? "";
    const names = [...declared.matchAll(/readonly "?([a-z-]+)"?: readonly \[/g)].map(
      ([, name]) => name,
    );
    expect(verbs).toEqual(names.sort());
  });
});
