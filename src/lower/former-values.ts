// Earlier names of an option's values: they belong to the enums of its type that have the values of today.

import type { OptionType } from "../model/option-type.ts";
import { mistake, type Place } from "./place.ts";

type Former = Readonly<Record<string, string>>;

/** The type, whose enums know the earlier names. */
export function withFormerValues(
  type: OptionType,
  former: Former | undefined,
  place: Place,
): OptionType {
  if (former === undefined) return type;
  let known = false as boolean;
  const visit = (part: OptionType): OptionType => {
    switch (part.kind) {
      case "enum":
        if (!Object.values(former).every((value) => part.values.includes(value))) return part;
        expectNew(former, part.values, place);
        known = true;
        return { ...part, former };
      case "nullable":
        return { ...part, of: visit(part.of) };
      case "list":
        return { ...part, element: visit(part.element) };
      case "attrs":
        return { ...part, value: visit(part.value) };
      case "bool":
      case "string":
      case "int":
      case "number":
      case "port":
      case "submodule":
      case "union":
      case "taggedUnion":
      case "json":
      case "jsonObject":
      case "absolutePath":
      case "plainPath":
      case "sourcePath":
      case "secretFile":
      case "package":
        return part;
    }
  };
  const result = visit(type);
  if (known) return result;
  throw mistake(place, "the facet `renamedValues` names values that the option does not have", {
    expected: "an enum with all of them",
    received: Object.values(former).join(", "),
  });
}

function expectNew(
  former: Former,
  values: readonly (string | number | boolean)[],
  place: Place,
): void {
  const old = Object.keys(former).find((name) => values.includes(name));
  if (old === undefined) return;
  throw mistake(place, "the facet `renamedValues` renames a value that the option has", {
    received: old,
    next: "remove it from the facet, or from the type",
  });
}
