// Factories of lists and sets, and of selections from sets.

import { BugError } from "../errors.ts";
import type {
  AssignBinding,
  AttrKey,
  Binding,
  DynamicKey,
  HasAttrNode,
  InheritBinding,
  ListItem,
  ListNode,
  NameKey,
  NixExpr,
  SelectNode,
  SetNode,
} from "./ast.ts";
import { checkText, escapeIdentifier } from "./escape.ts";
import {
  type LeadingOptions,
  type PathInput,
  describe,
  expectExpr,
  isBinding,
  isExpr,
  isItem,
  isKey,
  leading,
  make,
  withoutFirstBlank,
} from "./node.ts";

/** A list element with a comment or a blank line before it. */
export function item(value: NixExpr, options: LeadingOptions = {}): ListItem {
  return make({
    kind: "item",
    value: expectExpr(value, "a list element"),
    ...leading(options),
  });
}

export function list(items: readonly (NixExpr | ListItem)[]): ListNode {
  return make({
    kind: "list",
    items: withoutFirstBlank(items.map((entry) => (isItem(entry) ? entry : item(entry)))),
  });
}

/** A static attribute name. */
function nameKey(name: string): NameKey {
  return make({ kind: "name", name: checkText(name) });
}

/** An attribute name that is computed. */
function dynamicKey(expression: NixExpr): AttrKey {
  expectExpr(expression, "an attribute name");
  const known = staticText(expression);
  return known === undefined ? make<DynamicKey>({ kind: "dynamic", expression }) : nameKey(known);
}

/** The text of a string without interpolations. */
function staticText(node: NixExpr): string | undefined {
  if (node.kind !== "string" && node.kind !== "indentedString") {
    return undefined;
  }
  const texts = node.parts.map((part) => (part.kind === "text" ? part.text : undefined));
  return texts.includes(undefined) ? undefined : texts.join("");
}

/** The keys of an attribute path, in any form that callers may write. */
export function keys(input: PathInput): readonly AttrKey[] {
  const steps = typeof input === "string" || isExpr(input) ? [input] : input;
  if (!Array.isArray(steps) || steps.length === 0) {
    throw new BugError(`an attribute path needs at least one name, not ${describe(input)}`);
  }
  return Object.freeze(
    steps.map((step: string | NixExpr | AttrKey) =>
      typeof step === "string" ? nameKey(step) : isKey(step) ? step : dynamicKey(step),
    ),
  );
}

/** `path = value;` */
export function binding(
  path: PathInput,
  value: NixExpr,
  options: LeadingOptions = {},
): AssignBinding {
  return make({
    kind: "assign",
    path: keys(path),
    value: expectExpr(value, "the value of a binding"),
    ...leading(options),
  });
}

/** `inherit names;` or `inherit (from) names;` */
export function inherit(
  names: readonly string[],
  from?: NixExpr,
  options: LeadingOptions = {},
): InheritBinding {
  if (names.length === 0) {
    throw new BugError("inherit needs at least one name");
  }
  return make({
    kind: "inherit",
    from: from === undefined ? undefined : expectExpr(from, "the source of inherit"),
    // Without a source the names are variables; with one they are attributes.
    names: Object.freeze(names.map((name) => (from ? checkText(name) : escapeIdentifier(name)))),
    ...leading(options),
  });
}

/** An attribute set; a record is short for bindings of its names. */
export function attrs(input: readonly Binding[] | Readonly<Record<string, NixExpr>>): SetNode {
  return set(false, toBindings(input));
}

/** `rec { … }` */
export function rec(input: readonly Binding[] | Readonly<Record<string, NixExpr>>): SetNode {
  return set(true, toBindings(input));
}

function isBindings(
  input: readonly Binding[] | Readonly<Record<string, NixExpr>>,
): input is readonly Binding[] {
  return Array.isArray(input);
}

export function toBindings(
  input: readonly Binding[] | Readonly<Record<string, NixExpr>>,
): readonly Binding[] {
  return isBindings(input)
    ? input
    : Object.entries(input).map(([name, value]) => binding(name, value));
}

export function set(recursive: boolean, bindings: readonly Binding[]): SetNode {
  return make({ kind: "set", recursive, bindings: checkBindings(bindings) });
}

/** One name per set: Nix merges `a.b = …; a.c = …;` and refuses every other repetition. */
export function checkBindings(bindings: readonly Binding[]): readonly Binding[] {
  const seen: NameTree = new Map<string, NameTree | "leaf">();
  for (const entry of bindings) {
    if (!isBinding(entry)) {
      throw new BugError(`expected a binding, not ${describe(entry)}`);
    }
    if (entry.kind === "inherit") {
      for (const name of entry.names) {
        declare(seen, [nameKey(name)], undefined);
      }
    } else {
      declare(seen, entry.path, entry.value);
    }
  }
  return withoutFirstBlank(inheritSelected(bindings));
}

/** Turns bindings like `x = a.x` into `inherit (a) x`, and merges adjacent ones. */
function inheritSelected(bindings: readonly Binding[]): readonly Binding[] {
  const result: Binding[] = [];
  for (const entry of bindings) {
    const selected = entry.kind === "assign" ? asInherit(entry) : undefined;
    const last = result.at(-1);
    if (
      selected?.from !== undefined &&
      last?.kind === "inherit" &&
      last.from !== undefined &&
      isSamePath(last.from, selected.from) &&
      // A comment belongs to one binding only.
      last.comment === undefined &&
      selected.comment === undefined &&
      !selected.blankLine
    ) {
      result[result.length - 1] = inherit([...last.names, ...selected.names], last.from, last);
    } else {
      result.push(selected ?? entry);
    }
  }
  return result;
}

/** `x = a.b.x` as `inherit (a.b) x`; undefined for every other binding. */
function asInherit(entry: AssignBinding): InheritBinding | undefined {
  const { path, value } = entry;
  const [key, ...deeper] = path;
  if (key?.kind !== "name" || deeper.length > 0) return undefined;
  if (value.kind !== "select" || value.fallback !== undefined) return undefined;
  const last = value.path.at(-1);
  if (last?.kind !== "name" || last.name !== key.name) return undefined;
  const before = value.path.slice(0, -1);
  const from = before.length === 0 ? value.subject : select(value.subject, before);
  return namesOf(from) === undefined ? undefined : inherit([key.name], from, entry);
}

/** The names of `a.b.c`; undefined for other expressions. */
function namesOf(node: NixExpr): readonly string[] | undefined {
  if (node.kind === "identifier") return [node.name];
  if (node.kind !== "select" || node.fallback !== undefined) return undefined;
  const before = namesOf(node.subject);
  const names = node.path.flatMap((key) => (key.kind === "name" ? [key.name] : []));
  return before === undefined || names.length < node.path.length
    ? undefined
    : [...before, ...names];
}

function isSamePath(left: NixExpr, right: NixExpr): boolean {
  const names = namesOf(left);
  return names !== undefined && names.join("\0") === namesOf(right)?.join("\0");
}

/** The names that a set declares so far; no binding may declare a name below a leaf. */
type NameTree = Map<string, NameTree | "leaf">;

function declare(tree: NameTree, path: readonly AttrKey[], value: NixExpr | undefined): void {
  const [first, ...rest] = path;
  if (first?.kind !== "name") {
    return; // only Nix knows what a computed name declares
  }
  const known = tree.get(first.name);
  const merges = value?.kind === "set" && !value.recursive;
  if (known === "leaf" || (known !== undefined && rest.length === 0 && !merges)) {
    throw new BugError(`the attribute ${JSON.stringify(first.name)} is defined twice`);
  }
  if (rest.length === 0 && !merges) {
    tree.set(first.name, "leaf");
    return;
  }
  const below: NameTree = known ?? new Map<string, NameTree | "leaf">();
  tree.set(first.name, below);
  if (rest.length > 0) {
    declare(below, rest, value);
  } else if (value?.kind === "set") {
    for (const inner of value.bindings) {
      if (inner.kind === "assign") {
        declare(below, inner.path, inner.value);
      } else {
        for (const name of inner.names) {
          declare(below, [nameKey(name)], undefined);
        }
      }
    }
  }
}

/** `subject.path` or `subject.path or fallback` */
export function select(subject: NixExpr, path: PathInput, fallback?: NixExpr): SelectNode {
  expectExpr(subject, "what is selected from");
  const merges = subject.kind === "select" && subject.fallback === undefined;
  return make({
    kind: "select",
    subject: merges ? subject.subject : subject,
    path: merges ? Object.freeze([...subject.path, ...keys(path)]) : keys(path),
    fallback: fallback === undefined ? undefined : expectExpr(fallback, "the value after `or`"),
  });
}

/** `subject ? path` */
export function has(subject: NixExpr, path: PathInput): HasAttrNode {
  return make({
    kind: "hasAttr",
    subject: expectExpr(subject, "the left side of `?`"),
    path: keys(path),
  });
}
