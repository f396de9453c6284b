// The gateway's settings of all known releases as a flat list, with what changed from release to release.

import type { JsonSchema, SchemaObject } from "../../src/settings/json-schema.ts";
import type { Release } from "./sources.ts";

export interface SettingFacts {
  readonly type: string;
  readonly default: string | undefined;
}

export interface Setting {
  /** `channels.telegram.groups.<name>.enabled`; `*` stands for the elements of a list. */
  readonly path: string;
  /** What each release says of it, newest first; undefined if it does not know it. */
  readonly releases: readonly (SettingFacts | undefined)[];
}

/** All settings that any release knows, by name. */
export function settingsOf(releases: readonly Release[]): readonly Setting[] {
  const byRelease = releases.map(({ schema }) => flatten(schema));
  const paths = [...new Set(byRelease.flatMap((settings) => [...settings.keys()]))].sort();
  return paths.map((path) => ({
    path,
    releases: byRelease.map((settings) => settings.get(path)),
  }));
}

function flatten(schema: JsonSchema): ReadonlyMap<string, SettingFacts> {
  const found = new Map<string, SettingFacts[]>();
  const walk = (part: JsonSchema | undefined, path: readonly string[]): void => {
    if (typeof part !== "object") return;
    for (const [name, child] of Object.entries(part.properties ?? {})) {
      const childPath = [...path, name];
      const key = childPath.join(".");
      found.set(key, [...(found.get(key) ?? []), factsOf(child)]);
      walk(child, childPath);
    }
    walk(part.additionalProperties, [...path, "<name>"]);
    for (const child of Object.values(part.patternProperties ?? {}))
      walk(child, [...path, "<name>"]);
    for (const child of itemsOf(part)) walk(child, [...path, "*"]);
    for (const child of alternativesOf(part)) walk(child, path);
  };
  walk(schema, []);
  found.delete("$schema");
  return new Map([...found].map(([path, facts]) => [path, merge(facts)]));
}

function itemsOf({ items }: SchemaObject): readonly JsonSchema[] {
  if (items === undefined || typeof items === "boolean") return [];
  return Array.isArray(items) ? (items as readonly JsonSchema[]) : [items as JsonSchema];
}

function alternativesOf({
  anyOf = [],
  oneOf = [],
  allOf = [],
}: SchemaObject): readonly JsonSchema[] {
  return [...anyOf, ...oneOf, ...allOf];
}

/** A setting of several alternatives of its parent: what any of them says. */
function merge(all: readonly SettingFacts[]): SettingFacts {
  const types = [...new Set(all.map(({ type }) => type))];
  const values = [...new Set(all.map((facts) => facts.default))];
  return { type: types.join(" or "), default: values.length === 1 ? values[0] : undefined };
}

function factsOf(schema: JsonSchema): SettingFacts {
  const value = typeof schema === "object" ? schema.default : undefined;
  return {
    type: describe(schema),
    default: value === undefined ? undefined : JSON.stringify(value),
  };
}

/** A schema in a few words. */
function describe(schema: JsonSchema): string {
  if (typeof schema === "boolean") return schema ? "anything" : "nothing";
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined)
    return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const alternatives = alternativesOf(schema);
  if (schema.type === undefined && alternatives.length > 0) {
    return [...new Set(alternatives.map(describe))].join(" or ");
  }
  const types = schema.type === undefined ? [] : [schema.type].flat();
  if (types.length === 0) return "anything";
  return types.map((type) => describeOne(type, schema)).join(" or ");
}

function describeOne(type: string, schema: SchemaObject): string {
  if (type === "array") {
    const items = [...new Set(itemsOf(schema).map(describe))];
    return items.length === 0 ? "list" : `list of ${items.join(", ")}`;
  }
  if (type !== "integer" && type !== "number") return type;
  const least = schema.minimum ?? schema.exclusiveMinimum;
  const most = schema.maximum ?? schema.exclusiveMaximum;
  // The largest number that is exact says nothing about the setting.
  const bounded = most !== undefined && most < Number.MAX_SAFE_INTEGER;
  const from = schema.minimum === undefined && least !== undefined ? "more than " : "from ";
  return [
    type,
    ...(least === undefined || least <= -Number.MAX_SAFE_INTEGER
      ? []
      : [`${from}${String(least)}`]),
    ...(bounded ? [`to ${String(most)}`] : []),
  ].join(" ");
}

export type Change =
  | { readonly kind: "added"; readonly path: string; readonly now: SettingFacts }
  | { readonly kind: "removed"; readonly path: string; readonly before: SettingFacts }
  | {
      readonly kind: "retyped" | "default";
      readonly path: string;
      readonly before: SettingFacts;
      readonly now: SettingFacts;
    };

/** What changed from the release at `index + 1` to the one at `index`. Of a new or lost group only the top is said. */
export function changesOf(settings: readonly Setting[], index: number): readonly Change[] {
  const all = settings.flatMap((setting): readonly Change[] => {
    const now = setting.releases[index];
    const before = setting.releases[index + 1];
    const { path } = setting;
    if (now === undefined) return before === undefined ? [] : [{ kind: "removed", path, before }];
    if (before === undefined) return [{ kind: "added", path, now }];
    if (now.type !== before.type) return [{ kind: "retyped", path, before, now }];
    return now.default === before.default ? [] : [{ kind: "default", path, before, now }];
  });
  const tops = new Set(
    all.filter(({ kind }) => kind === "added" || kind === "removed").map(({ path }) => path),
  );
  const isBelow = (path: string): boolean => {
    const parts = path.split(".");
    return parts.some((_, length) => length > 0 && tops.has(parts.slice(0, length).join(".")));
  };
  return all.filter(
    ({ kind, path }) => !((kind === "added" || kind === "removed") && isBelow(path)),
  );
}
