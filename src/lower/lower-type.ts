// From JSON Schema to the type of an option: the narrowest one that says the same.

import { inspect } from "node:util";
import { elementSegment, memberSegment } from "../docs/option-docs.ts";
import type { z } from "../zod.ts";
import { checkWithType, isRecord } from "./check-value.ts";
import { toJsonSchema } from "./zod-json-schema.ts";
import { lowerUnion, type Member } from "./lower-union.ts";
import type { Field, OptionType } from "../model/option-type.ts";
import { checkName, describe, inside, mistake, type Place } from "./place.ts";
import { formOf, type ObjectForm, type SchemaForm } from "./schema-forms.ts";
import { lowerKeys, lowerString } from "./lower-string.ts";
import { supportedTypes } from "./refused-types.ts";

/** Lowers the type of the option at `place`. */
export function lowerType(place: Place, type: z.ZodTypeAny): OptionType {
  return lowerSchema(toJsonSchema(place, type), place);
}

function lowerSchema(schema: unknown, place: Place): OptionType {
  return lowerUnion([lowerMember(schema, place)], place);
}

function readForm(schema: unknown, place: Place): SchemaForm {
  const form = formOf(schema);
  if (form !== undefined) return form;
  throw mistake(place, "this type has no equivalent in Nix", {
    expected: supportedTypes,
    received: inspect(schema),
  });
}

function lowerMember(schema: unknown, place: Place): Member {
  const form = readForm(schema, place);
  if ("$ref" in form) return { kind: form.$ref };
  if ("enum" in form) return { kind: "enum", values: form.enum };
  if ("const" in form) return { kind: "enum", values: [form.const] };
  if ("nullable" in form) {
    return lowerUnion([...form.anyOf.map((of) => lowerMember(of, place)), "null"], place);
  }
  if ("discriminator" in form) {
    return lowerTagged(form.anyOf, form.discriminator.propertyName, place);
  }
  if ("anyOf" in form) {
    const members = form.anyOf.map((member, index) =>
      lowerMember(member, inside(place, memberSegment(index))),
    );
    return lowerUnion(members, place);
  }
  switch (form.type) {
    case "null":
      return "null";
    case "boolean":
      return { kind: "bool" };
    case "string":
      return lowerString(form, place);
    case "number":
    case "integer":
      return {
        kind: form.type === "integer" ? "int" : "number",
        ...(form.minimum !== undefined && { min: form.minimum }),
        ...(form.maximum !== undefined && { max: form.maximum }),
      };
    case "array":
      return {
        kind: "list",
        element: lowerSchema(form.items, inside(place, elementSegment)),
        nonEmpty: form.minItems > 0,
      };
    case "object":
      return "properties" in form
        ? { kind: "submodule", fields: lowerFields(form, place) }
        : lowerRecord(form, place);
  }
}

function lowerRecord(
  form: { readonly additionalProperties?: unknown; readonly propertyNames?: unknown },
  place: Place,
): OptionType {
  const keys = readForm(form.propertyNames, place);
  const keyPattern = lowerKeys(keys, place);
  return {
    kind: "attrs",
    value: lowerSchema(form.additionalProperties, inside(place, elementSegment)),
    ...(keyPattern !== undefined && { keyPattern }),
  };
}

/** Objects told apart by a field whose value is a text of its own in each. */
function lowerTagged(schemas: readonly unknown[], tag: string, place: Place): OptionType {
  const members = schemas.map((schema, index) => {
    const memberPlace = inside(place, memberSegment(index));
    const form = readForm(schema, memberPlace);
    if (!("properties" in form)) throw mistake(memberPlace, "a member of the union is no object");
    const { [tag]: tagSchema, ...properties } = form.properties;
    const tagForm = readForm(tagSchema, inside(memberPlace, tag));
    if (!("const" in tagForm) || typeof tagForm.const !== "string") {
      throw mistake(inside(memberPlace, tag), `the field ${tag} tells the members apart`, {
        expected: "z.literal() with a text",
        received: JSON.stringify(tagSchema),
      });
    }
    return { value: tagForm.const, fields: lowerFields({ ...form, properties }, memberPlace) };
  });
  return { kind: "taggedUnion", tag, members };
}

function lowerFields(form: ObjectForm, place: Place): readonly Field[] {
  return Object.entries(form.properties).map(([name, schema]) => {
    const fieldPlace = inside(place, name);
    checkName(fieldPlace);
    return lowerField(schema, form.required.includes(name), fieldPlace);
  });
}

function lowerField(schema: unknown, isRequired: boolean, place: Place): Field {
  const { default: fallback, examples, ...rest } = isRecord(schema) ? schema : {};
  const lowered = lowerSchema(rest, place);
  const isOptional = !isRequired && fallback === undefined;
  const type = isOptional ? lowerUnion([lowered, "null"], place) : lowered;
  const example: unknown = Array.isArray(examples) ? examples[0] : undefined;
  const value = isOptional ? null : fallback;
  return {
    name: place.path.at(-1) ?? "",
    type,
    ...describe(place),
    default:
      value === undefined
        ? undefined
        : { kind: "literal", value: checkWithType(place, type, value, "default") },
    example: example === undefined ? undefined : checkWithType(place, type, example, "example"),
  };
}
