// The interface of a service: what its users configure, and what they are promised. `generated/interface/` has it
// as a file, and so has each release; `compare.ts` says what a change of it does to users.
//
// Contract: only facts whose change a user notices. Descriptions, reasons and places in the source are not among
// them, so that rewording a comment changes nothing here.

import { UserError } from "../errors.ts";
import type { Inheritance, OptionTypeOf } from "../model/option-type.ts";
import { type Platform, platforms, type System, systems } from "../model/platform.ts";
import { z } from "../zod.ts";

/** The type of an option's value; defaults of fields are Nix code. */
export type InterfaceType = OptionTypeOf<InterfaceField>;

export interface InterfaceField {
  readonly name: string;
  readonly type: InterfaceType;
  /** Absent if the field has to be set. */
  readonly default?: string | undefined;
}

export interface InterfaceOption {
  /** Dotted, below the service. */
  readonly path: string;
  readonly type: InterfaceType;
  readonly platforms: readonly Platform[];
  /** The operating systems, if it is for some of them only. */
  readonly systems?: readonly System[] | undefined;
  readonly instance: Inheritance;
  /** Nix code for each platform; a platform without has no default: the option has to be set. */
  readonly defaults: Readonly<Partial<Record<Platform, string>>>;
  /** The key of the program's configuration that it fills. */
  readonly setting?: string | undefined;
  /** The environment variable of a secret: Nix code. */
  readonly variable?: string | undefined;
  readonly deprecated?: string | undefined;
  /** Earlier paths, which still work. */
  readonly renamedFrom?: readonly string[] | undefined;
  /** The options that have another default where this one is on, with that default: Nix code. */
  readonly sets?: Readonly<Record<string, string>> | undefined;
  /** The promises that the option can give up. */
  readonly lifts?: readonly string[] | undefined;
}

export interface InterfacePromise {
  readonly promise: string;
  /** The outcomes of its proof that keep it. */
  readonly must: readonly string[];
}

/** Where a rule is kept, and by what: directives and their values (Nix code), or a sentence. */
export type InterfaceRulePlace = "nixos" | "user" | "macos" | "agent";

export interface InterfaceRule {
  readonly id: string;
  readonly keptBy: Readonly<Partial<Record<InterfaceRulePlace, Readonly<Record<string, string>>>>>;
  /** What it cannot keep. */
  readonly cannot: Readonly<Partial<Record<InterfaceRulePlace, string>>>;
  readonly promises: readonly InterfacePromise[];
  /** Cases in which the rule promises less, and the promises that it gives up there. */
  readonly differences: Readonly<Record<string, readonly string[]>>;
}

export interface ServiceInterface {
  readonly format: typeof interfaceFormat;
  readonly name: string;
  readonly platforms: readonly Platform[];
  /** Earlier names, which still work. */
  readonly renamedFrom: readonly string[];
  readonly options: readonly InterfaceOption[];
  readonly rules: readonly InterfaceRule[];
}

/** Changes whenever an earlier generator could not read the files. */
export const interfaceFormat = 1;

/** The directory of the interfaces among generated files. */
export const interfaceDirectory = "interface";

export function serializeInterface(description: ServiceInterface): string {
  return `${JSON.stringify(description, null, 2)}\n`;
}

const texts = z.array(z.string());
const platform = z.enum(platforms);

/** The type of an option, as the generator wrote it: only its kind is looked at. */
const typeSchema = z.custom<InterfaceType>(
  (value) => z.object({ kind: z.string() }).safeParse(value).success,
);

const ruleKept = z.object({
  nixos: z.record(z.string()).optional(),
  user: z.record(z.string()).optional(),
  macos: z.record(z.string()).optional(),
  agent: z.record(z.string()).optional(),
});

const ruleCannot = z.object({
  nixos: z.string().optional(),
  user: z.string().optional(),
  macos: z.string().optional(),
  agent: z.string().optional(),
});

const interfaceSchema = z.object({
  format: z.literal(interfaceFormat),
  name: z.string(),
  platforms: z.array(platform),
  renamedFrom: texts,
  options: z.array(
    z.object({
      path: z.string(),
      type: typeSchema,
      platforms: z.array(platform),
      systems: z.array(z.enum(systems)).optional(),
      instance: z.enum(["inherit", "own", "none"]),
      defaults: z.record(platform, z.string()),
      setting: z.string().optional(),
      variable: z.string().optional(),
      deprecated: z.string().optional(),
      renamedFrom: texts.optional(),
      sets: z.record(z.string()).optional(),
      lifts: texts.optional(),
    }),
  ),
  rules: z.array(
    z.object({
      id: z.string(),
      keptBy: ruleKept,
      cannot: ruleCannot,
      promises: z.array(z.object({ promise: z.string(), must: texts })),
      differences: z.record(texts),
    }),
  ),
});

/** @throws UserError if the text is no interface; `label` names the file */
export function parseInterface(text: string, label: string): ServiceInterface {
  const result = interfaceSchema.safeParse(parseJson(text));
  // `undefined` and an absent property mean the same here.
  if (result.success) return result.data as ServiceInterface;
  const [issue] = result.error.issues;
  const at = issue === undefined || issue.path.length === 0 ? "" : ` (${issue.path.join(".")})`;
  throw new UserError(`${label} does not describe the interface of a service${at}`, {
    expected: `a file that \`nixmodgen generate\` has written to ${interfaceDirectory}/, in format ${interfaceFormat}`,
    next: "name another file, or restore it from version control",
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
