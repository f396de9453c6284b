// A rule without a proof, and a proof of something that cannot be tried, do not compile.

import { describe, expectTypeOf, it } from "vitest";

import type { OwnPromise } from "../../src/vm-test/own-promises.ts";
import { type ConfinementRule, lifts, probe, relaxation, shows, z } from "../../src/index.ts";

const rule = { id: "a", why: "b", directives: { PrivateTmp: true }, user: {}, seatbelt: {} };
const proof = probe("files", ["read", "/tmp/a"], "ENOENT", "done");

describe("a confinement rule", () => {
  it("carries a proof or a reason", () => {
    expectTypeOf({ ...rule, unprovable: "for a reason" }).toExtend<ConfinementRule>();
    const proved: ConfinementRule = { ...rule, proofs: [proof], unprovable: { PrivateTmp: "c" } };
    expectTypeOf(proved).toExtend<ConfinementRule>();
    expectTypeOf(rule).not.toExtend<ConfinementRule>();
  });

  it("has at least one proof, and reasons about directives that exist", () => {
    // @ts-expect-error no proof at all
    const empty: ConfinementRule = { ...rule, proofs: [] };
    // @ts-expect-error no such directive
    const stray: ConfinementRule = { ...rule, proofs: [proof], unprovable: { PrivateTemp: "c" } };
    expectTypeOf([empty, stray]).toExtend<readonly ConfinementRule[]>();
  });
});

describe("a promise of the library", () => {
  const promise = { promise: "a", command: "stat b", must: "c" };
  const tampering = { what: "d", command: "touch b", undo: "rm b" };

  it("says what breaks it", () => {
    expectTypeOf({ ...promise, brokenBy: tampering }).toExtend<OwnPromise>();
    const kept: OwnPromise = { ...promise, keptBy: ["RestartSec"] };
    expectTypeOf(kept).toExtend<OwnPromise>();
    expectTypeOf(promise).not.toExtend<OwnPromise>();
    expectTypeOf({ ...promise, brokenBy: { what: "d" } }).not.toExtend<OwnPromise>();
    // @ts-expect-error nothing that breaks it
    const unbroken: OwnPromise = { ...promise, keptBy: [] };
    // @ts-expect-error no directive that keeps promises
    const stray: OwnPromise = { ...promise, keptBy: ["RestartSek"] };
    expectTypeOf([unbroken, stray]).toExtend<readonly OwnPromise[]>();
  });
});

describe("a probe", () => {
  it("tries what can be tried", () => {
    // @ts-expect-error the verb is called read
    probe("files", ["raed", "/tmp/a"], "ENOENT", "done");
    // @ts-expect-error an address needs a port
    probe("network", ["connect", "127.0.0.1"], "timeout", "done");
    // @ts-expect-error a promise that nothing keeps
    probe("files", ["read", "/tmp/a"], [], "done");
  });
});

describe("a relaxation", () => {
  const facets = { default: false };
  const shown = shows("files", ["read", "/tmp/a"], { relaxed: "done", strict: "ENOENT" });

  it("shows what it opens, with a value of its type", () => {
    relaxation(z.boolean(), facets, [{ name: "a", value: true, lifts: lifts("done", "files") }]);
    relaxation(z.boolean(), facets, [{ name: "a", value: true, shows: [shown] }]);
    // @ts-expect-error no test at all
    relaxation(z.boolean(), facets, []);
    // @ts-expect-error nothing that it opens
    relaxation(z.boolean(), facets, [{ name: "a", value: true }]);
    // @ts-expect-error nothing that it opens
    relaxation(z.boolean(), facets, [{ name: "a", value: true, lifts: [], shows: [] }]);
    // @ts-expect-error not a value of the option
    relaxation(z.boolean(), facets, [{ name: "a", value: "yes", shows: [shown] }]);
    // @ts-expect-error no promise that is given up
    lifts("done");
  });
});
