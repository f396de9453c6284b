// The common parts of launchd daemons and launchd agents: the start of a job, its credentials and its sandbox.
//
// launchd.plist(5): https://keith.github.io/xcode-man-pages/launchd.plist.5.html
// sandbox-exec(1): https://keith.github.io/xcode-man-pages/sandbox-exec.1.html

import type { Exp } from "../model/expression.ts";
import type { IrService, Reach } from "../model/service-model.ts";
import { type AssignBinding, type Binding, nix, type NixExpr } from "../nix/index.ts";
import { importLibrary, includeShell } from "../runtime/assets.ts";
import type { Scope } from "./emit-expression.ts";
import { emitConnectPorts, withProxy } from "./forward-proxy.ts";
import { emitProgram, emitValue, ofConfig, ofManaged, type ShellText } from "./shared.ts";
import { preparationTimeout } from "./systemd.ts";

/** Shell code that reads a credential file, chooses exit codes for launchd, and keeps the log small. */
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

/** A job's domain and label, and the directories of its property list. */
export interface JobPlace {
  /** A word of shell code. */
  readonly domain: string;
  readonly label: NixExpr;
  /** The directory of the loaded property list, and that of the next configuration; words of shell code, too. */
  readonly directory: string;
  readonly next: string;
}

/** Shell code that stops a job whose property list changes, and waits for its end. */
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

/** There are no mounts on macOS: managed files are copies, and the sandbox keeps the service from changing them. */
export function copyManagedFiles(service: IrService, scope: Scope): ShellText {
  const directory = emitValue(service.model.stateDirectory.path, scope);
  return [
    ...["state_directory=", nix`lib.escapeShellArg ${directory}`, "\n"],
    includeShell("manage-copies"),
  ];
}

/**
 * launchd has no files of variables: the launcher reads them, before the credentials, which win over them under
 * systemd as well.
 */
export function emitEnvironmentFiles({ model }: IrService, scope: Scope): NixExpr {
  const { files } = model.extra;
  if (files === undefined) return nix.list([]);
  return nix`
    map (
      file: [ "load_environment" "\${prefix}.${files.path.join(".")}" file ]
    ) ${emitValue(files, scope)}
  `;
}

/** launchd has no step before the start: the launcher does it. */
export const prepareBeforeStart: NixExpr = nix`[ [ "confined" ${String(preparationTimeout)} prepare ] ]`;

/** Shell code of the preparation that removes the leftovers of an earlier run. */
export function emitBeforeLaunchdPreparation({ model: { locks } }: IrService): ShellText {
  return [
    includeShell("leftovers"),
    "\nmake_removable ",
    nix`lib.escapeShellArgs ownDirectories`,
    '\nmkdir -p -m 0700 "$TMPDIR"\n',
    ...(locks === undefined ? [] : [`forget_locks '${locks}'\n`]),
  ];
}

/** The words before the program that run it in the sandbox. */
export const inSandbox: NixExpr = nix`[ "/usr/bin/sandbox-exec" "-f" sandboxProfile ]`;

/** The words before a program that run it in the sandbox of the preparation. */
export const inPreparationSandbox: NixExpr = nix`[ "/usr/bin/sandbox-exec" "-f" preparationProfile ]`;

/** `sandboxProfile`: the confinement of the service as a Seatbelt profile; `seatbeltOf` is in scope. */
export function emitSandboxProfile(service: IrService, scope: Scope): AssignBinding {
  const variant = service.variants === undefined ? [] : ["variant"];
  const rootPaths = [
    ...ofConfig(service, "configFile"),
    ...(service.model.command === undefined ? [] : ["program"]),
    ...(service.model.command?.care?.repair === undefined ? [] : ["mend"]),
  ];
  return nix.binding(
    ["sandboxProfile"],
    nix`
      ${importLibrary("closure-profile.nix")} { inherit pkgs; } {
        name = "\${unit}.sb";
        rootPaths = [ ${emitProgram(service, scope)} ${rootPaths.map((name) => nix.id(name))} ] ++ path;
        profile = ${importLibrary("seatbelt-profile.nix")} { inherit lib; } (seatbeltOf {
          ${nix.inherit(["instance", ...ofConfig(service, "settings"), ...variant, "unit", ...ofConfig(service, "configFile"), "certificates", "ownDirectories", ...ofManaged(service), "managedPaths", ...withProxy(service, () => ["isNamed", "hosts"])])}
        });
      }
    `,
    { comment: "The sandbox profile of the service.", blankLine: true },
  );
}

/** `seatbeltOf service`: the permissions of a service, as arguments of seatbelt-profile.nix. */
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
  // The preparation opens these by name, and its sandbox lets it write them.
  const stateDirectory = emitValue(model.stateDirectory.path, scope);
  const prepared = [
    ...(model.config?.link === undefined ? [] : [emitValue(model.config.link, scope)]),
  ];
  // The records of src/runtime/shell/manage-copies.sh.
  const records = ofManaged(service).map(
    (files) => nix`map ({ name, ... }: "\${${stateDirectory}}/managed-\${name}") ${nix.id(files)}`,
  );
  return nix.binding(
    ["seatbeltOf"],
    nix`
      { instance, ${ofConfig(service, "settings")}, ${variant}, unit, ${ofConfig(service, "configFile")}, certificates, ownDirectories, ${ofManaged(service)}, managedPaths, ${withProxy(service, () => ["isNamed", "hosts"])} }:
      {
          name = unit;
          readable = ${together(nix`[ ${readable.map((name) => nix.id(name))} ]`, model.readable, reach?.readable)};
          writable = ownDirectories;
          ${reach === undefined ? [] : nix.binding(["shared"], emitValue(reach.writable, scope))}
          writablePrefixes = ${nix.value(model.temporaryPrefixes.map((prefix) => `/tmp/${prefix}`))};
          managed = ${nix.joined("++", [nix`managedPaths`, nix.list(prepared), ...records])};
          listenPort = ${model.listen === undefined ? nix.null_() : emitValue(model.listen.port, scope)};
          ${emitReach(reach, scope)}
          ${emitConnectPorts(service, scope)}
      }
    `,
    {
      comment: "All permissions of a service on macOS.",
      blankLine: true,
    },
  );
}

/**
 * The scripts that work in the service's directories before the program starts, and their sandbox, which opens
 * these directories only. Unlike the service, they may make the directories and write managed files.
 */
export const preparationSandbox = ({ model }: IrService): readonly AssignBinding[] => [
  nix.binding(
    ["ownSecret"],
    nix`pkgs.writeShellScript "\${unit}-own-secret" ${nix.indented([
      "set -euo pipefail\numask 0077\n\n",
      includeShell("own-secret"),
      '\nown_secret "$1"\n',
    ])}`,
    { comment: "Prints the service's own secret, and makes it first if need be.", blankLine: true },
  ),
  nix.binding(
    ["preparationProfile"],
    nix`
      ${importLibrary("closure-profile.nix")} { inherit pkgs; } {
        name = "\${unit}-preparation.sb";
        rootPaths = [ prepare ownSecret ${model.command?.care === undefined ? [] : [nix`careSteps`]} ] ++ path;
        profile = ${importLibrary("seatbelt-profile.nix")} { inherit lib; } {
          name = "\${unit}-preparation";
          writable = ownDirectories;
          makesWritable = true;
          # GNU's find and coreutils do not know the file flags that the service may have set.
          executable = [ "/usr/bin/chflags" "/usr/bin/find" ];
          listenPort = null;
          egress = "none";
        };
      }
    `,
    {
      comment: "The sandbox profile of the preparation, which works in the service's directories.",
      blankLine: true,
    },
  ),
];

function emitReach(reach: Reach | undefined, scope: Scope): readonly Binding[] {
  if (reach === undefined) return [];
  const { tcpPorts, udpPorts, freePort, sockets, egress } = reach;
  return Object.entries({ tcpPorts, udpPorts, freePort, sockets, egress }).map(([name, value]) =>
    nix.binding([name], emitValue(value, scope)),
  );
}

/** The keys of a job's property list, except its user and group; `logFile` is in scope. */
export function emitJob(service: IrService, scope: Scope): readonly Binding[] {
  const { restart, stateDirectory } = service.model;
  return [
    nix.binding(["WorkingDirectory"], emitValue(stateDirectory.path, scope)),
    nix.binding(["RunAtLoad"], nix`true`),
    nix.binding(["KeepAlive", "SuccessfulExit"], nix`false`, {
      comment:
        "launchd starts it again after any other end, at most once per ThrottleInterval: the launcher\nsucceeds only if no further try can help.",
    }),
    nix.binding(["ThrottleInterval"], nix.int(restart.throttle)),
    nix.binding(["ExitTimeOut"], nix.int(restart.stopTimeout)),
    nix.binding(["ProcessType"], nix`"Standard"`, {
      comment:
        "People wait for it. As a background job, launchd would throttle it and its tools all the time,\nand run them on the slow processors only.",
    }),
    nix.binding(["Umask"], nix.int(0o077), { comment: "077, in decimal." }),
    nix.binding(["StandardOutPath"], nix`logFile`),
    nix.binding(["StandardErrorPath"], nix`logFile`),
    nix.binding(["HardResourceLimits", "Core"], nix.int(0), {
      comment: "A core dump holds every secret of the process.",
    }),
    nix.binding(["SoftResourceLimits", "Core"], nix.int(0)),
  ];
}

/**
 * `certificates`: the certificate authorities for programs of the store. By default these programs look at a path
 * that the sandbox hides, and would trust nobody.
 */
export function emitCertificates(service: IrService, scope: Scope, bundle: NixExpr): AssignBinding {
  const { variables } = service.model.extra;
  const chosen =
    variables === undefined
      ? bundle
      : nix.select(emitValue(variables, scope), ["NIX_SSL_CERT_FILE"], bundle);
  return nix.binding(["certificates"], chosen, {
    comment: "The certificate authorities that programs trust.",
    blankLine: true,
  });
}

/** The variables in which programs look for the authorities. */
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
