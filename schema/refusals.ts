// Refused values: relaxations that would undo the confinement, that cannot work, or that the platform cannot keep;
// and paths, accounts and ports that a service cannot have as its own.

import {
  type Assertion,
  concat,
  type Exp,
  homeDirectory,
  isMacOS,
  not,
  or,
  type Ref,
  type Refs,
  systemOption,
  text,
} from "../src/index.ts";
import type { relaxations } from "./options/confinement.ts";

interface Inputs {
  readonly relaxed: Refs<typeof relaxations>;
  readonly user: Ref<string>;
  readonly group: Ref<string>;
  /** Whether only programs of the same machine talk to the gateway. */
  readonly isLocal: Exp<boolean>;
}

export function refusals(inputs: Inputs): readonly Assertion[] {
  const { relaxed } = inputs;
  const repeated = concat(relaxed.readOnlyPaths, relaxed.readWritePaths).duplicates();
  return [
    ...[relaxed.readOnlyPaths, relaxed.readWritePaths].flatMap(pathRefusals),
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
  /** A POSIX regular expression for the whole path. */
  readonly pattern: string;
  readonly message: string;
}

/** Paths that no service gets, by a pattern of the whole path. */
const refusedPaths: readonly Refused[] = [
  {
    // The service already sees the harmless part of these. The rest belongs to root, or leads to root's rights.
    pattern:
      "/(bin|boot|dev|etc|lib|lib64|nix|proc|sys|usr|System|Library|private/etc|((private/)?var/)?run/(credentials|dbus|systemd|user|wrappers))(/.*)?",
    message:
      "belongs to the system, and the service already sees what it may see of it. Name a directory with data. For the Nix daemon there is `confinement.nixDaemon`.",
  },
  {
    pattern:
      "/(home|root|run|tmp|var|Users|Volumes|private)|(/private)?/var/(cache|db|lib|log|root|run|spool|tmp)|/private/tmp|/(home|Users)/[^/]+|((/private)?/var|/private)?/run/(agenix|agenix[.]d|keys|secrets|secrets[.]d)",
    message:
      "holds the homes, the state or the secrets of others, and would undo the confinement. Name the directory in it that you mean; secrets belong into `credentials`.",
  },
];

/** Paths where no service may have its own directories. */
const refusedOwnPaths: readonly Refused[] = [
  ...refusedPaths,
  {
    pattern: "/(media|mnt|opt|srv)",
    message: "holds the directories of others. Name a directory in it.",
  },
  {
    pattern: "(/private)?/(run|tmp|var/run|var/tmp)/.*",
    message: "is emptied by the system. Name a directory that is kept.",
  },
  {
    pattern:
      "(/private)?/var/lib/(containers|docker|libvirt|machines|nixos|portables|private|systemd)(/.*)?",
    message: "belongs to the system's own services. Name a directory of its own.",
  },
];

/** Accounts that own more than the service's files, or that stand for unknown users. */
const refusedUsers =
  "root|nobody|daemon|bin|sys|nixbld.*|systemd-.*|messagebus|polkituser|sshd|_?unknown";
const refusedGroups =
  "root|wheel|sudo|admin|staff|users|everyone|nobody|nogroup|nixbld|adm|daemon|bin|sys|disk|kmem|keys|kvm|libvirtd|docker|podman|lxd|incus-admin|shadow|tty|systemd-.*|messagebus|polkituser|sshd";

interface OwnInputs {
  readonly user: Ref<string>;
  readonly group: Ref<string>;
  readonly stateDir: Ref<string>;
  readonly workspaceDir: Ref<string>;
  readonly configPath: Ref<string>;
}

/** Refuses directories, a configuration path and accounts that a service cannot have as its own. */
export function ownRefusals(inputs: OwnInputs): readonly Assertion[] {
  const { user, group, stateDir, workspaceDir, configPath } = inputs;
  const withAccounts = ["nixos", "darwin"] as const;
  return [
    ...[stateDir, workspaceDir].flatMap((option) => [
      ...refusedOwnPaths.map(({ pattern, message }) =>
        neither(option, option.matches(pattern), message),
      ),
      { ...neither(option, isAboveHome(option), isYourHome), platforms: ["home-manager"] as const },
    ]),
    {
      option: configPath,
      holds: configPath.matches(".*[.]json"),
      message: text`${configPath} does not end in \`.json\`: other files there belong to others.`,
      platforms: ["nixos"],
    },
    {
      ...neither(
        user,
        user.matches(refusedUsers),
        "belongs to the system, with all that this user may do. Choose a name that nobody else has.",
      ),
      platforms: withAccounts,
    },
    {
      ...neither(
        group,
        group.matches(refusedGroups),
        "belongs to the system, and lets its members do what the service must not. Choose a name that nobody else has.",
      ),
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

function pathRefusals(option: Ref<readonly string[]>): readonly Assertion[] {
  return [
    ...refusedPaths.map(({ pattern, message }) =>
      none(option, (path) => path.matches(pattern), message),
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

function egressRefusals({ relaxed: { egress }, isLocal }: Inputs): readonly Assertion[] {
  const isNothing = egress.is("none").or(egress.is([]));
  const isKnown = egress.listOrEmpty().isEmpty();
  const noRanges =
    'is a list, but on macOS a sandbox cannot tell addresses apart: set it to "none", "internet" or "any".';
  return [
    {
      option: egress,
      holds: isNothing.implies(isLocal),
      message:
        'is "none", but `gateway.bind` is not "loopback": the gateway\'s answers to other machines would be lost. List the addresses of its clients here, or set `gateway.bind` to "loopback".',
      platforms: ["nixos"],
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
      holds: isMacOS.or(egress.is("any")),
      message:
        'is not "any", but the service manager of a user cannot limit connections: only root may load the programs that decide about packets. Set it to "any", or use the NixOS module.',
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
