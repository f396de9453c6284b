// The files of a service's VM test: the test, the data of its proofs, the programs it runs, and the
// service's own scenarios and programs, read from beside its schema.

import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

import { emitOwnPromises, emitProofs, emitRelaxations, emitVmTest } from "./emit/vm-test.ts";
import { UserError } from "./errors.ts";
import type { IrService } from "./ir/model.ts";
import type { JsonValue } from "./json.ts";
import { printNix } from "./nix/index.ts";
import type { OutputFile } from "./output/file.ts";
import { readVmTest, vmTestFiles, vmTestPath } from "./vm-test/files.ts";

/** @param entry absolute path of the schema file that defines the service */
export function vmTestOutputs(service: IrService, entry: string): readonly OutputFile[] {
  const { scenarios } = service.model;
  if (scenarios === undefined) return [];
  const name = `tests/nixos-${service.name}`;
  const read = (file: string): string => readScenario(resolve(dirname(entry), file));
  return [
    { path: `${name}.nix`, text: printNix(emitVmTest(service, scenarios)) },
    { path: `${name}.py`, text: scenarios.scripts.map(read).join("\n") },
    ...Object.entries(scenarios.programs ?? {}).map(([program, file]) => ({
      path: vmTestPath(program),
      text: read(file),
    })),
    { path: `${name}.json`, text: toJson(emitProofs(service)) },
    { path: `tests/promises-${service.name}.json`, text: toJson(emitOwnPromises(service)) },
    { path: `tests/relaxations-${service.name}.json`, text: toJson(emitRelaxations(service)) },
    ...vmTestFiles.map((file) => ({ path: vmTestPath(file), text: readVmTest(file) })),
  ];
}

function toJson(value: readonly JsonValue[]): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function readScenario(path: string): string {
  if (!existsSync(path)) {
    throw new UserError("a file of the service's scenarios is missing", {
      expected: path,
      next: "write it, or correct `scenarios`",
    });
  }
  return readFileSync(path, "utf8");
}
