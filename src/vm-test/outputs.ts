// The files of a service's VM tests: the tests, the data of their proofs, their programs, and the
// service's own scenarios and programs, which are files beside its schema.

import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

import {
  emitFurtherVmTest,
  emitOwnPromises,
  emitProofs,
  emitRelaxations,
  emitVmTest,
} from "./emit.ts";
import { UserError } from "../errors.ts";
import type { IrService, Scenario } from "../model/service-model.ts";
import type { JsonValue } from "../json.ts";
import { printNix } from "../nix/index.ts";
import type { OutputFile } from "../output/file.ts";
import { vmTestPrograms } from "../runtime/assets.ts";

/** @param entry absolute path of the schema file that defines the service */
export function vmTestOutputs(service: IrService, entry: string): readonly OutputFile[] {
  const { scenarios } = service.model;
  if (scenarios === undefined) return [];
  const name = `tests/nixos-${service.name}`;
  const read = (file: string): string => readScenario(resolve(dirname(entry), file));
  const script = ({ scripts }: Scenario): string => scripts.map(read).join("\n");
  for (const scenario of [scenarios.main, ...Object.values(scenarios.further ?? {})]) {
    checkMachines(scenario, [...Object.keys(scenarios.nodes), "relaxed"]);
  }
  return [
    { path: `${name}.nix`, text: printNix(emitVmTest(service, scenarios)) },
    { path: `${name}.py`, text: script(scenarios.main) },
    ...Object.entries(scenarios.further ?? {}).flatMap(([further, scenario]) => [
      {
        path: `${name}-${further}.nix`,
        text: printNix(emitFurtherVmTest(service, further, scenario)),
      },
      { path: `${name}-${further}.py`, text: script(scenario) },
    ]),
    ...Object.entries(scenarios.programs ?? {}).map(([program, file]) => ({
      path: `tests/${program}.py`,
      text: read(file),
    })),
    { path: `${name}.json`, text: toJson(emitProofs(service)) },
    { path: `tests/promises-${service.name}.json`, text: toJson(emitOwnPromises(service)) },
    { path: `tests/relaxations-${service.name}.json`, text: toJson(emitRelaxations(service)) },
    ...vmTestPrograms.outputs,
  ];
}

function toJson(value: readonly JsonValue[]): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function checkMachines({ on }: Scenario, machines: readonly string[]): void {
  const unknown = on.find((name) => !machines.includes(name));
  if (unknown === undefined) return;
  throw new UserError("a VM test names a machine that does not exist", {
    expected: machines.join(", "),
    received: unknown,
    next: "add it to `nodes` of `scenarios`, or correct `on`",
  });
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
