// The configuration a service has when nobody sets anything, as far as it is known before a Nix
// configuration is evaluated. Values that only the machine knows (store paths, package lists) are
// `unknown`, and left out of the whole.

import { type CallNode, type ExpNode, isCallOf, type Variable } from "../model/expression.ts";
import { rowOf } from "../model/functions.ts";
import type { IrService } from "../model/service-model.ts";
import type { JsonValue } from "../json.ts";
import type { Platform } from "../model/platform.ts";
import { compareVersions } from "../compare-versions.ts";

/** A value that cannot be known here. */
export const unknown = Symbol("unknown");

export type Known = JsonValue | typeof unknown;

type JsonObject = Readonly<Record<string, JsonValue>>;

export interface Setup {
  readonly ir: IrService;
  readonly platform: Platform;
  /** The row of the variant table that applies. */
  readonly variant: Readonly<Record<string, ExpNode>>;
  /** The release of the program; if absent, one that is newer than all that are asked about. */
  readonly release?: string;
  /** The parameters of functions around the expression. */
  readonly variables?: ReadonlyMap<Variable, Known>;
  /** Whether a record is unknown where a part of it is, which otherwise is left out. */
  readonly isWhole?: boolean;
}

/** The row of the variant table that the service's configuration schema belongs to. */
export function variantOf(ir: IrService): Readonly<Record<string, ExpNode>> {
  const name = ir.configSchema?.variant;
  return (name === undefined ? undefined : ir.variants?.variants[name]) ?? {};
}

/** Fixed layers, then the defaults of the options that are settings; nulls are left out. */
export function defaultConfig(setup: Setup): JsonObject {
  const { ir, platform } = setup;
  const layers = (ir.model.config?.layers ?? []).map(({ node }) => evaluate(node, setup));
  const settings = ir.options.flatMap(({ setting, defaults, guard, platforms, path }) => {
    if (setting === undefined || !platforms.includes(platform)) return [];
    const isGuard = guard?.join(".") === path.join(".");
    const isOn = guard === undefined || evaluate({ kind: "option", path: guard }, setup) === true;
    if (!isOn) return [];
    const node = defaults?.[platform];
    const value = isGuard ? true : node && evaluate(node, setup);
    return value === undefined || value === unknown ? [] : [nest(setting, value)];
  });
  const known = [...layers, ...settings].filter(isKnown).map(withoutNulls);
  return known.reduce<JsonObject>(
    (config, layer) => (isObject(layer) ? merge(config, layer) : config),
    {},
  );
}

/** The value of an expression, in the instance `default`. */
export function evaluate(node: ExpNode, setup: Setup): Known {
  switch (node.kind) {
    case "literal":
      return node.value;
    case "option": {
      const option = setup.ir.options.find(({ path }) => path.join(".") === node.path.join("."));
      const value = option?.defaults?.[setup.platform];
      return value === undefined ? unknown : evaluate(value, setup);
    }
    case "variant": {
      const value = setup.variant[node.key];
      return value === undefined ? unknown : evaluate(value, setup);
    }
    case "text": {
      const parts = node.parts.map((part) =>
        typeof part === "string" ? part : evaluate(part, setup),
      );
      return parts.includes(unknown) ? unknown : parts.map(String).join("");
    }
    case "list": {
      const items = node.items.map((item) => evaluate(item, setup));
      return items.every(isKnown) ? items : unknown;
    }
    case "record": {
      const entries = node.entries.map(([key, value]) => [key, evaluate(value, setup)] as const);
      const known = entries.filter((entry): entry is readonly [string, JsonValue] =>
        isKnown(entry[1]),
      );
      const isLost = setup.isWhole === true && known.length < entries.length;
      return isLost ? unknown : Object.fromEntries(known);
    }
    case "if": {
      const condition = evaluate(node.condition, setup);
      return condition === unknown
        ? unknown
        : evaluate(condition === true ? node.then : node.else, setup);
    }
    case "call": {
      if (!isCallOf(node, "isAtLeast")) return evaluateCall(node, setup);
      // The only package that is asked for its version here is the program.
      const [version] = node.plain;
      return setup.release === undefined || compareVersions(setup.release, version) >= 0;
    }
    case "variable":
      return setup.variables?.get(node.variable) ?? unknown;
    case "field": {
      const of = evaluate(node.of, setup);
      return isObject(of) ? (of[node.name] ?? unknown) : unknown;
    }
    case "setting":
    case "configFile":
    // Has a value where it is applied.
    case "function":
      return unknown;
  }
}

function evaluateCall(node: CallNode, setup: Setup): Known {
  const { value, ofTruths } = rowOf(node.function);
  if (value === undefined) return unknown;
  // A function of an element has no way to say that it does not know.
  let isLost = false;
  const given = node.arguments.map((argument) => {
    if (argument.kind !== "function") return evaluate(argument, { ...setup, isWhole: true });
    return (element: JsonValue): Known => {
      const variables = new Map<Variable, Known>(setup.variables).set(argument.variable, element);
      const result = evaluate(argument.body, { ...setup, variables, isWhole: true });
      isLost ||= result === unknown;
      return result;
    };
  });
  const apply = (known: readonly unknown[]): Known => {
    const result = value(...known, ...node.plain) as Known;
    return isLost ? unknown : result;
  };
  if (!given.includes(unknown)) return apply(given);
  if (ofTruths !== true) return unknown;
  const [first, ...others] = assignments(given).map(apply);
  return first !== undefined && others.every((other) => other === first) ? first : unknown;
}

/** The truth values that there may be, where some are not known. */
function assignments(given: readonly unknown[]): readonly (readonly unknown[])[] {
  return given.reduce<readonly (readonly unknown[])[]>(
    (before, each) =>
      (each === unknown ? [true, false] : [each]).flatMap((choice) =>
        before.map((chosen) => [...chosen, choice]),
      ),
    [[]],
  );
}

function isKnown(value: Known): value is JsonValue {
  return value !== unknown;
}

function nest(path: readonly string[], value: JsonValue): JsonValue {
  return path.reduceRight<JsonValue>((inner, key) => ({ [key]: inner }), value);
}

/** The value as it reaches the configuration file: without the nulls of objects. */
export function withoutNulls(value: JsonValue): JsonValue {
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, child]) => child !== null)
      .map(([key, child]) => [key, withoutNulls(child)]),
  );
}

function merge(below: JsonObject, above: JsonObject): JsonObject {
  const merged: Record<string, JsonValue> = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const old = merged[key];
    merged[key] = isObject(old) && isObject(value) ? merge(old, value) : value;
  }
  return merged;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
