// Nix expressions of data.

import { BugError, UserError } from "../errors.ts";
import type { NixExpr } from "./ast.ts";
import { op, unary } from "./create-code.ts";
import { MAX_INTEGER, MIN_FLOAT, bool, float, int, null_, str } from "./create-literal.ts";
import { attrs, binding, list } from "./create-set.ts";
import { describe, isMade } from "./node.ts";

/** Any value that JSON can hold. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [name: string]: JsonValue | undefined;
}

/** Deeper data than Nix's own parser and evaluator take without running out of stack. */
const MAX_DEPTH = 1000;

/** Whether a value is data, not a node. (`value` checks its parts.) */
export function isJson(input: unknown): input is JsonValue {
  return !isMade(input);
}

/**
 * The Nix expression of a JSON value. Nix evaluates it back to the same JSON value; `-0` is `0` in
 * JSON, too. As in JSON, an attribute that is `undefined` is left out.
 */
export function value(json: JsonValue): NixExpr {
  return valueAt(json, 0);
}

function valueAt(json: JsonValue, depth: number): NixExpr {
  if (depth > MAX_DEPTH) {
    throw new UserError("the value is nested too deeply for Nix", {
      expected: `at most ${MAX_DEPTH} levels`,
    });
  }
  if (!isJson(json)) {
    throw new BugError(`expected a JSON value, not ${describe(json)}`);
  }
  if (typeof json === "string") {
    return str(json);
  }
  if (typeof json === "number") {
    return numberValue(json);
  }
  if (typeof json === "boolean") {
    return bool(json);
  }
  if (typeof json !== "object") {
    throw new BugError(`${describe(json)} is not a JSON value`);
  }
  return json === null ? null_() : compoundValue(json, depth);
}

function compoundValue(json: readonly JsonValue[] | JsonObject, depth: number): NixExpr {
  if (isArray(json)) {
    return list(json.map((entry) => valueAt(entry, depth + 1)));
  }
  const prototype: unknown = Object.getPrototypeOf(json);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new BugError(`expected plain data, not ${describe(json)}`);
  }
  return attrs(
    Object.entries(json).flatMap(([name, entry]) =>
      entry === undefined ? [] : [binding([name], valueAt(entry, depth + 1))],
    ),
  );
}

export function isArray(json: object): json is readonly JsonValue[] {
  return Array.isArray(json);
}

function numberValue(json: number): NixExpr {
  if (!Number.isFinite(json)) {
    throw new BugError(`${json} is not a JSON value`);
  }
  if (json === -(2 ** 63)) {
    // The literal of the smallest integer, without its sign, would exceed the largest integer by one.
    return op("-", unary("-", int(MAX_INTEGER)), int(1));
  }
  const size = Math.abs(json);
  const literal = Number.isInteger(json) && size < 2 ** 63 ? int(size) : floatValue(size);
  return json < 0 ? unary("-", literal) : literal;
}

// Nix refuses literals of the numbers nearest to zero, but it can compute them: this product is exact.
function floatValue(size: number): NixExpr {
  return size !== 0 && size < MIN_FLOAT
    ? op("*", float(size * 2 ** 200), float(2 ** -200))
    : float(size);
}
