// What `pnpm bench` measures is made of moltbot's schema, and has to go on being a schema.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

import { inDirectory, schemaWithOptions, schemaWithoutRenames, writeGenerated } from "./schemas.ts";

test("the schema with more options", async () => {
  await inDirectory(async (directory) => {
    const output = await writeGenerated(directory, schemaWithOptions(2));
    const options = readFileSync(join(output, "moltbot/options.nix"), "utf8");
    expect(options).toContain("Option number 1.");
    expect(existsSync(join(output, "nixos/moltbot.nix"))).toBe(true);
  });
});

test("the schema without renames", async () => {
  await inDirectory(async (directory) => {
    const output = await writeGenerated(directory, schemaWithoutRenames);
    const module = readFileSync(join(output, "home-manager/moltbot.nix"), "utf8");
    expect(module).toContain("services.moltbot");
    expect(module).not.toContain("clawdbot");
  });
});
