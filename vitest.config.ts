// The tests run with `vitest run`; the types tests in `*.test-d.ts` are compiled in the same run.
// The tests on a real systemd (tests/guest) have a runner of their own.

import { defineConfig } from "vitest/config";
import { speakingReporter } from "./tests/support/reporter.ts";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    exclude: ["tests/guest/**"],
    globalSetup: ["tests/support/generated-setup.ts", "tests/support/evaluator-setup.ts"],
    // By default one core of two is left idle.
    maxWorkers: "100%",
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
