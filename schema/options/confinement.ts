// The options that loosen the confinement. Each says what it costs, and carries the proof of
// what it opens: the VM test has an instance for every test here, and all promises that a test does
// not list have to hold in it.

import {
  choose,
  isMacOS,
  lifts,
  namedHost,
  option,
  perPlatform,
  plainPath,
  port,
  relaxation,
  shows,
  showsOutside,
  stableNumber,
  z,
} from "nixmodgen";
import { propertyIs, startChecked } from "nixmodgen/baseline";
import { address } from "../addresses.ts";

const onLinux = ["nixos", "home-manager"] as const;

const plainPaths = z.array(plainPath());

/** Ports on which an ordinary user may listen. */
const unprivilegedPorts = z.array(z.number().int().min(1024).max(65535));

/** The outcomes of an inner sandbox: in a strict service it fails at its first step. */
const unlike = (relaxed: string): { readonly relaxed: string; readonly strict: string } => ({
  relaxed,
  strict: "no-namespaces",
});

/** Promises that a service keeps only if it may connect to the internet. */
const internet = [
  "the internet can be reached",
  "the internet of version 6, too",
  "servers show certificates that the machine trusts",
] as const;

const yes = { relaxed: "yes", strict: "no" };

export const relaxations = {
  /**
   * Directories and files outside of its own that the service may read, such as a music collection.
   * Whoever the model talks to may get what is in them, and a text in them may talk the model into
   * something. The service can connect to sockets in them. The service's user needs permission to
   * read them; on Linux, files of other users appear to be owned by `nobody`. The service does not
   * start while one of them is missing. Blanks, colons, quotes, backslashes and percent signs are
   * not possible.
   */
  readOnlyPaths: relaxation(plainPaths, { default: [], example: ["/srv/music"] }, [
    {
      name: "read-only-paths",
      value: ["/srv", "/home/alice/neighbour"],
      lifts: lifts("done", "/srv", "home directories"),
      shows: [
        shows("nothing can be written there", ["write", "/srv/neighbour"], {
          relaxed: "EROFS",
          strict: "ENOENT",
        }),
      ],
    },
  ]),

  /**
   * Directories and files outside of its own that the service may read, change and delete: all that
   * {option}`confinement.readOnlyPaths` costs, and what is in them is lost when the model is talked
   * into it. Whatever other programs take from there (scripts, web pages, configuration) is the
   * model's word. The service's user needs permission to write there.
   */
  readWritePaths: relaxation(plainPaths, { default: [], example: ["/srv/notes"] }, [
    {
      name: "read-write-paths",
      value: ["/data"],
      lifts: lifts(
        "done",
        "directories nobody thought of",
        "writing elsewhere",
        "world-writable directories",
      ),
    },
  ]),

  /**
   * Whether programs of the service may build sandboxes of their own, as browsers and bubblewrap
   * do. Namespaces and the system calls for mounts bring kernel code within reach that is otherwise
   * for administrators, and that many local attacks began with; facts about the machine in `/proc`
   * can be read, too. What is closed to the service stays closed to its sandboxes; but from one of them it
   * can take managed files off, until the next start, and write in their places; and where it leaves a
   * link there, the service manager makes an empty file or directory where that leads, in whatever
   * the service may read. Rootless containers do not work: their `newuidmap` is a set-uid program. A
   * browser that is driven over a port needs that in {option}`confinement.listenTCPPorts`.
   */
  nestedSandboxes: relaxation(z.boolean(), { default: false, platforms: onLinux }, [
    {
      name: "nested-sandboxes",
      value: true,
      lifts: [
        ...lifts("done", "user namespaces", "mount namespaces", "network namespaces"),
        ...lifts("done", "facts about the machine"),
        ...lifts("EFAULT", "mounts", "another root"),
        ...lifts("EBADF", "entering the namespaces of others"),
      ],
      shows: [
        shows("files of its own", ["nested", "files"], unlike("done")),
        shows("processes of its own", ["nested", "processes"], unlike("done")),
        shows("an empty root, as browsers make it", ["nested", "empty-root"], unlike("done")),
        shows("what is hidden stays hidden", ["nested", "uncover"], unlike("EINVAL")),
        shows("what is read-only stays so", ["nested", "make-writable"], unlike("EPERM")),
        shows("other ports stay closed", ["nested", "listen"], unlike("EPERM")),
      ],
    },
  ]),

  /**
   * Where the service may connect to:
   *
   * - `internet`: everything but the cloud's metadata service and the machines of the local network.
   * - `any`: these, too. A model that is talked into it can attack routers, printers and whatever
   *   trusts the local network, and can ask a cloud for the machine's own credentials.
   * - `none`: this machine alone. Only models that run here can be used.
   * - `named`: the hosts of the providers and channels whose credentials are set, those of
   *   `baseUrl` and `apiRoot` in {option}`settings`, and those in {option}`confinement.hosts`, each on
   *   its port. Pages of the web (`web_fetch`) and plugins' and tools' servers have to be listed. On
   *   Linux the service is in a network of its own, with nothing else in it: no local network, no
   *   services and no abstract sockets of this machine, no other names; {option}`gateway.bind` has to be
   *   `loopback`. On macOS it reaches one port of this machine. There, and for a user's service on Linux, a
   *   proxy leads to these hosts, and programs have to know of it; names are looked up by the proxy alone.
   * - a list: the addresses and networks in it, on every port (`192.168.1.10`, `10.0.0.0/8`,
   *   `fd00::/8`), and what `internet` stands for if that is among them. Where
   *   {option}`gateway.bind` is not `loopback`, the gateway's clients have to be in it.
   *
   * On Linux, unless this is `named`, this machine, with all that listens on it, is always within reach,
   * and names can always be looked up, which is a way out for small amounts of data.
   *
   * On macOS addresses cannot be told apart: `internet` is everything by version 4 but this
   * machine, the local network included; a list is refused, and `none` looks up no names. The
   * service manager of a user on Linux cannot limit connections: there, only `any` and `named` are true.
   */
  egress: relaxation(
    z.union([
      z.enum(["internet", "any", "none", "named"]),
      z.array(z.union([z.literal("internet"), z.string().regex(address)])),
    ]),
    {
      default: perPlatform<"internet" | "any">({
        nixos: "internet",
        "home-manager": choose(isMacOS, "internet", "any"),
        darwin: "internet",
      }),
      example: ["internet", "192.168.1.10"],
    },
    [
      {
        name: "egress-any",
        value: "any",
        lifts: lifts(
          "done",
          "cloud metadata",
          "cloud metadata over version 6",
          "the cloud's host",
          "large private networks",
          "middling private networks",
          "small private networks",
          "carriers' and tunnels' networks",
          "site-local networks",
          "cloud metadata behind a translator",
          "private networks through a tunnel",
        ),
      },
      {
        name: "egress-named",
        value: "named",
        lifts: [
          ...lifts(
            "ECONNREFUSED",
            "a limit: abstract sockets of others are within reach",
            "services of this machine",
          ),
          ...lifts(
            "own",
            "a limit: the network is the machine's, unless only named hosts are to be reached",
          ),
          ...lifts(
            "gaierror",
            "names are looked up by nscd, which may ask the local network",
            "names of the internet are looked up",
            "servers show certificates that the machine trusts",
          ),
          ...lifts("timeout", "the resolver answers"),
          ...lifts(
            "ENETUNREACH",
            "the internet can be reached",
            "the internet of version 6, too",
            "cloud metadata",
            "cloud metadata over version 6",
            "the cloud's host",
            "large private networks",
            "middling private networks",
            "small private networks",
            "carriers' and tunnels' networks",
            "site-local networks",
            "cloud metadata behind a translator",
            "private networks through a tunnel",
          ),
        ],
      },
      {
        name: "egress-none",
        value: "none",
        lifts: lifts("timeout", ...internet),
      },
      {
        name: "egress-list",
        value: ["10.0.0.0/8"],
        lifts: [...lifts("done", "large private networks"), ...lifts("timeout", ...internet)],
      },
      {
        name: "egress-and-one",
        value: ["internet", "192.168.20.30"],
        lifts: lifts("done", "small private networks"),
      },
    ],
  ),

  /**
   * Hosts that the service may connect to if {option}`confinement.egress` is `named`, each with its
   * port unless that is 443. An address, or a name with its address (`nas.lan=192.168.1.10:8443`), lets it
   * reach a private address or, as `localhost:11434`, a service of this machine; a name alone never
   * leads there. Whoever the service can reach can be told what the service knows, and a host that serves
   * many sites or passes requests on leads to all of them. `moltbot egress` shows what is used, and
   * what was asked for in vain.
   */
  hosts: option(z.array(namedHost()), {
    default: [],
    example: ["api.github.com", "registry.npmjs.org", "localhost:11434"],
  }),

  /**
   * The port of the proxy that leads to the named hosts, if {option}`confinement.egress` is `named`: on macOS the one
   * port of this machine, besides those in {option}`confinement.hosts`, to which the service may connect; on Linux a
   * port of the service's own network, and at least 1024, as nobody there may listen on a lower one. Programs that
   * know of no proxy (`HTTPS_PROXY`) reach nothing.
   */
  proxyPort: option(port(), {
    default: stableNumber(13128, 1000),
    instance: "own",
    platforms: ["home-manager", "darwin"],
  }),

  /**
   * Whether the keys of providers stay outside of the gateway, if {option}`confinement.egress` is `named`. The gateway
   * gets a placeholder and, in its settings, a URL in its own network. That leads to a proxy, which runs as another
   * user, has the key, adds it to each request, and reaches the provider's server alone. A model that was talked
   * into it can use the key as long as it runs, but never has it. For most providers under {option}`providers`;
   * `docs/keys.md` has a table. Other secrets stay inside: messengers' tokens, {option}`credentials`,
   * {option}`environmentFiles`, and the gateway's own token.
   */
  keysOutside: option(z.boolean(), { default: false, example: true }),

  /**
   * Further TCP ports the service's programs may listen on, on all addresses; the firewall is not
   * opened. Who can connect to one can talk to whatever the model has started there.
   */
  listenTCPPorts: relaxation(unprivilegedPorts, { default: [], example: [9222] }, [
    { name: "tcp-ports", value: [28790], lifts: lifts("done", "other ports") },
  ]),

  /** The same for UDP. */
  listenUDPPorts: relaxation(unprivilegedPorts, { default: [], example: [5353] }, [
    { name: "udp-ports", value: [28790], lifts: lifts("done", "datagram ports") },
  ]),

  /**
   * The most memory the service and its programs may use together, in bytes (`2G`) or as a share of
   * the machine's (`50%`). Null is 75%, so that the machine survives a program that fills its
   * memory; `infinity` gives that up.
   */
  memoryMax: relaxation(
    z
      .string()
      .regex(/^([1-9][0-9]*[KMGT]?|([1-9][0-9]?|100)%|infinity)$/)
      .nullable(),
    { default: null, example: "4G", platforms: onLinux },
    [
      {
        name: "memory-max",
        value: "2G",
        shows: [showsOutside("memory is 2 GiB", propertyIs("MemoryMax", "2147483648"), yes)],
      },
    ],
  ),

  /**
   * The most processes and threads the service may have. Null is 1024, which browsers may find too
   * few. Every one more is one that a loop which starts processes takes from the machine.
   */
  tasksMax: relaxation(
    z.number().int().min(64).max(4194304).nullable(),
    { default: null, example: 4096, platforms: onLinux },
    [
      {
        name: "tasks-max",
        value: 2048,
        lifts: lifts("no", "no more than 1024 processes"),
        shows: [showsOutside("2048 processes", propertyIs("TasksMax", "2048"), yes)],
      },
    ],
  ),

  /**
   * The most processor time the service may use, as a share of one processor (`150%` is one and a
   * half). Null is no limit. A limit costs response time, not safety.
   */
  cpuQuota: relaxation(
    z
      .string()
      .regex(/^[1-9][0-9]*%$/)
      .nullable(),
    { default: null, example: "200%", platforms: onLinux },
    [
      {
        name: "cpu-quota",
        value: "50%",
        shows: [showsOutside("half a processor", propertyIs("CPUQuotaPerSecUSec", "500ms"), yes)],
      },
    ],
  ),

  /**
   * Further kinds of sockets. Each opens kernel code that few have looked at, and what is behind it:
   * `AF_BLUETOOTH` devices nearby, `AF_VSOCK` the machine's hypervisor or its guests, `AF_CAN`
   * vehicles and machines, `AF_ALG` the kernel's ciphers. `AF_UNIX` is for home-manager's service on
   * Linux, where every program of the user that has an abstract socket comes with it; the other
   * services have it.
   */
  addressFamilies: relaxation(
    z.array(z.enum(["AF_ALG", "AF_BLUETOOTH", "AF_CAN", "AF_UNIX", "AF_VSOCK"])),
    { default: [], example: ["AF_BLUETOOTH"], platforms: onLinux },
    [
      {
        name: "address-families",
        value: ["AF_VSOCK"],
        shows: [
          shows("the hypervisor", ["socket", "AF_VSOCK"], {
            relaxed: "done",
            strict: "EAFNOSUPPORT",
          }),
        ],
      },
    ],
  ),

  /**
   * Whether the service may ask the Nix daemon to build; add the `nix` program itself to
   * {option}`path`. The model can then fill the disk, add anything to the store, run programs as
   * the build users outside of this service's limits, and reach every address from fixed-output
   * derivations, whatever {option}`confinement.egress` says. A user that the daemon trusts can
   * become root: that is refused where the daemon's settings are known.
   */
  nixDaemon: relaxation(z.boolean(), { default: false }, [
    {
      name: "nix-daemon",
      value: true,
      lifts: lifts("done", "the Nix daemon"),
      shows: [
        shows("programs know of it", ["run", 'test "$NIX_REMOTE" = daemon'], {
          relaxed: "done",
          strict: "exit-1",
        }),
      ],
    },
  ]),

  /**
   * Directives without which the service may run where systemd, the kernel or a container around them
   * does not carry them out. The service looks at its sandbox at each start, and ends where something
   * is missing. What each directive keeps is in the table of promises; without `PrivatePIDs`, for one,
   * the model sees the processes of the same user, and may read what they have in memory.
   */
  acceptMissing: option(z.array(z.enum(startChecked)), {
    default: [],
    example: ["PrivatePIDs"],
    platforms: onLinux,
  }),
};
