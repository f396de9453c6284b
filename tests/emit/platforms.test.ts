// The modules of services for some of the platforms, and of services with few parts.

import { describe, expect, test } from "vitest";
import { darwinParts } from "../../src/emit/darwin.ts";
import { homeManagerParts } from "../../src/emit/home-manager.ts";
import { emitModules, type PlatformParts } from "../../src/emit/module.ts";
import { nixosParts } from "../../src/emit/nixos.ts";
import type { Platform } from "../../src/model/platform.ts";
import type { IrService } from "../../src/model/service-model.ts";
import { freeVariables, printNix } from "../../src/nix/index.ts";
import { lowerWith, type Parts } from "../lower/service.ts";

const emitters: Readonly<Record<Platform, (service: IrService) => PlatformParts>> = {
  nixos: nixosParts,
  "home-manager": homeManagerParts,
  darwin: darwinParts,
};

function modulesOf(service: IrService): ReturnType<typeof emitModules> {
  return emitModules(
    service,
    service.platforms.map((platform) => emitters[platform](service)),
  );
}

const some: readonly (readonly Platform[])[] = [
  ["nixos"],
  ["home-manager"],
  ["darwin"],
  ["nixos", "home-manager"],
  ["nixos", "darwin"],
  ["home-manager", "darwin"],
  ["nixos", "home-manager", "darwin"],
];

const few: Parts["model"] = {
  config: undefined,
  listen: undefined,
  command: undefined,
  credentials: undefined,
  extra: {},
};

describe.each(some.map((platforms) => ({ platforms })))("on $platforms", ({ platforms }) => {
  test.each([
    ["a service with all parts", {}],
    ["a service with few parts", few],
  ])("%s has a module for each, in which nothing is undefined", (_, model) => {
    const modules = modulesOf(lowerWith({ platforms, model }));
    const paths = modules.map(({ path }) => path);
    const core = ["options", "service", "assertions", "confinement"];
    expect(paths.toSorted()).toEqual(
      [
        ...core.map((name) => `it/${name}.nix`),
        ...platforms.map((platform) => `${platform}/it.nix`),
      ].toSorted(),
    );
    for (const { path, code } of modules) {
      const known = new Set([
        "builtins",
        "false",
        "import",
        "null",
        "true",
        "map",
        "toString",
        "throw",
        "removeAttrs",
      ]);
      const unknown = [...freeVariables(code)].filter((name) => !known.has(name));
      expect(unknown, path).toEqual([]);
    }
  });
});

test("a user's own service without an account has a module", () => {
  const service = lowerWith({
    platforms: ["home-manager"],
    model: { ...few, identity: undefined },
  });
  const texts = modulesOf(service).map(({ code }) => printNix(code));
  expect(texts.join("\n")).not.toMatch(/users\.users|configFile|EnvironmentFile|listenPort = [^n]/);
});
