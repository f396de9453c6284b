// Evaluates the generated home-manager module in the real home-manager; several test files use it.

import { describe } from "vitest";

import { type EvaluationCase, missingForEvaluation, type Outcome } from "./evaluate.ts";
import { generatedFile } from "./generated.ts";
import { evaluateTogether } from "./together.ts";
import { lacking } from "./lacking.ts";

const module = generatedFile("home-manager/moltbot.nix");
const missing = missingForEvaluation();

/** A suite that is skipped where nothing can be evaluated; put `note` into its name. */
export const suite = describe.skipIf(missing.length > 0);
export const note = lacking(missing);

/** The smallest configuration that is accepted, with `more` added. */
export function moltbot(more = ""): string {
  return `{ services.moltbot = { enable = true; providers.anthropic.apiKeyFile = "/run/keys/a"; ${more} }; }`;
}

export function atHome(config: string, rest: Partial<EvaluationCase> = {}): EvaluationCase {
  return { target: "home-manager", module, config, ...rest };
}

/** The outcomes of a suite's cases; they exist once its tests run (together.ts). */
export function evaluateAll(cases: Readonly<Record<string, EvaluationCase>>): {
  readonly get: (name: string) => Outcome | undefined;
} {
  const outcomes = evaluateTogether(cases);
  return { get: (name) => outcomes[name] };
}

/** The value of a case that must have been accepted. */
export function accepted(outcome: Outcome | undefined): unknown {
  if (outcome?.ok !== true) throw new Error(`rejected: ${outcome?.message ?? "no outcome"}`);
  return outcome.value;
}
