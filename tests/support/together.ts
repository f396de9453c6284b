// Evaluates the cases of all suites of a test file at once, before its first test. NixOS is evaluated with few modules,
// unless a case says otherwise, or wants the documentation of options.

import { beforeAll, TestRunner } from "vitest";

import {
  type EvaluationCase,
  evaluateMany,
  missingForEvaluation,
  type Outcome,
} from "./evaluate.ts";

interface Suite {
  readonly cases: Readonly<Record<string, EvaluationCase>>;
  /** Whether any of its tests was asked for (`vitest -t`); known when the first test runs. */
  readonly isWanted: () => boolean;
}

/** This file's suites: vitest imports this module anew for each file. */
const suites: Suite[] = [];
let evaluation: Promise<Readonly<Record<string, Outcome>>> | undefined;

/**
 * The outcomes of a suite's cases, by their names. They exist once its tests run, not before: by
 * then the suites of the whole file are known and were evaluated together.
 */
export function evaluateTogether(
  cases: Readonly<Record<string, EvaluationCase>>,
): Readonly<Record<string, Outcome>> {
  const task = TestRunner.getCurrentSuite().suite;
  const suite = suites.push({ cases, isWanted: () => task?.mode !== "skip" }) - 1;
  const outcomes: Record<string, Outcome> = {};
  beforeAll(async () => {
    if (missingForEvaluation().length > 0) return;
    const all = await (evaluation ??= evaluateMany(allCases()));
    for (const name of Object.keys(cases)) {
      const outcome = all[keyOf(suite, name)];
      if (outcome !== undefined) outcomes[name] = outcome;
    }
  }, 1_200_000);
  return outcomes;
}

function allCases(): Readonly<Record<string, EvaluationCase>> {
  return Object.fromEntries(
    suites.flatMap(({ cases, isWanted }, suite) =>
      isWanted()
        ? Object.entries(cases).map(
            ([name, each]) =>
              [keyOf(suite, name), { fewModules: each.extras !== true, ...each }] as const,
          )
        : [],
    ),
  );
}

function keyOf(suite: number, name: string): string {
  return `${String(suite)} ${name}`;
}
