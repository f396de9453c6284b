// Reports the changes between two versions of a configuration schema: first the affected options of the
// services, then all changes. Equal changes in many places are one entry.

import type { IrOption } from "../../src/model/option-type.ts";
import type { SchemaChange } from "./compare-schemas.ts";
import { formatKey } from "../../src/settings/suggest-key.ts";

/** Texts longer than this are cut. */
const maximumLength = 100;

/** The number of places of one change that the report names; it counts the rest. */
const maximumPlaces = 3;

export function changeReport(
  changes: readonly SchemaChange[],
  options: readonly IrOption[],
): string {
  const touched = touchedOptions(changes, options);
  return [
    ...section("options touched", touched.flat()),
    ...section("keys added", listKeys(changes, "added")),
    ...section("keys removed", listKeys(changes, "removed")),
    ...section("keys retyped", listRetyped(changes)),
    summary(changes, touched.length),
  ].join("\n");
}

function summary(changes: readonly SchemaChange[], touched: number): string {
  const keys = (kind: "added" | "removed"): number =>
    changes.reduce((sum, change) => sum + (change.kind === kind ? change.count : 0), 0);
  const retyped = changes.filter(({ kind }) => kind === "retyped").length;
  return (
    `${keys("added")} keys added, ${keys("removed")} removed, ${retyped} retyped; ` +
    `${touched} ${touched === 1 ? "option" : "options"} touched`
  );
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`), ""];
}

function listKeys(changes: readonly SchemaChange[], kind: "added" | "removed"): readonly string[] {
  return changes.flatMap((change) => {
    if (change.kind !== kind) return [];
    const inside = change.count > 1 ? ` and ${change.count - 1} inside` : "";
    return [`${formatKey(change.path)}${inside}`];
  });
}

function listRetyped(changes: readonly SchemaChange[]): readonly string[] {
  const groups = new Map<string, string[]>();
  for (const change of changes) {
    if (change.kind !== "retyped") continue;
    const text = `${cut(change.from)} -> ${cut(change.to)}`;
    groups.set(text, [...(groups.get(text) ?? []), formatKey(change.path) || "the whole"]);
  }
  return [...groups].map(([text, places]) => {
    const more = places.length - maximumPlaces;
    const shown = more > 0 ? [...places.slice(0, maximumPlaces), `${more} more`] : places;
    return `${shown.join(", ")}: ${text}`;
  });
}

function cut(text: string): string {
  return text.length > maximumLength ? `${text.slice(0, maximumLength - 1)}…` : text;
}

/** The options whose setting, or a part of it, has changed or vanished. */
function touchedOptions(
  changes: readonly SchemaChange[],
  options: readonly IrOption[],
): readonly (readonly string[])[] {
  return options.flatMap(({ setting, path, location }) => {
    if (setting === undefined) return [];
    const what = changes.filter((change) => touches(change, setting));
    if (what.length === 0) return [];
    return [
      [
        `${location.file}:${location.line} ${path.join(".")}`,
        ...what.map((change) => `  ${describeChange(change)}`),
      ],
    ];
  });
}

function describeChange(change: SchemaChange): string {
  const key = formatKey(change.path);
  return change.kind === "retyped"
    ? `${key} retyped: ${cut(change.from)} -> ${cut(change.to)}`
    : `${key} ${change.kind}`;
}

function touches({ kind, path }: SchemaChange, setting: readonly string[]): boolean {
  const isInside = startsWith(path, setting);
  switch (kind) {
    case "added":
      return isInside;
    case "removed":
      return isInside || startsWith(setting, path);
    case "retyped":
      // A change of an object around a setting need not change the setting.
      return isInside;
  }
}

function startsWith(path: readonly string[], start: readonly string[]): boolean {
  return start.every((segment, index) => path[index] === segment);
}
