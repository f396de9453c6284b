// What tests of the generated home-manager module share: its evaluation in the real home-manager.

import { describe } from "vitest";

import {
  evaluateMany,
  type EvaluationCase,
  missingForEvaluation,
  type Outcome,
} from "./evaluate.ts";
import { generatedFile } from "./generated.ts";

const module = generatedFile("home-manager/moltbot.nix");
const missing = missingForEvaluation();

/** A suite that is skipped where nothing can be evaluated; `note` belongs into its name. */
export const suite = describe.skipIf(missing.length > 0);
export const note = missing.length > 0 ? ` (skipped: no ${missing.join(", ")})` : "";

/** The least that works; `more` is added to it. */
export function moltbot(more = ""): string {
  return `{ services.moltbot = { enable = true; providers.anthropic.apiKeyFile = "/run/keys/a"; ${more} }; }`;
}

export function atHome(config: string, rest: Partial<EvaluationCase> = {}): EvaluationCase {
  return { target: "home-manager", module, config, ...rest };
}

/** Evaluates the cases of a suite, unless it is skipped. */
export async function evaluateAll(
  cases: Readonly<Record<string, EvaluationCase>>,
): Promise<ReadonlyMap<string, Outcome>> {
  return new Map(missing.length > 0 ? [] : Object.entries(await evaluateMany(cases)));
}

/** The value of a case that must have been accepted. */
export function accepted(outcome: Outcome | undefined): unknown {
  if (outcome?.ok !== true) throw new Error(`rejected: ${outcome?.message ?? "no outcome"}`);
  return outcome.value;
}
