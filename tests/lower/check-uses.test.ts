// Options that do nothing, and descriptions that refer to options that do not exist.

import { describe, expect, test } from "vitest";
import type { OptionDocs } from "../../src/docs/option-docs.ts";
import { formatUserError, UserError } from "../../src/errors.ts";
import { checkMentions } from "../../src/lower/check-mentions.ts";
import { checkUses } from "../../src/lower/check-uses.ts";
import { reference, text } from "../../src/schema/build-expression.ts";
import { credential, option } from "../../src/schema/define-option.ts";
import { derived } from "../../src/schema/define-service.ts";
import { z } from "../../src/zod.ts";
import { lowerWith, model, type Parts } from "./service.ts";
import { docs } from "./support.ts";

function told(run: () => void): string {
  try {
    run();
  } catch (error) {
    if (error instanceof UserError) return formatUserError(error);
    throw error;
  }
  return "nothing";
}

const lost = option(z.string(), { default: "" });
const ref = reference<string>(["lost"]);

describe("an option that nothing uses", () => {
  const unused: readonly (readonly [string, Parts])[] = [
    ["it is only declared", { options: { lost } }],
    [
      "it has a derived default",
      { options: { lost: option(z.string()) }, model: { derived: [derived(ref, "x")] } },
    ],
    [
      "a group is switched on, which has no settings",
      { options: { lost: { enable: option(z.boolean(), { default: false }) } } },
    ],
  ];
  test.each(unused)("is refused: %s", (_, parts) => {
    expect(
      told(() => {
        checkUses(lowerWith(parts), docs);
      }),
    ).toMatch(
      /^error: the option does nothing\n {2}option: {3}lost(?:\.enable)?\n {2}at: {7}schema\/test\.ts:7\n {2}next: {5}give it a `setting`, use it in `model`, or remove it$/,
    );
  });

  test("all of them are told", () => {
    expect(
      told(() => {
        checkUses(lowerWith({ options: { lost, other: lost } }), docs);
      }),
    ).toMatch(/\n2 errors$/);
  });

  const used: readonly (readonly [string, Parts])[] = [
    ["a setting", { options: { lost: option(z.string(), { setting: "a" }) } }],
    ["a credential", { options: { lost: credential({ variable: "A" }) } }],
    [
      "what is on its way out",
      { options: { lost: option(z.string(), { default: "", deprecated: "use another" }) } },
    ],
    ["the model refers to it", { options: { lost }, model: { arguments: [text`--a=${ref}`] } }],
    [
      "a default refers to it",
      { options: { lost, a: option(z.string(), { default: ref, setting: "a" }) } },
    ],
    [
      "a derived default does",
      { options: { lost }, model: { derived: [derived(reference<string>(["user"]), ref)] } },
    ],
    [
      "the group's switch",
      {
        options: {
          g: {
            enable: option(z.boolean(), { default: false }),
            a: option(z.string(), { setting: "a" }),
          },
        },
      },
    ],
  ];
  test.each(used)("is not: %s", (_, parts) => {
    const options =
      parts.model?.derived === undefined
        ? parts.options
        : { ...parts.options, user: option(z.string()) };
    expect(
      told(() => {
        checkUses(lowerWith({ ...parts, ...(options && { options }) }), docs);
      }),
    ).toBe("nothing");
  });
});

describe("a description that refers to an option", () => {
  const location = { file: "schema/it.ts", line: 3 };
  const withDescriptions = (descriptions: Readonly<Record<string, string>>): OptionDocs => ({
    service: location,
    options: new Map(
      Object.entries(descriptions).map(([path, description]) => [path, { description, location }]),
    ),
  });
  const service = lowerWith({ model });
  const check = (description: string): string =>
    told(() => {
      checkMentions(
        service,
        withDescriptions({
          "gateway.port": description,
          "gateway.bind": "",
          "rules.*.name": description.replace("`gateway.bind", "`source"),
          "rules.*.|1.source": "",
        }),
      );
    });

  test.each([
    "gateway.bind",
    "enable",
    "instances",
    "services.it.gateway.bind",
    "gateway",
    "nix.settings.trusted-users",
    "services.openssh.enable",
  ])("%s exists", (name) => {
    expect(check(`See {option}\`${name}\`.`)).toBe("nothing");
  });

  test("a misspelt one is refused", () => {
    expect(check("See {option}`gateway.bnid`."))
      .toContain(`error: the description refers to gateway.bnid, which is no option
  option:   gateway.port
  at:       schema/it.ts:3
  next:     did you mean gateway.bind?`);
  });

  test("one of this service is ours to know, by its whole path, too", () => {
    expect(check("See {option}`services.it.prot`.")).toContain("refers to services.it.prot, which");
  });
});
