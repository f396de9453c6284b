// What runs on real systems measured: read from the pages that they write.

import type { Sources } from "./sources.ts";
import { fact, tableOf } from "./tables.ts";

export interface Measured {
  /** Outcomes in the sandbox and without it, by promise. */
  readonly outcomes: ReadonlyMap<string, { readonly inside: string; readonly bare: string }>;
  readonly mutations: readonly Mutation[];
  readonly exposure: { readonly inside: string; readonly bare: string };
  /** "52 directives: 31 killed, …" */
  readonly mutationSummary: string;
  readonly directives: string;
  readonly promises: string;
  /** "Measured on … with …" */
  readonly occasion: string;
}

export interface Mutation {
  readonly rule: string;
  readonly directive: string;
  readonly result: string;
  readonly by: string;
}

export function readMeasured({ docs }: Sources): Measured {
  const proofs = docs.get("proofs") ?? "";
  const mutations = docs.get("mutations") ?? "";
  const proofColumns = ["rule", "promise", "tried", "in the sandbox", "bare"];
  const mutationColumns = ["rule", "directive", "result", "shown by, or reason"];
  return {
    outcomes: new Map(
      tableOf(proofs, proofColumns).map(([rule = "", promise = "", , inside = "", bare = ""]) => [
        `${rule}: ${promise}`,
        { inside, bare },
      ]),
    ),
    mutations: tableOf(mutations, mutationColumns).map(
      ([rule = "", directive = "", result = "", by = ""]) => ({ rule, directive, result, by }),
    ),
    exposure: {
      inside: fact(proofs, /exposure of the gateway's unit ([\d.]+\d)/),
      bare: fact(proofs, /that of the bare unit ([\d.]+\d)/),
    },
    mutationSummary: fact(mutations, /(\d+ directives: [^.]*)\./),
    directives: fact(mutations, /(\d+) directives:/),
    promises: fact(proofs, /(\d+) promises\./),
    occasion: fact(proofs, /(Measured on .*?, gateway [\d.]*\d)/),
  };
}
