// Checks that every platform of the service has the parts and options that its module reads. Otherwise the module
// would fail with "attribute missing" when a user evaluates it.

import type { OptionDocs } from "../docs/option-docs.ts";
import { together, UserError } from "../errors.ts";
import { type ExpNode, isCallOf } from "../model/expression.ts";
import type { IrOption } from "../model/option-type.ts";
import type { Platform } from "../model/platform.ts";
import type { IrService } from "../model/service-model.ts";
import { expressionsIn } from "../model/walk-expression.ts";
import { platformsReading, walkOn } from "./part-platforms.ts";
import { mistake } from "./place.ts";

/** @throws UserError with all parts and options that a platform lacks */
export function checkPlatforms(service: IrService, docs: OptionDocs): void {
  const [first, ...others] = [...missingParts(service, docs), ...missingOptions(service, docs)];
  if (first !== undefined) throw together(first, others);
}

function missingParts(
  { model: { identity, scenarios }, platforms }: IrService,
  { service: location }: OptionDocs,
): readonly UserError[] {
  const needed = [
    {
      what: "who it runs as",
      part: "identity",
      isThere: identity !== undefined,
      on: platforms.filter((platform) => platform !== "home-manager"),
    },
    {
      what: "the ids of its user and group",
      part: "identity.uid and identity.gid",
      isThere: identity === undefined || (identity.uid !== undefined && identity.gid !== undefined),
      on: platforms.filter((platform) => platform === "darwin"),
    },
  ];
  const missing = needed
    .filter(({ isThere, on }) => !isThere && on.length > 0)
    .map(
      ({ what, part, on }) =>
        new UserError(`the service does not say ${what}`, {
          location,
          expected: `the model's ${part}`,
          received: `the platforms ${platforms.join(", ")}`,
          next: `take it from standardOptions() by standardModel(), or leave ${on.join(" and ")} out of \`platforms\``,
        }),
    );
  const hasMachines = scenarios === undefined || platforms.includes("nixos");
  return [
    ...missing,
    ...(hasMachines
      ? []
      : [
          new UserError("the service has scenarios, and no module for their machines", {
            location,
            expected: "nixos among its platforms",
            received: platforms.join(", "),
            next: "add it to `platforms`, or remove `scenarios`",
          }),
        ]),
  ];
}

/** An expression, and the platforms of the service that compute it. */
interface Use {
  readonly what: string;
  readonly node: ExpNode;
  readonly on: readonly Platform[];
}

function usesIn({ model, options, variants, platforms }: IrService): readonly Use[] {
  // Other checks cover derived defaults and superseded modules; `unique` follows below.
  const parts = {
    ...model,
    derived: undefined,
    supersedes: undefined,
    unique: undefined,
    presets: undefined,
  };
  const here = (on: readonly Platform[]): readonly Platform[] =>
    on.filter((platform) => platforms.includes(platform));
  return [
    ...expressionsIn(parts, "").map(({ where, node }) => ({
      what: `the service's model (${where})`,
      node,
      on: here(platformsReading(where, model)),
    })),
    // Modules compare instances only on platforms that have the option.
    ...model.unique.flatMap(({ what, option, value, more }) =>
      expressionsIn({ value, more }, "").map(({ node }) => ({
        what: `the comparison of instances (${what})`,
        node,
        on: options.find(({ path }) => path.join() === option.path.join())?.platforms ?? [],
      })),
    ),
    ...options.flatMap(({ path, credential, platforms: on }) =>
      credential === undefined
        ? []
        : [{ what: `the variable of ${path.join(".")}`, node: credential.variable, on }],
    ),
    ...Object.entries(variants?.variants ?? {}).flatMap(([name, row]) =>
      Object.entries(row).map(([key, node]) => ({
        what: `the variant table (${name}.${key})`,
        node,
        on: platforms,
      })),
    ),
  ];
}

/** A thing that a platform may lack: an option, or a user whose home it knows. */
type Need = IrOption | "home";

function missingOptions(service: IrService, docs: OptionDocs): readonly UserError[] {
  const found = usesIn(service).flatMap((use) =>
    [...lackingIn(use, service)].map(([need, without]) => ({
      need,
      error: describeLack(use, need, without, docs),
    })),
  );
  // One error for each missing thing, at its first use.
  return found
    .filter(({ need }, index) => found.findIndex((other) => other.need === need) === index)
    .map(({ error }) => error);
}

/** The things that an expression needs and platforms lack, each with these platforms. */
function lackingIn({ node, on }: Use, service: IrService): ReadonlyMap<Need, readonly Platform[]> {
  const lacking = new Map<Need, readonly Platform[]>();
  for (const platform of on) {
    walkOn(platform, node, (part) => {
      const need = lackOf(part, service, platform);
      const known = need === undefined ? undefined : (lacking.get(need) ?? []);
      if (need === undefined || known?.includes(platform) !== false) return;
      lacking.set(need, [...known, platform]);
    });
  }
  return lacking;
}

/** The thing that a node needs and the platform lacks, if there is one. */
function lackOf(node: ExpNode, { options }: IrService, platform: Platform): Need | undefined {
  if (isCallOf(node, "homeDirectory")) return platform === "home-manager" ? undefined : "home";
  if (node.kind !== "option" && node.kind !== "setting") return undefined;
  const key = node.path.join(".");
  // A setting that an option fills depends on that option.
  const meant = options.filter(
    ({ path, setting }) => (node.kind === "option" ? path : setting)?.join(".") === key,
  );
  return meant.some(({ platforms }) => platforms.includes(platform)) ? undefined : meant[0];
}

function describeLack(
  { what, on }: Use,
  need: Need,
  without: readonly Platform[],
  docs: OptionDocs,
): UserError {
  const expected = `what exists on ${on.join(", ")}`;
  if (need === "home") {
    return new UserError(`${what} uses the home directory of the configuration's user`, {
      location: docs.service,
      expected,
      received: `the platform ${without.join(", ")}, where no such user is known`,
      next: "derive the default of an option with perPlatform({ … }), and refer to that",
    });
  }
  return mistake(
    { path: need.path, docs },
    `${what} refers to ${need.path.join(".")}, which does not exist on ${without.join(" and ")}`,
    {
      expected,
      received: `an option of ${need.platforms.join(", ")}`,
      next: "give the option these platforms, or leave those without it out: in `platforms` of the assertion or of the service, or by `isMacOS`",
    },
  );
}
