// Checks the tests of relaxations: a rule makes every promise that they give up, each test has an instance of
// its own, and no two promises have the same name.

import type { OptionDocs } from "../docs/option-docs.ts";
import { nearest } from "../nearest.ts";
import type { IrService } from "../model/service-model.ts";
import { strictInstance } from "../model/relaxation.ts";
import { mistake } from "./place.ts";

const testName = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;

export function checkRelaxations({ options, model }: IrService, docs: OptionDocs): void {
  const promises = model.confinement.flatMap(({ proofs = [] }) =>
    proofs.map(({ promise }) => promise),
  );
  const names = new Set<string>([strictInstance]);
  for (const { path, relaxation = [] } of options) {
    const place = { path, docs };
    for (const { name, lifts = [] } of relaxation) {
      if (!testName.test(name) || names.has(name)) {
        throw mistake(place, "every test of a relaxation has an instance of its own", {
          expected: "a name made of lower-case letters, digits and hyphens that no other test has",
          received: name,
        });
      }
      names.add(name);
      const [unknown] = lifts.map(({ promise }) => promise).filter((p) => !promises.includes(p));
      if (unknown !== undefined) {
        const meant = nearest(unknown, promises);
        throw mistake(place, `the test ${name} gives up what no confinement rule promises`, {
          received: unknown,
          next: meant === undefined ? undefined : `did you mean "${meant}"?`,
        });
      }
    }
  }
  const repeated = promises.find((promise, index) => promises.indexOf(promise) !== index);
  if (repeated !== undefined) {
    throw mistake({ path: [], docs }, "two proofs of the confinement have the same name", {
      received: repeated,
      next: "rename one: relaxations refer to promises by name",
    });
  }
}
