// Checks a service against the schema of the program's own configuration: every option that fills a setting,
// the fixed settings of the model, and the default configuration. A key that the program's authors
// renamed or retyped is an error here, with the place in the schema's source, instead of a service that
// does not start.

import type { SourceLocation } from "../errors.ts";
import type { ExpNode } from "../model/expression.ts";
import { rowOf } from "../model/functions.ts";
import type { IrService } from "../model/service-model.ts";
import type { IrOption, OptionType } from "../model/option-type.ts";
import type { JsonValue } from "../json.ts";
import { mismatches, type Mismatch } from "./accepts.ts";
import { expandSchema } from "./compact.ts";
import {
  defaultConfig,
  evaluate,
  isObject,
  type Known,
  unknown,
  variantOf,
  withoutNulls,
} from "./default-config.ts";
import { describeSchema } from "./describe.ts";
import type { JsonSchema } from "./json-schema.ts";
import { type Misfit, misfitError, settingAt } from "./misfit.ts";
import { markSecrets } from "./mark-secrets.ts";
import { optionalDefaults } from "./optional-defaults.ts";
import { at, keysOf } from "./schema-place.ts";
import { relevantTo } from "./relevant.ts";
import { schemaPath } from "./schema-path.ts";
import { fixedSecretMisfits, secretMisfits } from "./secret-places.ts";
import { formatKey, suggestKey } from "./suggest-key.ts";
import { validate } from "./validate.ts";

/**
 * @param stored the newest of the program's configuration schemas, in its stored form;
 *   without one there is no check
 * @throws UserError with everything that does not fit
 */
export function checkSettings(ir: IrService, stored: JsonSchema | undefined): void {
  const { configSchema } = ir;
  if (configSchema === undefined || stored === undefined) return;
  const root = typeof stored === "boolean" ? stored : optionalDefaults(expandSchema(stored));
  const marked = markSecrets(root).schema;
  const context = { ir, root, marked, location: configSchema.location };
  const found = [
    ...ir.options.flatMap((option) => checkOption(option, context)),
    ...(ir.model.config?.layers ?? []).flatMap(({ node }) => checkFixed(node, [], context)),
  ];
  const [first, ...rest] = found.length > 0 ? found : checkDefaultConfig(context);
  if (first !== undefined)
    throw misfitError(first, rest, schemaPath(configSchema.directory, configSchema.newest));
}

interface Context {
  readonly ir: IrService;
  /** The program's schema, expanded. */
  readonly root: JsonSchema;
  /** The expanded schema, with marks at the places of secrets. */
  readonly marked: JsonSchema;
  /** The definition of the service, because fixed settings have no line of their own. */
  readonly location: SourceLocation;
}

type Origin = Pick<Misfit, "option" | "location">;

function checkOption(option: IrOption, context: Context): readonly Misfit[] {
  const { setting, location, path } = option;
  if (setting === undefined) return [];
  const origin = { option: path, location };
  const schema = at(context.root, setting);
  if (schema === undefined) return [unknownSetting(setting, origin, context)];
  const secrets = secretMisfits(context.marked, setting, option.type, origin);
  if (secrets.length > 0) return secrets;
  const wrong = mismatches(schema, option.type);
  if (wrong.length > 0) {
    return wrong.map((mismatch) => typeMisfit(mismatch, setting, origin, context));
  }
  return checkValues(option, schema, setting, context);
}

/** Checks default and example. Only this check covers patterns and lengths. */
function checkValues(
  option: IrOption,
  schema: JsonSchema,
  setting: readonly string[],
  context: Context,
): readonly Misfit[] {
  const origin = { option: option.path, location: option.location };
  const defaults = option.platforms.map((platform) => {
    const node = option.defaults?.[platform];
    const value =
      node && evaluate(node, { ir: context.ir, platform, variant: variantOf(context.ir) });
    return { what: "the default", value };
  });
  const values = [...defaults, { what: "the example", value: option.example }];
  const found = values.flatMap(({ what, value }) =>
    value === undefined || typeof value === "symbol"
      ? []
      : checkValue(what, value, schema, setting, origin),
  );
  return found.filter(
    ({ message }, index) => found.findIndex((other) => other.message === message) === index,
  );
}

function checkValue(
  what: string,
  value: JsonValue,
  schema: JsonSchema,
  setting: readonly string[],
  origin: Origin,
): readonly Misfit[] {
  if (value === null) return [];
  const invalid = validate(schema, withoutNulls(value));
  if (invalid === undefined) return [];
  const { path, expected, received } = invalid;
  const message = `${what} is not accepted at ${settingAt(setting, path)}`;
  return [{ ...origin, message, expected, received }];
}

/** Checks an expression of the model's fixed settings: its keys, and its known values. */
function checkFixed(
  node: ExpNode,
  setting: readonly string[],
  context: Context,
): readonly Misfit[] {
  const schema = at(context.root, setting);
  const origin = { location: context.location };
  if (schema === undefined) return [unknownSetting(setting, origin, context)];
  const secrets = fixedSecretMisfits(context.marked, setting, node, origin);
  if (secrets.length > 0) return secrets;
  if (node.kind === "literal") return checkLiteral(node.value, setting, schema, context);
  if (node.kind === "record") {
    return node.entries.flatMap(([key, value]) => checkFixed(value, [...setting, key], context));
  }
  if (node.kind === "if") {
    const holds = withNewest(node.condition, context);
    const branches =
      holds === unknown ? [node.then, node.else] : [holds === true ? node.then : node.else];
    return branches.flatMap((branch) => checkFixed(branch, setting, context));
  }
  if (node.kind === "variant") {
    const value = variantOf(context.ir)[node.key];
    return value === undefined ? [] : checkFixed(value, setting, context);
  }
  const type = typeOf(node, context.ir);
  if (type === undefined) return [];
  if (node.kind === "option") {
    const filled = secretMisfits(context.marked, setting, type, { ...origin, option: node.path });
    if (filled.length > 0) return filled;
  }
  return mismatches(schema, type).map((mismatch) => typeMisfit(mismatch, setting, origin, context));
}

/**
 * The value of a condition for the newest release, and unknown if options decide it. So settings that only
 * older releases get are not checked against the newest schema.
 */
function withNewest(condition: ExpNode, { ir }: Context): Known {
  const release = ir.configSchema?.newest ?? "";
  // The platform does not matter: it decides only defaults of options, and there are no options here.
  const setup = { ir: { ...ir, options: [] }, platform: "nixos", variant: {}, release } as const;
  return evaluate(condition, setup);
}

/** Descends into objects, so that the error names the wrong key. */
function checkLiteral(
  value: JsonValue,
  setting: readonly string[],
  schema: JsonSchema,
  context: Context,
): readonly Misfit[] {
  if (isObject(value)) {
    return Object.entries(value).flatMap(([key, child]) =>
      checkFixed({ kind: "literal", value: child }, [...setting, key], context),
    );
  }
  return checkValue("the fixed value", value, schema, setting, { location: context.location });
}

/** The type of an expression's value; undefined if it is not known. */
function typeOf(node: ExpNode, ir: IrService): OptionType | undefined {
  switch (node.kind) {
    case "named":
      return typeOf(node.of, ir);
    case "option":
      return ir.options.find(({ path }) => path.join(".") === node.path.join("."))?.type;
    case "text":
    case "configFile":
      return { kind: "string", nonEmpty: true };
    case "call": {
      const { type } = rowOf(node.function);
      return typeof type === "function" ? type(...node.plain) : type;
    }
    case "literal":
    case "record":
    case "variant":
    case "if":
    case "list":
    case "setting":
    case "variable":
    case "field":
    case "function":
      return undefined;
  }
}

/** Checks the whole default configuration: settings may demand each other. */
function checkDefaultConfig({ ir, root, location }: Context): readonly Misfit[] {
  for (const platform of ir.platforms) {
    const config = defaultConfig({ ir, platform, variant: variantOf(ir) });
    const invalid = validate(relevantTo(root, config), config);
    if (invalid === undefined) continue;
    const { path, expected, received } = invalid;
    const message = `the default configuration on ${platform} is not accepted at ${formatKey(path)}`;
    return [{ location, message, expected, received }];
  }
  return [];
}

function typeMisfit(
  mismatch: Mismatch,
  setting: readonly string[],
  origin: Origin,
  context: Context,
): Misfit {
  const { path, expected, received, unknownKey } = mismatch;
  const place = { ...origin, location: mismatch.location ?? origin.location };
  const inner = [...setting, ...path];
  if (unknownKey === undefined) {
    const message = `the program does not accept all values of the option at ${formatKey(inner)}`;
    return { ...place, message, expected, received, next: "narrow the option's type" };
  }
  const { key, siblings } = unknownKey;
  return unknownKeyMisfit(inner, siblings, key, expected, place, context);
}

function unknownSetting(setting: readonly string[], origin: Origin, context: Context): Misfit {
  const depth = setting.findIndex(
    (_, index) => at(context.root, setting.slice(0, index + 1)) === undefined,
  );
  const parent = setting.slice(0, depth);
  const schema = at(context.root, parent) ?? false;
  const key = setting[depth] ?? "";
  return unknownKeyMisfit(parent, keysOf(schema), key, describeSchema(schema), origin, context);
}

function unknownKeyMisfit(
  parent: readonly string[],
  siblings: readonly string[],
  key: string,
  expected: string,
  origin: Origin,
  { root }: Context,
): Misfit {
  const meant = suggestKey(root, parent, siblings, key);
  return {
    ...origin,
    message: `unknown setting ${formatKey([...parent, key])}`,
    expected,
    next: meant === undefined ? undefined : `did you mean ${formatKey(meant)}?`,
  };
}
