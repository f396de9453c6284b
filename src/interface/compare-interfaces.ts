// Compares two interfaces of the same services, and says what the change does to users.
//
// Contract: `breaks` marks a change after which a configuration that was accepted is refused, or an instruction in
// it is no longer followed. An option that the earlier interface had deprecated may go: its users were told.

import { isDeepStrictEqual } from "node:util";
import { compareTypes } from "./compare-types.ts";
import type {
  InterfaceOption,
  InterfaceRule,
  InterfaceRulePlace,
  ServiceInterface,
} from "./interface.ts";

/** The kinds of changes, in the order of reports. */
export const changeKinds = [
  "removed",
  "retyped",
  "renamed",
  "added",
  "default",
  "moved",
  "deprecated",
  "weakened",
  "changed",
  "strengthened",
] as const;

export type ChangeKind = (typeof changeKinds)[number];

export interface Change {
  readonly kind: ChangeKind;
  readonly service: string;
  readonly about: "service" | "option" | "rule";
  /** The option's dotted path below the service, the rule's identifier, or empty for the service as a whole. */
  readonly subject: string;
  /** What it was and what it is, for people; one line. */
  readonly text: string;
  readonly breaks: boolean;
}

/** All changes, in the order of their kinds. */
export function compareInterfaces(
  from: readonly ServiceInterface[],
  to: readonly ServiceInterface[],
): readonly Change[] {
  const successors = from.map(
    (before) =>
      [
        before,
        to.find(({ name }) => name === before.name) ??
          to.find(({ renamedFrom }) => renamedFrom.includes(before.name)),
      ] as const,
  );
  const known = new Set(successors.map(([, after]) => after));
  const changes = [
    ...successors.flatMap(([before, after]) =>
      after === undefined
        ? [change("removed", before.name, "", "the service is gone", true)]
        : compareServices(before, after),
    ),
    ...to
      .filter((service) => !known.has(service))
      .map(({ name, platforms }) =>
        change("added", name, "", `a new service, on ${platforms.join(", ")}`),
      ),
  ];
  return changeKinds.flatMap((kind) => changes.filter((each) => each.kind === kind));
}

function change(
  kind: ChangeKind,
  service: string,
  subject: string,
  text: string,
  breaks = false,
): Change {
  const about = subject === "" ? "service" : "option";
  return { kind, service, about, subject, text: oneLine(text), breaks };
}

/** A change of a rule breaks no configuration. */
function ruleChange(
  kind: "weakened" | "changed" | "strengthened",
  service: string,
  id: string,
  text: string,
): Change {
  return { kind, service, about: "rule", subject: id, text: oneLine(text), breaks: false };
}

/** Code may have several lines, and be long. */
function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, " ");
}

function compareServices(before: ServiceInterface, after: ServiceInterface): readonly Change[] {
  const { name } = after;
  const gone = without(before.platforms, after.platforms);
  const lostNames = without(before.renamedFrom, [...after.renamedFrom, name]);
  return [
    ...(before.name === name
      ? []
      : [change("renamed", name, "", `services.${before.name} → services.${name}`)]),
    ...lostNames.map((former) =>
      change("removed", name, "", `the former name services.${former} no longer works`, true),
    ),
    ...gone.map((platform) => change("removed", name, "", `no module for ${platform}`, true)),
    ...without(after.platforms, before.platforms).map((platform) =>
      change("added", name, "", `a module for ${platform}`),
    ),
    ...compareOptions(before, after),
    ...compareRules(before, after),
  ];
}

function compareOptions(before: ServiceInterface, after: ServiceInterface): readonly Change[] {
  const { name } = after;
  const successorOf = (path: string): InterfaceOption | undefined =>
    after.options.find((option) => option.path === path) ??
    after.options.find(({ renamedFrom = [] }) => renamedFrom.includes(path));
  const known = new Set<InterfaceOption>();
  const ofEarlier = before.options.flatMap((option): readonly Change[] => {
    const next = successorOf(option.path);
    if (next === undefined) {
      const { deprecated } = option;
      return [
        deprecated === undefined
          ? change("removed", name, option.path, "no option of this name is left", true)
          : change("removed", name, option.path, `it was deprecated: ${deprecated}`),
      ];
    }
    known.add(next);
    const lost = (option.renamedFrom ?? []).filter((path) => successorOf(path) === undefined);
    return [
      ...(next.path === option.path
        ? []
        : [change("renamed", name, next.path, `${option.path} → ${next.path}`)]),
      ...lost.map((path) =>
        change("removed", name, path, `this former name of ${next.path} no longer works`, true),
      ),
      ...compareOption(option, next, before, after),
    ];
  });
  const added = after.options
    .filter((option) => !known.has(option))
    .map((option) =>
      change("added", name, option.path, describeNew(option, after), hasToBeSet(option)),
    );
  return [...ofEarlier, ...added];
}

/** Whether a configuration without the option is refused. */
function hasToBeSet({ platforms, defaults }: InterfaceOption): boolean {
  return platforms.some((platform) => defaults[platform] === undefined);
}

function describeNew(option: InterfaceOption, { platforms }: ServiceInterface): string {
  const where =
    option.platforms.length === platforms.length ? "" : `, on ${option.platforms.join(", ")}`;
  return `default ${defaultsOf(option)}${where}`;
}

function compareOption(
  before: InterfaceOption,
  after: InterfaceOption,
  earlier: ServiceInterface,
  later: ServiceInterface,
): readonly Change[] {
  const { path } = after;
  const { name } = later;
  // A platform without a module is one change of the service, not one of each option.
  const both = earlier.platforms.filter((platform) => later.platforms.includes(platform));
  const on = (platforms: readonly (typeof both)[number][]): typeof both =>
    platforms.filter((platform) => both.includes(platform));
  const gone = without(on(before.platforms), after.platforms);
  const come = without(on(after.platforms), before.platforms);
  return [
    ...compareTypes(before.type, after.type).map(({ what, narrows }) =>
      change("retyped", name, path, what, narrows),
    ),
    ...gone.map((platform) => change("removed", name, path, `no longer on ${platform}`, true)),
    ...come.map((platform) => change("added", name, path, `now also on ${platform}`)),
    ...compareSystems(before, after, name),
    ...compareInheritance(before, after, name),
    ...compareDefaults(before, after, name),
    ...moved("key of the configuration", before.setting, after.setting, name, path),
    ...moved("variable of the environment", before.variable, after.variable, name, path),
    ...(after.deprecated === undefined || before.deprecated === after.deprecated
      ? []
      : [change("deprecated", name, path, after.deprecated)]),
    ...compareSets(before, after, name),
    ...compareLifts(before, after, name),
  ];
}

function compareSystems(
  before: InterfaceOption,
  after: InterfaceOption,
  name: string,
): readonly Change[] {
  if (isDeepStrictEqual(before.systems, after.systems)) return [];
  const narrows = after.systems !== undefined && !isWithin(before.systems, after.systems);
  const words = (systems: InterfaceOption["systems"]): string => systems?.join(", ") ?? "all";
  return [
    change(
      narrows ? "removed" : "added",
      name,
      after.path,
      `systems: ${words(before.systems)} → ${words(after.systems)}`,
      narrows,
    ),
  ];
}

function isWithin<T>(some: readonly T[] | undefined, others: readonly T[]): boolean {
  return some?.every((each) => others.includes(each)) ?? false;
}

function compareInheritance(
  before: InterfaceOption,
  after: InterfaceOption,
  name: string,
): readonly Change[] {
  if (before.instance === after.instance) return [];
  if (after.instance === "none") {
    return [change("removed", name, after.path, "no longer an option of instances", true)];
  }
  return before.instance === "none"
    ? [change("added", name, after.path, "now also an option of instances")]
    : [
        change(
          "default",
          name,
          after.path,
          after.instance === "own"
            ? "instances no longer inherit it"
            : "instances inherit it from the top level",
        ),
      ];
}

/** One change if all platforms have the same one. */
function compareDefaults(
  before: InterfaceOption,
  after: InterfaceOption,
  name: string,
): readonly Change[] {
  const platforms = before.platforms.filter((platform) => after.platforms.includes(platform));
  const changed = platforms.filter((each) => before.defaults[each] !== after.defaults[each]);
  const texts = changed.map(
    (each) => `${before.defaults[each] ?? "none"} → ${after.defaults[each] ?? "has to be set"}`,
  );
  const isSame = changed.length === platforms.length && new Set(texts).size === 1;
  return changed.flatMap((platform, index) => {
    if (isSame && index > 0) return [];
    const where = isSame ? "" : ` (${platform})`;
    const breaks = after.defaults[platform] === undefined;
    return [change("default", name, after.path, `${texts[index] ?? ""}${where}`, breaks)];
  });
}

/** The defaults in a few words: one if the platforms agree. */
function defaultsOf({ platforms, defaults }: InterfaceOption): string {
  const each = platforms.map((platform) => defaults[platform] ?? "none: it has to be set");
  const [first = "none", ...others] = new Set(each);
  return others.length === 0
    ? first
    : platforms.map((platform, index) => `${each[index] ?? ""} (${platform})`).join(", ");
}

function moved(
  what: string,
  before: string | undefined,
  after: string | undefined,
  name: string,
  path: string,
): readonly Change[] {
  if (before === after) return [];
  return [change("moved", name, path, `${what}: ${before ?? "none"} → ${after ?? "none"}`)];
}

function compareSets(
  { sets: before = {} }: InterfaceOption,
  { sets: after = {}, path }: InterfaceOption,
  name: string,
): readonly Change[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((other) => {
    const [had = "its own", has = "its own"] = [before[other], after[other]];
    if (had === has) return [];
    return [change("default", name, path, `where it is on, that of ${other}: ${had} → ${has}`)];
  });
}

function compareLifts(
  { lifts: before = [] }: InterfaceOption,
  { lifts: after = [], path }: InterfaceOption,
  name: string,
): readonly Change[] {
  return [
    ...without(after, before).map((promise) =>
      change("weakened", name, path, `the option can also give up: ${promise}`),
    ),
    ...without(before, after).map((promise) =>
      change("strengthened", name, path, `the option no longer gives up: ${promise}`),
    ),
  ];
}

function compareRules(before: ServiceInterface, after: ServiceInterface): readonly Change[] {
  const { name } = after;
  const successors = new Map(after.rules.map((rule) => [rule.id, rule]));
  const earlier = new Set(before.rules.map(({ id }) => id));
  return [
    ...before.rules.flatMap((rule) => {
      const next = successors.get(rule.id);
      return next === undefined
        ? [ruleChange("weakened", name, rule.id, `the rule is gone, with ${promisesOf(rule)}`)]
        : compareRule(rule, next, name);
    }),
    ...after.rules
      .filter(({ id }) => !earlier.has(id))
      .map((rule) =>
        ruleChange("strengthened", name, rule.id, `a new rule, with ${promisesOf(rule)}`),
      ),
  ];
}

function promisesOf({ promises }: InterfaceRule): string {
  if (promises.length === 0) return "no proofs";
  return `its promises: ${promises.map(({ promise }) => promise).join("; ")}`;
}

/** The places of rules, for people. */
const placeNames: Readonly<Record<InterfaceRulePlace, string>> = {
  nixos: "NixOS",
  user: "a user's service on Linux",
  macos: "macOS",
  agent: "a user's agent on macOS",
};

const places = Object.keys(placeNames) as InterfaceRulePlace[];

function compareRule(before: InterfaceRule, after: InterfaceRule, name: string): readonly Change[] {
  const { id } = after;
  const weakened = (text: string): Change => ruleChange("weakened", name, id, text);
  const strengthened = (text: string): Change => ruleChange("strengthened", name, id, text);
  return [
    ...comparePromises(before, after, weakened, strengthened),
    ...places.flatMap((place) => {
      const where = placeNames[place];
      const [had, has] = [before.keptBy[place] ?? {}, after.keptBy[place] ?? {}];
      return [
        ...without(Object.keys(had), Object.keys(has)).map((key) =>
          weakened(`${key} is gone (${where})`),
        ),
        ...without(Object.keys(has), Object.keys(had)).map((key) =>
          strengthened(`${key} is new: ${has[key] ?? ""} (${where})`),
        ),
        ...Object.entries(had).flatMap(([key, value]) => {
          const next = has[key];
          return next === undefined || next === value
            ? []
            : [ruleChange("changed", name, id, `${key}: ${value} → ${next} (${where})`)];
        }),
      ];
    }),
    ...places.flatMap((place) => {
      const [had, has] = [before.cannot[place], after.cannot[place]];
      if (had === has) return [];
      const where = placeNames[place];
      if (has === undefined) return [strengthened(`no longer unable to ${had ?? ""} (${where})`)];
      return had === undefined
        ? [weakened(`it cannot ${has} (${where})`)]
        : [ruleChange("changed", name, id, `it cannot: ${had} → ${has} (${where})`)];
    }),
    ...compareDifferences(before, after, weakened, strengthened),
  ];
}

type Make = (text: string) => Change;

function comparePromises(
  before: InterfaceRule,
  after: InterfaceRule,
  weakened: Make,
  strengthened: Make,
): readonly Change[] {
  const had = new Map(before.promises.map(({ promise, must }) => [promise, must]));
  const has = new Map(after.promises.map(({ promise, must }) => [promise, must]));
  return [
    ...[...had].flatMap(([promise, must]) => {
      const next = has.get(promise);
      if (next === undefined) return [weakened(`no longer promised: ${promise}`)];
      const words = `${promise}: ${must.join(" or ")} → ${next.join(" or ")}`;
      const [more, fewer] = [without(next, must), without(must, next)];
      if (more.length > 0) return [weakened(words)];
      return fewer.length > 0 ? [strengthened(words)] : [];
    }),
    ...without([...has.keys()], [...had.keys()]).map((promise) =>
      strengthened(`now promised: ${promise}`),
    ),
  ];
}

function compareDifferences(
  before: InterfaceRule,
  after: InterfaceRule,
  weakened: Make,
  strengthened: Make,
): readonly Change[] {
  const liftsOf = ({ differences }: InterfaceRule): readonly string[] =>
    Object.entries(differences).flatMap(([where, promises]) =>
      promises.map((promise) => `${promise} (${where})`),
    );
  const [had, has] = [liftsOf(before), liftsOf(after)];
  return [
    ...without(has, had).map((lift) => weakened(`given up in a further case: ${lift}`)),
    ...without(had, has).map((lift) => strengthened(`given up in one case less: ${lift}`)),
  ];
}

function without<T>(values: readonly T[], others: readonly T[]): readonly T[] {
  return values.filter((value) => !others.includes(value));
}
