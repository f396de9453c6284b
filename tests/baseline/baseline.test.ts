// The library's rules for any service: they leave open what the model names, and an author loosens them by name.

import { describe, expect, it, test } from "vitest";
import { baseline } from "../../src/baseline/baseline.ts";
import {
  type BaselineOptions,
  type BaselineRule,
  baselineRules,
} from "../../src/baseline/inputs.ts";
import { emitExpression, staticScope } from "../../src/emit/emit-expression.ts";
import { emitPromises } from "../../src/emit/promises.ts";
import { type ExpNode, nodeOf } from "../../src/model/expression.ts";
import type { ConfinementRule } from "../../src/model/service-model.ts";
import { walkExpression } from "../../src/model/walk-expression.ts";
import { printNix, simplify } from "../../src/nix/index.ts";
import { list, literal, reference, text } from "../../src/schema/build-expression.ts";
import { config, lowerWith, model, type Parts } from "../lower/service.ts";

const bare = { ...model, config: undefined, listen: undefined, reach: undefined };

/** The rules of a service that has these parts, by their identifiers. */
function rulesOf(
  parts: Parts["model"] = {},
  options?: BaselineOptions,
): ReadonlyMap<string, ConfinementRule> {
  const given = Object.entries({ ...bare, ...parts }).filter(([, part]) => part !== undefined);
  const rules = baseline(options)(Object.fromEntries(given) as unknown as typeof model);
  return new Map(rules.map((rule) => [rule.id, rule]));
}

/** The code of a directive in a module. */
function written(rule: ConfinementRule | undefined, directive: string): string {
  const value = (rule?.directives as Readonly<Record<string, unknown>> | undefined)?.[directive];
  return printNix(simplify(emitExpression(nodeOf(value), staticScope)))
    .replaceAll(/\s+/g, " ")
    .trim();
}

const managedFiles = [{ name: "documents", directory: text`/a`, files: literal([]) }];
const everything = {
  config,
  listen: model.listen,
  managedFiles,
  directories: [text`/var/lib/it/work`],
  hosts: { wanted: literal(true), option: reference<readonly string[]>(["files"]) },
};

test("a service with everything has all rules, each once and in order", () => {
  expect([...rulesOf(everything).keys()]).toEqual([...baselineRules]);
});

test("a service is confined by them as they are", () => {
  const { model: lowered } = lowerWith({
    model: { ...everything, confinement: [...rulesOf(everything).values()] },
  });
  expect(lowered.confinement.length).toBe(baselineRules.length);
});

test("every rule says how it is kept on each platform, or why not", () => {
  for (const { id, why, directives, user, seatbelt } of rulesOf(everything).values()) {
    expect(why, id).not.toBe("");
    expect(Object.keys(directives), id).not.toEqual([]);
    const own = user.directives;
    expect(own === undefined || Object.keys(own).length > 0 || user.cannot !== undefined, id).toBe(
      true,
    );
    expect(seatbelt.keptBy ?? seatbelt.cannot, id).not.toBe(undefined);
  }
});

describe("what a service has not is not in its rules", () => {
  test.each([
    ["config", "{config}"],
    ["listen", "{port}"],
    ["directories", "{workspace}"],
  ] as const)("%s", (part, fact) => {
    const mentions = (parts: Parts["model"]): boolean =>
      JSON.stringify([...rulesOf(parts).values()].map(({ proofs }) => proofs)).includes(fact);
    expect(mentions(everything)).toBe(true);
    expect(mentions({ ...everything, [part]: part === "directories" ? [] : undefined })).toBe(
      false,
    );
  });

  test("managed files", () => {
    expect(rulesOf({ ...everything, managedFiles: [] }).has("managed-files")).toBe(false);
  });
});

interface Row {
  readonly name: string;
  readonly rule: BaselineRule;
  readonly directive: string;
  readonly parts?: Parts["model"];
  readonly options?: BaselineOptions;
  readonly want: string;
}

const listen = { option: reference<number>(["port"]), port: reference<number>(["port"]) };
const privateNetwork = '"10.0.0.0/8"';

const rows: readonly Row[] = [
  {
    name: "who listens nowhere may listen nowhere",
    rule: "listening",
    directive: "SocketBindAllow",
    want: "[ ]",
  },
  {
    name: "who listens may listen there",
    rule: "listening",
    directive: "SocketBindAllow",
    parts: { listen },
    want: '[ "tcp:${config.port}" ]',
  },
  {
    name: "nobody listens elsewhere",
    rule: "listening",
    directive: "SocketBindDeny",
    parts: { listen },
    want: '[ "any" ]',
  },
  {
    name: "no inner sandboxes",
    rule: "namespaces",
    directive: "RestrictNamespaces",
    want: "true",
  },
  {
    name: "inner sandboxes where the author allows them",
    rule: "namespaces",
    directive: "RestrictNamespaces",
    options: { nestedSandboxes: literal(true) },
    want: '"user mnt pid net ipc uts cgroup time"',
  },
  {
    name: "no more than 1024 processes",
    rule: "resources",
    directive: "TasksMax",
    want: "1024",
  },
  {
    name: "as many processes as the author says",
    rule: "resources",
    directive: "TasksMax",
    options: { tasksMax: reference(["tasks"]) },
    want: "if config.tasks == null then 1024 else config.tasks",
  },
];

test.each(rows)("$name", ({ rule, directive, parts, options, want }) => {
  expect(written(rulesOf(parts, options).get(rule), directive)).toBe(want);
});

describe("the local network", () => {
  const denied = (parts: Parts["model"], options?: BaselineOptions): string =>
    written(rulesOf(parts, options).get("egress"), "IPAddressDeny");

  test("is out of reach", () => {
    expect(denied({})).toContain(privateNetwork);
    expect(denied({ listen })).toContain(privateNetwork);
  });

  test("is in reach where the firewall is opened for it, as answers go there", () => {
    expect(denied({ listen: { ...listen, openFirewall: reference(["open"]) } })).toMatch(
      /optionals \(!config\.open\) \[ "10\.0\.0\.0\/8"/,
    );
  });

  test("is in reach where the author says so", () => {
    expect(denied({}, { egress: literal("any") })).toContain('"any" == "any"');
  });
});

test("what the model reads can be read", () => {
  const readable = (parts: Parts["model"]): string =>
    written(rulesOf(parts).get("root"), "BindReadOnlyPaths");
  expect(readable({ readable: list(text`/srv/www`) })).toContain(
    '(path: "-${path}") [ "/srv/www" ]',
  );
});

describe("a rule that an author leaves out", () => {
  const reason = "it looks at other processes";
  const rule = rulesOf({}, { without: { processes: reason } }).get("processes");

  test("has no directives, and no proof", () => {
    expect(rule).toMatchObject({ directives: {}, user: { directives: {} }, unprovable: reason });
    expect(rule?.proofs).toBe(undefined);
  });

  test("stays in the table of promises, with the reason", () => {
    const { confinement } = lowerWith({
      model: { confinement: rule === undefined ? [] : [rule] },
    }).model;
    const table = emitPromises(lowerWith({ model: { confinement } }));
    expect(table).toContain("`processes`");
    expect(table).toContain(`It cannot be kept: ${reason}`);
  });

  test("leaves all others", () => {
    const others = [...rulesOf(everything, { without: { processes: reason } }).keys()];
    expect(others).toEqual([...baselineRules]);
  });
});

test("a rule that an author changes is what the author says", () => {
  const why = "Another reason.";
  const changed = rulesOf({}, { change: { homes: (rule) => ({ ...rule, why }) } });
  expect(changed.get("homes")?.why).toBe(why);
  expect(changed.get("homes")?.proofs).toEqual(rulesOf().get("homes")?.proofs);
});

it("calls the program what the author calls it", () => {
  const texts = (options?: BaselineOptions): string =>
    JSON.stringify(
      [...rulesOf({ listen }, options).values()].map(({ why, proofs }) => [why, proofs]),
    );
  expect(texts()).toContain("the service's port is its own");
  expect(texts({ program: "daemon" })).toContain("the daemon's port is its own");
});

it("refers to no option but those of the model", () => {
  const found = new Set<string>();
  const nodes = [...rulesOf(everything).values()].flatMap(({ directives }) =>
    Object.values(directives as Readonly<Record<string, unknown>>).map((value): ExpNode =>
      nodeOf(value),
    ),
  );
  for (const node of nodes) {
    walkExpression(node, (part) => {
      if (part.kind === "option") found.add(part.path.join("."));
    });
  }
  expect([...found].toSorted()).toEqual(["createUser", "port", "stateDir"]);
});
