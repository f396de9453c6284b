// The JSON Schemas lowering reads: a closed list of forms, each with the keywords it may have. What
// has any other keyword is refused, so no restriction is lost between the schema and the modules.

import { type LeafType, leafTypes } from "../schema/value-types.ts";
import { z } from "../zod.ts";

/** What `$ref` says where the type is one of the library's own. */
export function referenceTo(type: LeafType): string {
  return referencePrefix + type;
}

const referencePrefix = "nixmodgen:";

const leafType = z
  .string()
  .startsWith(referencePrefix)
  .transform((reference) => reference.slice(referencePrefix.length))
  .pipe(z.enum(leafTypes));

const scalar = z.union([z.string(), z.number(), z.boolean()]);

const names = z.array(z.string());

const forms = z.union([
  z.object({ $ref: leafType }).strict(),
  z.object({ anyOf: z.array(z.unknown()), nullable: z.literal(true) }).strict(),
  z
    .object({
      anyOf: z.array(z.unknown()),
      discriminator: z.object({ propertyName: z.string() }).strict(),
    })
    .strict(),
  z.object({ anyOf: z.array(z.unknown()) }).strict(),
  z.object({ type: z.union([z.string(), names]), enum: z.array(scalar) }).strict(),
  z.object({ type: z.string(), const: scalar }).strict(),
  z.object({ type: z.enum(["boolean", "null"]) }).strict(),
  z
    .object({
      type: z.literal("string"),
      minLength: z.number().optional(),
      maxLength: z.number().optional(),
      pattern: z.string().optional(),
    })
    .strict(),
  z
    .object({
      type: z.enum(["number", "integer"]),
      minimum: z.number().optional(),
      maximum: z.number().optional(),
    })
    .strict(),
  z.object({ type: z.literal("array"), items: z.unknown(), minItems: z.number() }).strict(),
  z
    .object({
      type: z.literal("object"),
      properties: z.record(z.unknown()),
      required: names.default([]),
      additionalProperties: z.literal(false),
    })
    .strict(),
  z
    .object({
      type: z.literal("object"),
      additionalProperties: z.unknown(),
      propertyNames: z.unknown(),
    })
    .strict(),
]);

export type SchemaForm = z.infer<typeof forms>;
export type ObjectForm = Extract<SchemaForm, { readonly properties: unknown }>;
export type StringForm = Extract<SchemaForm, { readonly type: "string" }>;

/** The form of a schema; undefined for a schema that says more than any of them can. */
export function formOf(schema: unknown): SchemaForm | undefined {
  return forms.safeParse(schema).data;
}
