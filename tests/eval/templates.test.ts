// The templates: what `nix flake init` makes of them becomes a system once the placeholders are filled in.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";

import {
  evaluateUserFlakes,
  flakeUrl,
  missingForFlakes,
  runNix,
  type UserFlake,
  type UserSystem,
  withFiles,
} from "../support/flakes.ts";
import { templateFiles } from "../../tools/templates/template-files.ts";
import { lacking } from "../support/lacking.ts";

const directory = fileURLToPath(new URL("../../templates", import.meta.url));

/** The files below a folder, with their texts. */
function filesBelow(folder: string): Readonly<Record<string, string>> {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    paths.map((path) => [path.slice(folder.length + 1), readFileSync(path, "utf8")]),
  );
}

test("the templates are those of tools/templates: else run `pnpm templates`", () => {
  const made = Object.fromEntries(templateFiles().map(({ path, text }) => [path, text]));
  expect(filesBelow(directory)).toEqual(made);
});

const keepers = ["", "-agenix", "-sops-nix"] as const;
type Name = `${UserFlake["kind"]}${(typeof keepers)[number]}`;

const kinds: readonly {
  readonly kind: UserFlake["kind"];
  readonly inputs: UserFlake["inputs"];
  /** The files of the secret named `claude`, by what keeps it. */
  readonly secret: Readonly<Record<(typeof keepers)[number], string>>;
}[] = [
  {
    kind: "nixos",
    inputs: [],
    secret: {
      "": "/var/lib/secrets/claude",
      "-agenix": "/run/agenix/claude",
      "-sops-nix": "/run/secrets/claude",
    },
  },
  {
    kind: "darwin",
    inputs: ["nix-darwin"],
    secret: {
      "": "/var/lib/secrets/claude",
      "-agenix": "/run/agenix/claude",
      "-sops-nix": "/run/secrets/claude",
    },
  },
  {
    kind: "home-manager",
    inputs: ["home-manager"],
    secret: {
      "": "/home/alice/.config/secrets/claude",
      "-agenix": "/home/alice/.local/share/agenix/claude",
      "-sops-nix": "/home/alice/.config/sops-nix/secrets/claude",
    },
  },
];

const templates = kinds.flatMap(({ kind, inputs, secret }) =>
  keepers.map((keeper) => ({
    name: `${kind}${keeper}` satisfies Name,
    kind,
    keeper,
    inputs: [
      ...inputs,
      ...(keeper === "" ? [] : ([keeper === "-agenix" ? "agenix" : "sops-nix"] as const)),
    ],
    secret: secret[keeper],
  })),
);

/** What the reader makes with agenix or sops. */
const encrypted: Readonly<Record<string, string>> = {
  "secrets/claude.age": "age-encryption.org/v1\n",
  "secrets/telegram.age": "age-encryption.org/v1\n",
  "secrets.yaml": "claude: ENC[]\ntelegram: ENC[]\nsops: {}\n",
};

const onMac = (text: string): string =>
  text.replaceAll("x86_64-linux", "aarch64-darwin").replaceAll("/home/alice", "/Users/alice");

const missing = missingForFlakes(["nixpkgs", "home-manager", "nix-darwin", "agenix", "sops-nix"]);
const note = lacking(missing);

describe.skipIf(missing.length > 0)(`what the flake's templates make${note}`, () => {
  let systems: Readonly<Record<string, UserSystem>> = {};

  beforeAll(async () => {
    const flakes: Record<string, UserFlake> = {};
    for (const { name, kind, inputs } of templates) {
      const files = await withFiles({}, async (folder) => {
        await runNix(["flake", "init", "--template", `${flakeUrl()}#${name}`], folder);
        return { ...filesBelow(folder), ...encrypted };
      });
      flakes[name] = { kind, inputs, files };
      if (kind === "home-manager") {
        const macFiles: Readonly<Record<string, string>> = Object.fromEntries(
          Object.entries(files).map(([path, text]) => [path, onMac(text)]),
        );
        flakes[`${name} on a Mac`] = { kind, inputs, files: macFiles };
      }
    }
    const { nixos } = flakes;
    if (nixos === undefined) throw new Error("no template for NixOS");
    const module = nixos.files["moltbot.nix"] ?? "";
    const files = {
      ...nixos.files,
      "moltbot.nix": module.replace(/.*allowInsecurePredicate.*/, ""),
    };
    flakes["without permission"] = { ...nixos, files };
    systems = await evaluateUserFlakes(flakes);
  }, 900_000);

  test.each(templates)(
    "$name: a system without warnings, whose secret is $secret",
    ({ name, secret }) => {
      expect(systems[name]).toEqual({
        evaluates: true,
        warnings: [],
        secrets: [secret, secret.replace("claude", "telegram")],
        gateway: expect.stringMatching(/^openclaw-20\d\d\./) as string,
      });
    },
  );

  test.each(templates.filter(({ kind }) => kind === "home-manager"))(
    "$name: also on a Mac",
    ({ name, secret }) => {
      const paths = [secret, secret.replace("claude", "telegram")].map(onMac);
      expect(systems[`${name} on a Mac`]).toMatchObject({
        evaluates: true,
        warnings: [],
        secrets: paths,
      });
    },
  );

  test("the line that permits the package is needed", () => {
    expect(systems["without permission"]).toMatchObject({ evaluates: false, warnings: [] });
  });
});
