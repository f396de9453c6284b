// The machines of the VM test: the configurations whose promises are proved. What happens on them
// is in scenarios.py.

import type { Scenarios } from "../src/index.ts";

const credential = { providers: { anthropic: { apiKeyFile: "/run/keys/anthropic" } } };

/** Proofs look at the skill. */
const probed = { ...credential, skills: [{ name: "probed", description: "Is looked at." }] };

export const scenarios: Scenarios = {
  script: "scenarios.py",
  relaxed: probed,
  nodes: {
    machine: probed,
    several: {
      ...credential,
      instances: {
        work: { gateway: { port: 18790 } },
        family: { gateway: { port: 18791 } },
      },
    },
    password: {
      ...credential,
      gateway: { auth: { mode: "password", passwordFile: "/run/keys/password" } },
      workspaceDir: "/srv/agent",
    },
  },
};
