// The stored form of a schema: repeated parts are written once, under `$defs`. A definition's name
// depends on its content only, so two versions of a schema differ in few lines.

import { createHash } from "node:crypto";
import { BugError, UserError } from "../errors.ts";
import { canonicalJson } from "./canonical.ts";
import { type JsonSchema, mapSubschemas, type SchemaObject, without } from "./json-schema.ts";

const draft = "http://json-schema.org/draft-07/schema#";
const prefix = "#/$defs/";

/** Shorter parts are easier to read in place than behind a name. */
const minimumLength = 60;

/** A part of a schema, by its text: equal parts are one. */
interface Part {
  readonly schema: JsonSchema;
  readonly name: string;
  readonly text: string;
  uses: number;
}

/** Turns repeated parts into definitions. */
export function compactSchema(schema: JsonSchema): SchemaObject {
  const parts = new Map<string, Part>();

  /** Counts a part and the parts below it. Parts of a repeated part count once. */
  const intern = (node: JsonSchema): string => {
    const text = canonicalJson(node);
    const known = parts.get(text);
    if (known !== undefined) {
      known.uses += 1;
      return text;
    }
    parts.set(text, { schema: node, name: nameOf(node, text), text, uses: 1 });
    if (typeof node === "object") {
      mapSubschemas(node, (child) => {
        intern(child);
        return child;
      });
    }
    return text;
  };
  const root = intern(schema);

  const shared = [...parts.values()].filter(
    ({ uses, text }) => uses > 1 && text.length >= minimumLength,
  );
  const names = new Map(shared.map(({ text, name }) => [text, name]));
  if (new Set(names.values()).size !== names.size) {
    throw new BugError("two definitions of a schema have the same name");
  }

  const refer = (node: JsonSchema): JsonSchema => {
    if (typeof node === "boolean") return node;
    const name = names.get(canonicalJson(node));
    return name === undefined ? mapSubschemas(node, refer) : { $ref: prefix + name };
  };
  const body = (node: JsonSchema): JsonSchema =>
    typeof node === "boolean" ? node : mapSubschemas(node, refer);
  const top = parts.get(root)?.schema ?? schema;
  const document = body(top);
  if (typeof document === "boolean") throw new UserError("the schema is a boolean");
  const definitions = shared
    .map(({ name, schema: part }) => [name, body(part)] as const)
    .sort(([left], [right]) => (left < right ? -1 : 1));
  return { $schema: draft, $defs: Object.fromEntries(definitions), ...document };
}

/** Replaces every reference by its definition. */
export function expandSchema(stored: SchemaObject): JsonSchema {
  const { $defs = {} } = stored;
  const document = without(stored, ["$schema", "$defs"]);
  const expanded = new Map<string, JsonSchema>();
  const expand = (node: JsonSchema): JsonSchema => {
    if (typeof node === "boolean") return node;
    if (node.$ref === undefined) return mapSubschemas(node, expand);
    const known = expanded.get(node.$ref);
    if (known !== undefined) return known;
    const result = expand(definition($defs, node.$ref));
    expanded.set(node.$ref, result);
    return result;
  };
  return expand(document);
}

/** The target of a reference in a stored schema. */
export function definition(
  definitions: Readonly<Record<string, JsonSchema>>,
  reference: string,
): JsonSchema {
  const found = definitions[reference.slice(prefix.length)];
  if (found === undefined) throw new UserError(`the schema's reference ${reference} leads nowhere`);
  return found;
}

/** The kind of the definition, and a digest of its content: `object-1f0c5a2e`. */
function nameOf(schema: JsonSchema, text: string): string {
  return `${kindOf(schema)}-${createHash("sha256").update(text).digest("hex").slice(0, 8)}`;
}

function kindOf(schema: JsonSchema): string {
  if (typeof schema === "boolean") return "any";
  if (schema.enum !== undefined) return "enum";
  if (typeof schema.type === "string") return schema.type;
  return "union";
}
