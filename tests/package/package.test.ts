// The package, as others get it: packed, installed from its tarball into an empty project, and used there.

import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readTree, writeTree } from "../output/project.ts";
import { findNodes } from "../support/tools.ts";
import { lacking } from "../support/lacking.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const bin = (name: string): string => join(repository, "node_modules/.bin", name);

/** Runs a program to its end; throws with what it says if it fails. */
function run(directory: string, command: string, ...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: directory,
    encoding: "utf8",
    timeout: 300_000,
    env: { ...process.env, npm_config_user_agent: undefined, NO_COLOR: "1" },
  });
  if (status !== 0) {
    throw new Error(`${command} ${args.join(" ")}: ${error?.message ?? ""}\n${stdout}${stderr}`);
  }
  return stdout;
}

/** Whether packages can be installed. */
function isOnline(): boolean {
  const { status } = spawnSync("npm", ["ping", "--fetch-retries=0"], { timeout: 10_000 });
  return status === 0;
}

const online = isOnline();
const note = lacking(online ? [] : ["registry"]);

const work = mkdtempSync(join(tmpdir(), "nixmodgen-package-"));
afterAll(() => {
  rmSync(work, { recursive: true, force: true });
});

const tarball = join(work, "package.tgz");

describe.skipIf(!online)(`the package${note}`, () => {
  beforeAll(() => {
    run(repository, "npx", "-y", "pnpm@10", "pack", "--out", tarball);
    mkdirSync(join(work, "unpacked"));
    execFileSync("tar", ["xzf", tarball, "-C", join(work, "unpacked"), "--strip-components=1"]);
  }, 300_000);

  test("has the library, and nothing else", () => {
    const files = Object.entries(readTree(join(work, "unpacked")));
    const top = files.flatMap(([path]) => /^[^/]+\/?$/.exec(path)?.[0] ?? []);
    expect(top).toEqual(["LICENSE", "README.md", "bin/", "package.json", "src/"]);
    const suspects = files.filter(
      ([path, text]) =>
        /\.test\.|(?<!init\/template\/)tests\//.test(path) || /moltbot|openclaw/i.test(text),
    );
    expect(suspects.map(([path]) => path)).toEqual([]);
    const sources = files.filter(
      ([path]) => /(?<!\.d)\.ts$/.test(path) && !path.includes("/template/"),
    );
    expect(sources).toEqual([]);
  });

  test("has what the library reads at run time", () => {
    const assets = readdirSync(join(repository, "src"), { recursive: true, encoding: "utf8" })
      .filter((path) => /\.(?:nix|sh|sb|py|pem|md)$/.test(path))
      .filter((path) => !path.includes("__pycache__"));
    expect(assets.length).toBeGreaterThan(40);
    expect(assets.filter((path) => !existsSync(join(work, "unpacked/src", path)))).toEqual([]);
  });

  test("satisfies publint", async () => {
    const { messages, pkg } = await publint({
      pack: { tarball: Uint8Array.from(readFileSync(tarball)).buffer },
      strict: true,
    });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  test("has types for every way of importing it (are the types wrong?)", () => {
    // Only ES modules are offered; Node of every version that the package is for can also require() these.
    run(work, bin("attw"), tarball, "--profile", "esm-only");
  });

  test("has the interface that the reports show", () => {
    run(repository, process.execPath, "--import", "tsx", "tools/package/api-report.ts", "--check");
  });

  describe("in an empty project", () => {
    const project = join(work, "guest-book");
    const own = join(project, "node_modules/.bin/nixmodgen");

    beforeAll(() => {
      // As `npx` does it: the command is installed, but not here.
      const elsewhere = join(work, "elsewhere");
      writeTree(elsewhere, { "package.json": "{}" });
      install(elsewhere, tarball);
      mkdirSync(project);
      const command = join(elsewhere, "node_modules/.bin/nixmodgen");
      run(project, command, "init");
      run(project, command, "generate");
      // Then the project gets its own, and the compiler.
      install(project, tarball);
    }, 300_000);

    function install(directory: string, ...packages: readonly string[]): void {
      const quiet = ["--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"];
      run(directory, "npm", "install", ...quiet, ...packages);
    }

    test("the command outside and the project's own generate the same", () => {
      expect(run(project, own, "generate", "--check")).toMatch(/^up to date/);
      expect(readFileSync(join(project, "generated/nixos/guest-book.nix"), "utf8")).toContain(
        "run `npm run generate`",
      );
    });

    test("the project's scripts work", () => {
      expect(run(project, "npm", "run", "check")).toContain("up to date");
    });

    const consumer = `
      import { type Config, defineConfig, defineService, option, z } from "nixmodgen";
      import { baseline, type BaselineOptions } from "nixmodgen/baseline";
      import { formatMistake, generate, type Generated } from "nixmodgen/generate";
      const config: Config = defineConfig({ output: "out", services: ["a.ts"], outputs: ["modules"] });
      const options: BaselineOptions = { program: "x" };
      const result: Generated = await generate({ directory: "." });
      export const texts: readonly string[] = result.ok
        ? result.files.map(({ text }) => text)
        : result.mistakes.map(formatMistake);
      export { config, options, baseline, defineService, option, z };
    `;

    test.each([
      ["nodenext", { module: "nodenext" }],
      ["bundler", { module: "esnext", moduleResolution: "bundler" }],
    ])("a strict compiler finds no mistake (%s)", (name, resolution) => {
      const tsconfig = {
        compilerOptions: {
          ...resolution,
          target: "es2022",
          types: [],
          strict: true,
          exactOptionalPropertyTypes: true,
          noUncheckedIndexedAccess: true,
          noPropertyAccessFromIndexSignature: true,
          verbatimModuleSyntax: true,
          isolatedModules: true,
          skipLibCheck: false,
          noEmit: true,
        },
        files: ["consumer.ts", "schema/guest-book.ts"],
      };
      writeTree(project, {
        "consumer.ts": consumer,
        [`tsconfig.${name}.json`]: JSON.stringify(tsconfig),
      });
      run(project, join(project, "node_modules/.bin/tsc"), "-p", `tsconfig.${name}.json`);
    });

    test("the generator is a function, with mistakes as values", () => {
      const program = `
        import { formatMistake, generate } from "nixmodgen/generate";
        const result = await generate();
        if (result.ok) console.log(JSON.stringify(result.files));
        else console.log(result.mistakes.map(formatMistake).join("\\n"));
      `;
      writeFileSync(join(project, "program.mjs"), program);
      const files = JSON.parse(run(project, process.execPath, "program.mjs")) as readonly {
        readonly path: string;
        readonly text: string;
      }[];
      const written = Object.entries(readTree(join(project, "generated")));
      expect(new Map(files.map(({ path, text }) => [path, text]))).toEqual(
        new Map(written.filter(([path]) => !path.endsWith("/"))),
      );

      const schema = join(project, "schema/guest-book.ts");
      const text = readFileSync(schema, "utf8");
      writeFileSync(schema, text.replace("configFile]", "configFiel]"));
      try {
        expect(run(project, process.execPath, "program.mjs"))
          .toBe(`error: the schema does not compile
  at:       schema/guest-book.ts:45:29
            45 |     arguments: ["--config", configFiel],
               |                             ^^^^^^^^^^
  received: Cannot find name 'configFiel'. Did you mean 'configFile'?
  next:     correct it; the types of \`nixmodgen\` say what there is
`);
      } finally {
        writeFileSync(schema, text);
      }
    });

    test("nothing can be reached around the exports", () => {
      const program = 'await import("nixmodgen/src/emit/module.js")';
      const { status, stderr } = spawnSync(
        process.execPath,
        ["--input-type=module", "--eval", program],
        { cwd: project, encoding: "utf8" },
      );
      expect(status).toBe(1);
      expect(stderr).toContain("ERR_PACKAGE_PATH_NOT_EXPORTED");
    });

    test.each(findNodes().map((node) => [node.version, node.path] as const))(
      "generates with Node %s",
      (_version, node) => {
        const args = [join(project, "node_modules/nixmodgen/bin/nixmodgen.js"), "generate"];
        expect(run(project, node, ...args, "--check", "--no-cache")).toMatch(/^up to date/);
      },
    );
  });
});
