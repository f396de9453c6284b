// Turns a service into the texts of its files: the phases of the generator, in order. `readDocs` has read and
// checked the schema's sources before, so no schema gets here that does not compile.

import { type Cache, noCache } from "./cache/cache.ts";
import { recall } from "./cache/recall.ts";
import { darwinParts } from "./emit/darwin.ts";
import { emitDoctorPromises } from "./emit/doctor.ts";
import { homeManagerParts } from "./emit/home-manager.ts";
import { nixLibrary, pythonPrograms, shellCode } from "./runtime/assets.ts";
import { emitModules, type PlatformParts } from "./emit/module.ts";
import { nixosParts } from "./emit/nixos.ts";
import { settingsSchemaPath } from "./emit/prelude.ts";
import { emitPromises, promisesDirectory } from "./emit/promises.ts";
import { describeInterface } from "./interface/describe-interface.ts";
import { interfaceDirectory, serializeInterface } from "./interface/interface.ts";
import { emitJsonSchema } from "./json-schema/service-schema.ts";
import { checkUses } from "./lower/check-uses.ts";
import { lowerService } from "./lower/lower.ts";
import { printNix } from "./nix/index.ts";
import type { Platform } from "./model/platform.ts";
import { withoutLocations } from "./model/without-locations.ts";
import type { IrService } from "./model/service-model.ts";
import type { OutputFile } from "./output/file.ts";
import { type OutputKind, outputKinds, type ServiceSource } from "./service-source.ts";
import { checkSettings } from "./settings/check-settings.ts";
import { nixSchemaText } from "./settings/nix-schema-text.ts";
import type { JsonSchema } from "./settings/json-schema.ts";
import { readConfigSchema } from "./settings/read-schema.ts";
import { schemaPath } from "./settings/schema-path.ts";
import { referenceOutputs } from "./reference/outputs.ts";
import { scriptOutputs } from "./service-scripts.ts";
import { vmTestOutputs } from "./vm-test/outputs.ts";

/**
 * Generates all files of one service.
 *
 * @param cache keeps slow results as long as their inputs are the same
 * @throws UserError for a mistake in the schema, with option path, file, line and advice
 */
export function generate(
  { entry, service, docs, outputs = outputKinds }: ServiceSource,
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
  const makers: Readonly<Record<OutputKind, () => readonly OutputFile[]>> = {
    modules: () => [
      ...moduleOutputs(withoutLocations(ir), cache),
      ...scriptOutputs(ir, { entry, docs }),
      ...emitDoctorPromises(ir),
      ...schemas.flatMap(({ version, schema }) => {
        const path = settingsSchemaPath(ir, version);
        return recall(cache, `schema-${ir.name}-${version}`, { path, schema }, () => [
          { path, text: nixSchemaText(schema) },
        ]);
      }),
      ...nixLibrary.outputs,
      ...pythonPrograms.outputs,
      ...shellCode.outputs,
    ],
    "vm-tests": () => vmTestOutputs(ir, entry),
    "json-schema": () => [
      { path: `json-schema/${ir.name}.json`, text: emitJsonSchema(service, ir, docs) },
    ],
    promises: () => [
      { path: `${promisesDirectory}/promises-${ir.name}.md`, text: emitPromises(ir) },
    ],
    reference: () => referenceOutputs(ir, docs.service.file),
    interface: () => [
      {
        path: `${interfaceDirectory}/${ir.name}.json`,
        text: serializeInterface(describeInterface(ir)),
      },
    ],
  };
  return outputKinds.filter((kind) => outputs.includes(kind)).flatMap((kind) => makers[kind]());
}

/** Makes what depends neither on the docs nor on the model. `generate` finds it then. */
export function prepareSettings({
  entry,
  service,
}: Pick<ServiceSource, "entry" | "service">): void {
  const { directory, versions = [], command } = service.configSchema ?? {};
  if (directory === undefined) return;
  for (const version of versions) {
    const location = { file: entry, line: 1 };
    nixSchemaText(
      readConfigSchema({ file: schemaPath(directory, version), location, command }, entry),
    );
  }
}

/** Each platform's parts of a service's modules. */
const partsOf: Readonly<Record<Platform, (service: IrService) => PlatformParts>> = {
  nixos: nixosParts,
  "home-manager": homeManagerParts,
  darwin: darwinParts,
};

/** The modules, which take longest. Their input has no lines of the source, so a moved line does not remake them. */
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

/** The program's configuration schemas, newest first; none if the service names none. */
function readConfigSchemas({ configSchema }: IrService, entry: string): readonly VersionedSchema[] {
  if (configSchema === undefined) return [];
  const { directory, newest, older, location, command } = configSchema;
  return [newest, ...older].map((version) => ({
    version,
    schema: readConfigSchema({ file: schemaPath(directory, version), location, command }, entry),
  }));
}
