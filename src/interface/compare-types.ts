// Compares two types of an option: what became possible, and which values became wrong.
//
// Contract: a change that is not narrow accepts every value that was accepted before. Where that cannot be
// decided (two patterns), the change counts as narrow.

import { isDeepStrictEqual } from "node:util";
import type { JsonValue } from "../json.ts";
import { describeType } from "../model/describe-type.ts";
import { listNames, show } from "../settings/describe.ts";
import type { InterfaceField, InterfaceType } from "./interface.ts";

export interface TypeChange {
  /** What changed, for people, beginning with the place in the type if that is not the option itself. */
  readonly what: string;
  /** Whether values are refused that were accepted before. */
  readonly narrows: boolean;
}

export function compareTypes(
  from: InterfaceType,
  to: InterfaceType,
  at = "",
): readonly TypeChange[] {
  if (isDeepStrictEqual(from, to)) return [];
  return compareSameKind(from, to, at) ?? compareKinds(from, to, at);
}

/** Whether every value of `from` is one of `to`. */
function isWithin(from: InterfaceType, to: InterfaceType): boolean {
  return compareTypes(from, to).every(({ narrows }) => !narrows);
}

/** The changes between types of one kind; undefined if the kinds differ. */
function compareSameKind(
  from: InterfaceType,
  to: InterfaceType,
  at: string,
): readonly TypeChange[] | undefined {
  if (from.kind === "enum" && to.kind === "enum") {
    return [
      ...listed(at, true, "no longer accepts", without(from.values, to.values)),
      ...listed(at, false, "now accepts", without(to.values, from.values)),
    ];
  }
  if (from.kind === "nullable" && to.kind === "nullable") return compareTypes(from.of, to.of, at);
  if (from.kind === "list" && to.kind === "list") {
    return [
      ...(from.nonEmpty === to.nonEmpty
        ? []
        : [change(at, to.nonEmpty, to.nonEmpty ? "may not be empty" : "may be empty")]),
      ...compareTypes(from.element, to.element, `${at}[]`),
    ];
  }
  if (from.kind === "attrs" && to.kind === "attrs") {
    return [
      ...(from.keyPattern === to.keyPattern
        ? []
        : [
            change(
              at,
              to.keyPattern !== undefined,
              `names: ${patternOf(from.keyPattern)} → ${patternOf(to.keyPattern)}`,
            ),
          ]),
      ...compareTypes(from.value, to.value, joined(at, "<name>")),
    ];
  }
  if (from.kind === "submodule" && to.kind === "submodule") {
    return compareFields(from.fields, to.fields, at);
  }
  if (from.kind === "taggedUnion" && to.kind === "taggedUnion" && from.tag === to.tag) {
    const before = new Map(from.members.map(({ value, fields }) => [value, fields]));
    const after = new Map(to.members.map(({ value, fields }) => [value, fields]));
    const tag = joined(at, from.tag);
    return [
      ...listed(tag, true, "no longer accepts", without([...before.keys()], [...after.keys()])),
      ...listed(tag, false, "now accepts", without([...after.keys()], [...before.keys()])),
      ...[...before].flatMap(([value, fields]) =>
        compareFields(fields, after.get(value) ?? fields, `${at}<${value}>`),
      ),
    ];
  }
  return undefined;
}

function compareFields(
  from: readonly InterfaceField[],
  to: readonly InterfaceField[],
  at: string,
): readonly TypeChange[] {
  const before = new Map(from.map((field) => [field.name, field]));
  const after = new Map(to.map((field) => [field.name, field]));
  const added = to.filter(({ name }) => !before.has(name));
  return [
    ...from.flatMap((field): readonly TypeChange[] => {
      const place = joined(at, field.name);
      const next = after.get(field.name);
      if (next === undefined) return [change(place, true, "is gone")];
      const types = compareTypes(field.type, next.type, place);
      if (field.default === next.default) return types;
      return [
        ...types,
        next.default === undefined
          ? change(place, true, "has no default any more")
          : change(place, false, `default: ${field.default ?? "none"} → ${next.default}`),
      ];
    }),
    ...added.map(({ name, default: fallback }) =>
      fallback === undefined
        ? change(joined(at, name), true, "is new, and has to be set")
        : change(joined(at, name), false, "is new"),
    ),
  ];
}

/** The changes between types of different kinds, or of simple ones. */
function compareKinds(from: InterfaceType, to: InterfaceType, at: string): readonly TypeChange[] {
  const words = `${describeType(from)} → ${describeType(to)}`;
  if (to.kind === "nullable") {
    return [...compareTypes(from, to.of, at), change(at, false, "may be null")];
  }
  if (from.kind === "nullable" && to.kind !== "json") {
    return [change(at, true, "may no longer be null"), ...compareTypes(from.of, to, at)];
  }
  return [change(at, !accepts(from, to), words)];
}

/** Whether a type accepts every value of another one; one of them is no nullable type, or accepts everything. */
function accepts(from: InterfaceType, to: InterfaceType): boolean {
  if (from.kind === "union") return from.members.every((member) => isWithin(member, to));
  if (to.kind === "union") return to.members.some((member) => isWithin(from, member));
  if (to.kind === "json") return isJson(from);
  if (to.kind === "jsonObject") {
    return ["attrs", "submodule", "taggedUnion"].includes(from.kind) && isJson(from);
  }
  const range = rangeOf(from);
  const wanted = rangeOf(to);
  if (range !== undefined && wanted !== undefined) {
    const isWhole = wanted.isWhole && !range.isWhole;
    return !isWhole && range.min >= wanted.min && range.max <= wanted.max;
  }
  if (from.kind === "enum") return from.values.every((value) => isValueOf(value, to));
  return isWithinText(from, to);
}

function isValueOf(value: string | number | boolean, to: InterfaceType): boolean {
  const range = rangeOf(to);
  if (range !== undefined) {
    const isNumber = typeof value === "number" && (!range.isWhole || Number.isInteger(value));
    return isNumber && value >= range.min && value <= range.max;
  }
  if (to.kind === "bool") return typeof value === "boolean";
  return (
    to.kind === "string" &&
    to.pattern === undefined &&
    typeof value === "string" &&
    (value !== "" || !to.nonEmpty)
  );
}

interface Range {
  readonly min: number;
  readonly max: number;
  readonly isWhole: boolean;
}

function rangeOf(type: InterfaceType): Range | undefined {
  if (type.kind === "port") return { min: 0, max: 65535, isWhole: true };
  if (type.kind !== "int" && type.kind !== "number") return undefined;
  const { min = -Infinity, max = Infinity, kind } = type;
  return { min, max, isWhole: kind === "int" };
}

/** The kinds of texts that accept all texts of a kind, besides itself. */
const wider: Readonly<Partial<Record<InterfaceType["kind"], readonly InterfaceType["kind"][]>>> = {
  // It may be a store path, which an absolute path must not be.
  plainPath: ["sourcePath", "string"],
  absolutePath: ["secretFile", "sourcePath", "string"],
  secretFile: ["absolutePath", "sourcePath", "string"],
};

function isWithinText(from: InterfaceType, to: InterfaceType): boolean {
  if (to.kind === "string") {
    if (to.pattern !== undefined) {
      return from.kind === "string" && from.pattern === to.pattern;
    }
    if (from.kind === "string") return !to.nonEmpty || from.nonEmpty;
  }
  return wider[from.kind]?.includes(to.kind) ?? false;
}

/** Whether all values of a type are JSON. Paths of sources and packages are not. */
function isJson(type: InterfaceType): boolean {
  switch (type.kind) {
    case "sourcePath":
    case "package":
      return false;
    case "list":
      return isJson(type.element);
    case "attrs":
      return isJson(type.value);
    case "nullable":
      return isJson(type.of);
    case "union":
      return type.members.every(isJson);
    case "submodule":
      return type.fields.every((field) => isJson(field.type));
    case "taggedUnion":
      return type.members.every(({ fields }) => fields.every((field) => isJson(field.type)));
    case "bool":
    case "string":
    case "int":
    case "number":
    case "port":
    case "enum":
    case "json":
    case "jsonObject":
    case "absolutePath":
    case "plainPath":
    case "secretFile":
      return true;
  }
}

function change(at: string, narrows: boolean, what: string): TypeChange {
  return { what: at === "" ? what : `${at}: ${what}`, narrows };
}

function listed(
  at: string,
  narrows: boolean,
  what: string,
  values: readonly JsonValue[],
): readonly TypeChange[] {
  return values.length === 0 ? [] : [change(at, narrows, `${what} ${listNames(values.map(show))}`)];
}

function without<T>(values: readonly T[], others: readonly T[]): readonly T[] {
  return values.filter((value) => !others.includes(value));
}

function joined(at: string, name: string): string {
  return at === "" ? name : `${at}.${name}`;
}

function patternOf(pattern: string | undefined): string {
  return pattern ?? "any";
}
