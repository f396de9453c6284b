// Checks that the model has on each of the service's platforms what that platform reads: a module would fail with
// "attribute missing" when somebody evaluates it.

import type { OptionDocs } from "../docs/option-docs.ts";
import { together, UserError } from "../errors.ts";
import { type ExpNode, isCallOf } from "../model/expression.ts";
import type { IrOption } from "../model/option-type.ts";
import type { Platform } from "../model/platform.ts";
import type { IrService } from "../model/service-model.ts";
import { expressionsIn } from "../model/walk-expression.ts";
import { platformsReading, walkOn } from "./part-platforms.ts";
import { mistake } from "./place.ts";

/** @throws UserError that tells all that is missing somewhere */
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

/** What somebody computes on some of the service's platforms. */
interface Use {
  readonly what: string;
  readonly node: ExpNode;
  readonly on: readonly Platform[];
}

function usesIn({ model, options, variants, platforms }: IrService): readonly Use[] {
  // Defaults are checked with their options, other names with these.
  const parts = { ...model, derived: undefined, supersedes: undefined, unique: undefined };
  const here = (on: readonly Platform[]): readonly Platform[] =>
    on.filter((platform) => platforms.includes(platform));
  return [
    ...expressionsIn(parts, "").map(({ where, node }) => ({
      what: `the service's model (${where})`,
      node,
      on: here(platformsReading(where, model)),
    })),
    // What collides is compared where the option exists.
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

/** What a platform may lack: an option, or somebody whose home it is. */
type Need = IrOption | "home";

function missingOptions(service: IrService, docs: OptionDocs): readonly UserError[] {
  const found = usesIn(service).flatMap((use) =>
    [...lackingIn(use, service)].map(([need, without]) => ({
      need,
      error: describeLack(use, need, without, docs),
    })),
  );
  // What is missing is told once, where it is first asked for.
  return found
    .filter(({ need }, index) => found.findIndex((other) => other.need === need) === index)
    .map(({ error }) => error);
}

/** What an expression needs, with the platforms that lack it. */
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

/** What a node needs and a platform has not. */
function lackOf(node: ExpNode, { options }: IrService, platform: Platform): Need | undefined {
  if (isCallOf(node, "homeDirectory")) return platform === "home-manager" ? undefined : "home";
  if (node.kind !== "option" && node.kind !== "setting") return undefined;
  const key = node.path.join(".");
  // Of a setting that an option fills it is known who says it.
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
