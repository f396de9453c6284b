// docs/compatibility.md: which configurations run on which release, from what was measured.

import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as prettier from "prettier";

import { measured, type Measurement, measuredReleases, type Outcome } from "./outcomes.ts";

const page = fileURLToPath(new URL("../../docs/compatibility.md", import.meta.url));

const introduction = `# What runs on which release

Each row was an instance of the service on a NixOS configuration, evaluated for that release, in its own
sandbox on a real systemd with the real gateway, in a network that leads nowhere. *Healthy* means that the gateway
answered, and still did some seconds later; no provider was asked anything. *Refused* means that nothing
was started: when the configuration was evaluated, or when its file was checked, which the module does when
it is built. \`pnpm test:matrix\` writes this page; the file of a key exists and holds no key.
`;

/** The text of the page. */
export async function compatibilityPage(): Promise<string> {
  const all = measuredReleases().flatMap((release) => measured(release) ?? []);
  const ran = all.map(
    ({ release, date, on }) => `- ${release}: ${date}, ${on.replace(/^gateway=\S+ /, "")}`,
  );
  const groups = [...new Set(all.flatMap(({ rows }) => rows.map(({ group }) => group)))];
  const text = [introduction, ran.join("\n"), ...groups.map((group) => section(group, all))].join(
    "\n\n",
  );
  return await prettier.format(text, { parser: "markdown", proseWrap: "preserve" });
}

export async function writeCompatibility(): Promise<void> {
  writeFileSync(page, await compatibilityPage());
}

function section(group: string, all: readonly Measurement[]): string {
  const rows = new Map<string, Map<string, Outcome>>();
  for (const { release, rows: outcomes } of all) {
    for (const outcome of outcomes.filter((each) => each.group === group)) {
      const cells = rows.get(outcome.config) ?? new Map<string, Outcome>();
      rows.set(outcome.config, cells.set(release, outcome));
    }
  }
  const notes: string[] = [];
  const cell = (outcome: Outcome | undefined): string => {
    if (outcome === undefined) return "not known to it";
    if (outcome.message === undefined) return outcome.status;
    if (!notes.includes(outcome.message)) notes.push(outcome.message);
    return `${outcome.status} (${String(notes.indexOf(outcome.message) + 1)})`;
  };
  const releases = all.map(({ release }) => release);
  const lines = [...rows].map(
    ([config, cells]) =>
      `| \`${config.replaceAll("|", "\\|")}\` | ${releases.map((release) => cell(cells.get(release))).join(" | ")} |`,
  );
  return [
    `## ${group}`,
    "",
    `| below \`services.moltbot\` | ${releases.join(" | ")} |`,
    `| --- | ${releases.map(() => "---").join(" | ")} |`,
    ...lines,
    "",
    ...notes.map((note, index) => `${String(index + 1)}. ${quoted(note)}`),
  ].join("\n");
}

/** A message as it was, on one line. */
function quoted(message: string): string {
  const line = message.replaceAll(/\s+/g, " ").trim();
  return line.includes("`") ? `\`\` ${line} \`\`` : `\`${line}\``;
}
