// Only this file imports zod-to-json-schema. It is apart from zod.ts, because the command loads that at every start.
export {
  getRefs,
  ignoreOverride,
  type JsonSchema7Type,
  parseDef,
  type Refs as ConverterRefs,
} from "zod-to-json-schema";
