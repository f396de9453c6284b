// Finds the places of a schema that hold secrets, and marks them with `x-secret`.
//
// Contract: a place holds a secret in two cases: it accepts a string or a secret reference
// (`{ source, provider, id }`), or its key has the name of a secret (`apiKey`, `botToken`) and it accepts any
// string. Its mark is `true`. If people choose the keys, the mark says which keys are secrets:
//
//   "by-name"  HTTP headers, and maps of strings or references: any key that speaks of a secret
//   "inside"   other maps of strings, such as environments, and places that accept anything, such as
//              the configuration of a plugin that the schema does not know: only keys with names of
//              secrets, at any depth
//
// The mark "file" is on the paths of files that hold secrets (`tokenFile`): a Nix path is wrong there,
// because Nix would copy the file to the store.
//
// A program's schema does not say "secret", so this relies on structure and names. A missed place
// is not checked; a wrongly marked place refuses long literal strings.

import { definition } from "./compact.ts";
import { type JsonSchema, mapSubschemas, type SchemaObject } from "./json-schema.ts";

export type SecretMark = true | "by-name" | "inside" | "file";

/** A schema object as the Nix side reads it. */
export interface SecretAnnotation extends SchemaObject {
  readonly "x-secret"?: SecretMark;
}

export interface MarkedSchema {
  readonly schema: JsonSchema;
  /** The number of marked places. */
  readonly secrets: number;
}

/** Names of keys whose value is a secret; `tokenFile` and `tokenizer` are not. */
const secretName = /(?:token|secret|password|passphrase|apikey|api_key|privatekey)$/i;

/** Names of keys whose value is the path of a secret. */
const secretFileName =
  /(?:token|secret|password|passphrase|key|credentials?|serviceaccount)(?:file|path)$/i;

const headersName = /headers$/i;

const referenceSources = new Set(["env", "exec", "file", "store"]);

export function markSecrets(schema: JsonSchema): MarkedSchema {
  const definitions = typeof schema === "boolean" ? {} : (schema.$defs ?? {});
  let secrets = 0;

  const resolve = (node: JsonSchema): JsonSchema =>
    typeof node === "object" && node.$ref !== undefined
      ? resolve(definition(definitions, node.$ref))
      : node;

  /** The node, or its alternatives. */
  const alternatives = (node: JsonSchema): readonly SchemaObject[] => {
    const resolved = resolve(node);
    if (typeof resolved === "boolean") return resolved ? [{}] : [];
    const branches = resolved.anyOf ?? resolved.oneOf;
    return branches === undefined ? [resolved] : branches.flatMap(alternatives);
  };

  const mark = (node: JsonSchema, value: SecretMark): JsonSchema => {
    secrets += 1;
    const marked: SecretAnnotation = {
      ...(typeof node === "object" ? node : {}),
      "x-secret": value,
    };
    return marked;
  };

  const markProperty = (key: string, node: JsonSchema): JsonSchema => {
    const branches = alternatives(node);
    const isSecret =
      branches.some(isText) && branches.some(isReference)
        ? true
        : secretName.test(key) && branches.some((each) => isFreeText(each) || isAnything(each));
    if (isSecret) return mark(visit(node, key), true);
    if (secretFileName.test(key) && branches.some(isText)) return mark(visit(node, key), "file");
    return branches.some(isAnything) ? mark(visit(node, key), "inside") : visit(node, key);
  };

  const markMap = (owner: string, node: JsonSchema): JsonSchema => {
    const branches = alternatives(node);
    if (branches.some(isText) && branches.some(isReference)) {
      return mark(visit(node, owner), "by-name");
    }
    if (!branches.some((each) => isFreeText(each) || isAnything(each))) return visit(node, owner);
    return mark(visit(node, owner), headersName.test(owner) ? "by-name" : "inside");
  };

  /** @param owner the key whose value the node describes */
  const visit = (node: JsonSchema, owner: string): JsonSchema => {
    if (typeof node === "boolean") return node;
    const { properties, additionalProperties, ...rest } = node;
    return {
      ...mapSubschemas(rest, (child) => visit(child, owner)),
      ...(properties === undefined
        ? {}
        : {
            properties: Object.fromEntries(
              Object.entries(properties).map(([key, child]) => [
                key,
                key === "path" && isFileSource(node)
                  ? mark(visit(child, key), "file")
                  : markProperty(key, child),
              ]),
            ),
          }),
      ...(additionalProperties === undefined
        ? {}
        : { additionalProperties: markMap(owner, additionalProperties) }),
    };
  };

  return { schema: visit(schema, ""), secrets };
}

function hasType(node: SchemaObject, type: "object" | "string"): boolean {
  const { type: own } = node;
  return own === type || (Array.isArray(own) && own.includes(type));
}

function isText(node: SchemaObject): boolean {
  return hasType(node, "string");
}

/** Whether the schema accepts any string, apart from its length. */
function isFreeText(node: SchemaObject): boolean {
  return (
    isText(node) &&
    node.enum === undefined &&
    node.const === undefined &&
    node.pattern === undefined &&
    node.format === undefined
  );
}

/** A schema without any restriction. */
function isAnything(node: SchemaObject): boolean {
  return Object.keys(node).every((keyword) => annotations.has(keyword));
}

const annotations = new Set(["default", "deprecated", "description", "examples", "title"]);

/** Whether a node is the provider of references to a file: `{ source = "file"; path = …; }`. */
function isFileSource({ properties }: SchemaObject): boolean {
  const source = properties?.["source"];
  return typeof source === "object" && source.const === "file";
}

function isReference(node: SchemaObject): boolean {
  const source = node.properties?.["source"];
  if (!hasType(node, "object") || node.properties?.["id"] === undefined) return false;
  if (typeof source !== "object") return false;
  const values = source.enum ?? [source.const];
  return values.every((value) => typeof value === "string" && referenceSources.has(value));
}
