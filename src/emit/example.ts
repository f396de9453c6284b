// The example of an option or of a field, as Nix code.

import type { JsonValue } from "../json.ts";
import { exampleValue } from "../model/example-value.ts";
import type { OptionType } from "../model/option-type.ts";
import type { NixExpr } from "../nix/index.ts";
import { emitJson } from "./emit-expression.ts";

export function emitExample(type: OptionType, example: JsonValue): NixExpr {
  return emitJson(exampleValue(type, example));
}
