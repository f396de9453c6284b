// The zod types that have no equivalent among Nix option types, and what to write instead.

import type { z } from "../zod.ts";

/** The kinds of zod types lowering knows; `json-schema.ts` handles exactly these. */
export type SupportedKind = `${
  | z.ZodFirstPartyTypeKind.ZodString
  | z.ZodFirstPartyTypeKind.ZodNumber
  | z.ZodFirstPartyTypeKind.ZodBoolean
  | z.ZodFirstPartyTypeKind.ZodNull
  | z.ZodFirstPartyTypeKind.ZodEnum
  | z.ZodFirstPartyTypeKind.ZodNativeEnum
  | z.ZodFirstPartyTypeKind.ZodLiteral
  | z.ZodFirstPartyTypeKind.ZodArray
  | z.ZodFirstPartyTypeKind.ZodObject
  | z.ZodFirstPartyTypeKind.ZodRecord
  | z.ZodFirstPartyTypeKind.ZodUnion
  | z.ZodFirstPartyTypeKind.ZodDiscriminatedUnion
  | z.ZodFirstPartyTypeKind.ZodNullable
  | z.ZodFirstPartyTypeKind.ZodOptional
  | z.ZodFirstPartyTypeKind.ZodDefault
  | z.ZodFirstPartyTypeKind.ZodReadonly
  | z.ZodFirstPartyTypeKind.ZodBranded}`;

export type RefusedKind = Exclude<`${z.ZodFirstPartyTypeKind}`, SupportedKind>;

/** The list shown with every refusal. */
export const supportedTypes =
  "a string, number, boolean, enum, literal, array, record, object, submodule, union, " +
  "discriminated union, nullable, or one of the library's own types (port, absolutePath, …)";

interface Refusal {
  /** How it is written. */
  readonly found: string;
  readonly next: string;
}

const assertion = "check it with an assertion of the service's model";

export const refusedTypes: Readonly<Record<RefusedKind, Refusal>> = {
  ZodAny: { found: "z.any()", next: "use jsonValue(), or the type that is meant" },
  ZodUnknown: { found: "z.unknown()", next: "use jsonValue(), or the type that is meant" },
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
