// A service without its locations in the source: the key of cached results that do not depend on where options
// are written.

import type { SourceLocation } from "../errors.ts";
import { mapFields } from "./map-fields.ts";
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
  return mapFields(type, fieldWithout);
}

function fieldWithout(field: Field): Field {
  return { ...field, type: typeWithout(field.type), location: nowhere };
}
