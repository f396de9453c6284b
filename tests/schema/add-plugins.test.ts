// The script that puts declared plugins into a package of the gateway (schema/add-plugins.sh): packages and
// tarballs that are made up, and the shell and the variables that a build would have. What the real gateway
// makes of the result, tests/guest/nixos/scripts/plugins.py shows.

import { spawnSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

import type { JsonValue } from "../../src/json.ts";
import { withTemporaryDir } from "../support/tools.ts";
import { lacking } from "../support/lacking.ts";

const script = fileURLToPath(new URL("../../schema/add-plugins.sh", import.meta.url));
const missing = ["bash", "jq", "tar"].filter((name) => spawnSync(name, ["--version"]).status !== 0);

/** What is in a file, by its path. */
type Files = Readonly<Record<string, string | JsonValue>>;

function write(directory: string, files: Files): string {
  for (const [path, content] of Object.entries(files)) {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  }
  return directory;
}

/** A package of the gateway, as nixpkgs has it, with links of its own. */
function gateway(directory: string, root = "lib/openclaw"): string {
  const place = write(join(directory, "given"), {
    [`${root}/package.json`]: { name: "openclaw", version: "2026.9.6" },
    [`${root}/dist/index.js`]: "main",
    [`${root}/dist/extensions/brave/old.js`]: "an older one",
    [`${root}/node_modules/own/index.js`]: "own",
  });
  write(place, { "bin/openclaw": `#!/bin/sh\nexec node ${place}/${root}/dist/index.js "$@"\n` });
  symlinkSync(join(place, "bin/openclaw"), join(place, "bin/moltbot"));
  return place;
}

interface Plugin {
  readonly files?: Files;
  /** More of its package.json. */
  readonly manifest?: Readonly<Record<string, JsonValue>>;
  readonly id?: string;
}

/** A directory as npm's tarballs have one. */
function plugin(
  directory: string,
  { files = {}, manifest = {}, id = "brave" }: Plugin = {},
): string {
  return write(join(directory, "package"), {
    "openclaw.plugin.json": { id },
    "package.json": { name: `@openclaw/${id}-plugin`, ...manifest },
    "dist/index.js": "new",
    ...files,
  });
}

function pack(directory: string, what: Plugin = {}): string {
  plugin(directory, what);
  const file = join(directory, "plugin.tgz");
  spawnSync("tar", ["-C", directory, "-czf", file, "package"]);
  return file;
}

interface Built {
  readonly status: number | null;
  /** Without the paths of this run. */
  readonly log: string;
  readonly out: string;
}

/** Runs the script as a build does: bash with `set -eu`, in an empty directory. */
function build(directory: string, given: string, plugins: JsonValue): Built {
  const [out, work] = [join(directory, "built"), join(directory, "work")];
  mkdirSync(work);
  const { status, stderr } = spawnSync("bash", ["--norc", "-eu", "-o", "pipefail", script], {
    cwd: work,
    encoding: "utf8",
    env: {
      PATH: process.env["PATH"],
      package: given,
      out,
      plugins: JSON.stringify(plugins),
    },
  });
  return { status, log: stderr.replaceAll(directory, ""), out };
}

const declared = (source: string, modules: string | null = null): JsonValue => ({
  brave: { source, modules, install: false },
});

const note = lacking(missing);

describe.skipIf(missing.length > 0)(`a package with plugins${note}`, () => {
  test.each(["lib/openclaw", "lib/node_modules/openclaw"])("a gateway in %s", (root) => {
    withTemporaryDir((directory) => {
      const given = gateway(directory, root);
      const { status, log, out } = build(directory, given, declared(pack(directory)));
      expect({ status, log }).toEqual({ status: 0, log: "" });
      const place = join(out, root);
      // What was there of that name is gone.
      expect(existsSync(join(place, "dist/extensions/brave/old.js"))).toBe(false);
      expect(readFileSync(join(place, "dist/extensions/brave/dist/index.js"), "utf8")).toBe("new");
      // The plugin's gateway is the one that runs.
      expect(realpathSync(join(place, "dist/extensions/brave/node_modules/openclaw"))).toBe(place);
      expect(realpathSync(join(place, "dist/index.js"))).toBe(join(place, "dist/index.js"));
      expect(readFileSync(join(place, "node_modules/own/index.js"), "utf8")).toBe("own");
      expect(readFileSync(join(out, "bin/openclaw"), "utf8")).toContain(`${place}/dist/index.js`);
      expect(readlinkSync(join(out, "bin/moltbot"))).toBe(join(out, "bin/openclaw"));
    });
  });

  test("modules that a plugin brings are not below dist", () => {
    withTemporaryDir((directory) => {
      const source = pack(directory, {
        files: { "node_modules/ws/index.js": "ws", "node_modules/@a/b/index.js": "b" },
        manifest: { dependencies: { ws: "1", "@a/b": "1" } },
      });
      const { status, out } = build(directory, gateway(directory), declared(source));
      expect(status).toBe(0);
      const modules = join(out, "lib/openclaw/dist/extensions/brave/node_modules");
      expect(lstatSync(modules).isSymbolicLink()).toBe(true);
      expect(realpathSync(join(modules, "ws"))).toBe(
        join(out, "lib/openclaw/plugin-modules/brave/node_modules/ws"),
      );
      expect(readFileSync(join(modules, "@a/b/index.js"), "utf8")).toBe("b");
    });
  });

  test("modules of a package take the place of those, but for the gateway itself", () => {
    withTemporaryDir((directory) => {
      const modules = write(join(directory, "modules"), {
        "node_modules/ws/index.js": "other",
        "node_modules/openclaw/index.js": "another gateway",
      });
      const source = plugin(directory, {
        files: { "node_modules/ws/index.js": "ws" },
        manifest: { dependencies: { ws: "1" } },
      });
      const { status, out } = build(directory, gateway(directory), declared(source, modules));
      expect(status).toBe(0);
      const place = join(out, "lib/openclaw/dist/extensions/brave/node_modules");
      expect(readFileSync(join(place, "ws/index.js"), "utf8")).toBe("other");
      expect(realpathSync(join(place, "openclaw"))).toBe(join(out, "lib/openclaw"));
      expect(existsSync(join(modules, "node_modules/openclaw/index.js"))).toBe(true);
    });
  });

  test("a plugin without a source is left as it is", () => {
    withTemporaryDir((directory) => {
      const plugins = { brave: { source: null, modules: null, install: false } };
      const { status, out } = build(directory, gateway(directory), plugins);
      expect(status).toBe(0);
      expect(existsSync(join(out, "lib/openclaw/dist/extensions/brave/old.js"))).toBe(true);
    });
  });

  test("packages of 2026.6 find the file that says whether they are signed in", () => {
    withTemporaryDir((directory) => {
      const channel = { persistedAuthState: { specifier: "./auth-presence" } };
      const source = pack(directory, { manifest: { openclaw: { channel } } });
      const { out } = build(directory, gateway(directory), declared(source));
      expect(
        readFileSync(join(out, "lib/openclaw/dist/extensions/brave/package.json"), "utf8"),
      ).toContain('"./dist/auth-presence.js"');
    });
  });
});

/** A plugin for a range of the gateway's releases. */
const needs = (range: JsonValue): Plugin => ({
  manifest: { openclaw: { compat: { pluginApi: range } } },
});

describe.skipIf(missing.length > 0)(`sources that are refused${note}`, () => {
  const rows: readonly (readonly [
    name: string,
    source: (directory: string) => string,
    want: string,
  ])[] = [
    [
      "of another id",
      (directory) => pack(directory, { id: "discord" }),
      "error: gateway.plugins.brave.source is the plugin discord: declare it as gateway.plugins.discord",
    ],
    [
      "of a later release",
      (directory) => pack(directory, needs(">=2026.10.1")),
      "error: gateway.plugins.brave.source needs release >=2026.10.1 of the gateway, and this is 2026.9.6: take the plugin of that release",
    ],
    [
      "of what is no range of releases",
      (directory) => pack(directory, needs("the newest")),
      "error: gateway.plugins.brave.source needs release the newest of the gateway, which is no range of versions: take another",
    ],
    [
      "with a package.json that says something else",
      (directory) => pack(directory, { files: { "package.json": { openclaw: "x" } } }),
      "error: gateway.plugins.brave.source has a package.json that cannot be read: take another",
    ],
    [
      "with dependencies that are none",
      (directory) => pack(directory, { manifest: { dependencies: "ws" } }),
      "error: gateway.plugins.brave.source has a package.json whose dependencies cannot be read: take another",
    ],
    [
      "that lack modules",
      (directory) => pack(directory, { manifest: { dependencies: { ws: "1", "@a/b": "1" } } }),
      "error: gateway.plugins.brave.source does not bring modules that it needs: @a/b ws. Set gateway.plugins.brave.modules",
    ],
    [
      "that are no plugins",
      (directory) => write(join(directory, "nothing"), { "package.json": {} }),
      "error: gateway.plugins.brave.source is no plugin of the gateway: /nothing",
    ],
    [
      "that are no tarballs",
      (directory) => join(write(directory, { file: "text" }), "file"),
      "error: gateway.plugins.brave.source is no tarball: /file",
    ],
  ];

  test.each(rows)("%s", (_, source, want) => {
    withTemporaryDir((directory) => {
      const { status, log } = build(directory, gateway(directory), declared(source(directory)));
      expect({ status, last: log.trim().split("\n").at(-1) }).toEqual({ status: 1, last: want });
    });
  });

  test("a package without a place for plugins", () => {
    withTemporaryDir((directory) => {
      const given = write(join(directory, "given"), { "bin/openclaw": "" });
      expect(build(directory, given, declared(pack(directory)))).toMatchObject({
        status: 1,
        log: "error: /given has no lib/openclaw/dist/extensions, where plugins would be put: set `package` to one that has, or put the plugins into it yourself and remove their `source`\n",
      });
    });
  });

  test("a package of modules without any", () => {
    withTemporaryDir((directory) => {
      const modules = write(join(directory, "modules"), { "lib/x": "" });
      const plugins = declared(pack(directory), modules);
      expect(build(directory, gateway(directory), plugins)).toMatchObject({
        status: 1,
        log: "error: gateway.plugins.brave.modules has no node_modules: /modules\n",
      });
    });
  });
});

describe.skipIf(missing.length > 0)(`ranges of releases, as npm understands them${note}`, () => {
  const code = readFileSync(script, "utf8");
  const functions = code.slice(code.indexOf("# is_older"), code.indexOf("# add_plugin ID"));
  /** Whether release 2026.9.6 is in the range. */
  const outcomeOf = (range: string): string => {
    const { status } = spawnSync("bash", [
      "--norc",
      "-eu",
      "-o",
      "pipefail",
      "-c",
      `${functions}\nsatisfies "$@"`,
      "sh",
      ...["2026.9.6", range],
    ]);
    return ["in", "out", "no range"][status ?? -1] ?? String(status);
  };

  const inside = [
    ...[
      "",
      "*",
      "x",
      ">=2026.9.5",
      ">=2026.9.6",
      ">2026.9.5",
      "<2026.10",
      "<=2026.9.6",
      "<=2026.9",
    ],
    ...["2026.9.6", "=2026.9.6", "v2026.9.6", "2026.9", "2026.9.x", "2026", "^2026.9.5", "^2026.1"],
    ...[
      "~2026.9.1",
      "~2026.9",
      "~2026",
      ">=2026.9.1 <2026.10",
      ">= 2026.9.1",
      "2026.6.1 - 2026.9.6",
    ],
    ...["2026.6.5 || 2026.9.6", "^2025 || ^2026", ">=2026.9.6-beta.1", ">2026.9.6-beta.1"],
  ];
  const outside = [
    ...[">=2026.9.7", ">=2026.10.1", ">2026.9.6", ">2026.9", "<2026.9.6", "<=2026.9.5", "<=2026.8"],
    ...[
      "2026.9.5",
      "2026.10",
      "2025",
      "^2025.9.6",
      "^2026.9.7",
      "~2026.8.2",
      "~2026.9.7",
      "^0.9.6",
    ],
    ...[">=2026.6.1 <2026.9", "2026.6.1 - 2026.9.5", "2026.6.5 || 2026.8.2", "2026.9.6-beta.1"],
  ];
  test.each([
    ...inside.map((range) => [range, "in"] as const),
    ...outside.map((range) => [range, "out"] as const),
    ...["latest", ">=", "2026.9.6.1", "workspace:*"].map((range) => [range, "no range"] as const),
  ])("%s: %s", (range, want) => {
    expect(outcomeOf(range)).toBe(want);
  });
});
