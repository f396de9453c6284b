// Lint rules: the strictest type-aware set of typescript-eslint. No rule is about layout: prettier
// takes care of it.

import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["generated/", "coverage/", "dist/", "docs/api/"] },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      "@typescript-eslint/consistent-type-exports": "error",
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        // A default case would hide the kind that is added next.
        { allowDefaultCaseForExhaustiveSwitch: false, requireDefaultForNonUnion: true },
      ],
      // Numbers read well in messages; objects do not, and stay forbidden.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // The compiler demands `record["key"]` for index signatures.
      "@typescript-eslint/dot-notation": "off",
      eqeqeq: "error",
      "no-console": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
    },
  },
  // Only the command line, the test reporter and the benchmarks talk.
  {
    files: ["src/cli.ts", "src/watch.ts", "tests/support/reporter.ts", "tests/bench/*.ts"],
    rules: { "no-console": "off" },
  },
);
