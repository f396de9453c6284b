// Patterns and descriptions of the options that every service has: `enable` and `instances`.

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
