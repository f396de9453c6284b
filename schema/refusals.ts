// Refused values: relaxations that would undo the confinement, that cannot work, or that the platform cannot keep;
// and paths, accounts and ports that a service cannot have as its own.

import {
  type Assertion,
  concat,
  type Exp,
  groupsOf,
  homeDirectory,
  isMacOS,
  list,
  namedDirectories,
  not,
  or,
  type Ref,
  type Refs,
  systemOption,
  table,
  text,
} from "nixmodgen";
import type { relaxations } from "./options/confinement.ts";

interface Inputs {
  readonly relaxed: Refs<typeof relaxations>;
  readonly user: Ref<string>;
  readonly group: Ref<string>;
  /** Whether only programs of the same machine talk to the gateway. */
  readonly isLocal: Exp<boolean>;
  /** The port that the gateway listens on. */
  readonly port: Exp<number>;
}

export function refusals(inputs: Inputs): readonly Assertion[] {
  const { relaxed } = inputs;
  const repeated = concat(relaxed.readOnlyPaths, relaxed.readWritePaths).duplicates();
  return [
    ...pathRefusals(relaxed.readOnlyPaths, "read"),
    ...pathRefusals(relaxed.readWritePaths, "written"),
    {
      option: relaxed.readWritePaths,
      holds: repeated.isEmpty(),
      message: text`${repeated.join(", ")}: listed twice, here or in \`confinement.readOnlyPaths\`. Remove one.`,
    },
    ...egressRefusals(inputs),
    ...macOSRefusals(relaxed),
    ...nixDaemonRefusals(inputs),
  ];
}

interface Refused {
  /** POSIX regular expressions for whole paths. */
  readonly paths: Exp<readonly string[]>;
  readonly message: string;
  /** A pattern of paths among them that the service may have. */
  readonly except?: string;
  /** Whether the service may read there. */
  readonly onlyWritten?: true;
}

const oneOf = (...names: readonly string[]): string => `(${names.join("|")})`;

/** `/run` and `/var`, by all names that Linux and macOS have for them. */
const runDirectory = "((/private)?/var|/private)?/run";
const varDirectory = "(/private)?/var";

/** Where machines whose root is empty at every start keep what has to stay. */
const persistent = "(/nix)?/(persist|persistent)";

/** Patterns of the paths and of everything below them. */
const within = (...paths: readonly string[]): readonly string[] =>
  paths.map((path) => `${path}(/.*)?`);

const systemPaths = table<readonly string[]>(
  "systemPaths",
  "The service already sees the harmless part of these. The rest belongs to root, or leads to root's rights.",
  within(
    `/${oneOf("bin", "boot", "dev", "efi", "etc", "lib", "lib64", "nix", "proc", "sys", "usr")}`,
    "/(System|Library|private/etc)",
    `${persistent}/etc`,
    `${runDirectory}/${oneOf("credentials", "dbus", "systemd", "user", "wrappers")}`,
    `${varDirectory}/lib/${oneOf("machines", "nixos", "nixos-containers", "portables", "private", "systemd")}`,
    `${varDirectory}/(spool/)?(at|anacron|cron)`,
  ),
);

const placesOfOthers = table<readonly string[]>(
  "placesOfOthers",
  "Homes, state and secrets of others.",
  [
    `/${oneOf("home", "run", "tmp", "var", "Users", "Volumes", "private", "private/tmp")}`,
    `(${persistent}|/var)?/(home|Users)(/[^/]+)?`,
    persistent,
    "((/private)?/var)?/root(/.*)?",
    `${varDirectory}/lib/(sops-nix|tailscale)(/.*)?`,
    `${varDirectory}/${oneOf("cache", "db", "lib", "log", "run", "spool", "tmp")}`,
    `${runDirectory}/${oneOf("agenix", "agenix[.]d", "keys", "secrets", "secrets[.]d", "secrets-for-users(/.*)?")}`,
    ".*/[.](config|local|local/share)",
  ],
);

/** Programs that start other programs, as root or as the machine's owner, for every client of their sockets. */
const engines = [
  ...["buildkit", "containerd", "crio", "docker", "firecracker", "incus", "k3s", "kubernetes"],
  ...["libvirt", "lxc", "lxd", "microvm", "nerdctl", "podman", "qemu", "virtqemud", "xen"],
];

const enginePlaces = table<readonly string[]>(
  "enginePlaces",
  "Sockets and state of programs that run other programs for their clients.",
  [
    `${runDirectory}/${oneOf(...engines, "cups", "fwupd", "initctl", "NetworkManager", "polkit", "snapd", "udev")}([./-].*)?`,
    ".*/(buildkitd?|containerd|crio|docker|incus|lxd|podman[^/]*)([.-][^/]*)?[.]sock(et)?",
    ".*/libvirt-sock(-.*)?",
    ...within(
      `${varDirectory}/lib/${oneOf(...engines, "cni", "containers", "kubelet", "microvms", "rancher", "snapd")}`,
      ".*/[.](colima|docker|lima|orbstack|rd)",
    ),
  ],
);

const personalPlaces = table<readonly string[]>(
  "personalPlaces",
  "Keys of a person, and the sockets of a session.",
  within(
    `.*/[.]${oneOf("aws", "azure", "git-credentials", "gnupg", "kube", "netrc", "pgpass", "pki", "ssh")}`,
    `.*/[.]${oneOf("bash_history", "librewolf", "mozilla", "password-store", "thunderbird", "zsh_history")}`,
    `.*/[.]config/${oneOf("age", "chromium", "gh", "google-chrome", "rclone", "sops")}`,
    ".*/[.]local/share/(keyrings|kwalletd)",
    ".*/Library/(Cookies|Keychains|Mail|Messages)",
    "(/private)?/tmp/([.](ICE|X11)-unix|com[.]apple[.]launchd[.][^/]*|ssh-[^/]*)",
  ),
);

const obeyedPlaces = table<readonly string[]>(
  "obeyedPlaces",
  "Files by which programs outside of the sandbox decide what to run.",
  within(
    ".*/[.](bash|emacs|nix-|xsession|zlog)[^/]*",
    ".*/[.](vim|zsh)(rc|env)?",
    `.*/[.]${oneOf("cargo", "gitconfig", "gradle", "inputrc", "login", "logout", "npm[^/]*", "z?profile")}`,
    `.*/[.]${oneOf("claude", "codex", "envrc", "git", "pam_environment", "tmux[.]conf", "vscode")}`,
    ".*/[.](xinitrc|xprofile)",
    "/(home|Users)/[^/]+/(bin|go/bin)",
    `.*/[.]config/${oneOf("autostart", "direnv", "environment[.]d", "fish", "git", "systemd", "zsh")}`,
    `.*/[.]config/${oneOf("Code", "home-manager", "hypr", "kitty", "nix", "nixpkgs", "nvim", "tmux")}`,
    ".*/[.]config/(autostart-scripts|plasma-workspace|sway|i3)",
    ".*/[.]local/(bin|lib|share/(applications|dbus-1|gnome-shell|nvim|systemd)|state/(home-manager|nix))",
    ".*/Library/(LaunchAgents|LaunchDaemons|Preferences)",
  ),
);

/** Paths no service gets. */
const refusedPaths: readonly Refused[] = [
  {
    paths: systemPaths,
    message:
      "belongs to the system, and the service already sees what it may see of it. Name a directory with data. For the Nix daemon there is `confinement.nixDaemon`.",
  },
  {
    paths: placesOfOthers,
    message:
      "holds the homes, the state or the secrets of others, and would undo the confinement. Name the directory in it that you mean; secrets belong into `credentials`.",
  },
  {
    paths: enginePlaces,
    // Data of a container.
    except: `${varDirectory}/lib/.*/volumes/[^/]+/_data(/.*)?`,
    message:
      "belongs to a program that runs others, as root or as you, for whoever reaches it: the model could have the whole machine. No service can have it safely; give what has to run there a machine of its own.",
  },
  {
    paths: personalPlaces,
    message:
      "holds the keys or the session of a person, whom the model could then pass for. Give the service keys of its own, in `credentials`.",
  },
  {
    paths: obeyedPlaces,
    message:
      "is where programs outside of the sandbox find what they run: whoever writes there can do what their user can. Name a directory with data; what the service only reads belongs into `confinement.readOnlyPaths`.",
    onlyWritten: true,
  },
  {
    paths: list(`${runDirectory}/tailscale(/.*)?`),
    message:
      "is where Tailscale takes orders. To ask for its state, the service needs it in `confinement.readOnlyPaths` only.",
    onlyWritten: true,
  },
];

/** Paths where no service may have its own directories. */
const refusedOwnPaths: readonly Refused[] = [
  ...refusedPaths,
  {
    paths: list("/(media|mnt|opt|srv)"),
    message: "holds the directories of others. Name a directory in it.",
  },
  {
    paths: list("(/private)?/(run|tmp|var/run|var/tmp)/.*"),
    message: "is emptied by the system. Name a directory that is kept.",
  },
];

const refusedUsers = table<readonly string[]>(
  "refusedUsers",
  "Accounts that own more than the service's files, or that stand for unknown users.",
  [
    ...["root", "nobody", "daemon", "bin", "sys", "sshd", "_?unknown"],
    ...["nixbld.*", "systemd-.*", "messagebus", "polkituser"],
  ],
);

const refusedGroups = table<readonly string[]>(
  "refusedGroups",
  "Groups whose members can become root, read what others type, or own files of others.",
  [
    ...["root", "wheel", "sudo", "admin", "adm", "staff", "users", "everyone", "nobody", "nogroup"],
    ...["daemon", "bin", "sys", "disk", "kmem", "keys", "kvm", "shadow", "tty", "systemd-.*"],
    ...["nixbld", "messagebus", "polkituser", "sshd", "input", "uinput", "networkmanager"],
    ...["wireshark", "tss", "docker", "podman", "containerd", "k3s", "lxc", "lxd", "incus"],
    ...["incus-admin", "libvirtd", "qemu-libvirtd", "vboxusers", "microvm", "operator", "procmod"],
    ...["onepassword.*", "ydotool", "_developer", "_lpadmin", "access_bpf"],
    "com[.]apple[.]access_.*",
  ],
);

/** The group that all people have for their own, and that shared media belong to. */
const everybody = "users";

interface OwnInputs {
  /** They name the workspaces of further agents. */
  readonly settings: Ref<unknown>;
  readonly user: Ref<string>;
  readonly group: Ref<string>;
  readonly stateDir: Ref<string>;
  readonly workspaceDir: Ref<string>;
  readonly configPath: Ref<string>;
}

/** Refuses directories, a configuration path and accounts that a service cannot have as its own. */
export function ownRefusals(inputs: OwnInputs): readonly Assertion[] {
  const { user, group, stateDir, workspaceDir, configPath, settings } = inputs;
  const withAccounts = ["nixos", "darwin"] as const;
  return [
    ...[stateDir, workspaceDir].flatMap((option) => [
      ...refusedOwnPaths.map(({ paths, message }) =>
        neither(option, option.matchesOne(paths), message),
      ),
      { ...neither(option, isAboveHome(option), isYourHome), platforms: ["home-manager"] as const },
    ]),
    ...refusedOwnPaths.map(({ paths, message }) => ({
      option: settings,
      offenders: namedDirectories.filter((path) => path.matchesOne(paths)),
      complaint: message,
    })),
    {
      option: settings,
      offenders: namedDirectories.filter(isAboveHome),
      complaint: isYourHome,
      platforms: ["home-manager"],
    },
    {
      option: configPath,
      holds: configPath.matches(".*[.]json"),
      message: text`${configPath} does not end in \`.json\`: other files there belong to others.`,
      platforms: ["nixos"],
    },
    {
      ...neither(
        user,
        user.matchesOne(refusedUsers),
        "belongs to the system, with all that this user may do. Choose a name that nobody else has.",
      ),
      platforms: withAccounts,
    },
    {
      ...neither(
        group,
        group.matchesOne(refusedGroups),
        "belongs to the system, and lets its members do what the service must not. Choose a name that nobody else has.",
      ),
      platforms: withAccounts,
    },
    {
      option: user,
      offenders: groupsOf(user).filter((name) =>
        name.matchesOne(refusedGroups).and(not(name.is(everybody))),
      ),
      complaint:
        "is a group that lets its members do what the service must not, and this user is one. Take the user out of it: `users.users.<name>.extraGroups`, `users.groups.<name>.members`.",
      platforms: withAccounts,
    },
  ];
}

/** Refuses the option's value if `isRefused`; the message starts with the value. */
function neither(option: Ref<string>, isRefused: Exp<boolean>, message: string): Assertion {
  return { option, holds: not(isRefused), message: text`${option} ${message}` };
}

/** Ports below 1024, in decimal. */
const privilegedPorts = "[0-9]{1,3}|10[01][0-9]|102[0-3]";

/**
 * Ports from 32768 on, in decimal. The kernel gives them to programs that ask for any port: Linux from 32768 on,
 * macOS from 49152 on.
 */
const chosenPorts = "3276[89]|327[7-9][0-9]|32[89][0-9]{2}|3[3-9][0-9]{3}|[4-6][0-9]{4}";

const isChosenByKernel = (port: Exp<number>): Exp<boolean> => text`${port}`.matches(chosenPorts);

const chosenByKernel =
  "that the kernel gives to programs which ask for any: another service could get it first, and clients would take that for this one. Choose one below 32768.";

/** Refuses ports that need a capability, and ports that another program may already have. */
export function portRefusals(option: Ref<number>, port: Exp<number>): readonly Assertion[] {
  return [
    {
      option,
      holds: not(text`${port}`.matches(privilegedPorts)),
      message: text`${port} is below 1024, where only programs with a capability may listen, and the service has none. Choose a higher port; a reverse proxy can listen on this one.`,
    },
    {
      option,
      holds: not(isChosenByKernel(port)),
      message: text`${port} is one of the ports ${chosenByKernel}`,
    },
  ];
}

/** Refuses a list of ports with one that another program may already have. */
export function chosenPortRefusal(option: Ref<readonly number[]>): Assertion {
  return {
    option,
    holds: not(option.any((extra) => isChosenByKernel(extra))),
    message: `has one of the ports ${chosenByKernel}`,
  };
}

const isAboveHome = (path: Exp<string>): Exp<boolean> =>
  text`${homeDirectory}/`.hasPrefix(text`${path}/`);

const isYourHome =
  "is your home, or contains it, with SSH keys, mail and passwords. Name a directory in your home.";

function pathRefusals(
  option: Ref<readonly string[]>,
  mode: "read" | "written",
): readonly Assertion[] {
  return [
    ...refusedPaths
      .filter(({ onlyWritten }) => mode === "written" || onlyWritten !== true)
      .map(({ paths, except, message }) =>
        none(
          option,
          (path) =>
            except === undefined
              ? path.matchesOne(paths)
              : path.matchesOne(paths).and(not(path.matches(except))),
          message,
        ),
      ),
    {
      ...none(option, isAboveHome, isYourHome),
      platforms: ["home-manager"],
    },
  ];
}

/** Refuses a list with refused paths; the message names these. */
function none(
  option: Ref<readonly string[]>,
  isRefused: (path: Exp<string>) => Exp<boolean>,
  message: string,
): Assertion {
  return {
    option,
    offenders: option.filter(isRefused),
    complaint: message,
  };
}

function egressRefusals({
  relaxed: { egress, hosts, keysOutside, proxyPort },
  isLocal,
  port,
}: Inputs): readonly Assertion[] {
  const isNothing = egress.is("none").or(egress.is([]));
  const isKnown = egress.listOrEmpty().isEmpty();
  const noRanges =
    'is a list, but on macOS a sandbox cannot tell addresses apart: set it to "none", "internet" or "any".';
  const ownNetworkMessage =
    'is "named", but `gateway.bind` is not "loopback": what comes into the service\'s own network comes from this machine for the gateway, and it trusts such clients more than others. Set `gateway.bind` to "loopback", and let others in through a proxy that asks them who they are.';
  return [
    {
      option: egress,
      holds: isNothing.implies(isLocal),
      message:
        'is "none", but `gateway.bind` is not "loopback": the gateway\'s answers to other machines would be lost. List the addresses of its clients here, or set `gateway.bind` to "loopback".',
      platforms: ["nixos"],
    },
    {
      option: egress,
      holds: egress.is("named").implies(isLocal),
      message: ownNetworkMessage,
      platforms: ["nixos"],
    },
    {
      option: egress,
      holds: isMacOS.or(not(egress.is("named")), isLocal),
      message: ownNetworkMessage,
      platforms: ["home-manager"],
    },
    {
      option: hosts,
      holds: hosts.isEmpty().or(egress.is("named")),
      message:
        'has no effect while `confinement.egress` is not "named": set that to "named", or remove this.',
    },
    {
      option: keysOutside,
      holds: keysOutside.implies(egress.is("named")),
      message:
        'has no effect while `confinement.egress` is not "named", because only a network of the service\'s own leads to the keys: set that to "named", or remove this.',
    },
    {
      option: keysOutside,
      holds: not(keysOutside),
      message:
        "keeps keys outside of the service in units of NixOS only: elsewhere nothing can hold a key that the service's own account, or a program without a network of its own, could not read. Remove it.",
      platforms: ["home-manager", "darwin"],
    },
    {
      option: proxyPort,
      holds: not(proxyPort.is(port)),
      message: "is the gateway's own port. Choose another one.",
      platforms: ["home-manager", "darwin"],
    },
    {
      option: hosts,
      offenders: hosts.filter((host) =>
        list(text`localhost:${proxyPort}`, text`127.0.0.1:${proxyPort}`).includes(host),
      ),
      complaint:
        "is the port on which the proxy leads to the named hosts. Set `confinement.proxyPort` to another one.",
      platforms: ["home-manager", "darwin"],
    },
    {
      option: hosts,
      offenders: hosts.filter((host) =>
        list(text`localhost:${port}`, text`127.0.0.1:${port}`).includes(host),
      ),
      complaint: "is the gateway itself, which is in the service's network anyway. Remove it.",
      platforms: ["nixos", "home-manager"],
    },
    { option: egress, holds: isKnown, message: noRanges, platforms: ["darwin"] },
    {
      option: egress,
      holds: isMacOS.implies(isKnown),
      message: noRanges,
      platforms: ["home-manager"],
    },
    {
      option: egress,
      holds: isMacOS.or(egress.is("any"), egress.is("named")),
      message:
        'is neither "any" nor "named", but the service manager of a user cannot limit connections: only root may load the programs that decide about packets. Set it to "any", to "named" with `confinement.hosts`, or on macOS to "internet"; or use the NixOS module.',
      platforms: ["home-manager"],
    },
  ];
}

/** Refuses options on macOS that home-manager offers on Linux only. */
function macOSRefusals(relaxed: Inputs["relaxed"]): readonly Assertion[] {
  const { nestedSandboxes, memoryMax, tasksMax, cpuQuota, addressFamilies } = relaxed;
  const onLinuxOnly = (option: Ref<unknown>, isUnset: Exp<boolean>, why: string): Assertion => ({
    option,
    holds: isMacOS.implies(isUnset),
    message: `does not exist on macOS: ${why}. Remove it there.`,
    platforms: ["home-manager"],
  });
  const noLimits = "launchd has limits for single processes only";
  return [
    onLinuxOnly(nestedSandboxes, not(nestedSandboxes), "a sandbox cannot hold another one"),
    onLinuxOnly(memoryMax, memoryMax.isNull(), noLimits),
    onLinuxOnly(tasksMax, tasksMax.isNull(), noLimits),
    onLinuxOnly(cpuQuota, cpuQuota.isNull(), noLimits),
    onLinuxOnly(addressFamilies, addressFamilies.isEmpty(), "it has no such sockets"),
  ];
}

function nixDaemonRefusals({ relaxed, user, group }: Inputs): readonly Assertion[] {
  const { nixDaemon } = relaxed;
  const platforms = ["nixos", "darwin"] as const;
  const includes = (setting: string, otherwise: readonly string[]): Exp<boolean> =>
    systemOption(`nix.settings.${setting}`, otherwise).any((entry) =>
      or(entry.is("*"), entry.is(user), entry.is(text`@${group}`)),
    );
  return [
    {
      option: nixDaemon,
      holds: not(nixDaemon.and(includes("trusted-users", []))),
      message: text`is true, but \`nix.settings.trusted-users\` lets the service's user ${user} do everything (by name, by a group, or by \`*\`): that user could become root. Remove that entry, or set this to false.`,
      platforms,
    },
    {
      option: nixDaemon,
      holds: nixDaemon.implies(includes("allowed-users", ["*"])),
      message: text`is true, but the daemon would not answer the service's user ${user}: add the user to \`nix.settings.allowed-users\`.`,
      platforms,
    },
  ];
}
