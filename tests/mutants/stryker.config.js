// StrykerJS over src/: `pnpm test:mutants:src`. `--mutate src/pattern/posix.ts` or `src/a.ts:10-20`
// restricts it; all of it takes hours. What only generated Nix can show is for run.ts.

export default {
  testRunner: "vitest",
  plugins: ["@stryker-mutator/vitest-runner"],
  vitest: { configFile: "tests/mutants/vitest.config.ts" },
  mutate: ["src/{docs,lower,model,nix,output,pattern,schema,settings}/**/*.ts", "src/nearest.ts"],
  coverageAnalysis: "perTest",
  concurrency: 2,
  reporters: ["clear-text"],
  // A type error is noticed by the compiler, which is not asked here.
  disableTypeChecks: false,
  tempDirName: "node_modules/.stryker",
  cleanTempDir: "always",
};
