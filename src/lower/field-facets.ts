// The facets of a submodule's fields. A field has a default and an example; everything else an
// option can do (fill a setting, be a credential) needs a place in the service, which an element
// of a list does not have.

import type { Facets, Option } from "../schema/define-option.ts";
import { specialTypeOf, submoduleOptions } from "../schema/value-types.ts";
import { type JsonSchema7Type, z } from "../zod.ts";
import { checkWithZod } from "./check-value.ts";
import { isExp } from "../model/expression.ts";
import { inside, mistake, type Place } from "./place.ts";
import { isPlatformValues } from "../model/platform-values.ts";

/** Writes the facets of a submodule's fields to the converted object, as `default`, `examples`. */
export function addFieldFacets(
  schema: JsonSchema7Type | undefined,
  definition: z.ZodTypeDef,
  place: Place,
): JsonSchema7Type | undefined {
  if (schema === undefined || !isSubmodule(definition)) return schema;
  const options = submoduleOptions(definition);
  if (options === undefined || !("properties" in schema)) {
    throw mistake(place, "a submodule cannot be changed after it is made", {
      next: "write the fields that are wanted into submodule({ … })",
    });
  }
  const properties = { ...schema.properties };
  for (const [name, option] of Object.entries(options)) {
    properties[name] = Object.assign(properties[name] ?? {}, facetsOf(option, inside(place, name)));
  }
  return { ...schema, properties };
}

function isSubmodule(definition: z.ZodTypeDef): definition is z.ZodObjectDef {
  return specialTypeOf(definition) === "submodule";
}

function facetsOf(
  option: Option,
  place: Place,
): { readonly default?: unknown; readonly examples?: readonly unknown[] } {
  const facets: Facets<unknown> = option.facets;
  const { default: fallback, example, ...others } = facets;
  const [other] = [
    ...Object.keys(others),
    ...(option.credential === undefined ? [] : ["variable"]),
    ...(option.relaxation === undefined ? [] : ["relaxation"]),
  ];
  if (other !== undefined) {
    throw mistake(place, `the facet "${other}" is not for fields of a submodule`, {
      expected: "default, example",
    });
  }
  if (example !== undefined) checkWithZod(place, option.type, example, "example");
  if (fallback !== undefined) checkDefault(option.type, fallback, place);
  return {
    ...(fallback !== undefined && { default: fallback }),
    ...(example !== undefined && { examples: [example] }),
  };
}

function checkDefault(type: z.ZodTypeAny, fallback: unknown, place: Place): void {
  if (isExp(fallback) || isPlatformValues(fallback)) {
    throw mistake(place, "the default of a field is a plain value", {
      received: isExp(fallback) ? "an expression" : "perPlatform(…)",
      next: "give the value itself",
    });
  }
  if (type instanceof z.ZodDefault || type instanceof z.ZodOptional) {
    throw mistake(place, "this field has two defaults", {
      received: "the facet `default`, and .default() or .optional() in the type",
      next: "keep the facet",
    });
  }
  checkWithZod(place, type, fallback, "default");
}
