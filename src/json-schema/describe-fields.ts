// Adds facts about an object's fields that zod does not know: doc comments, and facets of a submodule's fields.

import type { OptionDocs } from "../docs/option-docs.ts";
import type { Facets, Option } from "../schema/define-option.ts";
import { leafTypeOf, specialTypeOf, submoduleOptions } from "../schema/value-types.ts";
import type { z } from "../zod.ts";
import type { JsonSchema7Type } from "./converter.ts";

export function describeFields(
  schema: JsonSchema7Type | undefined,
  definition: z.ZodObjectDef,
  path: readonly string[],
  docs: OptionDocs,
): JsonSchema7Type | undefined {
  if (schema === undefined || !("properties" in schema)) return schema;
  const isSubmodule = specialTypeOf(definition) === "submodule";
  const options = (isSubmodule ? submoduleOptions(definition) : undefined) ?? {};
  const properties = Object.entries(schema.properties).map(([name, property]) => {
    const described = { ...descriptionOf([...path, name], docs), ...property };
    return [name, { ...described, ...facetsOf(options[name]) }] as const;
  });
  const required = Object.entries(definition.shape())
    .filter(([name, type]) => isRequired(type, options[name]))
    .map(([name]) => name);
  return {
    ...schema,
    properties: Object.fromEntries(properties),
    required: required.length > 0 ? required : undefined,
  };
}

function descriptionOf(
  path: readonly string[],
  { options }: OptionDocs,
): { readonly description?: string } {
  const doc = options.get(path.join("."));
  return doc === undefined ? {} : { description: doc.description };
}

function facetsOf(option: Option | undefined): object {
  const facets: Facets<unknown> = option?.facets ?? {};
  const { default: fallback, example } = facets;
  return {
    ...(fallback !== undefined && { default: fallback }),
    ...(example !== undefined && { examples: [example] }),
  };
}

/** Whether a field is required. zod's types for any JSON accept a missing field; the module system does not. */
function isRequired(type: z.ZodTypeAny, option: Option | undefined): boolean {
  const facets: Facets<unknown> = option?.facets ?? {};
  if (facets.default !== undefined) return false;
  return !type.isOptional() || leafTypeOf(type._def as z.ZodTypeDef) !== undefined;
}
