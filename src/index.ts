// The public face of the library: what a schema or a configuration file imports.

export { z } from "./zod.ts";
export { defineConfig } from "./config.ts";
export {
  and,
  any,
  anyCredential,
  choose,
  concat,
  configFile,
  duplicates,
  equals,
  type Exp,
  type Fields,
  filter,
  has,
  hasPrefix,
  homeDirectory,
  implies,
  instanceName,
  isAtLeast,
  isEmpty,
  isNull,
  isSet,
  join,
  json,
  list,
  literal,
  map,
  matches,
  namesOf,
  nonNull,
  not,
  or,
  type OrValue,
  packageName,
  packagesOnPath,
  pathInPlace,
  perInstance,
  program,
  record,
  type Ref,
  setting,
  sourceFile,
  sourceFileExists,
  stableNumber,
  storePath,
  text,
  textFile,
  when,
} from "./schema/expression.ts";
export { credential, group, option, type Refs } from "./schema/option.ts";
export { observation, probe, works } from "./schema/proof.ts";
export { defineService, derived, type Service, variants } from "./schema/service.ts";
export {
  absolutePath,
  environmentVariablePattern,
  jsonObject,
  jsonValue,
  packageType,
  port,
  seconds,
  secretFile,
  sourcePath,
  submodule,
} from "./schema/types.ts";
export { perPlatform } from "./ir/platform-values.ts";
export type { PlatformPromise } from "./ir/promises.ts";
export type {
  Assertion,
  ConfinementRule,
  ManagedFile,
  Scenarios,
  ServiceModel,
  SupersededModule,
} from "./ir/model.ts";
