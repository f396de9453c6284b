// The types of options that have a meaning beyond their shape: a port, a path, a package, a
// secret. Each is a zod type with a mark that lowering reads.

import { isDeepStrictEqual } from "node:util";
import { z } from "../zod.ts";
import type { JsonValue } from "../json.ts";
import { namedHostPattern } from "../model/host-pattern.ts";
import type { Option } from "./define-option.ts";

/** Marked types that have no parts. */
export const leafTypes = [
  "port",
  "absolutePath",
  "plainPath",
  "sourcePath",
  "secretFile",
  "package",
  "json",
  "jsonObject",
] as const;

export type LeafType = (typeof leafTypes)[number];
export type SpecialType = LeafType | "submodule";

const specialKey = Symbol.for("nixmodgen.specialType");
const optionsKey = Symbol.for("nixmodgen.submoduleOptions");

/** The mark of a zod definition, if it has one. `.describe()` copies it. */
export function specialTypeOf(definition: object): SpecialType | undefined {
  return (definition as { readonly [specialKey]?: SpecialType })[specialKey];
}

/** The library's leaf type of a definition, if it has one. A port with further bounds is an ordinary number. */
export function leafTypeOf(definition: object): LeafType | undefined {
  const special = specialTypeOf(definition);
  if (special === "submodule") return undefined;
  const checks = "checks" in definition ? definition.checks : [];
  return special === "port" && !isDeepStrictEqual(checks, portChecks) ? undefined : special;
}

function special<S extends z.ZodTypeAny>(type: S, name: SpecialType): S {
  Object.assign(type._def, { [specialKey]: name });
  return type;
}

/** A TCP or UDP port, 0 to 65535. */
export function port(): z.ZodNumber {
  return special(z.number().int().min(0).max(65535), "port");
}

const portChecks = port()._def.checks;

/** An absolute path on the service's machine, in its shortest form. Nix never copies it to the store. */
export function absolutePath(): z.ZodString {
  return special(z.string(), "absolutePath");
}

/**
 * An absolute path that units, scripts and sandbox profiles take literally, as one word. For directories of the
 * service, which occur in lists of paths.
 */
export function plainPath(): z.ZodString {
  return special(z.string(), "plainPath");
}

/** A file or directory that is part of the configuration; Nix copies it to the store. */
export function sourcePath(): z.ZodString {
  return special(z.string(), "sourcePath");
}

/**
 * A file holding a secret: an absolute path that exists only on the service's machine.
 * The module refuses store paths and Nix path literals, because both would publish the secret.
 */
export function secretFile(): z.ZodString {
  return special(z.string(), "secretFile");
}

/** A package of the platform's package collection. */
export function packageType(): z.ZodString {
  return special(z.string(), "package");
}

/** Any JSON value. */
export function jsonValue(): z.ZodType<JsonValue> {
  return special(z.custom<JsonValue>(), "json");
}

/** A JSON object. Nix merges several definitions deeply (RFC 42 `settings`). */
export function jsonObject(): z.ZodType<Readonly<Record<string, JsonValue>>> {
  return special(z.custom<Readonly<Record<string, JsonValue>>>(), "jsonObject");
}

/**
 * A span of time in seconds.
 *
 * @param minimum the shortest span allowed; default 0
 */
export function seconds(minimum = 0): z.ZodNumber {
  return z.number().int().min(minimum);
}

/** The name of an environment variable (POSIX.1-2017, 8.1). */
export const environmentVariablePattern = /^[A-Za-z_][A-Za-z0-9_]*$/;

type SubmoduleShape<T extends Readonly<Record<string, Option>>> = {
  [K in keyof T]: T[K] extends Option<infer S> ? S : never;
};

export type SubmoduleType<T extends Readonly<Record<string, Option>>> = z.ZodObject<
  SubmoduleShape<T>
> & { readonly options: T };

/** An object whose fields are options themselves, with descriptions and defaults of their own. */
export function submodule<const T extends Readonly<Record<string, Option>>>(
  options: T,
): SubmoduleType<T> {
  const shape = Object.fromEntries(
    Object.entries(options).map(([name, field]) => [name, field.type]),
  ) as SubmoduleShape<T>;
  const type = special(z.object(shape), "submodule");
  Object.assign(type._def, { [optionsKey]: options });
  return Object.assign(type, { options });
}

/** The options of a submodule's definition. Undefined for other definitions, and if the fields' types have changed. */
export function submoduleOptions(
  definition: z.ZodObjectDef,
): Readonly<Record<string, Option>> | undefined {
  const options = (definition as { readonly [optionsKey]?: Readonly<Record<string, Option>> })[
    optionsKey
  ];
  const shape = definition.shape();
  const names = new Set([...Object.keys(shape), ...Object.keys(options ?? {})]);
  // `.extend()` and the like copy the mark, but not the meaning.
  return [...names].every((name) => shape[name] === options?.[name]?.type) ? options : undefined;
}

/** A host that a service in a network of its own may reach: `api.example.org`, `name=192.168.1.10:8080`. */
export function namedHost(): z.ZodString {
  return z.string().regex(namedHostPattern);
}
