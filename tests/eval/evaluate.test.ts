// The evaluation harness itself: the summary of a known module in each real module system, and the report of a
// rejected configuration.

import { fileURLToPath } from "node:url";

import { describe, expect, test } from "vitest";

import {
  type EvaluationCase,
  evaluateMany,
  evaluateModule,
  missingForEvaluation,
  nix,
  type Outcome,
} from "../support/evaluate.ts";
import { evaluateDarwin, evaluateHomeManager, evaluateNixos } from "../support/summaries.ts";
import { finalError } from "../support/evaluators.ts";
import { lacking } from "../support/lacking.ts";

const module = fileURLToPath(new URL("./fixtures/portable.nix", import.meta.url));
const missing = missingForEvaluation();
const suite = lacking(missing);

describe("finalError", () => {
  const cases: readonly (readonly [string, { given: string; want: string }])[] = [
    ["a plain error", { given: "error: no such thing\n", want: "no such thing" }],
    [
      "the last error after a trace",
      { given: "error:\n       … while x\n\n       error: broken\n", want: "broken" },
    ],
    [
      "an error of several lines, without its indentation",
      {
        given: "warning: w\nerror:\n  … while x\n\n  error: A definition\n  - in a\n    deeper\n",
        want: "A definition\n- in a\n  deeper",
      },
    ],
    ["no error line at all", { given: " killed \n", want: "killed" }],
  ];
  test.each(cases)("%s", (_, { given, want }) => {
    expect(finalError(given)).toBe(want);
  });
});

describe.skipIf(missing.length > 0)(`evaluation${suite}`, () => {
  const config = "{ services.example = { enable = true; port = 4242; }; }";

  test("NixOS: units, users, files and the scripts behind them", async () => {
    const summary = await evaluateNixos({ module, config, extras: true });
    const [path, script] = Object.entries(summary.texts).find(([name]) =>
      name.endsWith("-example-run"),
    ) ?? ["", undefined];
    expect(Object.keys(summary.units)).toEqual(["example.service"]);
    expect(summary.units["example.service"]).toContain(`ExecStart=${path}\n`);
    expect(summary.unitInfo["example.service"]?.wantedBy).toEqual(["multi-user.target"]);
    expect(script).toMatchObject({ kind: "text", destination: "", executable: true });
    expect(script?.text).toMatch(/-moltbot-2026\.9\.6\/bin\/moltbot --port 4242$/m);
    expect(summary.users["example"]).toMatchObject({ group: "example", isSystemUser: true });
    expect(summary.groups["example"]).toMatchObject({ gid: null });
    expect(summary.etc["example.conf"]).toMatchObject({ text: "port=4242", mode: "0440" });
    expect(summary.tmpfiles.rules).toEqual(["d /run/example"]);
    expect(summary.firewall.allowedTCPPorts).toEqual([4242]);
    expect(summary.assertions).toEqual([]);
    expect(summary.options?.["services.example.port"]).toMatchObject({
      default: "4000",
      description: "Port to listen on.",
    });
    expect(summary.toplevel).toMatch(/^\/nix\/store\/.*-nixos-system-.*\.drv$/);
  });

  test("home-manager on Linux: user units and files", async () => {
    const summary = await evaluateHomeManager({ module, config });
    expect(summary.units["example.service"]).toMatch(/^ExecStart=.*-example-run$/m);
    expect(summary.files[".example"]?.text).toBe("port=4242");
    expect(summary.launchd.plists).toEqual({});
  });

  test("home-manager on macOS: launchd agents", async () => {
    const summary = await evaluateHomeManager({ module, config, system: "aarch64-darwin" });
    const plist = summary.launchd.plists["org.nix-community.home.example.plist"];
    expect(plist).toContain("-example-run</string>");
    expect(summary.units).toEqual({});
  });

  test("nix-darwin: daemons, known users and groups", async () => {
    const summary = await evaluateDarwin({ module, config });
    expect(summary.launchd.plists.daemons["org.nixos.example.plist"]).toContain("-example-run");
    expect(summary.knownUsers).toEqual(["_example"]);
    expect(summary.users["_example"]).toMatchObject({ uid: 601, gid: 601 });
    expect(summary.groups["_example"]).toMatchObject({ gid: 601 });
  });

  const port = (value: string): EvaluationCase => ({
    target: "nixos",
    module,
    config: `{ services.example = { enable = true; port = ${value}; }; }`,
    query: "result: result.config.services.example.port",
  });

  test("many cases in one run: values, rejections, failing assertions", async () => {
    const { accepted, rejected, unknown, failing, warned } = await evaluateMany({
      accepted: port("65535"),
      rejected: port("65536"),
      unknown: { ...port("1"), config: "{ services.example.prot = 1; }" },
      failing: { ...port("1"), query: "result: result.summary.assertions" },
      warned: { ...port("2"), query: "result: result.summary.warnings" },
    });
    expect(accepted).toEqual({ ok: true, value: 65535 });
    expect(messageOf(rejected)).toContain(
      "A definition for option `services.example.port' is not of type `16 bit unsigned integer",
    );
    expect(messageOf(unknown)).toContain("The option `services.example.prot' does not exist");
    expect(failing).toEqual({ ok: true, value: ["services.example.port: 1 is taken"] });
    expect(warned).toEqual({ ok: true, value: ["services.example.port: 2 is odd"] });
  });

  test("an error that ends the whole run leaves the other cases as they are", async () => {
    const rejected = port('"http"');
    const [together, withCrash] = [
      await evaluateMany({ rejected }),
      await evaluateMany({
        rejected,
        crash: { ...port("1"), query: "result: result.config.nothing.at.all" },
        thrown: port('throw "my own \\"words\\""'),
      }),
    ];
    expect(messageOf(together.rejected)).toMatch(
      /^A definition for option `services\.example\.port'/,
    );
    expect(withCrash.rejected).toEqual(together.rejected);
    expect(messageOf(withCrash.crash)).toContain("attribute 'nothing' missing");
    expect(messageOf(withCrash.thrown)).toBe('my own "words"');
  });

  test("a module may be an expression, and an attribute a part of the summary", async () => {
    const value = await evaluateModule({
      target: "nixos",
      module: nix('{ environment.etc."a b".text = "${toString 1}"; }'),
      attr: "etc",
    });
    expect(value).toMatchObject({ "a b": { text: "1" } });
  });
});

function messageOf(outcome: Outcome): string {
  if (outcome.ok) throw new Error(`accepted: ${JSON.stringify(outcome.value)}`);
  return outcome.message;
}
