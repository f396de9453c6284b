// The fields of an object, with type, default and example. The default may be a facet, or zod's own `.default()`
// or `.optional()`. Other facets (a setting, a credential) are for options only: they need a fixed path in the
// service, which an element of a list does not have.

import type { UserError } from "../errors.ts";
import { isExp } from "../model/expression.ts";
import { isPlatformValues } from "../model/platform-values.ts";
import type { Facets, Option } from "../schema/define-option.ts";
import { specialTypeOf, submoduleOptions } from "../schema/value-types.ts";
import { z } from "../zod.ts";
import { checkWithZod } from "./check-value.ts";
import { checkName, inside, mistake, type Place } from "./place.ts";
import { definitionOf } from "./zod-definition.ts";

export interface ObjectField {
  readonly name: string;
  readonly place: Place;
  /** Without `.optional()` and `.default()`. */
  readonly type: z.ZodTypeAny;
  /** Undefined without a default. */
  readonly default: unknown;
  readonly example: unknown;
}

/** @throws UserError for an object that accepts unknown fields, and for a submodule changed after `submodule()` */
export function fieldsOf(definition: z.ZodObjectDef, place: Place): readonly ObjectField[] {
  refuseOpen(definition, place);
  const isSubmodule = specialTypeOf(definition) === "submodule";
  const options = isSubmodule ? submoduleOptions(definition) : {};
  if (options === undefined) {
    throw mistake(place, "a submodule cannot be changed after it is made", {
      next: "write all its fields into submodule({ … })",
    });
  }
  return Object.entries(definition.shape()).map(([name, type]) => {
    const fieldPlace = inside(place, name);
    checkName(fieldPlace);
    return readField(name, type, options[name], fieldPlace);
  });
}

function refuseOpen({ catchall, unknownKeys }: z.ZodObjectDef, place: Place): void {
  const isOpen = !(catchall instanceof z.ZodNever);
  if (!isOpen && unknownKeys === "strip") return;
  const found = isOpen ? ".catchall()" : `.${unknownKeys}()`;
  throw mistake(place, `an object with ${found} has no equivalent in Nix`, {
    expected: "z.object() without it: unknown fields are always refused",
    next:
      unknownKeys === "strict"
        ? "remove .strict()"
        : "use z.record() or jsonObject() for an open set of names",
  });
}

function readField(
  name: string,
  type: z.ZodTypeAny,
  option: Option | undefined,
  place: Place,
): ObjectField {
  const own = splitDefault(type, place);
  if (option === undefined) return { name, place, ...own, example: undefined };
  const facets = facetsOf(option, place);
  if (own.default !== undefined && facets.default !== undefined) {
    throw mistake(place, "this field has two defaults", {
      received: "the facet `default`, and .default() or .optional() in the type",
      next: "keep the facet",
    });
  }
  const fallback = facets.default === undefined ? own.default : facets.default;
  return { name, place, type: own.type, default: fallback, example: facets.example };
}

/** Splits `.optional()` or `.default()` off the type of a field: the default is null or the given value. */
function splitDefault(type: z.ZodTypeAny, place: Place): Pick<ObjectField, "type" | "default"> {
  const definition = definitionOf(type, place);
  if (definition.typeName === z.ZodFirstPartyTypeKind.ZodReadonly) {
    return splitDefault(definition.innerType, place);
  }
  if (definition.typeName === z.ZodFirstPartyTypeKind.ZodBranded) {
    return splitDefault(definition.type, place);
  }
  if (definition.typeName === z.ZodFirstPartyTypeKind.ZodOptional) {
    const { innerType } = definition;
    if (innerType instanceof z.ZodNullable || hasDefault(innerType)) {
      throw misplacedOptional(definition, place);
    }
    return { type: innerType.nullable(), default: null };
  }
  if (definition.typeName === z.ZodFirstPartyTypeKind.ZodDefault) {
    const { innerType } = definition;
    if (hasDefault(innerType)) {
      throw mistake(place, "a field with a default is not optional as well", {
        next: "use .default() once, directly after the type",
      });
    }
    const value: unknown = definition.defaultValue();
    checkWithZod(place, innerType, value, "default");
    return { type: innerType, default: value };
  }
  return { type, default: undefined };
}

function hasDefault(type: z.ZodTypeAny): boolean {
  return type instanceof z.ZodOptional || type instanceof z.ZodDefault;
}

/** The error for an `.optional()` that is not the outermost part of a field's type. */
export function misplacedOptional({ innerType }: z.ZodOptionalDef, place: Place): UserError {
  const next = "use .nullable(); an option that is not set is null";
  return innerType instanceof z.ZodNullable
    ? mistake(place, "optional and nullable are the same in Nix", {
        received: ".nullish(), or .optional() and .nullable()",
        next,
      })
    : mistake(place, ".optional() is only for fields of objects", { next });
}

export function misplacedDefault(place: Place): UserError {
  return mistake(place, ".default() is only for fields of objects", {
    next: "give the option's default with the facet: option(type, { default: … })",
  });
}

function facetsOf(
  { type, facets: all, credential, relaxation }: Option,
  place: Place,
): Pick<ObjectField, "default" | "example"> {
  const facets: Facets<unknown> = all;
  const { default: fallback, example, ...others } = facets;
  const [other] = [
    ...Object.keys(others),
    ...(credential === undefined ? [] : ["variable"]),
    ...(relaxation === undefined ? [] : ["relaxation"]),
  ];
  if (other !== undefined) {
    throw mistake(place, `the facet "${other}" is not for fields of a submodule`, {
      expected: "default, example",
    });
  }
  if (isExp(fallback) || isPlatformValues(fallback)) {
    throw mistake(place, "the default of a field is a plain value", {
      received: isExp(fallback) ? "an expression" : "perPlatform(…)",
      next: "give the value itself",
    });
  }
  if (example !== undefined) checkWithZod(place, type, example, "example");
  if (fallback !== undefined) checkWithZod(place, type, fallback, "default");
  return { default: fallback, example };
}
