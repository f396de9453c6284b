// Lowers the schema to the intermediate representation, which the emitters read.
//
// Contract: the result is correct as a whole. Every type has an equivalent in Nix, every
// value has its option's type, every reference leads to an option, and names are unique.
// A fault is the schema author's mistake: an error with option path, file and line.

import { compareVersions } from "../compare-versions.ts";
import type { OptionDocs } from "../docs/option-docs.ts";
import { isOption, type Option, type OptionTree } from "../schema/define-option.ts";
import type { Service } from "../schema/define-service.ts";
import { z } from "../zod.ts";
import { checkDirectives } from "./check-directives.ts";
import { checkMentions } from "./check-mentions.ts";
import { checkModel } from "./check-model.ts";
import { checkNames } from "./check-names.ts";
import { checkPlatforms } from "./check-platforms.ts";
import { checkReferences } from "./check-references.ts";
import { checkRelaxations } from "./check-relaxations.ts";
import { checkScenarios } from "./check-scenarios.ts";
import { checkSettingsRead } from "./check-settings-read.ts";
import { checkVariants } from "./check-variants.ts";
import { lowerOption } from "./lower-option.ts";
import type {
  ConfigSchema,
  DerivedDefault,
  IrConfigSchema,
  IrService,
} from "../model/service-model.ts";
import { type Platform, platforms } from "../model/platform.ts";
import type { IrOption } from "../model/option-type.ts";
import { checkName, mistake, type Place } from "./place.ts";
import { relevantModel } from "./relevant-model.ts";

export function lowerService(service: Service, docs: OptionDocs): IrService {
  const derived = derivedByPath(service.model.derived, docs);
  const ofService = platforms.filter((platform) => service.platforms.includes(platform));
  const { model, irrelevant } = relevantModel(service.model, ofService);
  const options = lowerTree(service.options, { path: [], docs }, undefined, {
    derived,
    platforms: ofService,
    irrelevant,
  });
  const lowered: IrService = {
    name: service.name,
    summary: service.summary,
    documentation: service.documentation,
    renamedFrom: service.renamedFrom,
    platforms: ofService,
    options,
    variants: service.variants,
    configSchema: service.configSchema && lowerConfigSchema(service.configSchema, docs),
    model,
  };
  checkModel(lowered, docs);
  checkDirectives(lowered, docs);
  checkNames(lowered, docs);
  checkVariants(lowered, docs);
  checkPlatforms(lowered, docs);
  checkReferences(lowered, docs);
  checkRelaxations(lowered, docs);
  checkScenarios(lowered, docs);
  checkSettingsRead(lowered, docs);
  checkMentions(lowered, docs);
  return lowered;
}

function lowerConfigSchema(
  { versions, ...schema }: ConfigSchema,
  { service: location }: OptionDocs,
): IrConfigSchema {
  const newest = versions.reduce((left, right) =>
    compareVersions(left, right) < 0 ? right : left,
  );
  const older = versions.filter((version) => version !== newest);
  return { ...schema, newest, older: older.sort(compareVersions).reverse(), location };
}

function derivedByPath(
  all: readonly DerivedDefault[],
  docs: OptionDocs,
): ReadonlyMap<string, unknown> {
  const byPath = new Map<string, unknown>();
  for (const { option, value } of all) {
    const path = option.path.join(".");
    if (byPath.has(path)) {
      throw mistake({ path: option.path, docs }, "two defaults are derived for the option", {
        next: "keep one of the two",
      });
    }
    byPath.set(path, value);
  }
  return byPath;
}

/** Every service has these options; the module adds them. */
const reservedOptions: ReadonlySet<string> = new Set(["enable", "instances"]);

interface TreeContext {
  /** The defaults that the model derives, by the option's path. */
  readonly derived: ReadonlyMap<string, unknown>;
  /** The service's platforms. */
  readonly platforms: readonly Platform[];
  /** The options that only other platforms would read. */
  readonly irrelevant: ReadonlySet<string>;
}

/** The options of a tree, in the order of their declarations. */
function lowerTree(
  tree: OptionTree,
  place: Place,
  outerGuard: readonly string[] | undefined,
  service: TreeContext,
): readonly IrOption[] {
  const guard = guardOf(tree, place) ?? outerGuard;
  return Object.entries(tree).flatMap(([name, child]): readonly IrOption[] => {
    const childPlace = { ...place, path: [...place.path, name] };
    checkName(childPlace);
    if (place.path.length === 0 && reservedOptions.has(name)) {
      throw mistake(childPlace, `the name "${name}" is reserved`, {
        next: "remove it: every service has this option",
      });
    }
    if (!isOption(child)) return lowerTree(child, childPlace, guard, service);
    const { derived, irrelevant, platforms: ofService } = service;
    const dotted = childPlace.path.join(".");
    const option = lowerOption(child, childPlace, {
      guard,
      derived: derived.get(dotted),
      platforms: ofService,
    });
    if (option.platforms.length > 0) return [option];
    if (irrelevant.has(dotted)) return [];
    throw mistake(childPlace, "the option exists on none of the service's platforms", {
      expected: ofService.join(", "),
      received: child.facets.platforms?.join(", "),
      next: "remove it, or give it one of these platforms",
    });
  });
}

/** The group's `enable` option, which switches the settings of the whole group on, its own included. */
function guardOf(tree: OptionTree, place: Place): readonly string[] | undefined {
  const enable: Option | OptionTree | undefined = tree["enable"];
  if (place.path.length === 0 || enable === undefined || !isOption(enable)) return undefined;
  const path = [...place.path, "enable"];
  if (enable.type instanceof z.ZodBoolean) return path;
  throw mistake({ ...place, path }, "the option `enable` of a group switches the group on", {
    expected: "z.boolean()",
    next: "give it that type, or another name",
  });
}
