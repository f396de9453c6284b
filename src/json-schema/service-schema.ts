// The options of a service as one JSON Schema (draft 7): for editors, for forms, for documentation,
// and for users who write options as JSON and read them with `lib.importJSON`.
//
// Contract: it accepts the values of the options' types, on all platforms, and requires no option:
// whether an option has to be set depends on others. An option occurs at the top level and in
// instances, so each is a definition, under its path.

import type { OptionDocs } from "../docs/option-docs.ts";
import type { JsonValue } from "../json.ts";
import type { IrOption } from "../model/option-type.ts";
import {
  describeEnable,
  instanceEnableDescription,
  instanceNamePattern,
  instancesDescription,
} from "../model/own-options.ts";
import type { IrService } from "../model/service-model.ts";
import { isOption, type Option, type OptionTree } from "../schema/define-option.ts";
import type { Service } from "../schema/define-service.ts";
import { convertType } from "./convert-type.ts";

export function emitJsonSchema(service: Service, lowered: IrService, docs: OptionDocs): string {
  const options = optionsOf(service.options, []);
  const known = new Map(lowered.options.map((option) => [option.path.join("."), option]));
  const definitions = options.flatMap(
    ({ path, option }): readonly (readonly [string, Schema])[] => {
      const name = path.join(".");
      const ir = known.get(name);
      // The option exists on none of the service's platforms.
      if (ir === undefined) return [];
      const schema = convertType(option.type, path, docs);
      return [[name, { ...describe(ir, lowered), ...schema, ...valuesOf(ir) }]];
    },
  );
  const shared = lowered.options.filter(({ instance }) => instance !== "none");
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: `services.${lowered.name}`,
    ...objectOf(lowered.options, 0, {
      enable: { description: describeEnable(lowered), type: "boolean", default: false },
      instances: {
        description: instancesDescription,
        type: "object",
        propertyNames: { pattern: `^${instanceNamePattern}$` },
        additionalProperties: objectOf(shared, 0, {
          enable: { description: instanceEnableDescription, type: "boolean", default: true },
        }),
        default: {},
      },
    }),
    definitions: Object.fromEntries(definitions),
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

interface PlacedOption {
  readonly path: readonly string[];
  readonly option: Option;
}

function optionsOf(tree: OptionTree, path: readonly string[]): readonly PlacedOption[] {
  return Object.entries(tree).flatMap(([name, child]) => {
    const childPath = [...path, name];
    return isOption(child) ? [{ path: childPath, option: child }] : optionsOf(child, childPath);
  });
}

type Schema = Readonly<Record<string, unknown>>;

/** Options of one level of the tree, groups as nested objects, in the order of declaration. */
function objectOf(
  options: readonly IrOption[],
  depth: number,
  others: Readonly<Record<string, Schema>> = {},
): Schema {
  const names = [...new Set(options.map(({ path }) => path[depth] ?? ""))];
  const properties = names.map((name): readonly [string, Schema] => {
    const below = options.filter(({ path }) => path[depth] === name);
    const leaf = below.find(({ path }) => path.length === depth + 1);
    return leaf === undefined
      ? [name, objectOf(below, depth + 1)]
      : [name, { $ref: `#/definitions/${leaf.path.join(".")}` }];
  });
  return {
    type: "object",
    properties: { ...others, ...Object.fromEntries(properties) },
    additionalProperties: false,
  };
}

function describe(
  { description, deprecated, platforms: on }: IrOption,
  { platforms }: IrService,
): Schema {
  return {
    description:
      deprecated === undefined ? description : `${description}\n\nDeprecated: ${deprecated}`,
    ...(deprecated !== undefined && { deprecated: true }),
    ...(on.length < platforms.length && { "x-platforms": on }),
  };
}

/** The default, if it is a constant, and the example. If platforms differ, NixOS's default. */
function valuesOf({ type, defaults, platforms: [platform], example }: IrOption): Schema {
  // The values of packages in a schema are names of attributes; in Nix they are expressions.
  if (type.kind === "package") return {};
  const node = defaults?.nixos ?? (platform === undefined ? undefined : defaults?.[platform]);
  const fallback: JsonValue | undefined = node?.kind === "literal" ? node.value : undefined;
  return {
    ...(fallback !== undefined && { default: fallback }),
    ...(example !== undefined && { examples: [example] }),
  };
}
