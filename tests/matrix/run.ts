// Starts real gateways with what people configure, and says what became of each.
//
// usage: pnpm test:matrix [--release RELEASE]... [--own] [--match REGEXP] [--minutes N]
//
// --own takes only the rows about the module's own options, --match only rows whose configuration matches.
// --minutes starts rows for N minutes per release, in an order that is the same for the same rows; the others
// count as not run. A run of all rows is kept in outcomes/, and writes docs/compatibility.md again; every other
// run is compared with the kept one. A gateway that starts and does not stay is a failure in both. Rows with a
// plugin need a whole NixOS, which builds the gateway with the plugin. Needs root, the trees of nixpkgs
// (tests/README.md), and what the guests' tests need. Without the trees the exit code is 77.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { format } from "prettier";
import { compareVersions } from "../../src/compare-versions.ts";
import { z } from "../../src/zod.ts";
import { storedVersions } from "../../tools/sync/schema-files.ts";
import { createRandom } from "../json-schema-type/random.ts";
import {
  evaluateMany,
  type EvaluationCase,
  missingForEvaluation,
  nixPath,
} from "../support/evaluate.ts";
import { cacheDir } from "../support/tools.ts";
import { writeCompatibility } from "./compatibility.ts";
import { measured, type Measurement, type Outcome, outcomesFile } from "./outcomes.ts";
import { type Row, rowsFor } from "./rows.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const here = fileURLToPath(new URL(".", import.meta.url));
const module = join(root, "generated/nixos/moltbot.nix");
const schemas = join(root, "schema/gateway");

const { values } = parseArgs({
  options: {
    release: { type: "string", multiple: true },
    own: { type: "boolean", default: false },
    match: { type: "string" },
    minutes: { type: "string" },
  },
});

/** What nixpkgs packages, what came between, and the newest that the schema has settings of. */
const releases = values.release ?? ["2026.6.5", "2026.7.1", "2026.8.2", "2026.9.6"];

function tell(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** The channels that the settings of a release know. */
function channelsOf(release: string): readonly string[] {
  const versions = storedVersions(schemas);
  const isOlder = (version: string): boolean => compareVersions(version, release) <= 0;
  const version = versions.filter(isOlder).at(-1) ?? versions[0];
  const schema = z
    .object({ properties: z.object({ channels: z.object({ properties: z.record(z.unknown()) }) }) })
    .parse(JSON.parse(readFileSync(join(schemas, `${String(version)}.json`), "utf8")));
  const none = new Set(["defaults", "modelByChannel"]);
  return Object.keys(schema.properties.channels.properties).filter((name) => !none.has(name));
}

/** The tarball of a plugin for a release; it may be missing. */
const tarballOf = (release: string, plugin: string): string =>
  join(cacheDir, "plugins", release, `${plugin}.tgz`);

/** The Nix of an instance. */
function instanceOf({ config, besides = "", plugin }: Row, tarball: string, port?: number): string {
  const place = (name: string): string => nixPath(join(here, name));
  const text = `${config} ${besides}`
    .replace("@skill@", place("skill"))
    .replace("@documents@", place("documents"))
    .replace(`@${String(plugin)}.tgz@`, nixPath(tarball));
  return `{ ${port === undefined ? "" : `gateway.port = ${String(port)}; `}${text} }`;
}

/** What the module says to each row: the message with which it is refused, or nothing. */
async function refusals(
  release: string,
  rows: readonly Row[],
): Promise<readonly (string | undefined)[]> {
  const cases: Record<string, EvaluationCase> = {};
  for (const [index, row] of rows.entries()) {
    cases[`row-${String(index)}`] = {
      target: "nixos",
      module,
      config: `{ services.moltbot = { enable = true; instances.row = ${instanceOf(row, tarballOf(release, row.plugin ?? ""))}; }; }`,
      // Settings are checked when something reads them.
      query:
        "r: builtins.deepSeq r.config.services.moltbot.instances.row.settings r.summary.assertions",
    };
  }
  const outcomes = await evaluateMany(cases);
  return rows.map((_, index) => {
    const outcome = outcomes[`row-${String(index)}`];
    if (outcome === undefined) throw new Error("a row was not evaluated");
    // Where it is defined is a path of this run.
    if (!outcome.ok) return outcome.message.replaceAll(/\s*defined in \S+/g, "");
    const [message] = z.array(z.string()).parse(outcome.value);
    return message?.replace("services.moltbot.instances.row.", "");
  });
}

const started = z.record(
  z.object({
    status: z.enum(["healthy", "refused when built", "ends"]),
    message: z.string().optional(),
  }),
);

/** Starts the instances, and says what each came to and on what they ran. */
function start(
  release: string,
  system: "debian" | "nixos",
  instances: ReadonlyMap<string, string>,
  until: number,
): { readonly on: string; readonly outcomes: z.infer<typeof started> } {
  if (instances.size === 0 || Date.now() / 1000 > until) return { on: "", outcomes: {} };
  const directory = mkdtempSync(join(tmpdir(), "nixmodgen-matrix-"));
  try {
    const [file, result] = [join(directory, "rows.nix"), join(directory, "outcomes.json")];
    const lines = [...instances].map(([name, text]) => `  ${name} = ${text};\n`);
    writeFileSync(file, `{\n${lines.join("")}}\n`);
    const run = spawnSync(
      "bash",
      [
        join(root, "tests/guest/run.sh"),
        `--${system}`,
        "--tests-only",
        "--gateway",
        release,
        join(here, "matrix.nix"),
      ],
      {
        encoding: "utf8",
        env: {
          ...process.env,
          NIXMODGEN_MATRIX: file,
          NIXMODGEN_OUTCOMES: result,
          NIXMODGEN_UNTIL: String(until),
        },
        maxBuffer: 1 << 28,
      },
    );
    const summary = /^guest summary: .*failed=(\d+).*?(gateway=.*)$/m.exec(run.stdout);
    if (summary?.[1] !== "0") {
      const from = Math.max(0, run.stdout.search(/^FAIL/m));
      throw new Error(`the guest failed: ${run.stdout.slice(from, from + 4000)}${run.stderr}`);
    }
    return {
      on: summary[2] ?? "",
      outcomes: started.parse(JSON.parse(readFileSync(result, "utf8"))),
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function measure(release: string): Promise<Measurement> {
  process.env["NIXMODGEN_GATEWAY"] = release;
  const pattern = values.match === undefined ? undefined : new RegExp(values.match);
  const rows = (await rowsFor(channelsOf(release))).filter(
    ({ own, config }) => (own || !values.own) && pattern?.test(config) !== false,
  );
  const isThere = ({ plugin }: Row): boolean =>
    plugin === undefined || existsSync(tarballOf(release, plugin));
  const refused = await refusals(release, rows.filter(isThere));
  const messages = new Map(rows.filter(isThere).map((row, index) => [row, refused[index]]));
  const nameOf = (row: Row): string => `r${String(rows.indexOf(row))}`;
  const startable = rows.filter((row) => isThere(row) && messages.get(row) === undefined);
  // Neighbours are alike: a run that ends early has seen something of everything.
  const accepted = createRandom(17).some(startable, startable.length);
  tell(`${release}: ${String(rows.length)} rows, of which ${String(accepted.length)} are started`);
  const instancesOf = (chosen: readonly Row[]): ReadonlyMap<string, string> =>
    new Map(
      chosen.map((row) => [
        nameOf(row),
        // Where the guest's builder has them.
        instanceOf(row, `/plugins/${String(row.plugin)}.tgz`, 20000 + rows.indexOf(row)),
      ]),
    );
  // Without a bound, no test of a guest takes a day.
  const until = Date.now() / 1000 + 60 * Number(values.minutes ?? 24 * 60);
  const plain = accepted.filter(({ plugin }) => plugin === undefined);
  const { on, outcomes } = start(release, "debian", instancesOf(plain), until);
  const withPlugins = accepted.filter(({ plugin }) => plugin !== undefined);
  const { outcomes: ofPlugins, on: onNixos } = start(
    release,
    "nixos",
    instancesOf(withPlugins),
    until,
  );
  return {
    release,
    date: new Date().toISOString().slice(0, 10),
    on: on === "" ? onNixos : on,
    rows: rows.map((row): Outcome => {
      const { group, config } = row;
      if (!isThere(row))
        return {
          group,
          config,
          status: "not run",
          message: "there is no tarball of the plugin for it",
        };
      const message = messages.get(row);
      if (message !== undefined)
        return { group, config, status: "refused when evaluated", message };
      const outcome = { ...outcomes, ...ofPlugins }[nameOf(row)];
      if (outcome !== undefined) return { group, config, ...outcome };
      if (values.minutes === undefined) throw new Error(`nothing became of ${config}`);
      return { group, config, status: "not run", message: "there was no time for it" };
    }),
  };
}

const missing = missingForEvaluation();
if (missing.length > 0) {
  tell(`nothing is started: missing ${missing.join(", ")}`);
  process.exit(77);
}

const isWhole = !values.own && values.match === undefined && values.minutes === undefined;
const counts = { pass: 0, FAIL: 0, skip: 0 };
for (const release of releases) {
  const now = await measure(release);
  const before = isWhole ? undefined : measured(release);
  for (const row of now.rows) {
    const kept = before?.rows.find(({ config }) => config === row.config);
    const isAnother = kept !== undefined && kept.status !== row.status;
    // A person has to have looked at why the gateway refuses a configuration.
    const isUnseen = !isWhole && kept === undefined && row.status === "refused when built";
    const isWrong = row.status === "ends" || isAnother || isUnseen;
    const verdict = row.status === "not run" ? "skip" : isWrong ? "FAIL" : "pass";
    counts[verdict]++;
    const was = isAnother ? ` (kept: ${kept.status})` : "";
    tell(`${verdict} ${release} ${row.config} ${row.status}${was} ${row.message ?? ""}`);
  }
  if (isWhole)
    writeFileSync(
      outcomesFile(release),
      await format(JSON.stringify(now, undefined, 2), { parser: "json" }),
    );
}
if (isWhole) await writeCompatibility();
if (counts.pass === 0) {
  tell("FAIL nothing was started");
  counts.FAIL++;
}
tell(
  `matrix summary: passed=${String(counts.pass)} failed=${String(counts.FAIL)} skipped=${String(counts.skip)}`,
);
if (counts.FAIL > 0) process.exitCode = 1;
