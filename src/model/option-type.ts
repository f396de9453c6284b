// Options after lowering, which every emitter reads. Closed and readonly; the types are the
// narrowest that both zod and the Nix module system can express.

import type { Platform, System } from "./platform.ts";
import type { SourceLocation } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import type { ExpNode } from "./expression.ts";
import type { RelaxationTest } from "./relaxation.ts";

/** The type of an option's value. */
export type OptionType = OptionTypeOf<Field>;

/** The same, whatever is known about the fields of its submodules. */
export type OptionTypeOf<F> =
  | { readonly kind: "bool" }
  /** A string; `pattern` is a POSIX extended regular expression for the whole string. */
  | { readonly kind: "string"; readonly nonEmpty: boolean; readonly pattern?: string }
  | { readonly kind: "int"; readonly min?: number; readonly max?: number }
  | { readonly kind: "number"; readonly min?: number; readonly max?: number }
  | { readonly kind: "port" }
  /** `former` has earlier names of values, which a configuration may still use. */
  | {
      readonly kind: "enum";
      readonly values: readonly (string | number | boolean)[];
      readonly former?: Readonly<Record<string, string>>;
    }
  | { readonly kind: "list"; readonly element: OptionTypeOf<F>; readonly nonEmpty: boolean }
  /** An open set of names; `keyPattern` is a POSIX extended regular expression. */
  | { readonly kind: "attrs"; readonly value: OptionTypeOf<F>; readonly keyPattern?: string }
  | { readonly kind: "submodule"; readonly fields: readonly F[] }
  | { readonly kind: "nullable"; readonly of: OptionTypeOf<F> }
  | { readonly kind: "union"; readonly members: readonly OptionTypeOf<F>[] }
  /** Objects told apart by the value of one field. */
  | {
      readonly kind: "taggedUnion";
      readonly tag: string;
      readonly members: readonly { readonly value: string; readonly fields: readonly F[] }[];
    }
  | { readonly kind: "json" }
  | { readonly kind: "jsonObject" }
  | { readonly kind: "absolutePath" }
  | { readonly kind: "plainPath" }
  | { readonly kind: "sourcePath" }
  | { readonly kind: "secretFile" }
  | { readonly kind: "package" };

/** A field of a submodule: an option without facets of its own. */
export interface Field {
  readonly name: string;
  readonly type: OptionType;
  readonly description: string;
  readonly location: SourceLocation;
  readonly default: ExpNode | undefined;
  readonly example: JsonValue | undefined;
}

/**
 * The value of the option in an instance that does not set it.
 *
 * - `inherit`: the top level's value (the usual case).
 * - `own`: a default of the instance's own (a user, a directory), never the top level's value.
 * - `none`: the option exists at the top level only.
 */
export type Inheritance = "inherit" | "own" | "none";

export interface IrOption {
  /** Path below the service: `["server", "port"]`. */
  readonly path: readonly string[];
  readonly type: OptionType;
  readonly description: string;
  readonly location: SourceLocation;
  /** One for each of the option's platforms; absent if the user must set the option. */
  readonly defaults: Readonly<Partial<Record<Platform, ExpNode>>> | undefined;
  readonly example: JsonValue | undefined;
  readonly platforms: readonly Platform[];
  /** The operating systems it is for; on others the module refuses it. Absent: all. */
  readonly systems: readonly System[] | undefined;
  readonly instance: Inheritance;
  /** Key of the program's configuration that the option fills: `["server", "port"]`. */
  readonly setting: readonly string[] | undefined;
  /** The `enable` option of the nearest group that has one: the setting is left out unless it is true. */
  readonly guard: readonly string[] | undefined;
  readonly deprecated: string | undefined;
  readonly renamedFrom: readonly (readonly string[])[];
  readonly credential: IrCredential | undefined;
  /** The tests of an option that loosens confinement. */
  readonly relaxation: readonly RelaxationTest<JsonValue>[] | undefined;
}

export interface IrCredential {
  /** The environment variable that holds the secret. */
  readonly variable: ExpNode;
  readonly purpose: string | undefined;
  /** The hosts that the secret is for, and the setting with a URL that takes their place. */
  readonly hosts: readonly string[];
  readonly hostsSetting: readonly string[] | undefined;
  /** How requests get the secret outside of the service; undefined if they cannot. */
  readonly outside: IrOutsideKey | undefined;
}

export interface IrOutsideKey {
  readonly name: string;
  readonly url: string;
  readonly header: string;
  readonly prefix: string;
  /** What the service has in its place. */
  readonly placeholder: string;
  /** Further settings for a server at another URL. */
  readonly settings: readonly { readonly path: readonly string[]; readonly value: JsonValue }[];
}
