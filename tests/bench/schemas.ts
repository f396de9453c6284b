// Schemas to measure: moltbot's, changed and written elsewhere. What a schema names by a path relative to itself is
// named by its whole path there.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { readDocs } from "../../src/docs/read-docs.ts";
import { generate } from "../../src/generate.ts";
import type { Service } from "../../src/index.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The moltbot schema with other properties of its definition and its model; its tests stay away. */
function schemaWith(properties: string, modelProperties = ""): string {
  return `import { defineService, option, text, z } from ${JSON.stringify(join(root, "src/index.ts"))};
import moltbot from ${JSON.stringify(join(root, "schema/moltbot.ts"))};
const { configSchema, model, ...service } = moltbot;
const here = (file: string) => ${JSON.stringify(join(root, "schema"))} + "/" + file;
const { validation } = model.config;
export default defineService({
  ...service,
  configSchema: { ...configSchema, directory: here(configSchema.directory) },
  ${properties}
  model: (cfg) => ({
    ...model,
    config: { ...model.config, validation: { ...validation, script: here(validation.script) } },
    build: { ...model.build, script: here(model.build.script) },
    scenarios: { ...model.scenarios, main: { on: [], scripts: [] }, further: {}, programs: {} },
    ${modelProperties}
  }),
});
`;
}

/** The moltbot schema with further options beside its own. */
export function schemaWithOptions(extra: number): string {
  const options = Array.from(
    { length: extra },
    (_, index) => `    /** Option number ${String(index)}. */
    o${String(index)}: option(z.number().int().min(0), { default: ${String(index)} }),`,
  );
  return schemaWith(
    `options: {
    ...moltbot.options,
    extra: {
${options.join("\n")}
    },
  },`,
    `environment: [
      ...model.environment,
      ...Object.entries(cfg.extra ?? {}).map(([name, value]) => ({ name, value: text\`\${value}\` })),
    ],`,
  );
}

/** The schema without renames of earlier names and modules. */
export const schemaWithoutRenames = schemaWith("renamedFrom: [],", "supersedes: [],");

/** Runs `work` with a directory whose schemas find this repository's packages. */
export async function inDirectory(
  work: (directory: string) => void | Promise<void>,
): Promise<void> {
  await withTemporaryDirectory(work, join(root, "node_modules", ".bench-"));
}

export async function withTemporaryDirectory(
  work: (directory: string) => void | Promise<void>,
  prefix = join(tmpdir(), "nixmodgen-bench-"),
): Promise<void> {
  const directory = mkdtempSync(prefix);
  try {
    await work(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Writes the files generated from the schema, and returns their directory. */
export async function writeGenerated(directory: string, schema: string): Promise<string> {
  const entry = join(directory, "schema.mts");
  writeFileSync(entry, schema);
  const { default: service } = (await import(pathToFileURL(entry).href)) as { default: Service };
  const schemaFile = { entry, root, tsconfig: join(root, "tsconfig.json") };
  const output = join(directory, "generated");
  const source = { ...schemaFile, service, docs: readDocs(schemaFile) };
  for (const { path, text } of generate(source)) {
    const file = join(output, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return output;
}
