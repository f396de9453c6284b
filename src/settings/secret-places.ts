// Refuses options and fixed settings that fill a place of the program's configuration which holds a secret.
// Everybody can read the configuration, so a secret has to reach the program as a credential.

import type { SourceLocation } from "../errors.ts";
import type { ExpNode } from "../model/expression.ts";
import type { OptionType } from "../model/option-type.ts";
import type { JsonSchema } from "./json-schema.ts";
import type { SecretAnnotation } from "./mark-secrets.ts";
import type { Misfit } from "./misfit.ts";
import { anyName, at } from "./schema-place.ts";
import { formatKey } from "./suggest-key.ts";

/** A place of the configuration that a text in an option's value fills. */
interface TextPlace {
  readonly path: readonly string[];
  /** The declaration of the field, if a field fills it. */
  readonly location?: SourceLocation;
}

type Origin = Pick<Misfit, "option" | "location">;

/**
 * The places of secrets that values of a type fill.
 *
 * @param marked the program's schema, with the marks of `markSecrets`
 */
export function secretMisfits(
  marked: JsonSchema,
  setting: readonly string[],
  type: OptionType,
  origin: Origin,
): readonly Misfit[] {
  return textPlaces(type, { path: setting })
    .filter(({ path }) => isSecret(at(marked, path)))
    .map(({ path, location = origin.location }) => secretMisfit(path, { ...origin, location }));
}

/** The place of a secret that a literal in the model fills. A reference to a variable is no secret. */
export function fixedSecretMisfits(
  marked: JsonSchema,
  setting: readonly string[],
  node: ExpNode,
  origin: Origin,
): readonly Misfit[] {
  if (node.kind !== "literal" || typeof node.value !== "string") return [];
  if (/^$|^\$\{[A-Za-z_][A-Za-z0-9_]*\}$/.test(node.value)) return [];
  return isSecret(at(marked, setting)) ? [secretMisfit(setting, origin)] : [];
}

function secretMisfit(path: readonly string[], origin: Origin): Misfit {
  return {
    ...origin,
    message: `${formatKey(path)} holds a secret, and everybody can read an option's value`,
    expected: "a credential: the path of a file that holds the secret",
    next: "declare it with credential({ variable: … }), without `setting`",
  };
}

/** Whether a place is marked in one of its alternatives. */
function isSecret(schema: JsonSchema | undefined): boolean {
  if (typeof schema !== "object") return false;
  const annotated: SecretAnnotation = schema;
  return annotated["x-secret"] === true || (schema.anyOf ?? []).some(isSecret);
}

function textPlaces(type: OptionType, place: TextPlace): readonly TextPlace[] {
  const inner = (name: string, of: OptionType, location = place.location): readonly TextPlace[] =>
    textPlaces(of, { path: [...place.path, name], ...(location && { location }) });
  switch (type.kind) {
    case "string":
    case "absolutePath":
    case "plainPath":
    case "sourcePath":
    case "secretFile":
      return [place];
    case "nullable":
      return textPlaces(type.of, place);
    case "union":
      return type.members.flatMap((member) => textPlaces(member, place));
    case "list":
      return inner("0", type.element);
    case "attrs":
      return inner(anyName, type.value);
    case "submodule":
      return type.fields.flatMap((field) => inner(field.name, field.type, field.location));
    case "taggedUnion":
      return type.members.flatMap(({ fields }) =>
        fields.flatMap((field) => inner(field.name, field.type, field.location)),
      );
    // Free JSON may hold a reference to the secret instead; values of the other types are no secrets.
    case "json":
    case "jsonObject":
    case "bool":
    case "int":
    case "number":
    case "port":
    case "enum":
    case "package":
      return [];
  }
}
