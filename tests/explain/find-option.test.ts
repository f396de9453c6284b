import { describe, expect, test } from "vitest";
import { formatUserError, UserError } from "../../src/errors.ts";
import { findOptions, namesOf } from "../../src/explain/find-option.ts";
import { lowerService } from "../../src/lower/lower.ts";
import moltbot from "../../schema/moltbot.ts";
import { docs } from "../lower/support.ts";

const services = [lowerService(moltbot, docs)];

/** Each: a name, and what it means: the option or group, and remarks. */
const names: readonly (readonly [string, string])[] = [
  ["gateway.port", "gateway.port"],
  ["services.moltbot.gateway.port", "gateway.port"],
  ["services.clawdbot.gateway.port", "gateway.port, formerly services.clawdbot.gateway.port"],
  ["instances.work.gateway.port", "gateway.port, of the instance work"],
  ["services.moltbot.instances.work.gateway.port", "gateway.port, of the instance work"],
  ['instances."my.one".gateway.port', "gateway.port, of the instance my.one"],
  ["instances.work", "group , of the instance work"],
  ["enable", "enable"],
  ["instances", "instances"],
  ["gateway", "group gateway"],
  ["services.moltbot", "group "],
  ["", "group "],
  ["environment.TZ", "environment, inside TZ"],
  ['credentials."A.B"', "credentials, inside A.B"],
  ["settings.gateway.port", "settings, inside gateway.port, filled by gateway.port"],
  ["settings.gateway.nothing", "settings, inside gateway.nothing"],
  ["programs.moltbot.defaults.model", "agent.model, formerly programs.moltbot.defaults.model"],
  [
    "programs.clawdbot.instances.work.gatewayPort",
    "gateway.port, of the instance work, formerly programs.clawdbot.instances.work.gatewayPort",
  ],
];

test.each(names)("%s", (name, want) => {
  const given = findOptions(services, name).map(
    ({ path, isGroup, instance, inside, former, filledBy }) =>
      [
        `${isGroup ? "group " : ""}${path.join(".")}`,
        ...(instance === undefined ? [] : [`of the instance ${instance}`]),
        ...(inside.length === 0 ? [] : [`inside ${inside.join(".")}`]),
        ...(filledBy === undefined ? [] : [`filled by ${filledBy}`]),
        ...(former === undefined ? [] : [`formerly ${former}`]),
      ].join(", "),
  );
  expect(given).toEqual([want]);
});

/** Each: a name that is none, and the advice. */
const mistakes: readonly (readonly [string, string])[] = [
  ["gateway.prot", "did you mean gateway.port?"],
  ["services.moltbot.gateway.prot", "did you mean services.moltbot.gateway.port?"],
  ["gatway", "did you mean gateway?"],
  ["confinement.readonlypaths", "did you mean confinement.readOnlyPaths?"],
  ["instances.work.gateway.prot", "did you mean instances.work.gateway.port?"],
  ["services.nginx.enable", "did you mean services.moltbot.enable?"],
  ["a.thing.that.resembles.nothing.at.all.here", "see all names with `nixmodgen explain --list`"],
  [
    "programs.moltbot.reloadScript.enable",
    "The service is restarted whenever its configuration has changed.",
  ],
];

test.each(mistakes)("%s is no option", (name, want) => {
  const find = (): unknown => findOptions(services, name);
  expect(find).toThrow(UserError);
  try {
    find();
  } catch (error) {
    expect(error instanceof UserError && formatUserError(error)).toContain(`next:     ${want}`);
  }
});

describe("all names", () => {
  const all = services.flatMap(namesOf);

  test("are found, each as itself", () => {
    const found = all.flatMap((name) =>
      findOptions(services, name).map(
        ({ service, path }) => `services.${service.name}.${path.join(".")}`,
      ),
    );
    expect(found).toEqual(all);
    expect(all.length).toBeGreaterThan(50);
  });
});
