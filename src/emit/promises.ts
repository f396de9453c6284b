// The table of promises: each confinement rule, why it exists, and how each platform keeps it or
// why it cannot. It comes from the same rules as the modules.

import type { Platform } from "../model/platform.ts";
import type { ConfinementRule, IrService } from "../model/service-model.ts";

/** A column for one kind of service, and the platform that has it. */
interface Column {
  readonly kind: "nixos" | "home" | "daemon" | "agent";
  readonly title: string;
  readonly platform: Platform;
}

const allColumns: readonly Column[] = [
  { kind: "nixos", title: "NixOS", platform: "nixos" },
  { kind: "home", title: "home-manager (Linux)", platform: "home-manager" },
  { kind: "daemon", title: "nix-darwin daemon", platform: "darwin" },
  { kind: "agent", title: "macOS agent", platform: "home-manager" },
];

/** The directory of the tables among generated files. */
export const promisesDirectory = "docs";

/** The table as Markdown. */
export function emitPromises(service: IrService): string {
  const { evidence: { limit } = {} } = service.model;
  const columns = allColumns.filter(({ platform }) => service.platforms.includes(platform));
  const kinds = columns.map(({ kind }) => kind);
  const titles = ["rule", "why", ...columns.map(({ title }) => title), "proof"];
  const rows = service.model.confinement.map((rule) => [
    `\`${rule.id}\``,
    rule.why,
    ...kinds.map((kind) => cellOf(rule, kind, kinds)),
    proofOf(rule, service),
  ]);
  return [
    `# What ${service.name} is kept from doing`,
    "",
    "One row per rule. The names of directives are those of systemd.exec(5) and",
    "systemd.resource-control(5); on macOS the service runs in a Seatbelt sandbox. A proof is an attempt",
    "inside the service, on systemd, or a decision of the sandbox's profile, on macOS.",
    "",
    ...(limit === undefined ? [] : [limit, ""]),
    ...(service.model.unconfined === undefined || rows.length > 0
      ? []
      : [`Nothing: ${service.model.unconfined}`, ""]),
    `| ${titles.join(" | ")} |`,
    `|${titles.map(() => " --- |").join("")}`,
    ...rows.map((cells) => `| ${cells.map(escapeCell).join(" | ")} |`),
    "",
    ...differencesOf(service),
  ].join("\n");
}

const differenceColumns = ["rule", "where", "given up", "why"] as const;

/** The cases in which rules promise less, on systemd, with the outcome of the probes there. */
function differencesOf({ model }: IrService): readonly string[] {
  const rows = model.confinement.flatMap(({ id, differences = [] }) =>
    differences.map(({ where, lifts, why }) => [
      `\`${id}\``,
      where,
      lifts.map(({ promise, word }) => `${promise}: \`${word}\``).join("; "),
      why,
    ]),
  );
  if (rows.length === 0) return [];
  return [
    "## Where a rule promises less",
    "",
    "Some releases of the program do not run under the whole rule, or not with every option. The outcome of",
    "a probe there is a promise, too, and all other promises are kept.",
    "",
    `| ${differenceColumns.join(" | ")} |`,
    `|${differenceColumns.map(() => " --- |").join("")}`,
    ...rows.map((cells) => `| ${cells.map(escapeCell).join(" | ")} |`),
    "",
  ];
}

/** A cell; it says "the same" for the content of an earlier column. */
function cellOf(
  { directives, cannot, user, seatbelt }: ConfinementRule,
  kind: Column["kind"],
  all: readonly Column["kind"][],
): string {
  const onMacOs = sentence([seatbelt.keptBy, limitOf(seatbelt.cannot)]);
  switch (kind) {
    case "nixos":
      return sentence([directivesOf(directives), limitOf(cannot)]);
    case "home": {
      const own = all.includes("nixos") ? user.directives : (user.directives ?? directives);
      return sentence([own === undefined ? "the same" : directivesOf(own), limitOf(user.cannot)]);
    }
    case "daemon":
      return onMacOs;
    case "agent":
      return seatbelt.agent ?? (all.includes("daemon") ? "the same" : onMacOs);
  }
}

function limitOf(cannot: string | undefined): string | undefined {
  return cannot === undefined ? undefined : `It cannot ${cannot}`;
}

/** The promises that are proved on systemd, and the test for macOS. */
function proofOf(rule: ConfinementRule, { model }: IrService): string {
  const { evidence } = model;
  const { keptBy, byJob = false } = rule.seatbelt;
  const { proofs = [] } = rule;
  const onSystemd =
    rule.proofs === undefined
      ? `none on systemd (${rule.unprovable.replace(/\.$/, "")})`
      : `${link(`${String(proofs.length)} on systemd`, evidence?.probes)} (${proofs.map(({ promise }) => promise).join("; ")})`;
  const onMacOs = byJob
    ? link("the job on macOS", evidence?.job)
    : link("decisions on macOS", evidence?.sandbox);
  return keptBy === undefined ? onSystemd : `${onSystemd}, ${onMacOs}`;
}

function link(text: string, target: string | undefined): string {
  return target === undefined ? text : `[${text}](${target})`;
}

function directivesOf(directives: ConfinementRule["directives"]): string {
  const names = Object.keys(directives);
  return names.map((name) => `\`${name}\``).join(", ");
}

function sentence(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== "").join(". ");
}

function escapeCell(text: string): string {
  return text.replaceAll("|", "\\|");
}
