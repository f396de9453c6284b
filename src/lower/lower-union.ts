// Lowers unions. The module system picks the member of a union by the outermost kind of the value (a list, a
// set, a string), and looks into the value only afterwards. So members that it could not tell apart are an
// error. Literals become one enum, and null makes the whole type nullable.

import { isDeepStrictEqual } from "node:util";
import type { OptionType } from "../model/option-type.ts";
import { mistake, type Place } from "./place.ts";

/** A member of a union, or null. */
export type Member = OptionType | "null";

export function lowerUnion(members: readonly Member[], place: Place): OptionType {
  const flat = members.flatMap(flatten);
  const types = mergeEnums(flat.filter((member) => member !== "null"));
  const union = combine(types, place);
  return flat.includes("null") && union.kind !== "nullable"
    ? { kind: "nullable", of: union }
    : union;
}

/** Flattens unions in unions, and nullable types. */
function flatten(member: Member): readonly Member[] {
  if (member === "null") return [member];
  if (member.kind === "nullable") return ["null", ...flatten(member.of)];
  return member.kind === "union" ? member.members.flatMap(flatten) : [member];
}

/** Merges all enums into one, at the place of the first, and removes repeated types. */
function mergeEnums(types: readonly OptionType[]): readonly OptionType[] {
  const values = types.flatMap((type) => (type.kind === "enum" ? type.values : []));
  const first = types.findIndex((type) => type.kind === "enum");
  return types.flatMap((type, index): readonly OptionType[] => {
    if (type.kind === "enum") {
      return index === first ? [{ kind: "enum", values: [...new Set(values)] }] : [];
    }
    const earlier = types.slice(0, index).some((other) => isDeepStrictEqual(other, type));
    return earlier ? [] : [type];
  });
}

function combine(types: readonly OptionType[], place: Place): OptionType {
  const [only, ...others] = types;
  if (only === undefined) {
    throw mistake(place, "null alone is no type", { next: "leave the option out" });
  }
  if (others.length === 0) return only;
  for (const [index, type] of types.entries()) {
    const other = types.slice(0, index).find((earlier) => clash(earlier, type));
    if (other === undefined) continue;
    throw mistake(place, `Nix cannot tell the members ${other.kind} and ${type.kind} apart`, {
      received: "a union of both",
      next: "for objects, use z.discriminatedUnion(); otherwise, write two options",
    });
  }
  return { kind: "union", members: types };
}

/** The kind of a value that the module system sees before it looks into the value. */
type Outside = "anything" | "list" | "set" | "package" | "path" | "text" | "scalar";

const outsides: Readonly<Record<OptionType["kind"], Outside>> = {
  bool: "scalar",
  int: "scalar",
  number: "scalar",
  port: "scalar",
  enum: "scalar",
  string: "text",
  list: "list",
  attrs: "set",
  submodule: "set",
  taggedUnion: "set",
  jsonObject: "set",
  json: "anything",
  absolutePath: "path",
  plainPath: "path",
  sourcePath: "path",
  secretFile: "path",
  package: "package",
  // These do not occur here: `flatten` removed them.
  nullable: "anything",
  union: "anything",
};

/** Pairs of kinds for which one value could be both. A package is a set, or the text of a store path. */
const clashes: ReadonlySet<string> = new Set([
  ...["list list", "set set", "path path", "package package"],
  ...["path text", "text path", "package set", "set package"],
  ...["package path", "path package", "package text", "text package"],
]);

function clash(left: OptionType, right: OptionType): boolean {
  const [a, b] = [outsides[left.kind], outsides[right.kind]];
  return a === "anything" || b === "anything" || clashes.has(`${a} ${b}`);
}
