// Decides what a sandbox profile allows, without macOS.
//
// Contract: `compileProfile` reads the whole profile and refuses unknown constructs; `decide`
// answers a request like the kernel of macOS. Apple does not document its rules; these come from the language's
// own library and from other people's measurements:
//
// - A rule for the operation itself decides before a rule for its family, and that before a rule for the
//   family's family, in any order.
// - Among rules for the same name, the last one that matches decides.
// - If none matches, the default decides, except for some operations that version 1 of the language
//   allows until they are named.
//
// Most descriptions know only that the last matching rule wins. `order: "written"` decides that
// way: a profile on which both agree is right in either case.

import { call, compileFilter, type Filter, type Request } from "./filter.ts";
import {
  isAllowedUnnamed,
  isOperation,
  lineage,
  type Release,
  type Subject,
  subjectOf,
} from "./operations.ts";
import { type Expression, parse, ProfileError } from "./parse.ts";

export type { Endpoint, Request } from "./filter.ts";
export type Decision = "allow" | "deny";

export interface Rule {
  readonly action: Decision;
  readonly operations: readonly string[];
  /** The rule applies if any of them matches; without filters it applies to everything. */
  readonly filters: readonly Filter[];
}

export interface Profile {
  readonly byDefault: Decision;
  readonly rules: readonly Rule[];
}

export interface DecideOptions {
  readonly order?: "operation-first" | "written";
}

/** Modifiers that only concern logging. Others change decisions, so the evaluator refuses them. */
const LOG_MODIFIERS = ["no-log", "no-report", "report"];

function isLogModifier(expression: Expression): boolean {
  if (expression.kind !== "list") return false;
  const { name, args } = call(expression);
  if (name !== "with") return false;
  const [only] = args;
  if (args.length !== 1 || only?.kind !== "symbol" || !LOG_MODIFIERS.includes(only.name)) {
    throw new ProfileError("unknown modifier", expression.line);
  }
  return true;
}

function compileRule(
  action: Decision,
  args: readonly Expression[],
  line: number,
  release: Release,
): Rule {
  const parts = args.filter((part) => !isLogModifier(part));
  const operations = parts.flatMap((part) => {
    if (part.kind !== "symbol") return [];
    if (part.name !== "default" && !isOperation(part.name, release)) {
      throw new ProfileError(`unknown operation ${part.name}`, part.line);
    }
    return [part.name];
  });
  const filters = parts.filter((part) => part.kind !== "symbol").map(compileFilter);
  if (operations.length === 0) throw new ProfileError("rule without an operation", line);
  if (operations.includes("default") && (operations.length > 1 || filters.length > 0)) {
    throw new ProfileError("the default stands alone", line);
  }
  return { action, operations, filters };
}

/** A rule, or none if it depends on an operation that the release does not have. */
function compileForm(form: Expression, release: Release): readonly Rule[] {
  const { name, args } = call(form);
  if (name === "if") {
    const [test, then, ...more] = args;
    const guard = test === undefined ? undefined : call(test);
    const [operation, ...others] = guard?.args ?? [];
    if (
      guard?.name !== "defined?" ||
      operation?.kind !== "quoted" ||
      then === undefined ||
      others.length + more.length > 0
    ) {
      throw new ProfileError("expected (if (defined? 'operation) rule)", form.line);
    }
    return isOperation(operation.name, release) ? compileForm(then, release) : [];
  }
  if (name !== "allow" && name !== "deny") {
    throw new ProfileError(`unknown directive ${name}`, form.line);
  }
  return [compileRule(name, args, form.line, release)];
}

/** Reads a profile as a release of macOS would. */
export function compileProfile(source: string, release: Release = 26): Profile {
  const [version, ...forms] = parse(source);
  const isVersion1 =
    version?.kind === "list" &&
    version.items.length === 2 &&
    version.items[0]?.kind === "symbol" &&
    version.items[0].name === "version" &&
    version.items[1]?.kind === "number" &&
    version.items[1].value === 1;
  if (!isVersion1) throw new ProfileError("expected (version 1) first", version?.line ?? 1);

  const rules = forms.flatMap((form) => compileForm(form, release));
  const defaults = rules.filter(({ operations }) => operations.includes("default"));
  const [byDefault] = defaults;
  if (byDefault === undefined || defaults.length > 1) {
    throw new ProfileError("expected (allow default) or (deny default) once", 1);
  }
  return { byDefault: byDefault.action, rules: rules.filter((rule) => rule !== byDefault) };
}

/** Whether a request has the subject that its operation needs. */
const SUBJECTS: Readonly<Record<Subject, (request: Request) => boolean>> = {
  path: ({ path }) => path?.startsWith("/") === true,
  process: ({ process }) => process !== undefined,
  connection: ({ path, local, remote, control }) =>
    [path, local, remote, control].filter((subject) => subject !== undefined).length === 1,
  service: ({ service }) => service !== undefined,
  sysctl: ({ sysctl }) => sysctl !== undefined,
  "posix-object": ({ posixObject }) => posixObject !== undefined,
  "socket-kind": ({ socket }) => socket !== undefined,
  nothing: () => true,
};

function matches({ filters }: Rule, request: Request): boolean {
  return filters.length === 0 || filters.some((filter) => filter(request));
}

/** The rules that the language itself adds before a profile. */
function unnamed(name: string): readonly Rule[] {
  return isAllowedUnnamed(name) ? [{ action: "allow", operations: [name], filters: [] }] : [];
}

export function decide(
  { rules, byDefault }: Profile,
  request: Request,
  { order = "operation-first" }: DecideOptions = {},
): Decision {
  const { operation } = request;
  const subject = subjectOf(operation);
  if (subject === undefined) throw new Error(`${operation} cannot be asked for`);
  if (!SUBJECTS[subject](request)) throw new Error(`${operation} needs a ${subject}`);

  const names = lineage(operation);
  const steps: readonly (readonly string[])[] =
    order === "written" ? [names] : names.map((name) => [name]);
  for (const step of steps) {
    const candidates = [...step.flatMap(unnamed), ...rules].filter((rule) =>
      rule.operations.some((name) => step.includes(name)),
    );
    const deciding = candidates.findLast((rule) => matches(rule, request));
    if (deciding !== undefined) return deciding.action;
  }
  return byDefault;
}
