// Whether what an option or the model says ends up in a place of the program's configuration that holds a
// secret. The configuration is readable by everybody, so a secret reaches the program as a credential.

import type { SourceLocation } from "../errors.ts";
import type { ExpNode } from "../model/expression.ts";
import type { OptionType } from "../model/option-type.ts";
import type { JsonSchema } from "./json-schema.ts";
import type { SecretAnnotation } from "./mark-secrets.ts";
import type { Misfit } from "./misfit.ts";
import { anyName, at } from "./schema-place.ts";
import { formatKey } from "./suggest-key.ts";

/** A place that a text of an option's value ends up in. */
interface TextPlace {
  readonly path: readonly string[];
  /** Where it is declared, if it is a field. */
  readonly location?: SourceLocation;
}

type Origin = Pick<Misfit, "option" | "location">;

/**
 * The places that hold secrets and that values of a type fill.
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

/** The same for a value that is written out in the model; a reference to a variable is no secret. */
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
    message: `${formatKey(path)} holds a secret, and everybody can read what an option says`,
    expected: "a credential: the path of a file that holds the secret",
    next: "declare it with credential({ variable: … }), without `setting`",
  };
}

/** Whether a place is marked, in one of the alternatives that lead there. */
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
    // Free JSON may hold a reference to the secret instead; what is known otherwise is no secret.
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
