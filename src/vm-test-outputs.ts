// The files of a service's VM test: the test, the data of its proofs, the programs it runs, and the
// service's own scenarios, read from beside its schema.

import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

import { emitProofs, emitVmTest } from "./emit/vm-test.ts";
import { UserError } from "./errors.ts";
import type { IrService } from "./ir/model.ts";
import { printNix } from "./nix/index.ts";
import type { OutputFile } from "./output/file.ts";
import { readVmTest, vmTestFiles, vmTestPath } from "./vm-test/files.ts";

/** @param entry absolute path of the schema file that defines the service */
export function vmTestOutputs(service: IrService, entry: string): readonly OutputFile[] {
  const { scenarios } = service.model;
  if (scenarios === undefined) return [];
  const name = `tests/nixos-${service.name}`;
  return [
    { path: `${name}.nix`, text: printNix(emitVmTest(service, scenarios)) },
    { path: `${name}.py`, text: readScenarios(resolve(dirname(entry), scenarios.script)) },
    { path: `${name}.json`, text: `${JSON.stringify(emitProofs(service), null, 2)}\n` },
    ...vmTestFiles.map((file) => ({ path: vmTestPath(file), text: readVmTest(file) })),
  ];
}

function readScenarios(path: string): string {
  if (!existsSync(path)) {
    throw new UserError("the script of the service's scenarios is missing", {
      expected: path,
      next: "write it, or correct `scenarios.script`",
    });
  }
  return readFileSync(path, "utf8");
}
