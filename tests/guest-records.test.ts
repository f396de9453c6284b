// The records of evaluated guest tests, which machines without nixpkgs use: each has to be of the present
// sources. The guest's own code decides that (tests/guest/evaluation.py).

import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { lacking } from "./support/lacking.ts";

const missing = spawnSync("python3", ["--version"]).status === 0 ? [] : ["python3"];

test.skipIf(missing.length > 0)(
  `the records of guest tests are of these sources${lacking(missing)}`,
  () => {
    const { status, stdout, stderr } = spawnSync(
      "python3",
      ["-m", "unittest", "--quiet", "unit_test.Records"],
      { cwd: new URL("guest", import.meta.url), encoding: "utf8" },
    );
    const stale = [...stderr.matchAll(/^FAIL: .*test='([^']*)', gateway='([^']*)'/gm)].map(
      ([, name = "", gateway = ""]) => `${name} on ${gateway}`,
    );
    expect(stale, "stale records: run `tests/guest/run.sh --record`, and commit them").toEqual([]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
  },
);
