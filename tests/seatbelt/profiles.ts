// Makes profiles for the tests with the Nix function itself.

import { fileURLToPath } from "node:url";

import { findNix, findTree, nixEval } from "../support/tools.ts";
import { lacking } from "../support/lacking.ts";

/** The arguments of src/runtime/nix/seatbelt-profile.nix. */
export interface ProfileInput {
  readonly name: string;
  readonly readable?: readonly string[];
  readonly writable?: readonly string[];
  readonly makesWritable?: boolean;
  readonly shared?: readonly string[];
  readonly writablePrefixes?: readonly string[];
  readonly managed?: readonly string[];
  readonly executable?: readonly string[];
  readonly listenPort: number | null;
  readonly listenHost?: string;
  readonly tcpPorts?: readonly number[];
  readonly udpPorts?: readonly number[];
  readonly freePort?: boolean;
  readonly connectPorts?: readonly number[];
  readonly sockets?: readonly string[];
  readonly egress?: string;
  readonly storePaths?: readonly string[];
  readonly machServices?: readonly string[];
}

const nixpkgs = findTree("nixpkgs");

/** The tools that the tests of the Nix function lack on this machine. */
const lacked: readonly string[] = [
  ...(findNix() === undefined ? ["nix"] : []),
  ...(nixpkgs === undefined ? ["nixpkgs"] : []),
];

/** Whether they cannot run. */
export const isMissing = lacked.length > 0;

/** A title that says why the tests below it are skipped, if they are. */
export function titled(title: string): string {
  return `${title}${lacking(lacked)}`;
}

const FUNCTION = fileURLToPath(
  new URL("../../src/runtime/nix/seatbelt-profile.nix", import.meta.url),
);

const CLOSURE_FUNCTION = fileURLToPath(
  new URL("../../src/runtime/nix/closure-profile.nix", import.meta.url),
);

function nixString(text: string): string {
  return JSON.stringify(text).replaceAll("${", "\\${");
}

function evaluate(inputs: readonly ProfileInput[], body: string): unknown {
  return nixEval({
    expr: `
      let
        lib = import (${nixpkgs ?? ""} + "/lib");
        profile = import ${FUNCTION} { inherit lib; };
      in
      map (input: ${body}) (builtins.fromJSON ${nixString(JSON.stringify(inputs))})
    `,
  });
}

/** The build script of src/runtime/nix/closure-profile.nix, and the store path in the line that it replaces. */
export function closureScript(): { readonly script: string; readonly store: string } {
  const { script, store } = nixEval({
    expr: `
      let
        # Nothing is built: the script is all that is asked for.
        pkgs = { runCommand = _: _: script: script; closureInfo = _: "/closure"; };
        script = import ${CLOSURE_FUNCTION} { inherit pkgs; } {
          name = "it.sb";
          profile = "";
          rootPaths = [ ];
        };
      in
      { inherit script; store = builtins.storeDir; }
    `,
  }) as { readonly script: string; readonly store: string };
  return { script, store };
}

function isTexts(value: unknown): value is readonly (string | null)[] {
  return Array.isArray(value) && value.every((text) => text === null || typeof text === "string");
}

/** The profile of each input; undefined if the function refuses it. One process for all. */
export function renderProfiles(inputs: readonly ProfileInput[]): readonly (string | undefined)[] {
  const texts = evaluate(
    inputs,
    "let result = builtins.tryEval (profile input); in if result.success then result.value else null",
  );
  if (!isTexts(texts)) throw new Error("expected a list of profiles");
  return texts.map((text) => text ?? undefined);
}

/** The message with which the function refuses an input. */
export function refusalOf(input: ProfileInput): string {
  try {
    evaluate([input], "profile input");
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error("the input was accepted");
}

const common = {
  listenPort: 18789,
  // The gateway writes there even if TMPDIR names another directory.
  writablePrefixes: ["/tmp/openclaw-"],
} as const;

/** A service of its own user. */
export const daemon: ProfileInput = {
  ...common,
  name: "moltbot-gateway",
  readable: ["/etc/moltbot"],
  writable: ["/var/lib/moltbot", "/var/log/moltbot"],
  managed: [
    "/var/lib/moltbot/moltbot.json",
    "/var/lib/moltbot/workspace/AGENTS.md",
    "/var/lib/moltbot/workspace/skills",
  ],
};

/** A service in somebody's home. */
export const agent: ProfileInput = {
  ...common,
  name: "moltbot-gateway-alice",
  writable: ["/Users/alice/.moltbot"],
  managed: [
    "/Users/alice/.moltbot/moltbot.json",
    "/Users/alice/.moltbot/workspace/AGENTS.md",
    "/Users/alice/.moltbot/workspace/skills",
  ],
};
