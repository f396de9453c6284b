// Changes what is known about the fields of a type's submodules, at any depth.

import type { OptionTypeOf } from "./option-type.ts";

/** @param change also has to change the type of the field itself */
export function mapFields<F, G>(type: OptionTypeOf<F>, change: (field: F) => G): OptionTypeOf<G> {
  switch (type.kind) {
    case "list":
      return { ...type, element: mapFields(type.element, change) };
    case "attrs":
      return { ...type, value: mapFields(type.value, change) };
    case "nullable":
      return { ...type, of: mapFields(type.of, change) };
    case "union":
      return { ...type, members: type.members.map((member) => mapFields(member, change)) };
    case "submodule":
      return { ...type, fields: type.fields.map(change) };
    case "taggedUnion": {
      const members = type.members.map(({ value, fields }) => ({
        value,
        fields: fields.map(change),
      }));
      return { ...type, members };
    }
    case "bool":
    case "string":
    case "int":
    case "number":
    case "port":
    case "enum":
    case "json":
    case "jsonObject":
    case "absolutePath":
    case "plainPath":
    case "sourcePath":
    case "secretFile":
    case "package":
      return type;
  }
}
