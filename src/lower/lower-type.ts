// Lowers a zod type to the type of an option: the narrowest with the same meaning.
//
// The code reads zod's definitions directly, each kind in the one switch below. It refuses a restriction that
// Nix types cannot express, so no restriction is lost.

import { inspect } from "node:util";
import { elementSegment, memberSegment } from "../docs/option-docs.ts";
import type { Field, OptionType } from "../model/option-type.ts";
import { type LeafType, leafTypeOf } from "../schema/value-types.ts";
import { z } from "../zod.ts";
import { checkWithType } from "./check-value.ts";
import { lowerNumber } from "./lower-number.ts";
import { keyPatternOf, lowerString } from "./lower-string.ts";
import { lowerUnion, type Member } from "./lower-union.ts";
import {
  fieldsOf,
  misplacedDefault,
  misplacedOptional,
  type ObjectField,
} from "./object-fields.ts";
import { describe, inside, mistake, type Place } from "./place.ts";
import { definitionOf, requireSupported, type ZodDefinition } from "./zod-definition.ts";

/** Lowers the type of the option at `place`. */
export function lowerType(place: Place, type: z.ZodTypeAny): OptionType {
  return lowerUnion([lowerMember(place, type)], place);
}

function lowerMember(place: Place, type: z.ZodTypeAny): Member {
  const definition = definitionOf(type, place);
  const leaf = leafOf(definition, place);
  if (leaf !== undefined) return { kind: leaf };
  requireSupported(definition, place);
  switch (definition.typeName) {
    case z.ZodFirstPartyTypeKind.ZodBoolean:
      return { kind: "bool" };
    case z.ZodFirstPartyTypeKind.ZodNull:
      return "null";
    case z.ZodFirstPartyTypeKind.ZodString:
      return lowerString(definition, place);
    case z.ZodFirstPartyTypeKind.ZodNumber:
      return lowerNumber(definition, place);
    case z.ZodFirstPartyTypeKind.ZodEnum:
      return { kind: "enum", values: definition.values };
    case z.ZodFirstPartyTypeKind.ZodNativeEnum:
      return { kind: "enum", values: enumValues(definition.values) };
    case z.ZodFirstPartyTypeKind.ZodLiteral:
      return lowerLiteral(definition.value, place);
    case z.ZodFirstPartyTypeKind.ZodArray:
      return lowerArray(definition, place);
    case z.ZodFirstPartyTypeKind.ZodRecord:
      return lowerRecord(definition, place);
    case z.ZodFirstPartyTypeKind.ZodObject:
      return { kind: "submodule", fields: fieldsOf(definition, place).map(lowerField) };
    case z.ZodFirstPartyTypeKind.ZodUnion:
      return lowerUnion(
        definition.options.map((member, index) =>
          lowerMember(inside(place, memberSegment(index)), member),
        ),
        place,
      );
    case z.ZodFirstPartyTypeKind.ZodDiscriminatedUnion:
      return lowerTagged(definition, place);
    case z.ZodFirstPartyTypeKind.ZodNullable:
      return lowerUnion([lowerMember(place, definition.innerType), "null"], place);
    case z.ZodFirstPartyTypeKind.ZodReadonly:
      return lowerMember(place, definition.innerType);
    case z.ZodFirstPartyTypeKind.ZodBranded:
      return lowerMember(place, definition.type);
    // `fieldsOf` has removed these where they are allowed: around the type of an object's field.
    case z.ZodFirstPartyTypeKind.ZodOptional:
      throw misplacedOptional(definition, place);
    case z.ZodFirstPartyTypeKind.ZodDefault:
      throw misplacedDefault(place);
  }
}

/** The library's leaf type, if it is one. Further checks on it are an error; a port with bounds is a number. */
function leafOf(definition: ZodDefinition, place: Place): LeafType | undefined {
  const leaf = leafTypeOf(definition);
  const hasChecks = "checks" in definition && definition.checks.length > 0;
  if (leaf === undefined || leaf === "port" || !hasChecks) return leaf;
  throw mistake(place, `${leaf}() cannot be restricted further`, {
    next: "remove the methods after it, or check it with an assertion of the service's model",
  });
}

/** The values of a native enum, without the reverse mapping from numbers to names that TypeScript adds. */
function enumValues(values: z.EnumLike): readonly (string | number)[] {
  return Object.values(values).filter((value) => typeof values[value] !== "number");
}

function lowerLiteral(value: unknown, place: Place): Member {
  if (value === null) return "null";
  if (typeof value === "string" || typeof value === "boolean") {
    return { kind: "enum", values: [value] };
  }
  if (typeof value === "number" && Number.isFinite(value)) return { kind: "enum", values: [value] };
  throw mistake(place, "this literal has no equivalent in Nix", {
    expected: "a text, a number, true, false or null",
    received: inspect(value),
  });
}

function lowerArray(definition: z.ZodArrayDef, place: Place): OptionType {
  const { minLength, maxLength, exactLength } = definition;
  const least = minLength?.value ?? 0;
  if (maxLength !== null || exactLength !== null || least > 1) {
    throw mistake(place, "an array with this length has no equivalent in Nix", {
      expected: "any number of elements, or at least one: .nonempty()",
      next: "check the length with an assertion of the service's model",
    });
  }
  const element = lowerType(inside(place, elementSegment), definition.type);
  return { kind: "list", element, nonEmpty: least === 1 };
}

function lowerRecord(
  { keyType, valueType }: z.ZodRecordDef<z.KeySchema>,
  place: Place,
): OptionType {
  const keyPattern = keyPatternOf(lowerMember(place, keyType), place);
  const value = lowerType(inside(place, elementSegment), valueType);
  return { kind: "attrs", value, ...(keyPattern !== undefined && { keyPattern }) };
}

/** Objects that a field tells apart: its value is another text in each. */
function lowerTagged(
  { discriminator: tag, options }: z.ZodDiscriminatedUnionDef<string>,
  place: Place,
): OptionType {
  const members = options.map((member, index) => {
    const memberPlace = inside(place, memberSegment(index));
    const definition = definitionOf(member, memberPlace);
    if (definition.typeName !== z.ZodFirstPartyTypeKind.ZodObject) {
      throw mistake(memberPlace, "a member of the union is no object");
    }
    const fields = fieldsOf(definition, memberPlace);
    const [value] = fields.filter(({ name }) => name === tag).flatMap(tagValue);
    if (value === undefined) {
      throw mistake(inside(memberPlace, tag), `the field ${tag} tells the members apart`, {
        expected: "z.literal() with a text, and neither default nor example",
      });
    }
    return { value, fields: fields.filter(({ name }) => name !== tag).map(lowerField) };
  });
  return { kind: "taggedUnion", tag, members };
}

function tagValue({ type, default: fallback, example }: ObjectField): readonly string[] {
  const value: unknown = type instanceof z.ZodLiteral ? type.value : undefined;
  const isTag = typeof value === "string" && fallback === undefined && example === undefined;
  return isTag ? [value] : [];
}

function lowerField({ name, place, ...field }: ObjectField): Field {
  const type = lowerType(place, field.type);
  const { default: fallback, example } = field;
  return {
    name,
    type,
    ...describe(place),
    default:
      fallback === undefined
        ? undefined
        : { kind: "literal", value: checkWithType(place, type, fallback, "default") },
    example: example === undefined ? undefined : checkWithType(place, type, example, "example"),
  };
}
