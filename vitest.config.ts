// The tests run with `vitest run`; the types tests in `*.test-d.ts` are compiled in the same run.
// The tests on a real systemd (tests/guest) have a runner of their own.

import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { speakingReporter } from "./tests/support/reporter.ts";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    exclude: ["tests/guest/**"],
    globalSetup: ["tests/support/generated-setup.ts", "tests/support/evaluator-setup.ts"],
    // One more than cores: workers often wait, for evaluators and for shells that sleep.
    maxWorkers: availableParallelism() + 1,
    // Real tools are slow, above all on their first start.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ["default", speakingReporter()],
    typecheck: {
      enabled: true,
      include: ["tests/**/*.test-d.ts"],
      tsconfig: "tsconfig.json",
      // `tsc --noEmit` reports mistakes outside the type tests, once.
      ignoreSourceErrors: true,
    },
  },
});
