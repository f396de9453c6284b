// Removes the parts of a model that none of the service's platforms reads. So an author can take all standard
// options, and a service for one platform has only that platform's.

import { isExp } from "../model/expression.ts";
import type { Platform } from "../model/platform.ts";
import type { ConfinementRule, ServiceModel } from "../model/service-model.ts";
import { readersOf } from "./part-platforms.ts";

export interface RelevantModel {
  readonly model: ServiceModel;
  /** The options in removed parts, by their dotted paths. */
  readonly irrelevant: ReadonlySet<string>;
}

/** @param platforms the service's platforms */
export function relevantModel(model: ServiceModel, platforms: readonly Platform[]): RelevantModel {
  const isRead = (part: string): boolean =>
    readersOf(part).some((platform) => platforms.includes(platform));
  const irrelevant = new Set<string>();
  /** A part without the properties that no platform reads. These are all optional, so the type stays. */
  const relevant = <T extends object>(name: string, part: T): T => {
    const read = Object.entries(part).filter(([key, value]: readonly [string, unknown]) => {
      if (isRead(`${name}.${key}`)) return true;
      if (isExp(value) && value.node.kind === "option") irrelevant.add(value.node.path.join("."));
      return false;
    });
    return Object.fromEntries(read) as T;
  };
  const { identity, config, listen, unique, confinement, ...rest } = model;
  const ofIdentity = identity && relevant("identity", identity);
  return {
    model: {
      ...rest,
      ...(ofIdentity === undefined || !isRead("identity") ? {} : { identity: ofIdentity }),
      ...(config === undefined ? {} : { config: relevant("config", config) }),
      ...(listen === undefined ? {} : { listen: relevant("listen", listen) }),
      unique: unique.filter(({ option }) => !irrelevant.has(option.path.join("."))),
      confinement: confinement.map((rule) => relevantRule(rule, platforms)),
    },
    irrelevant,
  };
}

/** A rule without the directives that only other platforms read: the library's name options of NixOS alone. */
function relevantRule(rule: ConfinementRule, platforms: readonly Platform[]): ConfinementRule {
  if (platforms.includes("nixos")) return rule;
  const { directives, ...rest } = rule;
  const isRead = platforms.includes("home-manager") && rule.user.directives === undefined;
  return { ...rest, directives: isRead ? directives : {} };
}
