// The definitions of zod types, as a closed list: those that can be lowered, and those without an
// equivalent among Nix option types, with advice on what to write instead.

import { z } from "../zod.ts";
import { mistake, type Place } from "./place.ts";

type SupportedDefinition =
  | z.ZodStringDef
  | z.ZodNumberDef
  | z.ZodBooleanDef
  | z.ZodNullDef
  | z.ZodEnumDef<[string, ...string[]]>
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
  | z.ZodBrandedDef<z.ZodTypeAny>;

type RefusedKind = Exclude<`${z.ZodFirstPartyTypeKind}`, `${SupportedDefinition["typeName"]}`>;

type RefusedDefinition = z.ZodTypeDef & {
  readonly typeName: Extract<z.ZodFirstPartyTypeKind, RefusedKind>;
};

export type ZodDefinition = SupportedDefinition | RefusedDefinition;

/** The definition of a type. Throws for `.describe()` and `z.coerce`, which no type may have. */
export function definitionOf(type: z.ZodTypeAny, place: Place): ZodDefinition {
  const definition: unknown = type._def;
  if (!isZodDefinition(definition)) throw mistake(place, "this is not a zod type");
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
  return definition;
}

export function isZodDefinition(value: unknown): value is ZodDefinition {
  return (
    typeof value === "object" &&
    value !== null &&
    "typeName" in value &&
    typeof value.typeName === "string" &&
    value.typeName in z.ZodFirstPartyTypeKind
  );
}

/** @throws UserError for a type without an equivalent */
export function requireSupported(
  definition: ZodDefinition,
  place: Place,
): asserts definition is SupportedDefinition {
  if (!isRefused(definition)) return;
  const { found, next } = refusedTypes[definition.typeName];
  throw mistake(place, `${found} has no equivalent in Nix`, { expected: supportedTypes, next });
}

function isRefused(definition: ZodDefinition): definition is RefusedDefinition {
  return definition.typeName in refusedTypes;
}

/** The list shown with every refusal. */
const supportedTypes =
  "a string, number, boolean, enum, literal, array, record, object, submodule, union, " +
  "discriminated union, nullable, or one of the library's own types (port, absolutePath, …)";

interface Refusal {
  /** The type as an author writes it. */
  readonly found: string;
  readonly next: string;
}

const assertion = "check it with an assertion of the service's model";

const refusedTypes: Readonly<Record<RefusedKind, Refusal>> = {
  ZodAny: { found: "z.any()", next: "use jsonValue(), or the type that you mean" },
  ZodUnknown: { found: "z.unknown()", next: "use jsonValue(), or the type that you mean" },
  ZodNever: { found: "z.never()", next: "leave the option out" },
  ZodVoid: { found: "z.void()", next: "use .nullable()" },
  ZodUndefined: { found: "z.undefined()", next: "use .nullable()" },
  ZodNaN: { found: "z.nan()", next: "use z.number()" },
  ZodBigInt: { found: "z.bigint()", next: "use z.number().int()" },
  ZodDate: { found: "z.date()", next: "use z.string() with a pattern" },
  ZodSymbol: { found: "z.symbol()", next: "use z.enum()" },
  ZodTuple: { found: "z.tuple()", next: "use z.object() with a name for each element" },
  ZodSet: { found: "z.set()", next: "use z.array()" },
  ZodMap: { found: "z.map()", next: "use z.record()" },
  ZodFunction: { found: "z.function()", next: "options hold data only" },
  ZodPromise: { found: "z.promise()", next: "options hold data only" },
  ZodLazy: { found: "z.lazy()", next: "use jsonValue() for data of any depth" },
  ZodIntersection: {
    found: "z.intersection()",
    next: "write one z.object() with the fields of both",
  },
  ZodEffects: { found: ".refine(), .transform() or z.preprocess()", next: assertion },
  ZodPipeline: { found: ".pipe()", next: assertion },
  ZodCatch: { found: ".catch()", next: "a wrong value is refused, not replaced; remove it" },
};
