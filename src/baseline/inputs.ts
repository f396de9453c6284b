// The inputs of the rules: the options of an author, and facts from the model.

import type { ConfinementRule } from "../model/service-model.ts";
import { type Exp, literal, not, withMethods } from "../schema/build-expression.ts";
import type { UnconfinedModel } from "../schema/complete-model.ts";

/** The identifiers of the rules, in the order of the tables. */
export const baselineRules = [
  "root",
  "file-system",
  "managed-files",
  "homes",
  "temporary-files",
  "new-files",
  "mounts",
  "privileges",
  "users",
  "processes",
  "ipc",
  "devices",
  "kernel",
  "clock-and-host-name",
  "keyrings",
  "namespaces",
  "scheduling-and-personality",
  "network",
  "address-families",
  "listening",
  "egress",
  "system-calls",
  "resources",
  "journal",
  "core-dumps",
] as const;

export type BaselineRule = (typeof baselineRules)[number];

/** An author's options for the rules. Without any, the rules are as strict as they can be. */
export interface BaselineOptions {
  /** The program's name in texts: `server`. Default: `service`. */
  readonly program?: string;
  /** Rules to leave out, each with the reason, which the table of promises shows. */
  readonly without?: Readonly<Partial<Record<BaselineRule, string>>>;
  /** Rules to change: each function gets the library's rule and returns another. */
  readonly change?: Readonly<
    Partial<Record<BaselineRule, (rule: ConfinementRule) => ConfinementRule>>
  >;
  /** Whether programs of the service may build sandboxes of their own, as browsers do. */
  readonly nestedSandboxes?: Exp<boolean>;
  /** Whether the service may ask the Nix daemon to build. */
  readonly nixDaemon?: Exp<boolean>;
  /** Kinds of sockets besides those of the internet, local ones and netlink: `AF_VSOCK`. */
  readonly addressFamilies?: Exp<readonly string[]>;
  /**
   * Where the service may connect to: `internet` (default), `any`, `none`, or a list of addresses and networks,
   * which may contain `internet`, too.
   */
  readonly egress?: Exp<string | readonly string[]>;
  /**
   * Whether only programs of the same machine are clients of the service. Default: true, unless the model opens
   * the firewall.
   */
  readonly isLocal?: Exp<boolean>;
  /** Whether the machines of the same tailnet are clients, and no others. Default: false. */
  readonly isTailnet?: Exp<boolean>;
  /** The most processes and threads; null is 1024, and the default. */
  readonly tasksMax?: Exp<number | null>;
  /** The most memory, as systemd writes it; null is three quarters of the machine's, and the default. */
  readonly memoryMax?: Exp<string | null>;
  /** The most processor time, as systemd writes it; null is no limit, and the default. */
  readonly cpuQuota?: Exp<string | null>;
}

type Loosened = Omit<BaselineOptions, "without" | "change">;

/** The options, with defaults and facts from the model. An absent option is as strict as it can be. */
export interface BaselineInputs extends Loosened {
  readonly program: string;
  readonly nestedSandboxes: Exp<boolean>;
  readonly nixDaemon: Exp<boolean>;
  readonly isLocal: Exp<boolean>;
  /** Absent if the service listens nowhere. */
  readonly port: Exp<number> | undefined;
  /** Absent if the configuration stays in the store, or there is none. */
  readonly configPath: Exp<string> | undefined;
  readonly hasDirectories: boolean;
  readonly hasManagedFiles: boolean;
  /** Directories of others that the service may read: the model's, and those that the user adds. */
  readonly readable: readonly Exp<readonly string[]>[];
  /** Directories of others that the user lets the service change. */
  readonly changeable: readonly Exp<readonly string[]>[];
  /** Whether it is in a network of its own, from which it reaches named hosts; absent if it never is. */
  readonly ownNetwork: Exp<boolean> | undefined;
  /** The same under a user's service manager, where a forward proxy leads to them. */
  readonly userNetwork: Exp<boolean> | undefined;
  /** Ports besides its own, and whether it may listen on a port that the kernel chooses. */
  readonly more:
    | {
        readonly tcpPorts: Exp<readonly number[]>;
        readonly udpPorts: Exp<readonly number[]>;
        readonly freePort: Exp<boolean>;
      }
    | undefined;
}

export function baselineInputs(
  options: Loosened,
  { listen, reach, config, directories, hosts, managedFiles, readable }: UnconfinedModel,
): BaselineInputs {
  const openFirewall = listen?.openFirewall;
  return {
    program: "service",
    nestedSandboxes: literal(false),
    nixDaemon: literal(false),
    isLocal: openFirewall === undefined ? literal(true) : not(openFirewall),
    ...options,
    port: listen === undefined ? undefined : withMethods(listen.port),
    configPath: config?.path === undefined ? undefined : withMethods(config.path),
    ownNetwork: hosts === undefined ? undefined : withMethods(hosts.wanted),
    userNetwork: hosts?.proxy === undefined ? undefined : withMethods(hosts.wanted),
    hasDirectories: directories.length > 0,
    hasManagedFiles: managedFiles.length > 0,
    readable: [readable, reach?.readable].filter((paths) => paths !== undefined).map(withMethods),
    changeable: reach === undefined ? [] : [withMethods(reach.writable)],
    more:
      reach === undefined
        ? undefined
        : {
            tcpPorts: withMethods(reach.tcpPorts),
            udpPorts: withMethods(reach.udpPorts),
            freePort: withMethods(reach.freePort),
          },
  };
}

/** For a rule that a user's own systemd keeps by the same directives. */
export const same = {} as const;
