// What launchd daemons and launchd agents share: how a job is started, handed its credentials and
// kept in a sandbox.
//
// launchd.plist(5): https://keith.github.io/xcode-man-pages/launchd.plist.5.html
// sandbox-exec(1): https://keith.github.io/xcode-man-pages/sandbox-exec.1.html

import type { Exp } from "../model/expression.ts";
import type { IrService, Reach } from "../model/service-model.ts";
import { type AssignBinding, type Binding, nix, type NixExpr } from "../nix/index.ts";
import { importLibrary, includeShell } from "../runtime/assets.ts";
import type { Scope } from "./emit-expression.ts";
import { emitProgram, emitValue, ofConfig, type ShellText } from "./service.ts";
import { preparationTimeout } from "./systemd.ts";

/** Reads a credential file, ends so that launchd does not try in vain, and keeps the log small. */
export function readLaunchdSecret(domain: string): ShellText {
  return [
    includeShell("secrets-files"),
    `\nlaunchd_domain=${domain}\npreparation_profile=`,
    nix`preparationProfile`,
    "\nown_secret_program=",
    nix`ownSecret`,
    "\n",
    includeShell("launchd"),
    "\n",
    includeShell("rotate-log"),
    "\nkeep_small ",
    nix`lib.escapeShellArg logFile`,
    "\n",
  ];
}

/** Where launchd finds a job and its description. */
export interface JobPlace {
  /** Words of shell code. */
  readonly domain: string;
  readonly label: NixExpr;
  /** The directory it was loaded from, and the one of the next configuration; words, too. */
  readonly directory: string;
  readonly next: string;
}

/** What stops a job whose description changes, and waits for its end. */
export function emitAwaitStop(
  { model }: IrService,
  { domain, label, ...place }: JobPlace,
): ShellText {
  const plist = (directory: string): string => `"${directory}/$label.plist"`;
  const words = [domain, '"$label"', plist(place.directory), plist(place.next)];
  return [
    "label=",
    nix`lib.escapeShellArg ${label}`,
    `; await_stop ${words.join(" ")} ${String(model.restart.stopTimeout)}`,
  ];
}

/** There are no mounts on macOS: managed files are copies, which the sandbox keeps as they are. */
export function copyManagedFiles(service: IrService, scope: Scope): ShellText {
  const directory = emitValue(service.model.stateDirectory.path, scope);
  return [
    ...["state_directory=", nix`lib.escapeShellArg ${directory}`, "\n"],
    includeShell("manage-copies"),
  ];
}

/** launchd has neither a step before the start nor files of variables: the launcher does both. */
export function emitBeforeLaunchdStart(service: IrService, scope: Scope): NixExpr {
  const { files } = service.model.extra;
  const preparation = nix`[ [ "confined" ${String(preparationTimeout)} prepare ] ]`;
  if (files === undefined) return preparation;
  return nix`
    map (
      file: [ "load_environment" "\${prefix}.${files.path.join(".")}" file ]
    ) ${emitValue(files, scope)}
    ++ ${preparation}
  `;
}

/** What the preparation does about an earlier run. */
export function emitBeforeLaunchdPreparation({ model: { locks } }: IrService): ShellText {
  return [
    includeShell("leftovers"),
    "\nmake_removable ",
    nix`lib.escapeShellArgs ownDirectories`,
    '\nmkdir -p -m 0700 "$TMPDIR"\n',
    ...(locks === undefined ? [] : [`forget_locks '${locks}'\n`]),
  ];
}

/** What runs the program in the sandbox: words before it. */
export const inSandbox: NixExpr = nix`[ "/usr/bin/sandbox-exec" "-f" sandboxProfile ]`;

/** `sandboxProfile`: what the service is kept from doing, as a Seatbelt profile; `seatbeltOf` is in scope. */
export function emitSandboxProfile(service: IrService, scope: Scope): AssignBinding {
  const variant = service.variants === undefined ? [] : ["variant"];
  const rootPaths = [
    ...ofConfig(service, "configFile"),
    ...(service.model.command === undefined ? [] : ["program"]),
  ];
  return nix.binding(
    ["sandboxProfile"],
    nix`
      ${importLibrary("closure-profile.nix")} { inherit pkgs; } {
        name = "\${unit}.sb";
        rootPaths = [ ${emitProgram(service, scope)} ${rootPaths.map((name) => nix.id(name))} ] ++ path;
        profile = ${importLibrary("seatbelt-profile.nix")} { inherit lib; } (seatbeltOf {
          ${nix.inherit(["instance", ...ofConfig(service, "settings"), ...variant, "unit", ...ofConfig(service, "configFile"), "certificates", "ownDirectories", "managedPaths"])}
        });
      }
    `,
    { comment: "What the service is kept from doing.", blankLine: true },
  );
}

/** `seatbeltOf service`: what a service may do, in the words of the library's profiles. */
export function emitSeatbelt(service: IrService, scope: Scope): AssignBinding {
  const variant = service.variants === undefined ? [] : ["variant"];
  const { model } = service;
  const { reach } = model;
  const together = (
    own: NixExpr,
    ...more: readonly (Exp<readonly string[]> | undefined)[]
  ): NixExpr =>
    more.reduce(
      (all, one) => (one === undefined ? all : nix.op("++", all, emitValue(one, scope))),
      own,
    );
  const readable = [...ofConfig(service, "configFile"), "certificates"];
  // What the preparation, whose sandbox lets it write them, opens by its name.
  const stateDirectory = emitValue(model.stateDirectory.path, scope);
  const prepared = [
    ...(model.config?.link === undefined ? [] : [emitValue(model.config.link, scope)]),
    // The records of src/runtime/shell/manage-copies.sh.
    ...model.managedFiles.map(({ name }) => nix`"\${${stateDirectory}}/managed-${name}"`),
  ];
  return nix.binding(
    ["seatbeltOf"],
    nix`
      { instance, ${ofConfig(service, "settings")}, ${variant}, unit, ${ofConfig(service, "configFile")}, certificates, ownDirectories, managedPaths }:
      {
          name = unit;
          readable = ${together(nix`[ ${readable.map((name) => nix.id(name))} ]`, model.readable, reach?.readable)};
          writable = ownDirectories;
          ${reach === undefined ? [] : nix.binding(["shared"], emitValue(reach.writable, scope))}
          writablePrefixes = ${nix.value(model.temporaryPrefixes.map((prefix) => `/tmp/${prefix}`))};
          managed = ${nix.op("++", nix`managedPaths`, nix.list(prepared))};
          listenPort = ${model.listen === undefined ? nix.null_() : emitValue(model.listen.port, scope)};
          ${emitReach(reach, scope)}
      }
    `,
    {
      comment: "What a service may do on macOS: nothing but this.",
      blankLine: true,
    },
  );
}

/**
 * What runs before the program in the service's directories, and its own sandbox: the directories and no
 * more. It may do there what the service may not: make them, and write what is managed.
 */
export const preparationSandbox: readonly AssignBinding[] = [
  nix.binding(
    ["ownSecret"],
    nix`pkgs.writeShellScript "\${unit}-own-secret" ${nix.indented([
      "set -euo pipefail\numask 0077\n\n",
      includeShell("own-secret"),
      '\nown_secret "$1"\n',
    ])}`,
    { comment: "Prints a secret that the service has made for itself.", blankLine: true },
  ),
  nix.binding(
    ["preparationProfile"],
    nix`
      ${importLibrary("closure-profile.nix")} { inherit pkgs; } {
        name = "\${unit}-preparation.sb";
        rootPaths = [ prepare ownSecret ] ++ path;
        profile = ${importLibrary("seatbelt-profile.nix")} { inherit lib; } {
          name = "\${unit}-preparation";
          writable = ownDirectories;
          makesWritable = true;
          # Those of GNU do not know the flags that the service may have set.
          executable = [ "/usr/bin/chflags" "/usr/bin/find" ];
          listenPort = null;
          egress = "none";
        };
      }
    `,
    { comment: "What is done in the service's directories before it starts.", blankLine: true },
  ),
];

function emitReach(reach: Reach | undefined, scope: Scope): readonly Binding[] {
  if (reach === undefined) return [];
  const { tcpPorts, udpPorts, freePort, sockets, egress } = reach;
  return Object.entries({ tcpPorts, udpPorts, freePort, sockets, egress }).map(([name, value]) =>
    nix.binding([name], emitValue(value, scope)),
  );
}

/** The keys of a job's property list, but for the account it runs as; `logFile` is in scope. */
export function emitJob(service: IrService, scope: Scope): readonly Binding[] {
  const { restart, stateDirectory } = service.model;
  return [
    nix.binding(["WorkingDirectory"], emitValue(stateDirectory.path, scope)),
    nix.binding(["RunAtLoad"], nix`true`),
    nix.binding(["KeepAlive", "SuccessfulExit"], nix`false`, {
      comment:
        "Whatever ends it, it is tried again, but not more often than this: the launcher succeeds\nonly where no further try can help.",
    }),
    nix.binding(["ThrottleInterval"], nix.int(restart.throttle)),
    nix.binding(["ExitTimeOut"], nix.int(restart.stopTimeout)),
    nix.binding(["ProcessType"], nix`"Standard"`, {
      comment:
        "People wait for it. In the background, it and its tools would be throttled for good, and run on\nthe slow processors only.",
    }),
    nix.binding(["Umask"], nix.int(0o077), { comment: "077, in decimal." }),
    nix.binding(["StandardOutPath"], nix`logFile`),
    nix.binding(["StandardErrorPath"], nix`logFile`),
    nix.binding(["HardResourceLimits", "Core"], nix.int(0), {
      comment: "A core dump holds every secret the process knows.",
    }),
    nix.binding(["SoftResourceLimits", "Core"], nix.int(0)),
  ];
}

/**
 * `certificates`: the authorities that programs of the store trust. By themselves they look where the
 * sandbox lets nobody read, and then trust nobody.
 */
export function emitCertificates(service: IrService, scope: Scope, bundle: NixExpr): AssignBinding {
  const { variables } = service.model.extra;
  const chosen =
    variables === undefined
      ? bundle
      : nix.select(emitValue(variables, scope), ["NIX_SSL_CERT_FILE"], bundle);
  return nix.binding(["certificates"], chosen, {
    comment: "The authorities that programs trust.",
    blankLine: true,
  });
}

/** Where programs look for the authorities. */
export const certificateVariables = nix`
  {
    # OpenSSL of nixpkgs, and so Node.js, curl, git and Python; GnuTLS.
    NIX_SSL_CERT_FILE = certificates;
    # Other builds of OpenSSL, Go, Rust.
    SSL_CERT_FILE = certificates;
    # A Node.js that has authorities of its own.
    NODE_EXTRA_CA_CERTS = certificates;
  }
`;

/** The environment of a job: launchd gives daemons neither a PATH nor a TMPDIR. */
export function emitJobEnvironment(service: IrService, scope: Scope): NixExpr {
  return nix`
    {
      PATH = lib.makeBinPath path;
      TMPDIR = "\${${emitValue(service.model.stateDirectory.path, scope)}}/tmp";
    }
    // environment
  `;
}
