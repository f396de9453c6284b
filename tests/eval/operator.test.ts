// The operator's command on each platform: its priority over other packages, its scripts, and its way into the
// sandbox.

import { describe, expect, test } from "vitest";

import {
  evaluateMany,
  type EvaluationCase,
  missingForEvaluation,
  type Outcome,
} from "../support/evaluate.ts";
import { generatedFile } from "../support/generated.ts";
import { lacking } from "../support/lacking.ts";

const missing = missingForEvaluation();
const note = lacking(missing);

type Place = "nixos" | "home on Linux" | "home on macOS" | "darwin";

const places: Readonly<
  Record<Place, Pick<EvaluationCase, "target" | "system"> & { readonly packages: string }>
> = {
  nixos: { target: "nixos", packages: "r.config.environment.systemPackages" },
  "home on Linux": { target: "home-manager", packages: "r.config.home.packages" },
  "home on macOS": {
    target: "home-manager",
    system: "aarch64-darwin",
    packages: "r.config.home.packages",
  },
  darwin: { target: "darwin", packages: "r.config.environment.systemPackages" },
};

/** The command's priority against a package with a command of the same name, and all scripts. */
function caseOf({ target, packages, ...rest }: (typeof places)[Place]): EvaluationCase {
  return {
    target,
    ...rest,
    module: generatedFile(`${target}/moltbot.nix`),
    config: `{
      services.moltbot = {
        enable = true;
        providers.anthropic.apiKeyFile = "/run/keys/anthropic";
        gateway.auth.tokenFile = "/run/keys/%token-%n";
        environment.ODD = "a'b";
      };
    }`,
    query: `r: {
      priorities = map (p: p.meta.priority or r.lib.meta.defaultPriority or 5) (
        builtins.filter (p: r.lib.getName p == "moltbot") ${packages}
      );
      texts = builtins.mapAttrs (_: t: t.text) r.summary.texts;
    }`,
  };
}

interface Facts {
  readonly priorities: readonly number[];
  readonly texts: Readonly<Record<string, string>>;
}

const outcomes: Readonly<Record<string, Outcome>> =
  missing.length > 0
    ? {}
    : await evaluateMany(
        Object.fromEntries(Object.entries(places).map(([name, place]) => [name, caseOf(place)])),
      );

function factsOf(place: string): Facts {
  const outcome = outcomes[place];
  if (outcome?.ok !== true) throw new Error(`rejected: ${outcome?.message ?? "no outcome"}`);
  return outcome.value as Facts;
}

function textEnding(place: string, end: string): string {
  const [found, ...more] = Object.entries(factsOf(place).texts).filter(([path]) =>
    path.endsWith(end),
  );
  if (found === undefined || more.length > 0) throw new Error(`not one ${end}`);
  return found[1];
}

describe.skipIf(missing.length > 0).each(Object.keys(places))(`on %s${note}`, (place) => {
  test("it comes before a command of the same name that a package has", () => {
    expect(factsOf(place).priorities).toHaveLength(1);
    // A smaller number wins; the default is 5.
    expect(factsOf(place).priorities[0]).toBeLessThan(5);
  });

  test("what runs as the operator heeds no function of theirs, and names no place of the service's", () => {
    const text = textEnding(place, "-moltbot");
    expect(text).toMatch(/^#!\/nix\/store\/\S+\/bin\/bash -p\nset -euo pipefail\n/);
    const own = text.split("\n").filter((line) => line.includes("/var/lib/moltbot"));
    // What the service sees, and where no file of the operator's may be.
    expect(own.every((line) => /^(enter_|writable=|care_properties=)/.test(line))).toBe(true);
    expect(text).not.toMatch(/--preserve-env|gateway-token|ODD/);
  });

  test("what runs as the service gets its environment, and the credential of the gateway alone", () => {
    const text = textEnding(place, "-command");
    expect(text).toContain("export ODD='a'\\''b'\n");
    expect(text).toMatch(/^export OPENCLAW_NIX_MODE=1$/m);
    expect(text.match(/^load .*$/gm)).toEqual([
      "load OPENCLAW_GATEWAY_TOKEN services.moltbot.gateway.auth.tokenFile /run/keys/%token-%n",
    ]);
    const confined = place === "darwin" || place === "home on macOS";
    expect(text).toMatch(
      confined
        ? /^exec \/usr\/bin\/sandbox-exec -f \/nix\/store\/\S+\.sb \/nix\/store\/\S+-program "\$@"$/m
        : /^exec \/nix\/store\/\S+-program "\$@"$/m,
    );
  });

  test("the program is started as it would be by the service", () => {
    expect(textEnding(place, "-program")).toMatch(
      /^unset -v INVOCATION_ID JOURNAL_STREAM SYSTEMD_EXEC_PID\nrun \/nix\/store\/\S+\/bin\/openclaw "\$@"$/m,
    );
  });
});

describe.skipIf(missing.length > 0)(`credentials${note}`, () => {
  test.each(["nixos", "home on Linux"])("systemd hands them over, on %s", (place) => {
    const text = textEnding(place, "-moltbot");
    // Separate from the confinement, whose values have specifiers: these have none.
    expect(text).toMatch(/^with_credentials (?:'?--property=(?:Load|Set)Credential=\S+ ?)+$/m);
    const words = text.match(/--property=(Load|Set)Credential=[^ '\n]*/g);
    expect(words).toEqual([
      "--property=LoadCredential=OPENCLAW_GATEWAY_TOKEN:/run/keys/%token-%n",
      "--property=SetCredential=OPENCLAW_GATEWAY_TOKEN:missing-credential-file",
    ]);
  });

  test("a generated secret is the program's to look for, inside", async () => {
    const { config = "", ...rest } = caseOf(places.nixos);
    const without = config.replace(/gateway\.auth\.tokenFile = "[^"]*";/, "");
    const found = await evaluateMany({ generated: { ...rest, config: without } });
    const outcome = found["generated"];
    if (!outcome.ok) throw new Error("rejected");
    const texts = Object.entries((outcome.value as Facts).texts);
    const program = texts.find(([path]) => path.endsWith("-program"))?.[1];
    expect(program).toMatch(
      /^load_own OPENCLAW_GATEWAY_TOKEN \/var\/lib\/moltbot\/gateway-token$/m,
    );
  });
});
