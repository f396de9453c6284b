// All factories: what `create` means in this directory, and what the tag `nix` has as its properties.

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
