// The default configuration of a service, as far as the generator knows it. Values that only evaluation
// knows (store paths, package lists) are `unknown`, and left out.

import { type CallNode, type ExpNode, isCallOf, type Variable } from "../model/expression.ts";
import { rowOf } from "../model/functions.ts";
import type { IrService } from "../model/service-model.ts";
import type { JsonValue } from "../json.ts";
import type { Platform } from "../model/platform.ts";
import { compareVersions } from "../compare-versions.ts";

/** A value that only evaluation knows. */
export const unknown = Symbol("unknown");

export type Known = JsonValue | typeof unknown;

type JsonObject = Readonly<Record<string, JsonValue>>;

export interface Setup {
  readonly ir: IrService;
  readonly platform: Platform;
  /** The values of the selected variant. */
  readonly variant: Readonly<Record<string, ExpNode>>;
  /** The release of the program. Default: newer than every release in an expression. */
  readonly release?: string;
  /** The values of the parameters of surrounding functions. */
  readonly variables?: ReadonlyMap<Variable, Known>;
  /** Whether a record with an unknown part is unknown. Default: false, and the part is left out. */
  readonly isWhole?: boolean;
}

/** The values of the variant to which the service's configuration schema belongs. */
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
      // Expressions ask only the program's own package for its version.
      const [version] = node.plain;
      return setup.release === undefined || compareVersions(setup.release, version) >= 0;
    }
    case "named":
      return evaluate(node.of, setup);
    case "variable":
      return setup.variables?.get(node.variable) ?? unknown;
    case "field": {
      const of = evaluate(node.of, setup);
      return isObject(of) ? (of[node.name] ?? unknown) : unknown;
    }
    case "setting":
    case "configFile":
    // `evaluateCall` applies functions.
    case "function":
      return unknown;
  }
}

function evaluateCall(node: CallNode, setup: Setup): Known {
  const { value, ofTruths } = rowOf(node.function);
  if (value === undefined) return unknown;
  // The result of a function of an element has no room for `unknown`, so this variable notes it.
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

/** All possible truth values of the arguments: an unknown one may be true or false. */
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

/** The value in the configuration file: without keys of objects that are null. */
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
