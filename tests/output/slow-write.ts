// Writes into `generated/` of the working directory on a disk so slow that an interrupt arrives in
// the middle. Run as a process of its own by signals.test.ts.

import { writeSync } from "node:fs";
import { nodeFileSystem, type FileSystem } from "../../src/output/file-system.ts";
import { createPlan } from "../../src/output/plan.ts";
import { scanOutput } from "../../src/output/scan.ts";
import { withoutInterrupts } from "../../src/output/signals.ts";
import { writePlan } from "../../src/output/write.ts";

const slow: FileSystem = {
  ...nodeFileSystem,
  rename: (from, to) => {
    // The first rename says that now is the time, with all temporary files on the disk.
    writeSync(1, "renaming\n");
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    nodeFileSystem.rename(from, to);
  },
};

const directory = { root: process.cwd(), label: "generated", command: "pnpm generate" };
const files = ["a.json", "b.json", "c.json"].map((path) => ({ path, text: "new" }));
const plan = createPlan(files, scanOutput(directory, slow));
const write = (): void => {
  writePlan(plan, slow);
};

if (process.argv[2] === "unprotected") write();
else await withoutInterrupts(write);
