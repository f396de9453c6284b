// The tests that StrykerJS runs: those that call src/ directly, without Nix and without processes.

import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: [
      "tests/{docs,lower,output,pattern,schema,sync}/**/*.test.ts",
      "tests/nix/{create,escape,parse,print,quote}.test.ts",
      "tests/settings/{accepts,annotate-patterns,check-settings,compact}.test.ts",
      "tests/settings/{default-config,nix-schema}.test.ts",
      "tests/{errors,nearest}.test.ts",
    ],
    exclude: ["tests/output/signals.test.ts"],
    globalSetup: ["tests/support/generated-setup.ts"],
    testTimeout: 120_000,
  },
});
