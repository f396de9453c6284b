// A small service for tests: the options that every model needs, and a model that uses them.

import type { ConfigFile, IrService, ServiceModel } from "../../src/model/service-model.ts";
import { lowerService } from "../../src/lower/lower.ts";
import { record, reference, text } from "../../src/schema/build-expression.ts";
import { option, type OptionTree } from "../../src/schema/define-option.ts";
import type { Service } from "../../src/schema/define-service.ts";
import {
  absolutePath,
  jsonObject,
  packageType,
  port,
  secretFile,
} from "../../src/schema/value-types.ts";
import { z } from "../../src/zod.ts";
import { docs } from "./support.ts";

export const base = {
  user: option(z.string(), { default: "it" }),
  createUser: option(z.boolean(), { default: true }),
  package: option(packageType(), { default: "it" }),
  stateDir: option(absolutePath(), { default: "/var/lib/it" }),
  settings: option(jsonObject(), { default: {} }),
  port: option(port(), { default: 80 }),
  names: option(z.record(z.string()), { default: {} }),
  files: option(z.array(absolutePath()), { default: [] }),
  packages: option(z.array(packageType()), { default: [] }),
  credentials: option(z.record(secretFile()), { default: {} }),
} satisfies OptionTree;

const stateDir = reference<string>(["stateDir"]);

export const config: ConfigFile = {
  path: stateDir,
  title: "configuration",
  settings: reference(["settings"]),
  layers: [record({})],
  link: stateDir,
};

export const model: ServiceModel = {
  systemdVersion: "257",
  unit: "it",
  derived: [],
  identity: {
    user: reference(["user"]),
    group: reference(["user"]),
    uid: reference(["port"]),
    gid: reference(["port"]),
    create: reference(["createUser"]),
  },
  shell: text`/bin/sh`,
  package: reference(["package"]),
  arguments: [],
  stateDirectory: { path: stateDir, mode: "0700" },
  directories: [],
  temporaryPrefixes: [],
  config,
  environment: [],
  extra: {
    variables: reference(["names"]),
    files: reference(["files"]),
    packages: reference(["packages"]),
  },
  packages: [],
  credentials: reference(["credentials"]),
  generatedSecrets: [],
  managedFiles: [],
  unique: [],
  assertions: [],
  restart: {
    delay: 1,
    throttle: 1,
    maxDelay: 1,
    steps: 1,
    finalExitCodes: [],
    successExitCodes: [],
    stopTimeout: 1,
    stopTimeoutReason: "it stops at once",
  },
  confinement: [],
  unconfined: "It does nothing.",
  command: { name: "it" },
  listen: {
    option: reference(["port"]),
    port: reference(["port"]),
    openFirewall: reference(["createUser"]),
  },
};

export interface Parts extends Partial<Omit<Service, "options" | "model">> {
  readonly options?: OptionTree;
  /** The parts that differ; undefined leaves a part out. */
  readonly model?: { readonly [K in keyof ServiceModel]?: ServiceModel[K] | undefined };
}

/** Lowers a service that differs from the usual one in some parts. */
export function lowerWith({ options, model: differences, ...parts }: Parts): IrService {
  return lowerService(
    {
      kind: "service",
      name: "it",
      summary: "the service",
      documentation: "https://example.org",
      renamedFrom: [],
      platforms: ["nixos", "home-manager", "darwin"],
      variants: undefined,
      options: { ...base, ...options },
      model: { ...model, ...differences } as ServiceModel,
      ...parts,
    },
    docs,
  );
}
