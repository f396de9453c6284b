// The tests that could notice a mutant, the cheapest first.
//
// They depend on the generated files that a mutant changes, because tests of unchanged files would pass as before.
// The test of the committed files is never among them: it notices every change, and cannot tell whether it is
// wrong.

import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";

export interface Step {
  /** Test files, or directories of them. */
  readonly files: readonly string[];
  /** Only tests whose name matches. */
  readonly name?: string;
}

const enabled = "a service that is enabled";

/** Steps for the modules of some platforms, and for the files that all platforms share. */
function anywhere(
  platforms: readonly string[],
  those: readonly Step[],
): readonly (readonly [prefix: string, steps: readonly Step[]])[] {
  return [...platforms, "moltbot", "lib/functions"].map((place) => [`generated/${place}`, those]);
}

/** Steps by the prefix of a changed file's path. */
const steps: readonly (readonly [prefix: string, steps: readonly Step[]])[] = [
  ["src/emit/", [{ files: ["tests/emit"] }]],
  ["src/emit/weave/", [{ files: ["tests/emit/weave.test.ts"] }]],
  ["generated/lib/seatbelt", [{ files: ["tests/seatbelt"] }]],
  [
    "generated/lib/json-schema",
    [
      {
        files: [
          "tests/json-schema-type/constructs.test.ts",
          "tests/json-schema-type/messages.test.ts",
        ],
      },
      { files: ["tests/json-schema-type/merge.test.ts", "tests/json-schema-type/docs.test.ts"] },
    ],
  ],
  ["generated/lib/validated", [{ files: ["tests/settings/validated-config.test.ts"] }]],
  ["generated/lib/built", [{ files: ["tests/eval/plugins.test.ts"] }]],
  ["generated/lib/superseded", [{ files: ["tests/eval/home-manager-superseded.test.ts"] }]],
  ["generated/docs/", [{ files: ["tests/emit/promises.test.ts"] }]],
  // Shared files are tested on each platform.
  ...anywhere(["nixos"], [{ files: ["tests/eval/nixos.test.ts"], name: enabled }]),
  ...anywhere(["home-manager"], [{ files: ["tests/eval/home-manager.test.ts"], name: enabled }]),
  ...anywhere(["nixos"], [{ files: ["tests/eval/branches.test.ts"] }]),
  ...anywhere(["darwin"], [{ files: ["tests/eval/darwin.test.ts"] }]),
  ...anywhere(["nixos"], [{ files: ["tests/eval/nixos.test.ts"] }]),
  ...anywhere(["nixos", "home-manager", "darwin"], [{ files: ["tests/eval/directories.test.ts"] }]),
  ...anywhere(
    ["home-manager"],
    [
      { files: ["tests/eval/home-manager.test.ts", "tests/eval/home-manager-app.test.ts"] },
      { files: ["tests/eval/home-manager-superseded.test.ts"] },
    ],
  ),
  ...anywhere(["nixos", "home-manager", "darwin"], [{ files: ["tests/eval/plugins.test.ts"] }]),
  ...anywhere(["nixos", "home-manager", "darwin"], [{ files: ["tests/eval/relaxations.test.ts"] }]),
  ...anywhere(
    ["nixos"],
    [
      { files: ["tests/eval/operator.test.ts", "tests/eval/texts-in-units.test.ts"] },
      { files: ["tests/eval/parity.test.ts", "tests/settings/pages.test.ts"] },
      { files: ["tests/reference/options-json.test.ts"] },
    ],
  ),
  // The other tests that evaluate modules, in one run, because few mutants get here.
  ...anywhere(
    ["nixos", "home-manager", "darwin"],
    [
      {
        files: [
          ...["agents", "browser", "home-as-module", "json-schema", "keys-outside", "named-egress"],
          ...["named-egress-elsewhere", "old-names", "second-service"],
        ].map((name) => `tests/eval/${name}.test.ts`),
      },
    ],
  ),
  ["generated/tests/", [{ files: ["tests/emit"] }]],
];

const shellTests = fileURLToPath(new URL("../shell/", import.meta.url));

/** The tests that run a shell file name it. Those that it gave its name come first. */
function shellSteps(file: string): readonly Step[] {
  if (!/^(?:src\/runtime|generated)\/shell\//.test(file)) return [];
  const name = basename(file, ".sh");
  return readdirSync(shellTests)
    .filter((test) => test.endsWith(".test.ts"))
    .filter((test) => readFileSync(shellTests + test, "utf8").includes(`"${name}"`))
    .sort((a, b) => Number(b.startsWith(name)) - Number(a.startsWith(name)))
    .map((test) => ({ files: [`tests/shell/${test}`] }));
}

/** The steps for these changed files, each once. */
export function stepsFor(changed: readonly string[]): readonly Step[] {
  const found = [
    ...changed.flatMap(shellSteps),
    ...steps.flatMap(([prefix, those]) =>
      changed.some((file) => file.startsWith(prefix)) ? those : [],
    ),
  ];
  const seen = new Set<string>();
  return found.filter((step) => {
    const key = JSON.stringify(step);
    return !seen.has(key) && seen.add(key);
  });
}
