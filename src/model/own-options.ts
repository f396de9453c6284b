// Patterns, descriptions and examples of the options that every service has: `enable` and `instances`.

import type { JsonValue } from "../json.ts";
import { optionsOn } from "./option-facts.ts";
import type { Platform } from "./platform.ts";
import type { IrService } from "./service-model.ts";

/** A POSIX extended regular expression. An instance's name is a part of the names of units, users and files. */
export const instanceNamePattern = "[a-z0-9]([a-z0-9-]*[a-z0-9])?";

/** Uses the words of `lib.mkEnableOption`. */
export function describeEnable({ summary }: IrService): string {
  return `Whether to enable ${summary}.`;
}

export const instancesDescription = [
  `Instances of the service, each with a state directory, a unit and, where services have users`,
  `of their own, a user of its own. An instance takes every option it does not set from the top`,
  `level, but for \`enable\`. Without any instances, there is one called \`default\`. Names are`,
  `made of lower-case letters, digits and hyphens.`,
].join("\n");

export const instanceEnableDescription = [
  `Whether this instance exists. One that is off has no unit, nor any other part of it; its state`,
  `is kept. No instance exists where the service itself is off.`,
].join("\n");

/** For those who describe both options called `enable` at once. */
export function withInstanceEnable(description: string): string {
  return `${description}\n\nIn an instance: ${instanceEnableDescription}`;
}

/** Two example instances, with different ports if instances must not share the port. */
export function exampleInstances(
  service: IrService,
  platform: Platform,
): Readonly<Record<string, JsonValue>> {
  const unique = new Set(service.model.unique.map(({ option }) => option.path.join(".")));
  const port = optionsOn(service, platform).find(
    ({ path, type }) => type.kind === "port" && unique.has(path.join(".")),
  );
  const taken = port?.defaults?.[platform];
  return Object.fromEntries(
    ["work", "family"].map((name, index) => [
      name,
      port !== undefined && taken?.kind === "literal" && typeof taken.value === "number"
        ? nested(port.path, taken.value + index + 1)
        : {},
    ]),
  );
}

function nested(path: readonly string[], value: JsonValue): JsonValue {
  return path.reduceRight<JsonValue>((inner, name) => ({ [name]: inner }), value);
}
