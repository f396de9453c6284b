// The public interface of the library, which schemas and configuration files import: the vocabulary. The confinement
// (`nixmodgen/baseline`) and the generator (`nixmodgen/generate`) have entries of their own.

export { z } from "./zod.ts";
export { type Config, defineConfig } from "./config.ts";
export {
  and,
  anyCredential,
  choose,
  concat,
  configFile,
  type Exp,
  type Fields,
  homeDirectory,
  instanceName,
  isMacOS,
  list,
  literal,
  managedPaths,
  not,
  or,
  type OrValue,
  namedDirectories,
  ownDirectories,
  packagesOnPath,
  perInstance,
  program,
  record,
  type Ref,
  setting,
  sourceDirectory,
  sourceFile,
  stableNumber,
  named,
  table,
  groupsOf,
  systemOption,
  text,
  textFile,
  unitName,
  when,
} from "./schema/build-expression.ts";
export {
  unconfined,
  type ConfigDefinition,
  type ModelDefinition,
  type UnconfinedModel,
} from "./schema/complete-model.ts";
export {
  credential,
  group,
  option,
  override,
  type Refs,
  relaxation,
} from "./schema/define-option.ts";
export { lifts, observation, probe, shows, showsOutside, works } from "./schema/define-proof.ts";
export { defineService, derived, type Service, variants } from "./schema/define-service.ts";
export {
  type CheckOptions,
  type ConfigOptions,
  directoryInState,
  type ServiceOptions,
  standardConfig,
  standardModel,
  type StandardOptions,
  standardOptions,
} from "./schema/standard-options.ts";
export {
  absolutePath,
  environmentVariablePattern,
  jsonObject,
  jsonValue,
  namedHost,
  packageType,
  plainPath,
  port,
  seconds,
  secretFile,
  sourcePath,
  submodule,
} from "./schema/value-types.ts";
export type { InsideKey, OutsideKey } from "./schema/define-option.ts";
export { perPlatform } from "./model/platform-values.ts";
export type {
  Assertion,
  ConfinementRule,
  Difference,
  Elsewhere,
  ManagedDirectory,
  ManagedFile,
  PackageBuild,
  Preset,
  Scenarios,
  ServiceModel,
  StateCare,
  SupersededModule,
} from "./model/service-model.ts";
