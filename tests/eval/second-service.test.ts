// The library with another service: small, without variants and without a configuration
// schema. The real command generates its modules beside moltbot's in one project, and the test evaluates them.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { evaluateMany, missingForEvaluation, type Outcome } from "../support/evaluate.ts";
import { readTree, type Tree, writeTree } from "../output/project.ts";
import { lacking } from "../support/lacking.ts";

const missing = missingForEvaluation();
const note = lacking(missing);
const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** A third service: hello, for two platforms, without a configuration file, a command or a port. */
function small(): string {
  const hello = readFileSync(path("fixtures/hello.ts"), "utf8");
  const changes: readonly (readonly [string, string])[] = [
    ['standardOptions("hello")', 'standardOptions("small")'],
    ['name: "hello",', 'name: "small",\n  platforms: ["nixos", "home-manager"],'],
    ["    ...config,\n", ""],
    [', setting: "listen.port", instance: "own"', ""],
    [', setting: "root"', ""],
    ['setting<string>("root")', "cfg.documentRoot"],
    ["    config: standardConfig(cfg),\n", ""],
    ['["--config", configFile]', "[cfg.documentRoot, text`${cfg.port}`, cfg.openFirewall.json()]"],
    ["    listen: { option: cfg.port, openFirewall: cfg.openFirewall },\n", ""],
    ['    command: { name: "hello", secrets: ["HELLO_TOKEN"] },\n', ""],
    ["  configFile,\n", "  text,\n"],
    ["  standardConfig,\n", ""],
    ["const { service, config }", "const { service }"],
    [', platforms: ["nixos"]', ""],
  ];
  return changes.reduce((text, [from, to]) => {
    expect(text).toContain(from);
    return text.replace(from, to);
  }, hello);
}

let project = "";
let generated: Tree = {};

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "nixmodgen-"));
  const entries = [path("../../schema/moltbot.ts"), path("fixtures/hello.ts"), "./small.ts"];
  writeTree(project, {
    "small.ts": small(),
    "package.json": '{ "type": "module" }',
    "tsconfig.json": JSON.stringify({
      extends: path("../../tsconfig.json"),
      files: entries,
      include: [],
    }),
    "nixmodgen.config.ts": `export default { output: "generated", services: ${JSON.stringify(entries)} };`,
  });
  const command = [path("../../bin/nixmodgen.js"), "generate"];
  const { status, stderr } = spawnSync(process.execPath, command, {
    cwd: project,
    encoding: "utf8",
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  generated = readTree(join(project, "generated"));
}, 300_000);

afterAll(() => {
  rmSync(project, { recursive: true, force: true });
});

test("both services have files of their own, and share the library's", () => {
  const paths = Object.keys(generated);
  for (const service of ["moltbot", "hello"]) {
    expect(paths).toContain(`nixos/${service}.nix`);
    expect(paths).toContain(`docs/promises-${service}.md`);
  }
  expect(paths).toContain("shell/launch.sh");
});

test("the manual has it as it is", () => {
  const source = readFileSync(path("fixtures/hello.ts"), "utf8");
  const body = source.slice(source.indexOf("const { service"));
  expect(readFileSync(path("../../docs/schema.md"), "utf8")).toContain(`\`\`\`ts\n${body}\`\`\`\n`);
});

test("a service has modules for its platforms, and no others", () => {
  const modules = Object.keys(generated).filter((path) => path.endsWith("/small.nix"));
  expect(modules.toSorted()).toEqual(["home-manager/small.nix", "nixos/small.nix"]);
  const promises = generated["docs/promises-small.md"];
  expect(promises).toContain("| NixOS | home-manager (Linux) | macOS agent | proof |");
  expect(generated["json-schema/small.json"]).not.toContain('"uid"');
});

test("nothing in the modules is about the other service", () => {
  const ofHello = Object.entries(generated).filter(([path]) => path.includes("hello"));
  expect(ofHello.length).toBeGreaterThan(3);
  expect(ofHello.filter(([, text]) => /moltbot|gateway|openclaw/i.test(text))).toEqual([]);
});

describe.skipIf(missing.length > 0)(`in the module systems${note}`, () => {
  const config = `{
    services.hello = {
      enable = true;
      port = 8081;
      tokenFile = "/run/keys/hello";
      settings.root = "/srv/files";
    };
  }`;
  // Forces the texts of the scripts, too, which nothing else reads.
  const noAssertions = "inherit (builtins.deepSeq r.summary.texts r.summary) assertions warnings;";
  let outcomes: Readonly<Record<string, Outcome>> = {};

  beforeAll(async () => {
    const on = (target: "nixos" | "darwin" | "home-manager") => ({
      target,
      module: join(project, "generated", target, "hello.nix"),
      config,
    });
    outcomes = await evaluateMany({
      nixos: {
        ...on("nixos"),
        config: config.replace("enable", "openFirewall = true; enable"),
        query: `r: {
          ${noAssertions}
          inherit (r.config.systemd.services.hello.serviceConfig) User LoadCredential ProtectHome;
          inherit (r.config.systemd.services.hello.serviceConfig) PrivateUsers SocketBindAllow;
          shown = builtins.filter (r.lib.hasInfix "/srv") r.config.systemd.services.hello.serviceConfig.BindReadOnlyPaths;
          ports = r.config.networking.firewall.allowedTCPPorts;
          settings = map (text: text.text) (builtins.filter (text: text.kind == "value") (builtins.attrValues r.summary.texts));
          example = r.options.services.hello.instances.example;
        }`,
      },
      smallOnNixos: {
        ...on("nixos"),
        module: join(project, "generated/nixos/small.nix"),
        config: '{ services.small = { enable = true; tokenFile = "/run/keys/small"; }; }',
        query: `r: {
          ${noAssertions}
          inherit (r.config.systemd.services.small.serviceConfig) User LoadCredential;
          ports = r.config.networking.firewall.allowedTCPPorts;
          etc = builtins.filter (r.lib.hasInfix "small") (builtins.attrNames r.config.environment.etc);
        }`,
      },
      smallInAHome: {
        ...on("home-manager"),
        module: join(project, "generated/home-manager/small.nix"),
        config: '{ services.small = { enable = true; tokenFile = "/run/keys/small"; }; }',
        query: `r: {
          ${noAssertions}
          inherit (r.config.systemd.user.services.small.Service) LoadCredential;
        }`,
      },
      darwin: {
        ...on("darwin"),
        query: `r: {
          ${noAssertions}
          inherit (r.config.launchd.daemons.hello.serviceConfig) UserName StandardOutPath;
        }`,
      },
      linux: {
        ...on("home-manager"),
        query: `r: {
          ${noAssertions}
          inherit (r.config.systemd.user.services.hello.Service) LoadCredential;
        }`,
      },
      macos: {
        ...on("home-manager"),
        system: "aarch64-darwin",
        query: `r: {
          ${noAssertions}
          inherit (r.config.launchd.agents.hello) enable;
          rotatesItsLog = builtins.any (
            text: r.lib.hasInfix "keep_small \${r.config.launchd.agents.hello.config.StandardOutPath}\n" text.text
          ) (builtins.attrValues r.summary.texts);
        }`,
      },
    });
  }, 300_000);

  const wanted: readonly (readonly [string, unknown])[] = [
    [
      "nixos",
      {
        User: "hello",
        LoadCredential: ["HELLO_TOKEN:/run/keys/hello"],
        ProtectHome: true,
        PrivateUsers: true,
        SocketBindAllow: ["tcp:8081"],
        shown: ["-/srv/files"],
        ports: [8081],
        settings: ['{"listen":{"port":8081},"root":"/srv/files"}'],
        example: { work: { port: 8081 }, family: { port: 8082 } },
      },
    ],
    [
      "smallOnNixos",
      { User: "small", LoadCredential: ["HELLO_TOKEN:/run/keys/small"], ports: [], etc: [] },
    ],
    ["smallInAHome", { LoadCredential: ["HELLO_TOKEN:/run/keys/small"] }],
    ["darwin", { UserName: "_hello", StandardOutPath: "/var/log/hello/hello/output.log" }],
    ["linux", { LoadCredential: ["HELLO_TOKEN:/run/keys/hello"] }],
    ["macos", { enable: true, rotatesItsLog: true }],
  ];

  test.each(wanted)("%s", (name, values) => {
    expect(outcomes[name]).toEqual({
      ok: true,
      value: { assertions: [], warnings: [], ...(values as object) },
    });
  });
});
