// The care of the gateway's state: what its `doctor` mends, and what can be brought in from a personal installation.
// What `doctor --fix` needs was tried with releases 2026.6.5 to 2026.9.6: it refuses in Nix mode and while the
// configuration is read-only, and it wants to write a configuration, whatever it mends.

import type { Elsewhere, OrValue, StateCare } from "nixmodgen";
import { generations } from "./generations.ts";

/** Words of the gateway whose files would be lost, or which refuse. */
export const elsewhere: readonly Elsewhere[] = [
  ...["backup create", "backup sqlite create", "backup git init", "backup git create"].map(
    (words) => ({
      words,
      advice:
        "would write into the sandbox, whose /tmp is gone afterwards, and which sees no other place: use `--backup FILE`.",
    }),
  ),
  ...["doctor --fix", "doctor --repair", "doctor --yes"].map((words) => ({
    words,
    advice: "refuses to run where Nix manages the configuration: use `--repair`.",
  })),
];

/** @param workspace the directory of the workspace */
export const care = (workspace: OrValue<string>): StateCare => ({
  repair: {
    arguments: ["doctor", "--fix", "--non-interactive"],
    configVariable: generations.value.configPath,
    without: [generations.value.nixMode, generations.value.readOnlyConfig],
  },
  parts: [
    {
      name: "workspace",
      what: "what the model works with: its documents, its notes, its files",
      from: "workspace",
      patterns: ["*"],
      into: workspace,
    },
    {
      name: "sessions",
      what: "conversations, as releases before 2026.8 keep them",
      patterns: ["agents/*/sessions"],
    },
    { name: "memory", what: "the index of its memory", patterns: ["memory"] },
    {
      name: "cron",
      what: "scheduled tasks, as releases before 2026.8 keep them",
      patterns: ["cron"],
    },
    {
      name: "credentials",
      what: "logins and pairings, as releases before 2026.8 keep them",
      patterns: [
        "credentials",
        "agents/*/agent/auth-profiles.json",
        "agents/*/agent/auth.json",
        "devices",
        "identity",
      ],
      secret: true,
    },
    {
      name: "databases",
      what: "the databases in which later releases keep all of that, and logins with it",
      patterns: ["state/openclaw.sqlite*", "agents/*/agent/openclaw-agent.sqlite*"],
      secret: true,
    },
  ],
});
