// All factories: the module `create` of this directory, and the properties of the tag `nix`.

export * from "./create-code.ts";
export * from "./create-json.ts";
export * from "./create-literal.ts";
export * from "./create-set.ts";
export {
  type LeadingOptions,
  type PartsInput,
  type PathInput,
  describe,
  interpolation,
  isBinding,
  isExpr,
  isItem,
  text,
  withLeading,
} from "./node.ts";
