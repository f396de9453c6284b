// The tests run with `vitest run`; the types tests in `*.test-d.ts` are compiled in the same run.
// The tests on a real systemd (tests/guest) have a runner of their own.

import { defineConfig } from "vitest/config";
import type { Reporter, TestModule, TestSuite } from "vitest/node";

/** Names skipped tests at the end, so that nobody takes them for passed ones. */
const skippedTests: Reporter = {
  onTestRunEnd(modules) {
    const skipped = modules.flatMap((module) => namesOfSkipped(module));
    if (skipped.length === 0) return;
    console.log(["", "Skipped:", ...skipped.map((name) => `  ↓ ${name}`)].join("\n"));
  },
};

/** One line per skipped test, or one per suite that is skipped as a whole. */
function namesOfSkipped(parent: TestModule | TestSuite): readonly string[] {
  return parent.children.array().flatMap((child) => {
    if (child.type === "test") {
      return child.result().state === "skipped" ? [nameOf(child)] : [];
    }
    const tests = [...child.children.allTests()];
    const isSkipped = tests.length > 0 && tests.every((test) => test.result().state === "skipped");
    return isSkipped ? [`${nameOf(child)} (${tests.length} tests)`] : namesOfSkipped(child);
  });
}

function nameOf(entity: { readonly fullName: string; readonly module: TestModule }): string {
  return `${entity.module.relativeModuleId} > ${entity.fullName}`;
}

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    exclude: ["tests/guest/**"],
    globalSetup: ["tests/support/generated-setup.ts"],
    // By default one core of two is left idle.
    maxWorkers: "100%",
    // Real tools are slow, above all on their first start.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ["default", skippedTests],
    typecheck: {
      enabled: true,
      include: ["tests/**/*.test-d.ts"],
      tsconfig: "tsconfig.json",
      // `tsc --noEmit` reports mistakes outside the type tests, once.
      ignoreSourceErrors: true,
    },
  },
});
