// The real gateway's validator accepts moltbot's default configuration.

import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { loadConfig, loadServices } from "../../src/config.ts";
import { homeDirectory } from "../../src/schema/build-expression.ts";
import { readDocs } from "../../src/docs/read-docs.ts";
import { lowerService } from "../../src/lower/lower.ts";
import type { JsonValue } from "../../src/json.ts";
import { type Platform, platforms } from "../../src/model/platform.ts";
import { defaultConfig, evaluate, unknown, variantOf } from "../../src/settings/default-config.ts";
import { compactSchema } from "../../src/settings/compact.ts";
import type { JsonSchema } from "../../src/settings/json-schema.ts";
import { optionalDefaults } from "../../src/settings/optional-defaults.ts";
import { storedVersions } from "../../tools/sync/schema-files.ts";
import { validate } from "../../src/settings/validate.ts";
import { missingForGateway, validateByCommand } from "../support/gateway.ts";
import { stored, storedDirectory } from "./support.ts";
import { lacking } from "../support/lacking.ts";

const releases = storedVersions(storedDirectory);

/** The schema of people's settings; compact, because compiling takes longest. */
function schemaOf(release: string): JsonSchema {
  const schema = optionalDefaults(stored(release));
  return typeof schema === "boolean" ? schema : compactSchema(schema);
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const services = await loadServices(await loadConfig(root), readDocs);
const irs = services.map((source) => lowerService(source.service, source.docs));

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
    const home = homeDirectory.node;
    expect(evaluate({ kind: "text", parts: [home, "/x"] }, setup)).toBe(unknown);
    expect(evaluate({ kind: "record", entries: [["a", home]] }, setup)).toEqual({});
  });

  describe.each(releases)("release %s", (release) => {
    const configOn = (platform: Platform): JsonValue =>
      defaultConfig({ ir, platform, variant: variantOf(ir), release });

    test.each(platforms)("the default configuration on %s fits the stored schema", (platform) => {
      expect(validate(schemaOf(release), configOn(platform))).toBeUndefined();
    });

    const missing = missingForGateway(release);
    const unlessMissing = lacking(missing);
    test.skipIf(missing.length > 0).each(platforms)(
      `the gateway accepts it on %s${unlessMissing}`,
      (platform) => {
        const answer = validateByCommand(release, configOn(platform));
        expect(answer).toEqual({ valid: true, issues: [], warnings: [] });
      },
    );
  });

  test("an older release does not get what it would refuse", () => {
    const [older = "", newer = ""] = releases;
    const configOf = (release: string): JsonValue =>
      defaultConfig({ ir, platform: "nixos", variant: variantOf(ir), release });
    expect(configOf(newer)).toHaveProperty("telemetry");
    expect(configOf(older)).not.toHaveProperty("telemetry");
    expect(validate(schemaOf(older), configOf(newer))).toBeDefined();
  });
});
