// Lowers one option: its type, its facets, and its values in the schema.

import type { CredentialFacet, Option } from "../schema/define-option.ts";
import { platforms, type Platform, type System } from "../model/platform.ts";
import { environmentVariablePattern } from "../schema/value-types.ts";
import type { JsonValue } from "../json.ts";
import { checkWithType, checkWithZod, type ValueKind } from "./check-value.ts";
import { type ExpNode, nodeOf } from "../model/expression.ts";
import { withFormerValues } from "./former-values.ts";
import { lowerType } from "./lower-type.ts";
import type { IrCredential, IrOption, IrOutsideKey, OptionType } from "../model/option-type.ts";
import { checkName, describe, mistake, type Place } from "./place.ts";
import { namedHostPattern } from "../model/host-pattern.ts";
import { isPlatformValues } from "../model/platform-values.ts";

export interface OptionContext {
  readonly guard: readonly string[] | undefined;
  /** The default the service's model derives for the option: a value, an expression, or one of them per platform. */
  readonly derived: unknown;
  /** The service's platforms. */
  readonly platforms: readonly Platform[];
}

export function lowerOption(option: Option, place: Place, context: OptionContext): IrOption {
  const { facets } = option;
  const described = describe(place);
  const type = withFormerValues(lowerType(place, option.type), facets.renamedValues, place);
  const instance = facets.instance ?? "inherit";
  const setting = facets.setting === undefined ? undefined : splitPath(facets.setting, place);
  if (instance === "none" && (setting !== undefined || option.credential !== undefined)) {
    throw mistake(place, "an option of the top level only cannot reach the instances", {
      received: `instance: "none", and ${setting === undefined ? "a credential" : "a setting"}`,
      next: "remove one of the two",
    });
  }
  if (facets.deprecated?.trim() === "") {
    throw mistake(place, "the facet `deprecated` says nothing", {
      expected: "why the option should not be used, and what to use instead",
    });
  }
  return {
    path: place.path,
    type,
    ...described,
    defaults: lowerDefaults(option, type, place, context),
    example:
      facets.example === undefined
        ? undefined
        : checkValue(option, type, place, facets.example, "example"),
    platforms: lowerPlatforms(facets.platforms, place).filter((platform) =>
      context.platforms.includes(platform),
    ),
    systems: lowerSystems(facets, place),
    instance,
    setting,
    guard: context.guard,
    deprecated: facets.deprecated,
    renamedFrom: (facets.renamedFrom ?? []).map((old) => lowerOldPath(old, place)),
    credential: option.credential && lowerCredential(option.credential, place),
    relaxation: option.relaxation?.map((test) => ({
      ...test,
      value: checkValue(option, type, place, test.value, "value of the test"),
    })),
  };
}

function checkValue(
  option: Option,
  type: OptionType,
  place: Place,
  value: unknown,
  kind: ValueKind,
): JsonValue {
  checkWithZod(place, option.type, value, kind);
  return checkWithType(place, type, value, kind);
}

function lowerPlatforms(given: readonly Platform[] | undefined, place: Place): readonly Platform[] {
  if (given === undefined) return platforms;
  if (given.length === 0) {
    throw mistake(place, "the option exists on no platform", { expected: platforms.join(", ") });
  }
  return platforms.filter((platform) => given.includes(platform));
}

/**
 * `systems` is only for options of home-manager: every other platform runs on one operating system, and `platforms`
 * leaves an option out there.
 */
function lowerSystems(
  { systems: given, platforms: on, instance }: Option["facets"],
  place: Place,
): readonly System[] | undefined {
  if (given === undefined) return undefined;
  if (on?.join() !== "home-manager" || instance !== "none") {
    throw mistake(place, "the facet `systems` is for options of a home, at the top level", {
      expected: 'platforms: ["home-manager"], instance: "none"',
    });
  }
  return given;
}

function lowerDefaults(
  option: Option,
  type: OptionType,
  place: Place,
  { derived, platforms: ofService }: OptionContext,
): IrOption["defaults"] {
  const facet: unknown = option.facets.default;
  if (facet !== undefined && derived !== undefined) {
    throw mistake(place, "the option has two defaults", {
      received: "the facet `default`, and one derived in the service's model",
      next: "keep one of the two",
    });
  }
  // Not `??`: null is a default, too.
  const value = facet === undefined ? derived : facet;
  if (value === undefined) return undefined;
  const perPlatform = isPlatformValues(value)
    ? valuesByPlatform(value.values, option, place)
    : lowerPlatforms(option.facets.platforms, place).map((platform) => [platform, value] as const);
  const here = perPlatform.filter(([platform]) => ofService.includes(platform));
  const nodes = here.map(([platform, platformValue]): readonly [Platform, ExpNode] => {
    const node = nodeOf(platformValue);
    if (node.kind !== "literal") return [platform, node];
    const literal = checkValue(option, type, place, node.value, "default");
    return [platform, { kind: "literal", value: literal }];
  });
  return Object.fromEntries(nodes);
}

/** The values of `perPlatform`, which has to have one for each platform of the option. */
function valuesByPlatform(
  values: Readonly<Partial<Record<Platform, unknown>>>,
  option: Option,
  place: Place,
): readonly (readonly [Platform, unknown])[] {
  const wanted = lowerPlatforms(option.facets.platforms, place);
  const given = platforms.filter((platform) => values[platform] !== undefined);
  if (wanted.join() !== given.join()) {
    throw mistake(place, "the platforms of the default are not those of the option", {
      expected: wanted.join(", "),
      received: given.join(", "),
    });
  }
  return wanted.map((platform) => [platform, values[platform]]);
}

function splitPath(path: string, place: Place): readonly string[] {
  const segments = path.split(".");
  if (segments.includes("")) {
    throw mistake(place, `"${path}" is not a path`, { expected: "names with dots between them" });
  }
  return segments;
}

function lowerOldPath(path: string, place: Place): readonly string[] {
  const segments = splitPath(path, place);
  for (const segment of segments) checkName({ ...place, path: [...place.path, segment] });
  return segments;
}

function isVariableName(value: JsonValue): boolean {
  return typeof value === "string" && environmentVariablePattern.test(value);
}

function lowerCredential(facet: CredentialFacet, place: Place): IrCredential {
  const variable = nodeOf(facet.variable);
  if (variable.kind === "literal" && !isVariableName(variable.value)) {
    throw mistake(place, "a credential is exported as an environment variable", {
      expected: "letters, digits and _, not starting with a digit",
      received: JSON.stringify(variable.value),
    });
  }
  const { hosts = [], hostsSetting } = facet;
  const [stray] = hosts.filter((host) => !namedHostPattern.test(host));
  if (stray !== undefined) {
    throw mistake(place, "this is not a host of the credential", {
      expected: "a name and, unless it is 443, a port: api.example.org, localhost:11434",
      received: JSON.stringify(stray),
    });
  }
  return {
    variable,
    purpose: facet.purpose,
    hosts,
    hostsSetting: hostsSetting === undefined ? undefined : splitPath(hostsSetting, place),
    outside: lowerOutside(facet, place),
  };
}

/** What a service has in the place of a key. */
const defaultPlaceholder = "this-key-is-outside";

/** What the configuration of the proxy has of a key, whose words it takes as they are. */
const outsideWords = {
  name: {
    pattern: /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/,
    expected: "lower-case letters, digits and -",
  },
  url: {
    pattern: /^https?:\/\/[A-Za-z0-9.-]+(:[0-9]+)?(\/[A-Za-z0-9._~/-]*)?$/,
    expected: "http or https, a host, a port if it is another, and a path",
  },
  header: { pattern: /^[A-Za-z0-9-]+$/, expected: "the name of a header" },
  prefix: { pattern: /^([A-Za-z]+ )?$/, expected: "a word and a blank" },
  placeholder: { pattern: /^[A-Za-z0-9._-]+$/, expected: "letters, digits and ._-" },
} as const;

function lowerOutside(
  { outside, hostsSetting }: CredentialFacet,
  place: Place,
): IrOutsideKey | undefined {
  if (outside === undefined || "cannot" in outside) return undefined;
  const {
    name,
    url,
    header,
    prefix = "",
    placeholder = defaultPlaceholder,
    settings = {},
  } = outside;
  if (hostsSetting === undefined) {
    throw mistake(place, "a secret that stays outside needs `hostsSetting`", {
      expected: "the setting with the URL of the server, which then leads to the secret",
    });
  }
  for (const [part, value] of Object.entries({
    name,
    url,
    header,
    prefix,
    placeholder,
  }) as readonly (readonly [keyof typeof outsideWords, string])[]) {
    const { pattern, expected } = outsideWords[part];
    if (pattern.test(value)) continue;
    throw mistake(place, `\`${part}\` of a secret that stays outside is something else`, {
      expected,
      received: JSON.stringify(value),
    });
  }
  return {
    ...{ name, url, header, prefix, placeholder },
    settings: Object.entries(settings).map(([path, value]) => ({
      path: splitPath(path, place),
      value,
    })),
  };
}
