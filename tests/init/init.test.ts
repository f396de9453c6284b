// `nixmodgen init`: the real command makes a project, generates in it, and Nix evaluates its flake. tests/package does
// the same with the installed package.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { type InitFlags, findAnswers } from "../../src/init/ask.ts";
import { projectFiles } from "../../src/init/init.ts";
import { packageManagerOf, runScript } from "../../src/init/package-manager.ts";
import { platforms, type Platform } from "../../src/model/platform.ts";
import { parseNix, printNix } from "../../src/nix/index.ts";
import {
  type Outcome,
  readTree,
  temporaryDirectory,
  type Tree,
  writeTree,
} from "../output/project.ts";
import { evaluateNix, missingForEvaluation, nixPath } from "../support/evaluate.ts";
import { findNixfmt, run } from "../support/tools.ts";
import { lacking } from "../support/lacking.ts";

const command = fileURLToPath(new URL("../../bin/nixmodgen.js", import.meta.url));

function nixmodgen(directory: string, ...args: readonly string[]): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], {
    cwd: directory,
    encoding: "utf8",
    env: { ...process.env, npm_config_user_agent: "npm/10.8.2 node/v20.19.0 linux x64" },
  });
  return { status, stdout, stderr };
}

describe("the answers", () => {
  const given: readonly (readonly [
    string,
    { directory: string; flags: InitFlags; answers?: readonly string[]; want: string },
  ])[] = [
    [
      "nothing is said",
      { directory: "/srv/Guest Book!", flags: {}, want: "guest-book: nixos, home-manager, darwin" },
    ],
    [
      "a directory whose name is no service's",
      { directory: "/srv/2024", flags: {}, want: "greeter: nixos, home-manager, darwin" },
    ],
    [
      "flags",
      {
        directory: "/srv/x",
        flags: { name: "a1", platforms: "darwin, nixos" },
        want: "a1: nixos, darwin",
      },
    ],
    [
      "a person's answers",
      { directory: "/srv/x", flags: {}, answers: [" web ", "nixos"], want: "web: nixos" },
    ],
    [
      "a person who takes the defaults",
      {
        directory: "/srv/x",
        flags: { name: "web" },
        answers: [""],
        want: "web: nixos, home-manager, darwin",
      },
    ],
  ];

  test.each(given)("%s", async (_name, { directory, flags, answers, want }) => {
    const left = [...(answers ?? [])];
    const ask =
      answers === undefined ? undefined : () => Promise.resolve(left.shift() ?? "unasked");
    const found = await findAnswers(directory, flags, ask);
    expect(`${found.name}: ${found.platforms.join(", ")}`).toBe(want);
    expect(left).toEqual([]);
  });

  const mistakes: readonly (readonly [string, InitFlags, string])[] = [
    ["upper case", { name: "Web" }, '"Web" cannot be the name of a service'],
    ["Nix code", { name: 'a"; b' }, "cannot be the name of a service"],
    ["a path", { name: "../x" }, "cannot be the name of a service"],
    ["a long name", { name: "a".repeat(25) }, "cannot be the name of a service"],
    ["a misspelt platform", { name: "a", platforms: "nixso" }, '"nixso" is no platform'],
    ["no platform", { name: "a", platforms: "," }, "no platform is named"],
  ];

  test.each(mistakes)("%s is refused", async (_name, flags, message) => {
    await expect(findAnswers("/srv/x", flags)).rejects.toThrow(message);
  });

  test.each([
    ["pnpm/10.1.0 npm/? node/v20", "pnpm generate"],
    ["yarn/4.0.0 npm/? node/v20", "yarn generate"],
    ["bun/1.2.0", "bun run generate"],
    ["npm/10.8.2 node/v20", "npm run generate"],
    [undefined, "npm run generate"],
  ])("%s runs the script by %s", (userAgent, want) => {
    expect(runScript(packageManagerOf(userAgent), "generate")).toBe(want);
  });
});

/** Every choice of platforms. */
const choices = [1, 2, 3, 4, 5, 6, 7].map((bits) =>
  platforms.filter((_platform, index) => (bits & (1 << index)) !== 0),
);

function filesFor(chosen: readonly Platform[], name = "guest-book"): ReadonlyMap<string, string> {
  const [first, ...others] = chosen;
  if (first === undefined) throw new Error("no platform");
  const answers = { name, platforms: [first, ...others] } as const;
  const files = projectFiles(answers, { packageManager: "pnpm", version: "1.2.3" });
  return new Map(files.map(({ path, text }) => [path, text]));
}

describe.each(choices.map((chosen) => [chosen.join(", "), chosen] as const))(
  "files for %s",
  (_name, chosen) => {
    const files = filesFor(chosen);

    test("have the name, and nothing of the template's", () => {
      const all = [...files].flat().join("\n");
      expect(all).toContain("guest-book");
      expect(all).toContain("GUEST_BOOK_TOKEN");
      expect(all.match(/greeter|GREETER|(?<!p)npm|# <.*>/g)).toBeNull();
    });

    test("have what the platforms need, and no more", () => {
      const flake = files.get("flake.nix") ?? "";
      const found = {
        nixos: flake.includes("nixosModules.default ="),
        "home-manager":
          flake.includes("homeModules.default =") && flake.includes("home-manager = {"),
        darwin: flake.includes("darwinModules.default =") && flake.includes("nix-darwin = {"),
      };
      expect(platforms.filter((platform) => found[platform])).toEqual(chosen);
      expect(files.has("tests/guest-book.nix")).toBe(chosen.includes("nixos"));
      expect(files.get("nixmodgen.config.ts")).toContain(
        `platforms: [${chosen.map((platform) => `"${platform}"`).join(", ")}]`,
      );
    });

    const nixFiles = [...files].filter(([path]) => path.endsWith(".nix"));

    test("are laid out as generated files are", () => {
      // The parser knows comments in fewer places than people write them.
      for (const [, text] of nixFiles) {
        const bare = text.replace(/^ *# .*\n/gm, "");
        expect(printNix(parseNix(bare))).toBe(bare);
      }
    });

    const nixfmt = findNixfmt();
    test.skipIf(nixfmt === undefined)("are formatted", () => {
      if (nixfmt === undefined) return;
      for (const [path, text] of files) {
        if (path.endsWith(".nix")) expect(run(nixfmt, [], text)).toBe(text);
      }
    });
  },
);

describe("the command", () => {
  test("writes a project, and says what to do next", () => {
    const root = temporaryDirectory();
    const { status, stdout, stderr } = nixmodgen(root, "init", "web", "--platforms", "nixos");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toBe(`created  web/schema/web.ts
created  web/web.py
created  web/nixmodgen.config.ts
created  web/flake.nix
created  web/tests/web.nix
created  web/README.md
created  web/.gitignore
created  web/package.json
created  web/tsconfig.json

next:
  cd web
  npx nixmodgen generate
  nix flake check --no-build
`);
  });

  test("overwrites nothing, and writes all or nothing", () => {
    const root = temporaryDirectory({ "flake.nix": "{ }", "README.md": "# Mine\n" });
    const before = readTree(root);
    expect(nixmodgen(root, "init", "--name", "web")).toEqual({
      status: 1,
      stdout: "",
      stderr: `error: flake.nix exists already
  next:     choose another directory, or another name with --name; init overwrites nothing
`,
    });
    expect(readTree(root)).toEqual(before);
  });

  test("keeps what a directory has for other reasons, and says what that needs", () => {
    const mine = { "README.md": "# Mine\n", "package.json": '{ "type": "module" }', ".git/": "" };
    const root = temporaryDirectory(mine);
    const { status, stdout } = nixmodgen(root, "init", "--name", "web");
    expect(status).toBe(0);
    expect(stdout).toContain('kept     package.json  (it needs `"type": "module"`');
    expect(stdout).toContain("git add --all");
    expect(readTree(root)).toMatchObject(mine);
  });

  test("follows no link, and leaves nothing of a project that it could not write", () => {
    const root = temporaryDirectory({ "elsewhere/": "", "project/": "" });
    symlinkSync(join(root, "elsewhere/flake.nix"), join(root, "project/flake.nix"));
    mkdirSync(join(root, "other"));
    writeTree(root, { "other/tests": "a file" });
    const before = readTree(root);
    expect(nixmodgen(join(root, "project"), "init").status).toBe(1);
    const { stderr } = nixmodgen(join(root, "other"), "init", "--name", "web");
    expect(stderr).toContain("cannot write");
    expect(readTree(root)).toEqual(before);
  });
});

const missing = missingForEvaluation();
const note = lacking(missing);

interface Flake {
  readonly inputs: readonly string[];
  readonly modules: readonly string[];
  readonly checks: Readonly<Record<string, readonly string[]>>;
  readonly derivations: Readonly<Record<string, readonly string[]>>;
}

/** Makes a project, generates in it, and evaluates its flake. The library is not installed there. */
async function begin(chosen: readonly Platform[], systems: readonly string[]): Promise<Flake> {
  const root = temporaryDirectory();
  const flags = ["--name", "guest-book", "--platforms", chosen.join()];
  expect(nixmodgen(root, "init", ...flags)).toMatchObject({ status: 0, stderr: "" });
  expect(nixmodgen(root, "generate")).toMatchObject({ status: 0, stderr: "" });
  expect(nixmodgen(root, "generate", "--check")).toMatchObject({ status: 0 });
  const generated = Object.entries(readTree(join(root, "generated")));
  const modules = generated.filter(([path]) => /^(nixos|home-manager|darwin)\/.*\.nix$/.test(path));
  expect(modules.map(([path]) => path).sort()).toEqual(
    chosen.map((platform) => `${platform}/guest-book.nix`).sort(),
  );
  for (const [, text] of modules) expect(text).toContain("run `npm run generate`");
  const file = fileURLToPath(new URL("check-flake.nix", import.meta.url));
  const list = systems.map((system) => JSON.stringify(system)).join(" ");
  return (await evaluateNix(
    `import ${nixPath(file)} { project = ${nixPath(root)}; systems = [ ${list} ]; }`,
  )) as Flake;
}

describe.skipIf(missing.length > 0)(`init, generate, and the flake's checks${note}`, () => {
  test("all platforms, to the derivations", async () => {
    const flake = await begin(platforms, ["x86_64-linux", "aarch64-darwin"]);
    expect(flake.inputs).toEqual(["home-manager", "nix-darwin", "nixpkgs"]);
    expect(flake.modules).toEqual(["nixosModules", "homeModules", "darwinModules"]);
    expect(flake.derivations).toEqual({
      "aarch64-darwin": ["darwin", "home"],
      "x86_64-linux": ["home", "nixos"],
    });
  });

  test.each([
    ["nixos", ["nixosModules"], { "aarch64-linux": ["nixos"], "x86_64-linux": ["nixos"] }],
    [
      "home-manager",
      ["homeModules"],
      { "aarch64-darwin": ["home"], "aarch64-linux": ["home"], "x86_64-linux": ["home"] },
    ],
    ["darwin", ["darwinModules"], { "aarch64-darwin": ["darwin"] }],
  ] as const)("%s alone", async (platform, modules, checks) => {
    const flake = await begin([platform], []);
    expect(flake.modules).toEqual(modules);
    expect(flake.checks).toEqual(checks);
  });
});

test("the configuration says which outputs are made, by which command", () => {
  const root = temporaryDirectory();
  nixmodgen(root, "init", "--name", "guest-book", "--platforms", "nixos");
  const generate = (outputs: string): Tree => {
    const config = `
      import { defineConfig } from "nixmodgen";
      export default defineConfig({
        output: "generated",
        services: ["schema/guest-book.ts"],
        outputs: ${outputs},
        command: "make modules",
      });`;
    writeTree(root, { "nixmodgen.config.ts": config });
    expect(nixmodgen(root, "generate")).toMatchObject({ status: 0, stderr: "" });
    return readTree(join(root, "generated"));
  };
  const some = generate('["json-schema", "promises"]');
  expect(Object.keys(some)).toEqual([
    "docs/",
    "docs/promises-guest-book.md",
    "json-schema/",
    "json-schema/guest-book.json",
    "manifest.json",
  ]);
  expect(some["docs/promises-guest-book.md"]).toContain("run `make modules`");
  expect(some["manifest.json"]).toContain("run `make modules`");
  const modules = Object.keys(generate('["modules"]'));
  expect(modules).toContain("nixos/guest-book.nix");
  expect(modules.filter((path) => /^(docs|json-schema|tests)/.test(path))).toEqual([]);
});

describe("the project's program", () => {
  const program = filesFor(platforms).get("guest-book.py") ?? "";
  const python = spawnSync("python3", ["--version"]).status === 0;

  test.skipIf(!python)(
    "greets those with the token, keeps the guest book, and nobody else",
    async () => {
      const root = temporaryDirectory({
        "program.py": program,
        "config.json": JSON.stringify({ port: 18462, greeting: "Good evening" }),
        "data/": "",
      });
      await start(root);
      const url = "http://127.0.0.1:18462";
      const headers = { authorization: "Bearer a-token" };
      expect(await (await fetch(`${url}/health`)).text()).toBe("well\n");
      expect((await fetch(url)).status).toBe(401);
      expect((await fetch(url, { headers: { authorization: "Bearer a-tokem" } })).status).toBe(401);
      expect((await fetch(url, { method: "POST", body: "Eve" })).status).toBe(401);
      expect((await fetch(url, { method: "POST", headers, body: "Ada\nLovelace" })).status).toBe(
        200,
      );
      expect(await (await fetch(url, { headers })).text()).toBe("Good evening\nAda Lovelace\n\n");
    },
  );

  /** Starts the program, and waits until it listens. */
  async function start(root: string): Promise<ChildProcess> {
    const child = spawn("python3", ["program.py", "--config", "config.json"], {
      cwd: root,
      stdio: "ignore",
      env: { ...process.env, GUEST_BOOK_TOKEN: "a-token", GUEST_BOOK_DATA: join(root, "data") },
    });
    onTestFinished(() => {
      child.kill();
    });
    for (let tries = 0; tries < 100; tries += 1) {
      const answer = await fetch("http://127.0.0.1:18462/health").catch(() => undefined);
      if (answer?.ok === true) return child;
      await setTimeout(100);
    }
    throw new Error("the program does not listen");
  }
});
