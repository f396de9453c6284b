// Whether the program accepts every value that an option's type admits. This compares two types: exactly
// for kinds, enums, ranges and keys, and leniently where it cannot decide or an option's type cannot express the
// restriction: two patterns, upper limits of lengths.

import type { SourceLocation } from "../errors.ts";
import { describeType } from "../model/describe-type.ts";
import type { Field, OptionType } from "../model/option-type.ts";
import { describeFields, describeSchema, isUnlimited, listNames, show } from "./describe.ts";
import { isList, type JsonSchema, type SchemaObject } from "./json-schema.ts";
import { acceptsType, anyName, below, isAnything, isOpen, keysOf } from "./schema-place.ts";
import { isValid } from "./validate.ts";

/** A value that the option's type admits and the program does not. */
export interface Mismatch {
  /** Its place in the option's value. */
  readonly path: readonly string[];
  readonly expected: string;
  readonly received: string;
  /** Set if the program does not accept a key. */
  readonly unknownKey?: { readonly key: string; readonly siblings: readonly string[] };
  /** Set if a field of the option's type is at fault. */
  readonly location?: SourceLocation;
}

interface Place {
  readonly path: readonly string[];
  /** Whether a null stays in the configuration: it does in lists; in objects it leaves the key out. */
  readonly keepsNull: boolean;
  readonly location: SourceLocation | undefined;
}

type Mismatches = readonly Mismatch[];

/** The mismatches of the type; none if the program accepts all its values. */
export function mismatches(schema: JsonSchema, type: OptionType): Mismatches {
  return compare(schema, type, { path: [], keepsNull: false, location: undefined });
}

function compare(schema: JsonSchema, type: OptionType, place: Place): Mismatches {
  if (schema === true) return [];
  if (schema === false) return [mismatch(schema, type, place)];
  // First, types with several members: different alternatives may accept them.
  switch (type.kind) {
    case "nullable":
      return [
        ...(place.keepsNull ? constants(schema, [null], place) : []),
        ...compare(schema, type.of, place),
      ];
    case "union":
      return type.members.flatMap((member) => compare(schema, member, place));
    case "taggedUnion":
      return type.members.flatMap(({ value, fields }) =>
        compareFields(schema, fields, { name: type.tag, value }, place),
      );
    case "enum":
      return constants(schema, type.values, place);
    case "bool":
      return constants(schema, [true, false], place);
    case "string":
    case "absolutePath":
    case "plainPath":
    case "sourcePath":
    case "secretFile":
    case "package":
    case "port":
    case "int":
    case "number":
    case "list":
    case "attrs":
    case "submodule":
    case "json":
    case "jsonObject":
      return compareWhole(schema, type, place);
  }
}

/** A mismatch with those of the values that the schema does not accept. */
function constants(
  schema: SchemaObject,
  values: readonly (string | number | boolean | null)[],
  place: Place,
): Mismatches {
  const wrong = values.filter((value) => !isValid(schema, value));
  if (wrong.length === 0) return [];
  const received =
    wrong.length === 2 && values.length === 2 && wrong.includes(true)
      ? "true or false"
      : listNames(wrong.map(show));
  return [{ ...whereOf(place), expected: describeSchema(schema), received }];
}

type SingleType = Exclude<
  OptionType,
  { readonly kind: "nullable" | "union" | "taggedUnion" | "enum" | "bool" }
>;

/** Compares a type whose values must all be accepted by one alternative. */
function compareWhole(schema: SchemaObject, type: SingleType, place: Place): Mismatches {
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives !== undefined) {
    const results = alternatives.map((alternative) => compare(alternative, type, place));
    if (!results.some((result) => result.length === 0)) {
      return [closest(results, place) ?? mismatch(schema, type, place)];
    }
  }
  const required = (schema.allOf ?? []).flatMap((part) => compare(part, type, place));
  return required.length > 0 ? required : compareOwn(schema, type, place);
}

/** The mismatch of the best alternative: the only one that fails further inside than at the top. */
function closest(results: readonly Mismatches[], place: Place): Mismatch | undefined {
  const inside = results.filter(
    (result) => result.length > 0 && result.every(({ path }) => path.length > place.path.length),
  );
  return inside.length === 1 ? inside[0]?.[0] : undefined;
}

/** Compares with the schema's own keywords. */
function compareOwn(schema: SchemaObject, type: SingleType, place: Place): Mismatches {
  const unless = (fits: boolean): Mismatches => (fits ? [] : [mismatch(schema, type, place)]);
  const isFixed = schema.const !== undefined || schema.enum !== undefined;
  switch (type.kind) {
    case "string":
      return unless(
        !isFixed && acceptsType(schema, "string") && (!wantsText(schema) || isNeverEmpty(type)),
      );
    case "absolutePath":
    case "plainPath":
    case "sourcePath":
    case "secretFile":
    case "package":
      return unless(!isFixed && acceptsType(schema, "string"));
    case "port":
      // The module system's type for ports includes 0, which asks for any free port. That is no
      // useful setting, and no reason to give up a type that everybody knows.
      return unless(
        !isFixed && acceptsType(schema, "integer") && isWithin({ min: 1, max: 65535 }, schema, 1),
      );
    case "int":
      return unless(!isFixed && acceptsType(schema, "integer") && isWithin(type, schema, 1));
    case "number":
      return unless(!isFixed && acceptsType(schema, "number") && isWithin(type, schema, 0));
    case "list":
      return !isFixed && acceptsType(schema, "array") && (!schema.minItems || type.nonEmpty)
        ? compareElements(schema, type.element, place)
        : unless(false);
    case "attrs":
      return !isFixed && acceptsType(schema, "object")
        ? compareAttributes(schema, type, place)
        : unless(false);
    case "submodule":
      return !isFixed && acceptsType(schema, "object")
        ? compareFields(schema, type.fields, undefined, place)
        : unless(false);
    case "json":
      return unless(isAnything(schema));
    case "jsonObject":
      return unless(
        !isFixed &&
          acceptsType(schema, "object") &&
          isAnything(schema.additionalProperties ?? true) &&
          keysOf(schema).length === 0,
      );
  }
}

function wantsText({ minLength = 0 }: SchemaObject): boolean {
  return minLength > 0;
}

function isNeverEmpty(type: Extract<OptionType, { readonly kind: "string" }>): boolean {
  if (type.nonEmpty) return true;
  if (type.pattern === undefined) return false;
  return !new RegExp(`^(?:${type.pattern})$`).test("");
}

/** @param step the distance between neighbours: 1 for integers, 0 for numbers */
function isWithin(
  range: { readonly min?: number; readonly max?: number },
  schema: SchemaObject,
  step: 0 | 1,
): boolean {
  const { min = -Infinity, max = Infinity } = range;
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  const isAbove = (bound: number, isOpen: boolean): boolean =>
    isOpen && step === 0 ? min > bound : min >= bound + (isOpen ? step : 0);
  const isBelow = (bound: number, isOpen: boolean): boolean =>
    isOpen && step === 0 ? max < bound : max <= bound - (isOpen ? step : 0);
  return (
    (minimum === undefined || isUnlimited(minimum) || isAbove(minimum, false)) &&
    (maximum === undefined || isUnlimited(maximum) || isBelow(maximum, false)) &&
    (exclusiveMinimum === undefined || isAbove(exclusiveMinimum, true)) &&
    (exclusiveMaximum === undefined || isBelow(exclusiveMaximum, true)) &&
    (multipleOf === undefined || (multipleOf === 1 && step === 1))
  );
}

function compareElements(schema: SchemaObject, element: OptionType, place: Place): Mismatches {
  const { items } = schema;
  const inside = { ...place, path: [...place.path, anyName], keepsNull: true };
  if (items === undefined) return [];
  return isList(items)
    ? items.flatMap((item) => compare(item, element, inside))
    : compare(items, element, inside);
}

type AttrsType = Extract<OptionType, { readonly kind: "attrs" }>;

function compareAttributes(schema: SchemaObject, type: AttrsType, place: Place): Mismatches {
  const inside = { ...place, path: [...place.path, anyName] };
  if ((schema.required ?? []).length > 0) return [mismatch(schema, type, place)];
  const names = namesOf(type);
  if (names === undefined) {
    // Any name is possible, so the listed keys and all others must accept the values.
    if (!isOpen(schema)) {
      return [{ ...mismatch(schema, type, place), received: "an object with any keys" }];
    }
    const children = [...keysOf(schema), ""].map((key) => below(schema, key) ?? false);
    return children.flatMap((child) => compare(child, type.value, inside)).slice(0, 1);
  }
  return names.flatMap((name) => compareKey(schema, name, type.value, place));
}

/** The possible names of an open set, if its pattern lists them: `left|right`. */
function namesOf({ keyPattern }: AttrsType): readonly string[] | undefined {
  const list = /^\(?((?:[\w-]+\|)*[\w-]+)\)?$/.exec(keyPattern ?? "")?.[1];
  return list?.split("|");
}

/** @param tag the field that tells the objects of a union apart, and its value */
function compareFields(
  schema: JsonSchema,
  fields: readonly Field[],
  tag: { readonly name: string; readonly value: string } | undefined,
  place: Place,
): Mismatches {
  if (schema === true) return [];
  if (schema === false) return [{ ...whereOf(place), expected: "nothing", received: "an object" }];
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives !== undefined) {
    const results = alternatives.map((part) => compareFields(part, fields, tag, place));
    if (!results.some((result) => result.length === 0)) {
      const reason = closest(results, place);
      const received = describeFields(fields);
      return [reason ?? { ...whereOf(place), expected: describeSchema(schema), received }];
    }
  }
  if (!acceptsType(schema, "object")) {
    const received = describeFields(fields);
    return [{ ...whereOf(place), expected: describeSchema(schema), received }];
  }
  const tagType: OptionType | undefined = tag && { kind: "enum", values: [tag.value] };
  const present = new Set([
    ...fields.filter(({ type }) => type.kind !== "nullable").map(({ name }) => name),
    ...(tag === undefined ? [] : [tag.name]),
  ]);
  const missing = (schema.required ?? []).filter((name) => !present.has(name));
  return [
    ...missing.map((name) => ({
      ...whereOf(place),
      expected: `the key ${name}`,
      received: "an object that may lack it",
    })),
    ...(tag === undefined || tagType === undefined
      ? []
      : compareKey(schema, tag.name, tagType, place)),
    ...fields.flatMap(({ name, type, location }) =>
      compareKey(schema, name, type, { ...place, location }),
    ),
  ];
}

function compareKey(schema: JsonSchema, name: string, type: OptionType, place: Place): Mismatches {
  const child = below(schema, name);
  if (child !== undefined) return compare(child, type, { ...place, path: [...place.path, name] });
  const siblings = keysOf(schema);
  return [
    {
      ...whereOf(place),
      expected: describeSchema(schema),
      received: `the key ${name}`,
      unknownKey: { key: name, siblings },
    },
  ];
}

function mismatch(schema: JsonSchema, type: OptionType, place: Place): Mismatch {
  return { ...whereOf(place), expected: describeSchema(schema), received: describeType(type) };
}

function whereOf({ path, location }: Place): Pick<Mismatch, "path" | "location"> {
  return location === undefined ? { path } : { path, location };
}
