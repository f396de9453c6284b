// The configuration a service has when nobody sets anything, as far as it is known before a Nix
// configuration is evaluated. Values that only the machine knows (store paths, package lists) are
// `unknown`, and left out of the whole.

import type { ExpNode } from "../model/expression.ts";
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
    case "isAtLeast":
      return setup.release === undefined || compareVersions(setup.release, node.version) >= 0;
    case "instanceName":
      return "default";
    case "perInstance":
      return node.base;
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
    case "record":
      return Object.fromEntries(
        node.entries
          .map(([key, value]) => [key, evaluate(value, setup)] as const)
          .filter((entry): entry is readonly [string, JsonValue] => isKnown(entry[1])),
      );
    case "if": {
      const condition = evaluate(node.condition, setup);
      return condition === unknown
        ? unknown
        : evaluate(condition === true ? node.then : node.else, setup);
    }
    case "equals": {
      const [left, right] = [evaluate(node.left, setup), evaluate(node.right, setup)];
      return left === unknown || right === unknown
        ? unknown
        : JSON.stringify(left) === JSON.stringify(right);
    }
    case "not": {
      const value = evaluate(node.of, setup);
      return value === unknown ? unknown : value !== true;
    }
    case "and":
      return all(node.all, setup, false);
    case "or":
      return all(node.any, setup, true);
    case "setting":
    case "configFile":
    case "stableNumber":
    case "packages":
    case "isMacOS":
    case "systemOption":
    case "listOrEmpty":
    case "managedPaths":
    case "unitName":
    case "ownDirectories":
    case "homeDirectory":
    case "variable":
    case "field":
    case "map":
    case "filter":
    case "any":
    case "concat":
    case "join":
    case "names":
    case "duplicates":
    case "matches":
    case "has":
    case "hasPrefix":
    case "sourceFileExists":
    case "sourceFile":
    case "isSource":
    case "sourceDirectory":
    case "textFile":
    case "json":
    case "packageName":
    case "pathInPlace":
    case "program":
    case "anyCredential":
      return unknown;
  }
}

/** @param decisive the value of one part that decides the whole */
function all(nodes: readonly ExpNode[], setup: Setup, decisive: boolean): Known {
  const values = nodes.map((node) => evaluate(node, setup));
  if (values.includes(decisive)) return decisive;
  return values.includes(unknown) ? unknown : !decisive;
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
