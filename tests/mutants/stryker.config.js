// StrykerJS over src/: `pnpm test:mutants:src`. `--mutate src/pattern/posix.ts` or `src/a.ts:10-20`
// restricts it; all of it takes hours. run.ts covers mistakes that only generated Nix shows.

export default {
  testRunner: "vitest",
  plugins: ["@stryker-mutator/vitest-runner"],
  vitest: { configFile: "tests/mutants/vitest.config.ts" },
  mutate: ["src/{docs,lower,model,nix,output,pattern,schema,settings}/**/*.ts", "src/nearest.ts"],
  coverageAnalysis: "perTest",
  concurrency: 2,
  reporters: ["clear-text"],
  // The compiler would notice type errors, but does not run here.
  disableTypeChecks: false,
  tempDirName: "node_modules/.stryker",
  cleanTempDir: "always",
};
