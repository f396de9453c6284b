// Finds the places of a schema that hold secrets, and marks them with `x-secret`.
//
// Contract: a place holds a secret when it accepts a string, and either a secret reference instead
// of it (`{ source, provider, id }`), or its key is named like one (`apiKey`, `botToken`) and any
// string will do. The mark is `true`, or `"by-name"` for the values of a map, such as HTTP headers,
// where only some keys hold secrets: there the key the user chose decides.
//
// Nothing in the gateway's schema says "secret", so this goes by structure. A place that is missed
// is not checked; one that is marked wrongly refuses long literal strings.

import { definition } from "./compact.ts";
import { type JsonSchema, mapSubschemas, type SchemaObject } from "./json-schema.ts";

export type SecretMark = true | "by-name";

/** A schema object as the Nix side reads it. */
export interface SecretAnnotation extends SchemaObject {
  readonly "x-secret"?: SecretMark;
}

export interface MarkedSchema {
  readonly schema: JsonSchema;
  /** How many places were marked. */
  readonly secrets: number;
}

/** Names of keys whose value is a secret; `tokenFile` and `tokenizer` are not. */
const secretName = /(?:token|secret|password|passphrase|apikey|api_key|privatekey)$/i;

const referenceSources = new Set(["env", "exec", "file", "store"]);

export function markSecrets(schema: JsonSchema): MarkedSchema {
  const definitions = typeof schema === "boolean" ? {} : (schema.$defs ?? {});
  let secrets = 0;

  const resolve = (node: JsonSchema): JsonSchema =>
    typeof node === "object" && node.$ref !== undefined
      ? resolve(definition(definitions, node.$ref))
      : node;

  /** The node, or what it chooses between. */
  const alternatives = (node: JsonSchema): readonly SchemaObject[] => {
    const resolved = resolve(node);
    if (typeof resolved === "boolean") return [];
    const branches = resolved.anyOf ?? resolved.oneOf;
    return branches === undefined ? [resolved] : branches.flatMap(alternatives);
  };

  const mark = (node: JsonSchema, value: SecretMark): JsonSchema => {
    if (typeof node === "boolean") return node;
    secrets += 1;
    const marked: SecretAnnotation = { ...node, "x-secret": value };
    return marked;
  };

  const markProperty = (key: string, node: JsonSchema): JsonSchema => {
    const branches = alternatives(node);
    const isSecret =
      branches.some(isText) &&
      (branches.some(isReference) || (secretName.test(key) && branches.some(isFreeText)));
    return isSecret ? mark(visit(node), true) : visit(node);
  };

  const markMap = (node: JsonSchema): JsonSchema => {
    const branches = alternatives(node);
    const isSecret = branches.some(isText) && branches.some(isReference);
    return isSecret ? mark(visit(node), "by-name") : visit(node);
  };

  const visit = (node: JsonSchema): JsonSchema => {
    if (typeof node === "boolean") return node;
    const { properties, additionalProperties, ...rest } = node;
    return {
      ...mapSubschemas(rest, visit),
      ...(properties === undefined
        ? {}
        : {
            properties: Object.fromEntries(
              Object.entries(properties).map(([key, child]) => [key, markProperty(key, child)]),
            ),
          }),
      ...(additionalProperties === undefined
        ? {}
        : { additionalProperties: markMap(additionalProperties) }),
    };
  };

  return { schema: visit(schema), secrets };
}

function hasType(node: SchemaObject, type: "object" | "string"): boolean {
  const { type: own } = node;
  return own === type || (Array.isArray(own) && own.includes(type));
}

function isText(node: SchemaObject): boolean {
  return hasType(node, "string");
}

/** A string of which the schema says nothing but how long it is. */
function isFreeText(node: SchemaObject): boolean {
  return (
    isText(node) &&
    node.enum === undefined &&
    node.const === undefined &&
    node.pattern === undefined &&
    node.format === undefined
  );
}

function isReference(node: SchemaObject): boolean {
  const source = node.properties?.["source"];
  if (!hasType(node, "object") || node.properties?.["id"] === undefined) return false;
  if (typeof source !== "object") return false;
  const values = source.enum ?? [source.const];
  return values.every((value) => typeof value === "string" && referenceSources.has(value));
}
