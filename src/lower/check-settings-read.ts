// Checks that the settings which the model reads are in every configuration: an option or a layer fills them. One
// that nothing fills would stop each user's evaluation.

import type { OptionDocs } from "../docs/option-docs.ts";
import { UserError } from "../errors.ts";
import { type JsonValue } from "../json.ts";
import type { ExpNode } from "../model/expression.ts";
import type { IrService } from "../model/service-model.ts";
import { expressionsIn, walkExpression } from "../model/walk-expression.ts";
import { nearest } from "../nearest.ts";

type Path = readonly string[];

/** @throws UserError with the first that nothing fills */
export function checkSettingsRead(service: IrService, { service: location }: OptionDocs): void {
  const filled = filledBy(service);
  for (const { where, node } of expressionsIn(service.model, "")) {
    walkExpression(node, (part) => {
      if (part.kind !== "setting" || filled.some((path) => isSamePlace(path, part.path))) return;
      const name = part.path.join(".");
      const meant = nearest(
        name,
        filled.map((path) => path.join(".")),
      );
      throw new UserError(
        `the service's model (${where}) reads the setting ${name}, which nothing fills`,
        {
          location,
          next:
            meant === undefined
              ? `declare an option with \`setting: "${name}"\`, or fill it in a layer of \`config\``
              : `did you mean ${meant}?`,
        },
      );
    });
  }
}

/** A part of what is filled, or a place in it. */
const isSamePlace = (filled: Path, read: Path): boolean =>
  filled.slice(0, read.length).every((key, index) => key === read[index]);

/** The places that options and layers fill; of a value that is not known, only where it begins. */
function filledBy({ options, model, variants }: IrService): readonly Path[] {
  const rows = Object.values(variants?.variants ?? {});
  const placesIn = (node: ExpNode, path: Path): readonly Path[] => {
    switch (node.kind) {
      case "literal":
        return placesInValue(node.value, path);
      case "record":
        return node.entries.flatMap(([key, value]) => placesIn(value, [...path, key]));
      case "if":
        return [...placesIn(node.then, path), ...placesIn(node.else, path)];
      case "named":
        return placesIn(node.of, path);
      case "variant":
        return rows.flatMap((row) => {
          const value = row[node.key];
          return value === undefined ? [] : placesIn(value, path);
        });
      case "option":
      case "setting":
      case "configFile":
      case "variable":
      case "field":
      case "text":
      case "list":
      case "function":
      case "call":
        return [path];
    }
  };
  return [
    ...options.flatMap(({ setting }) => (setting === undefined ? [] : [setting])),
    ...(model.config?.layers ?? []).flatMap(({ node }) => placesIn(node, [])),
  ];
}

/** Null fills nothing: it is left out. */
function placesInValue(value: JsonValue, path: Path): readonly Path[] {
  if (value === null) return [];
  if (typeof value !== "object" || Array.isArray(value)) return [path];
  return Object.entries(value).flatMap(([key, child]) => placesInValue(child, [...path, key]));
}
