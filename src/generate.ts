// From a service to the texts of its files: the phases of the generator, in order. What the schema's own
// sources say was read before (`readDocs`), so that nothing runs that does not compile.

import { type Cache, noCache } from "./cache/cache.ts";
import { recall } from "./cache/recall.ts";
import { darwinParts } from "./emit/darwin.ts";
import { homeManagerParts } from "./emit/home-manager.ts";
import { nixLibrary, shellCode } from "./runtime/assets.ts";
import { emitModules, type PlatformParts } from "./emit/module.ts";
import { nixosParts } from "./emit/nixos.ts";
import { settingsSchemaPath } from "./emit/prelude.ts";
import { emitPromises } from "./emit/promises.ts";
import { emitJsonSchema } from "./json-schema/service-schema.ts";
import { checkUses } from "./lower/check-uses.ts";
import { lowerService } from "./lower/lower.ts";
import { printNix } from "./nix/index.ts";
import type { Platform } from "./model/platform.ts";
import { withoutLocations } from "./model/without-locations.ts";
import type { IrService } from "./model/service-model.ts";
import type { OutputFile } from "./output/file.ts";
import type { ServiceSource } from "./service-source.ts";
import { checkSettings } from "./settings/check-settings.ts";
import { nixSchema } from "./settings/nix-schema.ts";
import { serializeSchema } from "./settings/serialize.ts";
import type { JsonSchema } from "./settings/json-schema.ts";
import { readConfigSchema } from "./settings/read-schema.ts";
import { schemaPath } from "./settings/schema-path.ts";
import { scriptOutputs } from "./service-scripts.ts";
import { vmTestOutputs } from "./vm-test/outputs.ts";

/**
 * Generates everything for one service.
 *
 * @param cache what takes long is made anew only where what it is made of has changed
 * @throws UserError where the schema is wrong: option path, file and line, what to do
 */
export function generate(
  { entry, service, docs }: ServiceSource,
  cache: Cache = noCache,
): readonly OutputFile[] {
  const ir = lowerService(service, docs);
  checkUses(ir, docs);
  const schemas = readConfigSchemas(ir, entry);
  const newest = schemas[0]?.schema;
  recall(cache, `settings-${ir.name}`, { ir, newest }, () => {
    checkSettings(ir, newest);
    return [];
  });
  return [
    ...moduleOutputs(withoutLocations(ir), cache),
    ...scriptOutputs(ir, { entry, docs }),
    ...vmTestOutputs(ir, entry),
    { path: `json-schema/${ir.name}.json`, text: emitJsonSchema(service, ir, docs) },
    { path: `docs/promises-${ir.name}.md`, text: emitPromises(ir) },
    ...schemas.flatMap(({ version, schema }) => {
      const path = settingsSchemaPath(ir, version);
      return recall(cache, `schema-${ir.name}-${version}`, { path, schema }, () => [
        { path, text: serializeSchema(nixSchema(schema).document) },
      ]);
    }),
    ...nixLibrary.outputs,
    ...shellCode.outputs,
  ];
}

/** What each platform makes of a service. */
const partsOf: Readonly<Record<Platform, (service: IrService) => PlatformParts>> = {
  nixos: nixosParts,
  "home-manager": homeManagerParts,
  darwin: darwinParts,
};

/** What takes longest, so it does not get to know what it does not depend on: lines of the source. */
function moduleOutputs(ir: IrService, cache: Cache): readonly OutputFile[] {
  return recall(cache, `modules-${ir.name}`, ir, () =>
    emitModules(
      ir,
      ir.platforms.map((platform) => partsOf[platform](ir)),
    ).map(({ path, code }) => ({ path, text: printNix(code) })),
  );
}

interface VersionedSchema {
  readonly version: string;
  readonly schema: JsonSchema;
}

/** The program's configuration schemas, newest first; none where the service names none. */
function readConfigSchemas({ configSchema }: IrService, entry: string): readonly VersionedSchema[] {
  if (configSchema === undefined) return [];
  const { directory, newest, older, location, command } = configSchema;
  return [newest, ...older].map((version) => ({
    version,
    schema: readConfigSchema({ file: schemaPath(directory, version), location, command }, entry),
  }));
}
