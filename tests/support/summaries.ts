// The summaries that the evaluation harness prints, typed: what a module adds to a system or a
// home. Only fields that tests read are described; others pass through unseen.

import { z } from "zod";

import { type EvaluationCase, evaluateModule } from "./evaluate.ts";

const texts = z.record(z.string(), z.string());
const strings = z.array(z.string());

const storeText = z.object({
  /** `value`: the value that a pkgs.formats.* generator was given, as JSON. */
  kind: z.enum(["text", "value", "buildCommand"]),
  text: z.string(),
  /** Path below the store path; empty when the store path itself is the file. */
  destination: z.string(),
  executable: z.boolean(),
});

const etcFile = z.object({
  target: z.string(),
  enable: z.boolean(),
  text: z.string().nullable(),
  source: z.string(),
  mode: z.string().optional(),
  user: z.string().optional(),
  group: z.string().optional(),
});

const unitInfo = z.object({
  enable: z.boolean(),
  wantedBy: strings,
  requiredBy: strings,
  aliases: strings,
  overrideStrategy: z.string(),
});

const optionInfo = z.object({
  type: z.string(),
  readOnly: z.boolean(),
  internal: z.boolean(),
  description: z.string().nullable(),
  default: z.string().nullable(),
});

const common = z.object({
  system: z.string(),
  /** The messages of the failing assertions. */
  assertions: strings,
  warnings: strings,
  /** Names of installed packages. */
  packages: strings,
  packagePaths: strings,
  /** Store path -> the text that a build would write there. */
  texts: z.record(z.string(), storeText),
  /** With `extras`: the options that the module declares. */
  options: z.record(z.string(), optionInfo).optional(),
  /** With `extras`: the derivation of the whole system or home. */
  toplevel: z.string().optional(),
});

export const nixosSummary = common.extend({
  units: texts,
  unitInfo: z.record(z.string(), unitInfo),
  userUnits: texts,
  users: z.record(
    z.string(),
    z.object({
      name: z.string(),
      uid: z.number().nullable(),
      group: z.string(),
      extraGroups: strings,
      isSystemUser: z.boolean(),
      isNormalUser: z.boolean(),
      home: z.string(),
      createHome: z.boolean(),
      homeMode: z.string(),
      shell: z.string().nullable(),
    }),
  ),
  groups: z.record(
    z.string(),
    z.object({ name: z.string(), gid: z.number().nullable(), members: strings }),
  ),
  tmpfiles: z.object({ rules: strings, files: texts }),
  etc: z.record(z.string(), etcFile),
  activation: texts,
  firewall: z.object({
    allowedTCPPorts: z.array(z.number()),
    allowedUDPPorts: z.array(z.number()),
  }),
});

export const homeManagerSummary = common.extend({
  units: z.record(z.string(), z.string().nullable()),
  unitLinks: strings,
  files: z.record(
    z.string(),
    z.object({
      text: z.string().nullable(),
      source: z.string(),
      executable: z.boolean().nullable(),
    }),
  ),
  launchd: z.object({ plists: texts }),
  activation: z.record(z.string(), z.object({ data: z.string(), after: strings, before: strings })),
});

export const darwinSummary = common.extend({
  launchd: z.object({
    plists: z.object({ daemons: texts, agents: texts, userAgents: texts }),
  }),
  users: z.record(
    z.string(),
    z.object({
      name: z.string(),
      uid: z.number().nullable(),
      gid: z.number(),
      home: z.string().nullable(),
      createHome: z.boolean(),
      isHidden: z.boolean(),
      shell: z.string().nullable(),
    }),
  ),
  knownUsers: strings,
  groups: z.record(z.string(), z.object({ name: z.string(), gid: z.number(), members: strings })),
  knownGroups: strings,
  etc: z.record(z.string(), etcFile),
  activation: texts,
  /** With `extras`: the scripts of nix-darwin itself that the module adds to. */
  changedActivation: texts.optional(),
});

export type NixosSummary = z.infer<typeof nixosSummary>;
export type HomeManagerSummary = z.infer<typeof homeManagerSummary>;
export type DarwinSummary = z.infer<typeof darwinSummary>;

/** A case whose outcome is the summary itself. */
export type SummaryCase = Omit<EvaluationCase, "target" | "attr" | "query">;

export async function evaluateNixos(testCase: SummaryCase): Promise<NixosSummary> {
  return nixosSummary.parse(await evaluateModule({ ...testCase, target: "nixos" }));
}

export async function evaluateHomeManager(testCase: SummaryCase): Promise<HomeManagerSummary> {
  return homeManagerSummary.parse(await evaluateModule({ ...testCase, target: "home-manager" }));
}

export async function evaluateDarwin(testCase: SummaryCase): Promise<DarwinSummary> {
  return darwinSummary.parse(await evaluateModule({ ...testCase, target: "darwin" }));
}
