// What the reference says besides nixpkgs' documentation: where options go, what they relax, and old names.

import { describe, expect, test } from "vitest";

import type { ServiceModel } from "../../src/model/service-model.ts";
import { migrationsOf } from "../../src/reference/migrations.ts";
import { emitOptionsMarkdown } from "../../src/reference/options-markdown.ts";
import { referenceOf } from "../../src/reference/reference.ts";
import { setting, text } from "../../src/schema/build-expression.ts";
import { option, relaxation } from "../../src/schema/define-option.ts";
import { lifts, probe, works } from "../../src/schema/define-proof.ts";
import { reference } from "../../src/schema/build-expression.ts";
import { perPlatform } from "../../src/model/platform-values.ts";
import { z } from "../../src/zod.ts";
import { lowerWith } from "../lower/service.ts";

const rule: ServiceModel["confinement"][number] = {
  id: "limits",
  why: "It must not eat the machine.",
  directives: {
    TasksMax: reference<string>(["tasks"]),
    LimitNOFILE: setting<string>("server.files"),
  },
  user: { directives: { TasksMax: reference<string>(["tasks"]) } },
  seatbelt: { cannot: "count processes." },
  proofs: [
    probe("few processes", ["hard-limit", "NPROC"], "few", "many"),
    probe("no foreign files", ["read", "/srv/a"], "ENOENT", "done"),
    works("a limit: the time is known", ["read", "/etc/localtime"]),
  ],
};

const service = lowerWith({
  options: {
    tasks: relaxation(z.string(), { default: "64" }, [
      {
        name: "tasks",
        value: "9",
        lifts: [
          ...lifts("many", "few processes"),
          // Refused in another way, so it is kept; and what worked is closed.
          ...lifts("EACCES", "no foreign files", "a limit: the time is known"),
        ],
      },
    ]),
    openFiles: option(z.string(), { default: "9", setting: "server.files" }),
    greeting: option(z.string(), {
      default: perPlatform({ nixos: "hi", "home-manager": "hi", darwin: "moin" }),
      renamedFrom: ["hello"],
    }),
    here: option(z.record(z.object({ at: z.string() })), { platforms: ["nixos"], default: {} }),
  },
  model: {
    confinement: [rule],
    environment: [{ name: "GREETING", value: text`${reference<string>(["greeting"])}!` }],
  },
});

describe("where an option goes", () => {
  test.each([
    [
      "tasks",
      [
        {
          kind: "directive",
          names: ["TasksMax"],
          rule: "limits",
          text: "`TasksMax=`, rule limits",
        },
        {
          kind: "directive",
          names: ["TasksMax"],
          isOfUser: true,
          rule: "limits",
          text: "`TasksMax=` of a user's unit, rule limits",
        },
      ],
    ],
    // Through the key of the configuration that it fills.
    [
      "openFiles",
      [
        {
          kind: "setting",
          names: ["server.files"],
          text: "`server.files` in the configuration",
        },
        {
          kind: "directive",
          names: ["LimitNOFILE"],
          rule: "limits",
          text: "`LimitNOFILE=`, rule limits",
        },
      ],
    ],
    [
      "greeting",
      [
        {
          kind: "variable",
          names: ["GREETING"],
          text: "the environment variable `GREETING` of the program",
        },
      ],
    ],
    ["here", []],
    // An option that the module adds to every service.
    ["enable", [{ kind: "program", text: "everything: without it, the module does nothing" }]],
  ])("%s", (name, goesTo) => {
    const options = referenceOf(service, "schema.ts");
    expect(options.find((each) => each.name === `services.it.${name}`)?.goesTo).toEqual(goesTo);
  });
});

test("a relaxation names the rule of each promise that it gives up, and of what it closes", () => {
  const tasks = referenceOf(service, "schema.ts").find(({ name }) => name.endsWith(".tasks"));
  expect(tasks?.relaxation).toEqual([
    {
      value: "9",
      lifts: [{ rule: "limits", promise: "few processes" }],
      closes: [{ rule: "limits", promise: "a limit: the time is known" }],
      shows: [],
    },
  ]);
});

describe("the page", () => {
  const page = emitOptionsMarkdown(service, referenceOf(service, "schema.ts"));
  const entry = (name: string): string =>
    page.split("\n## ").find((part) => part.startsWith(`\`services.it.${name}\``)) ?? "";

  test.each([
    ["greeting", '- Default on NixOS: `"hi"`'],
    ["greeting", '- Default on nix-darwin: `"moin"`'],
    [
      "openFiles",
      "- Goes to:\n  - `server.files` in the configuration\n  - `LimitNOFILE=`, rule limits\n",
    ],
    ["tasks", '- With `"9"` the service no longer keeps: few processes (`limits`)\n'],
    [
      "tasks",
      '- With `"9"` what is otherwise open is closed: a limit: the time is known (`limits`)\n',
    ],
    ["here", "- Exists on NixOS only"],
    ["here.<name>.at", "- No default: it has to be set"],
    ["enable", "In an instance: Whether this instance exists."],
    ["instances", "- Exists at the top level only"],
  ])("%s: %s", (name, sentence) => {
    expect(entry(name)).toContain(sentence);
  });

  test("ends with the old names", () => {
    expect(page.split("## Old names")[1]).toContain(
      "| `services.it.hello` | `services.it.greeting` |",
    );
  });

  test("has each option once", () => {
    const headings = page.split("\n").filter((line) => line.startsWith("## `"));
    expect(headings).toEqual([...new Set(headings)]);
    expect(headings).toHaveLength(referenceOf(service, "schema.ts").length);
  });
});

describe("old names", () => {
  test("of options", () => {
    expect(migrationsOf(service)).toContainEqual({
      from: "services.it.hello",
      to: "services.it.greeting",
      platforms: ["nixos", "home-manager", "darwin"],
    });
  });

  test("of another module: renamed, or with advice", () => {
    const superseding = lowerWith({
      model: {
        supersedes: [
          {
            places: ["programs.old"],
            platforms: ["home-manager"],
            units: [],
            renamed: { "a.b": reference(["port"]) },
            removed: { c: "Leave it out." },
            instances: { switch: "on", renamed: { p: reference(["port"]) }, removed: {} },
          },
        ],
      },
    });
    expect(migrationsOf(superseding)).toEqual([
      { from: "programs.old.*", to: "services.it.*", platforms: ["home-manager"] },
      { from: "programs.old.a.b", to: "services.it.port", platforms: ["home-manager"] },
      { from: "programs.old.c", advice: "Leave it out.", platforms: ["home-manager"] },
      {
        from: "programs.old.instances.<name>.p",
        to: "services.it.instances.<name>.port",
        platforms: ["home-manager"],
      },
    ]);
  });
});
