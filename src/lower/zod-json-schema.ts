// From zod to JSON Schema, losing nothing on the way.
//
// zod-to-json-schema drops without a word what JSON Schema cannot say. So this file keeps closed
// lists: every kind of zod type, and every part of its definition, is either known or refused, with
// the schema's file and line. What the converter gets wrong is done here instead:
//
// - it looks through nullable types and unions of primitives without asking for their members;
// - of two lower bounds it keeps the last, not the larger;
// - it turns `startsWith("w")` into the pattern `^\w`, and drops the flags of patterns;
// - it ignores types of record keys it does not know.

import { inspect } from "node:util";
import { elementSegment, memberSegment } from "../docs/option-docs.ts";
import { BugError } from "../errors.ts";
import { specialTypeOf, type LeafType } from "../schema/value-types.ts";
import {
  type ConverterRefs,
  getRefs,
  ignoreOverride,
  type JsonSchema7Type,
  parseDef,
  z,
} from "../zod.ts";
import { checkWithZod } from "./check-value.ts";
import { addFieldFacets } from "./field-facets.ts";
import { convertNumber, convertString } from "./json-schema-scalar.ts";
import { inside, mistake, type Place } from "./place.ts";
import { referenceTo } from "./schema-forms.ts";
import { refusedTypes, type RefusedKind, supportedTypes } from "./refused-types.ts";

type RefusedDefinition = z.ZodTypeDef & {
  readonly typeName: Extract<z.ZodFirstPartyTypeKind, RefusedKind>;
};

type Definition =
  | z.ZodStringDef
  | z.ZodNumberDef
  | z.ZodBooleanDef
  | z.ZodNullDef
  | z.ZodEnumDef
  | z.ZodNativeEnumDef
  | z.ZodLiteralDef<unknown>
  | z.ZodArrayDef
  | z.ZodObjectDef
  | z.ZodRecordDef<z.KeySchema>
  | z.ZodUnionDef
  | z.ZodDiscriminatedUnionDef<string>
  | z.ZodNullableDef
  | z.ZodOptionalDef
  | z.ZodDefaultDef
  | z.ZodReadonlyDef
  | z.ZodBrandedDef<z.ZodTypeAny>
  | RefusedDefinition;

function isDefinition(definition: z.ZodTypeDef): definition is Definition {
  return (
    "typeName" in definition &&
    typeof definition.typeName === "string" &&
    definition.typeName in z.ZodFirstPartyTypeKind
  );
}

function isRefused(definition: Definition): definition is RefusedDefinition {
  return definition.typeName in refusedTypes;
}

/**
 * Converts the type of the option at `place`.
 *
 * @throws UserError for what has no equivalent
 */
export function toJsonSchema(place: Place, type: z.ZodTypeAny): unknown {
  const refs = getRefs({
    $refStrategy: "none",
    override: (definition, inner) => convert(definition, inner, placeOf(place, inner.currentPath)),
    postProcess: (converted, definition, inner) =>
      addFieldFacets(converted, definition, placeOf(place, inner.currentPath)),
  });
  return parseDef(definitionOf(type), refs);
}

function definitionOf(type: z.ZodTypeAny): z.ZodTypeDef {
  const definition: unknown = type._def;
  if (typeof definition === "object" && definition !== null) return definition;
  throw new BugError("a zod type without a definition");
}

type Converted = JsonSchema7Type | undefined | typeof ignoreOverride;

function convert(definition: z.ZodTypeDef, refs: ConverterRefs, place: Place): Converted {
  if (!isDefinition(definition)) throw mistake(place, "this is not a zod type");
  checkCommon(definition, place);
  const special = specialTypeOf(definition);
  if (special !== undefined && special !== "submodule" && isUnchanged(definition, special, place)) {
    return { $ref: referenceTo(special) };
  }
  if (isRefused(definition)) {
    const { found, next } = refusedTypes[definition.typeName];
    throw mistake(place, `${found} has no equivalent in Nix`, { expected: supportedTypes, next });
  }
  switch (definition.typeName) {
    case z.ZodFirstPartyTypeKind.ZodString:
      return convertString(definition, place);
    case z.ZodFirstPartyTypeKind.ZodNumber:
      return convertNumber(definition, place);
    case z.ZodFirstPartyTypeKind.ZodNullable:
      return convertNullable(definition, refs);
    case z.ZodFirstPartyTypeKind.ZodUnion:
      return { anyOf: convertMembers(definition.options, refs) };
    case z.ZodFirstPartyTypeKind.ZodDiscriminatedUnion:
      return convertTagged(definition, refs);
    case z.ZodFirstPartyTypeKind.ZodRecord:
      return convertRecord(definition, refs);
    case z.ZodFirstPartyTypeKind.ZodObject:
      checkObject(definition, place);
      return ignoreOverride;
    case z.ZodFirstPartyTypeKind.ZodLiteral:
      return convertLiteral(definition.value, place);
    case z.ZodFirstPartyTypeKind.ZodArray:
      checkLength(definition, place);
      return {
        type: "array",
        items: convertInner(definition.type, refs, "items"),
        minItems: definition.minLength?.value ?? 0,
      };
    case z.ZodFirstPartyTypeKind.ZodOptional:
      checkOptional(definition, refs, place);
      return ignoreOverride;
    case z.ZodFirstPartyTypeKind.ZodDefault:
      checkDefault(definition, refs, place);
      return ignoreOverride;
    case z.ZodFirstPartyTypeKind.ZodBoolean:
    case z.ZodFirstPartyTypeKind.ZodNull:
    case z.ZodFirstPartyTypeKind.ZodEnum:
    case z.ZodFirstPartyTypeKind.ZodNativeEnum:
    case z.ZodFirstPartyTypeKind.ZodReadonly:
    case z.ZodFirstPartyTypeKind.ZodBranded:
      return ignoreOverride;
  }
}

function convertLiteral(value: unknown, place: Place): Converted {
  if (value === null) return { type: "null" };
  if (typeof value === "string" || typeof value === "boolean" || Number.isFinite(value)) {
    return ignoreOverride;
  }
  throw mistake(place, "this literal has no equivalent in Nix", {
    expected: "a text, a number, true, false or null",
    received: inspect(value),
  });
}

// ---- Containers ----

/** Stands in the converter's path for a type around another one at the same place. */
const wrapperSegment = "wrapped";

function convertInner(
  type: z.ZodTypeAny,
  refs: ConverterRefs,
  ...segments: readonly string[]
): JsonSchema7Type {
  const converted = parseDef(definitionOf(type), {
    ...refs,
    currentPath: [...refs.currentPath, ...segments],
  });
  return converted ?? {};
}

/** Not a union with null: that one's members have places of their own. */
function convertNullable(definition: z.ZodNullableDef, refs: ConverterRefs): JsonSchema7Type {
  const schema = {
    anyOf: [convertInner(definition.innerType, refs, wrapperSegment)],
    nullable: true,
  };
  return schema;
}

function convertMembers(members: readonly z.ZodTypeAny[], refs: ConverterRefs): JsonSchema7Type[] {
  return members.map((member, index) => convertInner(member, refs, "anyOf", String(index)));
}

function convertTagged(
  definition: z.ZodDiscriminatedUnionDef<string>,
  refs: ConverterRefs,
): JsonSchema7Type {
  const schema = {
    anyOf: convertMembers(definition.options, refs),
    discriminator: { propertyName: definition.discriminator },
  };
  return schema;
}

function convertRecord(
  definition: z.ZodRecordDef<z.KeySchema>,
  refs: ConverterRefs,
): JsonSchema7Type {
  const schema = {
    type: "object" as const,
    additionalProperties: convertInner(definition.valueType, refs, "additionalProperties"),
    propertyNames: convertInner(definition.keyType, refs, "propertyNames"),
  };
  return schema;
}

/** Turns the converter's path (`#/properties/a/items`) into one of the schema (`a.*`). */
function placeOf(option: Place, path: readonly string[]): Place {
  const segments: string[] = [];
  for (let index = 1; index < path.length; index += 1) {
    const segment = path[index];
    if (segment === "items" || segment === "additionalProperties") segments.push(elementSegment);
    if (segment !== "properties" && segment !== "anyOf") continue;
    index += 1;
    const name = path[index] ?? "";
    segments.push(segment === "anyOf" ? memberSegment(Number(name)) : name);
  }
  return inside(option, ...segments);
}

// ---- What is refused ----

/** What every definition may say, and must not. */
function checkCommon(definition: Definition, place: Place): void {
  if (definition.description !== undefined) {
    throw mistake(place, "a description given with .describe() is not read", {
      next: "write it as a doc comment",
    });
  }
  if ("coerce" in definition && definition.coerce) {
    throw mistake(place, "z.coerce has no equivalent in Nix", {
      expected: supportedTypes,
      next: "use the type the value has to have",
    });
  }
}

const portChecks: readonly unknown[] = z.number().int().min(0).max(65535)._def.checks;

/**
 * Whether a type of the library's own is as the library made it. A port with further bounds is a
 * number like any other; the others have no room for more.
 */
function isUnchanged(definition: Definition, special: LeafType, place: Place): boolean {
  const checks: readonly unknown[] = "checks" in definition ? definition.checks : [];
  if (special === "port") return checks.length === portChecks.length;
  if (checks.length === 0) return true;
  throw mistake(place, `${special}() cannot be restricted further`, {
    next: "remove what follows it, or check it with an assertion of the service's model",
  });
}

function checkLength(definition: z.ZodArrayDef, place: Place): void {
  const { minLength, maxLength, exactLength } = definition;
  if (maxLength === null && exactLength === null && (minLength?.value ?? 0) <= 1) {
    return;
  }
  throw mistake(place, "an array with this length has no equivalent in Nix", {
    expected: "any number of elements, or at least one: .nonempty()",
    next: "check the length with an assertion of the service's model",
  });
}

function checkObject(definition: z.ZodObjectDef, place: Place): void {
  const isOpen = !(definition.catchall instanceof z.ZodNever);
  if (!isOpen && definition.unknownKeys === "strip") return;
  const found = isOpen ? ".catchall()" : `.${definition.unknownKeys}()`;
  throw mistake(place, `an object with ${found} has no equivalent in Nix`, {
    expected: "z.object() without it: unknown fields are always refused",
    next:
      definition.unknownKeys === "strict"
        ? "remove .strict()"
        : "use z.record() or jsonObject() for an open set of names",
  });
}

/** Whether the converter is at a field of an object, and not somewhere in the field's type. */
function isField(refs: ConverterRefs): boolean {
  return refs.propertyPath?.join("/") === refs.currentPath.join("/");
}

function checkOptional(definition: z.ZodOptionalDef, refs: ConverterRefs, place: Place): void {
  const inner: z.ZodTypeAny = definition.innerType;
  if (inner instanceof z.ZodNullable) {
    throw mistake(place, "optional and nullable are the same in Nix", {
      received: ".nullish(), or .optional() and .nullable()",
      next: "use .nullable(); an option that is not set is null",
    });
  }
  if (!isField(refs) || inner instanceof z.ZodDefault || inner instanceof z.ZodOptional) {
    throw mistake(place, ".optional() is only for fields of objects", {
      next: "use .nullable(); an option that is not set is null",
    });
  }
}

function checkDefault(definition: z.ZodDefaultDef, refs: ConverterRefs, place: Place): void {
  if (!isField(refs)) {
    throw mistake(place, ".default() is only for fields of objects", {
      next: "give the option's default with the facet: option(type, { default: … })",
    });
  }
  const inner: z.ZodTypeAny = definition.innerType;
  if (inner instanceof z.ZodOptional || inner instanceof z.ZodDefault) {
    throw mistake(place, "a field with a default is not optional as well", {
      next: "use .default() once, directly after the type",
    });
  }
  checkWithZod(place, inner, definition.defaultValue(), "default");
}
