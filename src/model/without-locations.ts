// A service without its locations in the source: the key of cached results that do not depend on where options
// are written.

import type { SourceLocation } from "../errors.ts";
import type { Field, OptionType } from "./option-type.ts";
import type { IrService } from "./service-model.ts";

const nowhere: SourceLocation = { file: "", line: 0 };

export function withoutLocations(ir: IrService): IrService {
  const { configSchema } = ir;
  return {
    ...ir,
    options: ir.options.map((option) => ({
      ...option,
      type: typeWithout(option.type),
      location: nowhere,
    })),
    configSchema: configSchema && { ...configSchema, location: nowhere },
  };
}

function typeWithout(type: OptionType): OptionType {
  switch (type.kind) {
    case "list":
      return { ...type, element: typeWithout(type.element) };
    case "attrs":
      return { ...type, value: typeWithout(type.value) };
    case "nullable":
      return { ...type, of: typeWithout(type.of) };
    case "union":
      return { ...type, members: type.members.map(typeWithout) };
    case "submodule":
      return { ...type, fields: type.fields.map(fieldWithout) };
    case "taggedUnion": {
      const members = type.members.map(({ value, fields }) => ({
        value,
        fields: fields.map(fieldWithout),
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

function fieldWithout(field: Field): Field {
  return { ...field, type: typeWithout(field.type), location: nowhere };
}
