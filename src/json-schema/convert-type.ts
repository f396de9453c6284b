// Converts the type of an option to JSON Schema with zod-to-json-schema.
//
// Contract: lowering has accepted the type, so only restrictions that Nix can express have to be right. The
// converter silently drops what it does not know, and has faults, so this file itself handles:
//
// - the library's own types, also inside nullable types, unions and lists;
// - the names of records, of which the converter knows two kinds;
// - `null` as a literal, and in fields that may be left out: the module system has null there;
// - several bounds: the converter keeps the last, not the narrowest;
// - `startsWith("w")`, which the converter turns into the pattern `^\w`.

import { elementSegment, memberSegment, type OptionDocs } from "../docs/option-docs.ts";
import { isZodDefinition, type ZodDefinition } from "../lower/zod-definition.ts";
import { leafTypeOf } from "../schema/value-types.ts";
import { z } from "../zod.ts";
import {
  type ConverterRefs,
  getRefs,
  ignoreOverride,
  type JsonSchema7Type,
  parseDef,
} from "./converter.ts";
import { asPattern, hasSeveralBounds, isLiteralText, narrowestBounds } from "./equal-checks.ts";
import { describeFields } from "./describe-fields.ts";
import { leafSchemas } from "./leaf-schemas.ts";

/** Converts the type of the option at `path`; its fields have the descriptions of the schema's source. */
export function convertType(
  type: z.ZodTypeAny,
  path: readonly string[],
  docs: OptionDocs,
): JsonSchema7Type {
  const refs = getRefs({
    $refStrategy: "none",
    override: (definition, inner) =>
      isZodDefinition(definition) ? convert(definition, inner) : ignoreOverride,
    postProcess: (schema, definition, { currentPath }) =>
      isZodDefinition(definition) && definition.typeName === z.ZodFirstPartyTypeKind.ZodObject
        ? describeFields(schema, definition, [...path, ...placeOf(currentPath)], docs)
        : schema,
  });
  return convertInner(type, refs);
}

/** Replaces the converter where it is wrong: by a schema, or by the conversion of an equal type. */
function convert(
  definition: ZodDefinition,
  refs: ConverterRefs,
): JsonSchema7Type | undefined | typeof ignoreOverride {
  const leaf = leafTypeOf(definition);
  if (leaf !== undefined) return leafSchemas[leaf];
  const kinds = z.ZodFirstPartyTypeKind;
  if (definition.typeName === kinds.ZodNullable) {
    return { anyOf: [convertInner(definition.innerType, refs, "wrapped"), { type: "null" }] };
  }
  if (definition.typeName === kinds.ZodOptional) {
    return convertInner(definition.innerType.nullable(), refs);
  }
  if (definition.typeName === kinds.ZodLiteral && definition.value === null) {
    return { type: "null" };
  }
  if (definition.typeName === kinds.ZodRecord) {
    const schema = {
      type: "object" as const,
      additionalProperties: convertInner(definition.valueType, refs, "additionalProperties"),
      ...(!isAnyString(definition.keyType) && {
        propertyNames: convertInner(definition.keyType, refs, "propertyNames"),
      }),
    };
    return schema;
  }
  if (definition.typeName === kinds.ZodArray && isLeaf(definition.type)) {
    return convertEqual(definition, { type: definition.type.brand() }, refs);
  }
  if (definition.typeName === kinds.ZodUnion && definition.options.some(isLeaf)) {
    const [first, second, ...others] = definition.options;
    const options = [first.brand(), second.brand(), ...others.map(brand)] as const;
    return convertEqual(definition, { options }, refs);
  }
  if (definition.typeName === kinds.ZodString && definition.checks.some(isLiteralText)) {
    return convertEqual(definition, { checks: definition.checks.map(asPattern) }, refs);
  }
  if (definition.typeName === kinds.ZodNumber && hasSeveralBounds(definition.checks)) {
    return convertEqual(definition, { checks: narrowestBounds(definition.checks) }, refs);
  }
  return ignoreOverride;
}

/** Converts a definition with changes that keep its meaning and avoid the converter's fault. */
function convertEqual<D extends ZodDefinition>(
  definition: D,
  changes: Partial<D>,
  refs: ConverterRefs,
): JsonSchema7Type | undefined {
  return parseDef({ ...definition, ...changes }, refs);
}

function convertInner(
  type: z.ZodTypeAny,
  refs: ConverterRefs,
  ...segments: readonly string[]
): JsonSchema7Type {
  const currentPath = [...refs.currentPath, ...segments];
  return parseDef(definitionOf(type), { ...refs, currentPath }) ?? {};
}

function isAnyString(type: z.ZodTypeAny): boolean {
  return type instanceof z.ZodString && type._def.checks.length === 0;
}

function isLeaf(type: z.ZodTypeAny): boolean {
  return leafTypeOf(definitionOf(type)) !== undefined;
}

function brand(type: z.ZodTypeAny): z.ZodTypeAny {
  return type.brand();
}

function definitionOf(type: z.ZodTypeAny): z.ZodTypeDef {
  return type._def as z.ZodTypeDef;
}

/** Turns the converter's path (`#/properties/a/items`) into one of the schema (`a.*`). */
function placeOf(path: readonly string[]): readonly string[] {
  const [segment, name = "", ...rest] = path;
  switch (segment) {
    case undefined:
      return [];
    case "properties":
      return [name, ...placeOf(rest)];
    case "anyOf":
      return [memberSegment(Number(name)), ...placeOf(rest)];
    case "items":
    case "additionalProperties":
      return [elementSegment, ...placeOf(path.slice(1))];
    default:
      return placeOf(path.slice(1));
  }
}
