// The templates of the flake (`nix flake init --template`): one for each platform and each way to keep secrets.
// They are made from the same parts, so that they cannot say different things. The files are committed, because
// Nix copies a template as it lies in the repository.
//
// A reader has to change the lines marked with CHANGE, and nothing else.

import { nix, printNix, type Binding, type NixExpr } from "../../src/nix/index.ts";
import type { OutputFile } from "../../src/output/file.ts";

interface Input {
  readonly name: string;
  readonly url: string;
}

interface Platform {
  readonly id: string;
  readonly title: string;
  /** The output of a flake that has the platform's modules: moltbot's, and a keeper's. */
  readonly modules: string;
  readonly keeperModules: string;
  /** The flake that makes systems of this kind, if it is not nixpkgs. */
  readonly input?: Input;
  /** The branch of nixpkgs that is built for the platform. */
  readonly branch: string;
  /** A system of these modules. */
  readonly system: (modules: NixExpr) => Binding;
  /** The file in place of what the reader has already. */
  readonly own: OutputFile;
  /** The user who reads the decrypted secrets, if the keepers have to be told. */
  readonly owner?: string;
  /** The path of a secret that is a file. */
  readonly file: (name: string) => NixExpr;
  /** What a new configuration gives up of what the gateway may do by default. */
  readonly kept?: readonly Binding[];
  /** How a secret gets there. */
  readonly install: { readonly who: string; readonly commands: readonly string[] };
  readonly apply: string;
}

const host = "host";
const user = "alice";

const systemFile = (name: string): NixExpr => nix`${`/var/lib/secrets/${name}`}`;

const platforms: readonly Platform[] = [
  {
    id: "nixos",
    title: "NixOS",
    modules: "nixosModules",
    keeperModules: "nixosModules",
    branch: "nixos-unstable",
    system: (modules) =>
      nix.binding(
        ["nixosConfigurations", host],
        nix`
          nixpkgs.lib.nixosSystem {
            modules = ${modules};
          }
        `,
        { comment: "CHANGE: the name of your machine." },
      ),
    own: nixFile(
      "configuration.nix",
      "CHANGE: put your machine's own configuration here.",
      nix`
        {
          nixpkgs.hostPlatform = "x86_64-linux";
          boot.loader.systemd-boot.enable = true;
          fileSystems."/" = {
            device = "/dev/disk/by-label/nixos";
            fsType = "ext4";
          };
          system.stateVersion = "26.11";
        }
      `,
    ),
    file: systemFile,
    kept: [
      nix.binding(["confinement", "egress"], nix`"named"`, {
        blankLine: true,
        comment:
          "The gateway reaches Claude and Telegram, and nothing else. What it asks for in vain, `sudo moltbot\negress` shows as the line to put here.",
      }),
      nix.binding(["confinement", "hosts"], nix`[ ]`),
      nix.binding(["confinement", "keysOutside"], nix`true`, {
        comment: "The gateway has no key to Claude that a model could give away: a proxy adds it.",
      }),
    ],
    install: {
      who: "Root reads them",
      commands: ["sudo install -D -m 0400 FILE /var/lib/secrets/claude"],
    },
    apply: `sudo nixos-rebuild switch --flake .#${host}`,
  },
  {
    id: "darwin",
    title: "macOS with nix-darwin",
    modules: "darwinModules",
    keeperModules: "darwinModules",
    branch: "nixpkgs-unstable",
    input: { name: "nix-darwin", url: "github:nix-darwin/nix-darwin" },
    system: (modules) =>
      nix.binding(
        ["darwinConfigurations", host],
        nix`
          nix-darwin.lib.darwinSystem {
            modules = ${modules};
          }
        `,
        { comment: "CHANGE: the name of your Mac." },
      ),
    own: nixFile(
      "configuration.nix",
      "CHANGE: put your Mac's own configuration here.",
      nix`
        {
          nixpkgs.hostPlatform = "aarch64-darwin";
          system.stateVersion = 6;
        }
      `,
    ),
    owner: "_moltbot",
    file: systemFile,
    install: {
      who: "The service's user reads them, which the first switch makes",
      commands: [
        "sudo install -d /var/lib/secrets",
        "sudo install -o _moltbot -m 0400 FILE /var/lib/secrets/claude",
      ],
    },
    apply: `sudo darwin-rebuild switch --flake .#${host}`,
  },
  {
    id: "home-manager",
    title: "home-manager, on Linux or macOS",
    modules: "homeModules",
    keeperModules: "homeManagerModules",
    branch: "nixpkgs-unstable",
    input: { name: "home-manager", url: "github:nix-community/home-manager" },
    system: (modules) =>
      nix.binding(
        ["homeConfigurations", user],
        nix`
          home-manager.lib.homeManagerConfiguration {
            # CHANGE: aarch64-linux on such a machine, aarch64-darwin on a Mac.
            pkgs = nixpkgs.legacyPackages.x86_64-linux;
            modules = ${modules};
          }
        `,
        { comment: "CHANGE: your user name." },
      ),
    own: nixFile(
      "home.nix",
      "CHANGE: put your home's own configuration here.",
      nix`
        {
          home.username = ${user};
          home.homeDirectory = ${`/home/${user}`};
          home.stateVersion = "26.11";
        }
      `,
    ),
    file: (name) => nix`"\${config.home.homeDirectory}/.config/secrets/${name}"`,
    install: {
      who: "You read them",
      commands: ["install -d ~/.config/secrets", "install -m 0400 FILE ~/.config/secrets/claude"],
    },
    apply: `home-manager switch --flake .#${user}`,
  },
];

const isHome = ({ id }: Platform): boolean => id === "home-manager";

/** A way to keep secrets. */
interface Keeper {
  /** The end of the template's name; absent: none. */
  readonly id?: string;
  readonly title: string;
  readonly input?: Input;
  /** What declares the secrets. */
  readonly declare: (platform: Platform) => readonly Binding[];
  /** The path of a secret's file. */
  readonly path: (platform: Platform, name: string) => NixExpr;
  /** The user's service that decrypts. */
  readonly unit?: string;
  /** What says who may decrypt. */
  readonly files: (platform: Platform) => readonly OutputFile[];
  /** How to make the secrets, as Markdown. */
  readonly make: (platform: Platform) => string;
}

/** The secrets of the examples. */
const names = ["claude", "telegram"] as const;

const machineKey = "/etc/ssh/ssh_host_ed25519_key";

/** The attributes of a secret that its reader needs. */
function attributesOf({ owner }: Platform): readonly Binding[] {
  return owner === undefined ? [] : [nix.binding(["owner"], nix`${owner}`)];
}

/** What a reader has to know about the machine's key. */
function keyComment({ id }: Platform): { readonly comment?: string } {
  return id === "darwin"
    ? { comment: "macOS makes this key when Remote Login is switched on." }
    : {};
}

const keepers: readonly Keeper[] = [
  {
    title: "secrets are files that you make",
    declare: () => [],
    path: ({ file }, name) => file(name),
    files: () => [],
    make: ({ install: { who, commands } }) =>
      ["Put the secrets into files.", `${who}:`, "", ...fenced(commands)].join("\n"),
  },
  {
    id: "agenix",
    title: "secrets by agenix",
    input: { name: "agenix", url: "github:ryantm/agenix" },
    declare: (platform) => [
      isHome(platform)
        ? nix.binding(
            ["age", "secretsDir"],
            nix`"\${config.home.homeDirectory}/.local/share/agenix"`,
            {
              comment:
                "agenix' own default is a piece of shell code, and the gateway needs a path.",
            },
          )
        : nix.binding(["age", "identityPaths"], nix`[ ${machineKey} ]`, keyComment(platform)),
      ...names.map((name) => {
        const file = nix.path(`./secrets/${name}.age`);
        const attributes = attributesOf(platform);
        return attributes.length === 0
          ? nix.binding(["age", "secrets", name, "file"], file)
          : nix.binding(["age", "secrets", name], nix`{ file = ${file}; ${attributes} }`);
      }),
    ],
    path: (_, name) => nix`config.age.secrets.${name}.path`,
    unit: "agenix.service",
    files: (platform) => [
      nixFile(
        "secrets/secrets.nix",
        "Who can decrypt the secrets. `agenix -e claude.age`, in this directory, writes one.",
        nix`
          let
            # CHANGE: your own public key${isHome(platform) ? " (~/.ssh/id_ed25519.pub)" : `, and the machine's (${machineKey}.pub)`}.
            keys = [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" ];
          in
          ${nix.attrs(names.map((name) => nix.binding([`${name}.age`, "publicKeys"], nix`keys`)))}
        `,
      ),
    ],
    make: () =>
      [
        "Encrypt the secrets:",
        "",
        ...fenced(["cd secrets", "agenix -e claude.age", "agenix -e telegram.age"]),
      ].join("\n"),
  },
  {
    id: "sops-nix",
    title: "secrets by sops-nix",
    input: { name: "sops-nix", url: "github:Mic92/sops-nix" },
    declare: (platform) => [
      nix.binding(["sops", "defaultSopsFile"], nix`./secrets.yaml`),
      isHome(platform)
        ? nix.binding(
            ["sops", "age", "keyFile"],
            nix`"\${config.home.homeDirectory}/.config/sops/age/keys.txt"`,
          )
        : nix.binding(["sops", "age", "sshKeyPaths"], nix`[ ${machineKey} ]`, keyComment(platform)),
      ...names.map((name) =>
        nix.binding(["sops", "secrets", name], nix`{ ${attributesOf(platform)} }`),
      ),
    ],
    path: (_, name) => nix`config.sops.secrets.${name}.path`,
    unit: "sops-nix.service",
    files: (platform) => [
      {
        path: ".sops.yaml",
        text: [
          "# Who can decrypt the secrets. `sops secrets.yaml`, in this directory, writes them.",
          "creation_rules:",
          "  - path_regex: secrets\\.yaml$",
          ...(isHome(platform)
            ? ["    # CHANGE: your own public key (age-keygen -y ~/.config/sops/age/keys.txt)."]
            : [
                "    # CHANGE: your own public key and the machine's, with a comma between them",
                `    # (ssh-to-age < ${machineKey}.pub).`,
              ]),
          "    age: age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqsk8n5xx",
          "",
        ].join("\n"),
      },
    ],
    make: () => "Encrypt the secrets `claude` and `telegram`: `sops secrets.yaml`",
  },
];

/** All files below `templates/`: those of every template, and the list of templates for the flake. */
export function templateFiles(): readonly OutputFile[] {
  const templates = platforms.flatMap((platform) =>
    keepers.map((keeper) => ({ name: nameOf(platform, keeper), platform, keeper })),
  );
  return [
    listOf(templates),
    ...templates.flatMap(({ name, platform, keeper }) =>
      [
        flakeOf(platform, keeper),
        moltbotOf(platform, keeper),
        platform.own,
        ...keeper.files(platform),
      ].map(({ path, text }) => ({ path: `${name}/${path}`, text })),
    ),
  ];
}

interface Template {
  readonly name: string;
  readonly platform: Platform;
  readonly keeper: Keeper;
}

function nameOf(platform: Platform, { id }: Keeper): string {
  return id === undefined ? platform.id : `${platform.id}-${id}`;
}

function listOf(templates: readonly Template[]): OutputFile {
  const entries = templates.map(({ name, platform, keeper }) => {
    const text = welcome(platform, keeper);
    return nix.binding(
      [name],
      nix`
        {
          path = ${nix.path(`./${name}`)};
          description = ${`moltbot on ${platform.title}: ${keeper.title}`};
          welcomeText = ${text};
        }
      `,
    );
  });
  return nixFile(
    "default.nix",
    "The templates of the flake. `pnpm templates` writes this directory; edit tools/templates.",
    nix`
      rec {
        ${entries}
        default = nixos;
      }
    `,
  );
}

/** What `nix flake init` prints, as Markdown. */
function welcome(platform: Platform, keeper: Keeper): string {
  const steps = [
    "Change what is marked with CHANGE: `grep -rn CHANGE .`",
    keeper.make(platform),
    "In a Git repository, `git add` all of these files: Nix sees no others.",
    `Switch: \`${platform.apply}\``,
  ];
  const list = steps.map(
    (step, index) => `${String(index + 1)}. ${step.replaceAll("\n", "\n   ")}`,
  );
  return ["# moltbot", "", ...list, ""].join("\n").replace(/ +$/gm, "");
}

const fenced = (commands: readonly string[]): readonly string[] => ["```", ...commands, "```"];

function flakeOf(platform: Platform, keeper: Keeper): OutputFile {
  const inputs = [platform.input, keeper.input].filter((input) => input !== undefined);
  const modules = [
    nix`moltbot.${platform.modules}.default`,
    ...(keeper.input === undefined
      ? []
      : [nix`${nix.id(keeper.input.name)}.${platform.keeperModules}.default`]),
    nix.path(`./${platform.own.path}`),
    nix`./moltbot.nix`,
  ];
  return nixFile(
    "flake.nix",
    undefined,
    nix`
      {
        description = ${`moltbot on ${platform.title}`};

        inputs = {
          nixpkgs.url = ${`github:NixOS/nixpkgs/${platform.branch}`};
          # CHANGE: where your clone of moltbot's repository is.
          moltbot.url = "git+file:///path/to/moltbot";
          moltbot.inputs.nixpkgs.follows = "nixpkgs";
          ${inputs.flatMap(({ name, url }) => [
            nix.binding([name, "url"], nix`${url}`),
            nix.binding([name, "inputs", "nixpkgs", "follows"], nix`"nixpkgs"`),
          ])}
        };

        outputs =
          { nixpkgs, moltbot, ${inputs.map(({ name }) => name)}, ... }:
          {
            ${platform.system(nix.list(modules))}
          };
      }
    `,
  );
}

function moltbotOf(platform: Platform, keeper: Keeper): OutputFile {
  const declarations = keeper.declare(platform);
  const wait =
    isHome(platform) && keeper.unit !== undefined
      ? [
          nix.binding(
            ["systemd", "user", "services"],
            nix`lib.mkIf pkgs.stdenv.hostPlatform.isLinux { moltbot-gateway.Unit.After = [ ${keeper.unit} ]; }`,
            { comment: "The secrets have to be there first.", blankLine: true },
          ),
        ]
      : [];
  const needsConfig = isHome(platform) || declarations.length > 0;
  const parameters = [
    ...(needsConfig ? ["config"] : []),
    "lib",
    ...(wait.length > 0 ? ["pkgs"] : []),
  ];
  return nixFile(
    "moltbot.nix",
    undefined,
    nix`
      { ${parameters}, ... }:
      {
        # nixpkgs marks the gateway as insecure, because it does what a language model says, and the model
        # believes what it reads. This module is the answer: it keeps the gateway in a sandbox, where it
        # reaches little. The line permits this package and no other.
        nixpkgs.config.allowInsecurePredicate = package: lib.getName package == "openclaw";

        ${declarations}

        services.moltbot = {
          enable = true;
          # The output of \`claude setup-token\`. For an API key, use apiKeyFile.
          providers.anthropic.oauthTokenFile = ${keeper.path(platform, "claude")};
          providers.telegram = {
            enable = true;
            # The token from Telegram's @BotFather.
            botTokenFile = ${keeper.path(platform, "telegram")};
            # CHANGE: your own number, from @userinfobot. The bot answers nobody else.
            allowFrom = [ 12345678 ];
          };
          ${platform.kept ?? []}
        };
        ${wait}
      }
    `,
  );
}

function nixFile(path: string, comment: string | undefined, code: NixExpr): OutputFile {
  const head = comment === undefined ? "" : `# ${comment}\n`;
  return { path, text: head + printNix(code) };
}
