// The machines of the VM tests: the configurations whose promises are proved. scenarios.py says what
// happens on them, faults.py what goes wrong there.

import type { Scenarios } from "nixmodgen";

const credential = { providers: { anthropic: { apiKeyFile: "/run/keys/anthropic" } } };

/** Some proofs read the skill, and try to write it. */
const probed = { ...credential, skills: [{ name: "probed", description: "Is looked at." }] };

export const scenarios: Scenarios = {
  main: {
    on: ["machine", "several", "password", "relaxed"],
    scripts: ["machines.py", "scenarios.py"],
  },
  further: {
    faults: { on: ["injected", "password", "several"], scripts: ["machines.py", "faults.py"] },
  },
  programs: { model: "model.py" },
  packages: ["nodejs", "python3"],
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
    // Talks to model.py, which plays the model.
    injected: {
      credentials: { LOCAL_KEY: "/run/keys/model" },
      // For each of these keys the gateway would fetch a plugin, and the machine has no network.
      providers: {
        openrouter: { apiKeyFile: "/run/keys/model" },
        opencode: { apiKeyFile: "/run/keys/model" },
        alibaba: { apiKeyFile: "/run/keys/model" },
      },
      agent: { model: "local/stub" },
      settings: {
        models: {
          providers: {
            local: {
              api: "openai-completions",
              baseUrl: "http://127.0.0.1:8400/v1",
              apiKey: { source: "env", provider: "default", id: "LOCAL_KEY" },
              models: [{ id: "stub", name: "stub" }],
            },
          },
        },
      },
    },
  },
};
