// The one place zod is imported from. zod-to-json-schema reads only `zod/v3` schemas (it turns a
// zod 4 object into `{}` without a word), so nothing else may import zod.
export { z } from "zod/v3";
export {
  getRefs,
  ignoreOverride,
  type JsonSchema7Type,
  parseDef,
  type Refs as ConverterRefs,
} from "zod-to-json-schema";
