// What the option for a browser sets: the gateway's settings, and the relaxations that a browser needs.

import {
  and,
  type Assertion,
  type Exp,
  isMacOS,
  list,
  literal,
  not,
  type Preset,
  record,
  type Refs,
  text,
  when,
} from "nixmodgen";
import type { browser } from "./options/browser.ts";
import type { relaxations } from "./options/confinement.ts";

type Browser = Refs<typeof browser>;
type Relaxed = Refs<typeof relaxations>;

/** The profile that the gateway takes if nobody names one. */
const profile = "openclaw";

export function browserSettings(options: Browser, program: Exp<string>): readonly Exp<unknown>[] {
  return [
    when(
      options.enable,
      record({
        browser: record({
          enabled: true,
          headless: true,
          executablePath: options.package.mainProgram(),
          profiles: record({ [profile]: record({ cdpPort: options.port }) }),
        }),
      }),
    ),
    // Releases before 2026.8 demand one, and later ones refuse it.
    when(
      and(options.enable, not(program.isAtLeast("2026.8"))),
      literal({ browser: { profiles: { [profile]: { color: "#4285F4" } } } }),
    ),
  ];
}

export function browserPreset(options: Browser, relaxed: Relaxed): Preset {
  return {
    when: options.enable,
    sets: [
      { option: relaxed.nestedSandboxes, value: literal(true) },
      { option: relaxed.listenTCPPorts, value: list(options.port) },
      { option: relaxed.tasksMax, value: literal(4096) },
    ],
  };
}

export function browserAssertions(options: Browser, relaxed: Relaxed): readonly Assertion[] {
  return [
    {
      option: options.enable,
      holds: isMacOS.implies(not(options.enable)),
      message:
        "is for Linux: on macOS a sandbox cannot hold another one, and a browser makes its own. Set it to false there.",
      platforms: ["darwin", "home-manager"],
    },
    {
      option: relaxed.listenTCPPorts,
      holds: options.enable.implies(relaxed.listenTCPPorts.includes(options.port)),
      message: text`lacks ${options.port}, the port in \`browser.port\`: add it here.`,
      platforms: ["nixos"],
    },
  ];
}
