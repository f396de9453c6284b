// A service that reaches named hosts through a forward proxy outside of its sandbox: where it cannot be in a network of its
// own, on launchd.

import { BugError } from "../errors.ts";
import type { ForwardProxy, IrService } from "../model/service-model.ts";
import { type AssignBinding, type Binding, nix, type NixExpr } from "../nix/index.ts";
import { importLibrary, includeShell } from "../runtime/assets.ts";
import type { Scope } from "./emit-expression.ts";
import { notInternet } from "./network.ts";
import type { OperatorSeams } from "./operator.ts";
import { emitValue, type ServiceSeams, type ShellText } from "./shared.ts";

/** The forward proxy of a service that may have one. */
function proxyOf({ model }: IrService): ForwardProxy | undefined {
  return model.hosts?.proxy;
}

/** Code for services that may have a proxy, or nothing. */
export function withProxy<T>(
  service: IrService,
  emit: (proxy: ForwardProxy) => readonly T[],
): readonly T[] {
  const proxy = proxyOf(service);
  return proxy === undefined ? [] : emit(proxy);
}

/** The variables that tell a service of its proxy. */
export function emitProxyVariables(service: IrService, scope: Scope): NixExpr | undefined {
  const proxy = proxyOf(service);
  if (proxy === undefined) return undefined;
  const { port, variables, exceptions, more = {} } = proxy;
  return nix`
    lib.optionalAttrs isNamed (
      lib.genAttrs ${nix.value([...variables])} (_: "http://127.0.0.1:\${toString ${emitValue(port, scope)}}")
      // lib.genAttrs ${nix.value([...exceptions])} (_: "localhost,127.0.0.1,::1")
      // ${nix.value(more)}
    )
  `;
}

/** `forwardProxy` and `proxyProfile`: the proxy of an instance as a job of launchd's, and its sandbox. */
export function emitForwardProxy(service: IrService, scope: Scope): readonly AssignBinding[] {
  return withProxy(service, ({ port }) => [
    nix.binding(
      ["forwardProxy"],
      nix`
        ${importLibrary("forward-proxy.nix")} {
          inherit lib pkgs;
          notInternet = ${notInternet};
        } {
          name = "\${unit}-proxy";
          port = ${emitValue(port, scope)};
          inherit hosts;
        }
      `,
      { comment: "The forward proxy that leads to the named hosts.", blankLine: true },
    ),
    nix.binding(
      ["proxyProfile"],
      nix`
        ${importLibrary("closure-profile.nix")} { inherit pkgs; } {
          name = "\${unit}-proxy.sb";
          inherit (forwardProxy) rootPaths;
          profile = ${importLibrary("seatbelt-profile.nix")} { inherit lib; } {
            name = "\${unit}-proxy";
            listenPort = ${emitValue(port, scope)};
            connectPorts = forwardProxy.ownPorts;
            egress = "internet";
          };
        }
      `,
      { comment: "Its sandbox: it reaches the internet, and reads nothing but itself." },
    ),
    nix.binding(["proxyLog"], nix`"\${dirOf logFile}/\${unit}-proxy.log"`),
  ]);
}

/** The names among these definitions that the module uses. */
export function proxyFields(service: IrService): readonly string[] {
  return withProxy(service, () => ["forwardProxy", "proxyProfile", "proxyLog"]);
}

/** The ports of others on this machine to which the sandbox of a service lets it connect. */
export function emitConnectPorts(service: IrService, scope: Scope): readonly Binding[] {
  return withProxy(service, ({ port }) => [
    nix.binding(
      ["connectPorts"],
      nix`lib.optionals isNamed ([ ${emitValue(port, scope)} ] ++ namedHosts.ownPortsOf hosts)`,
    ),
  ]);
}

/** A set, with more in it if an instance has a proxy. */
export function withProxyAccount(
  service: IrService,
  set: NixExpr,
  more: (account: ForwardProxy["account"]) => NixExpr,
): NixExpr {
  const [account] = withProxy(service, (proxy) => [proxy.account]);
  return account === undefined
    ? set
    : nix.op("//", set, nix`lib.optionalAttrs hasProxy ${more(account)}`);
}

/** A list, with the name of the account in it if an instance has a proxy. */
export function withProxyName(service: IrService, list: NixExpr): NixExpr {
  return nix.joined("++", [
    list,
    ...withProxy(service, ({ account }) => [nix`lib.optional hasProxy ${account.user}`]),
  ]);
}

/** `hasProxy`: whether an instance has a proxy, whose account the module makes then. */
export function emitHasProxy(service: IrService): readonly Binding[] {
  return withProxy(service, () => [
    nix.binding(["hasProxy"], nix`lib.any (service: service.isNamed) (lib.attrValues services)`, {
      comment: "Whether there are forward proxies, which run as an account of their own.",
    }),
  ]);
}

/** The words of a proxy's job, as a list. */
export const proxyCommand: NixExpr = nix`
  [ "/usr/bin/sandbox-exec" "-f" "\${proxyProfile}" ] ++ forwardProxy.command
`;

/** The keys of its property list, except its user and group. */
export const proxyJob: readonly Binding[] = [
  nix.binding(["RunAtLoad"], nix`true`),
  nix.binding(["KeepAlive"], nix`true`),
  nix.binding(["ThrottleInterval"], nix.int(10)),
  nix.binding(["ProcessType"], nix`"Standard"`),
  nix.binding(["Umask"], nix.int(0o077), { comment: "077, in decimal." }),
  nix.binding(["StandardOutPath"], nix`proxyLog`),
  nix.binding(["StandardErrorPath"], nix`proxyLog`),
  nix.binding(["SoftResourceLimits", "NumberOfFiles"], nix.int(2048), {
    comment: "Each connection has two.",
  }),
  nix.binding(["HardResourceLimits", "NumberOfFiles"], nix.int(2048)),
  nix.binding(["HardResourceLimits", "Core"], nix.int(0)),
];

/** The jobs of the proxies, as a set by their names. */
export function emitProxyJobs(
  service: IrService,
  job: (proxy: ForwardProxy) => NixExpr,
): readonly NixExpr[] {
  return withProxy(service, (proxy) => [
    nix`
      lib.mapAttrs' (
        _: { unit, forwardProxy, proxyProfile, proxyLog, ... }:
        lib.nameValuePair "\${unit}-proxy" ${job(proxy)}
      ) (lib.filterAttrs (_: service: service.isNamed) services)
    `,
  ]);
}

/** How the operator's command shows the hosts that a proxy leads to; `log` prints what the proxy has said. */
export function proxyEgress(
  service: IrService,
  fields: readonly string[],
  log: ShellText,
): Pick<OperatorSeams, "egress"> {
  if (proxyOf(service) === undefined) return {};
  return {
    egress: {
      functions: [includeShell("egress-proxy"), "\n"],
      fields,
      enter: ["\nproxy_log() { ", ...log, " 2> /dev/null || :; }"],
      shown: nix`namedHosts.shownProxied`,
    },
  };
}

/** Prints the log of a proxy that launchd runs. */
export const launchdLog: ShellText = ["cat -- ", nix`lib.escapeShellArg proxyLog`];

/** `userNetwork`: the units around a service of a user's, in a network of its own. */
export function emitUserNetwork(service: IrService, scope: Scope): readonly AssignBinding[] {
  const { listen } = service.model;
  return withProxy(service, ({ port }) => {
    if (listen === undefined)
      throw new BugError("a service in a network of its own without a port");
    return [
      nix.binding(
        ["userNetwork"],
        nix`
          ${importLibrary("user-egress.nix")} {
            inherit lib pkgs;
            notInternet = ${notInternet};
          } {
            inherit unit hosts;
            title = "${service.name} (\${name})";
            port = ${emitValue(listen.port, scope)};
            proxyPort = ${emitValue(port, scope)};
          }
        `,
        { comment: "The units around a service in a network of its own.", blankLine: true },
      ),
    ];
  });
}

/** Shell code with the functions of the relays. */
export function relayFunctions(service: IrService): ShellText {
  return withProxy(service, () => [
    nix`
      lib.optionalString (isNamed && !isDarwin) (
        "unit=\${lib.escapeShellArg unit}\n"
        + "socket_activate=\${lib.getExe' pkgs.systemd "systemd-socket-activate"}\n"
        + "socket_proxyd=\${pkgs.systemd}/lib/systemd/systemd-socket-proxyd\n"
        + ${includeShell("relay")}
      )
    `,
    "\n",
  ]);
}

/** Shell commands: the network is its own, and relays lead out of it. */
function relaysOf(service: IrService, relays: NixExpr): NixExpr {
  const { hosts } = service.model;
  if (hosts === undefined) throw new BugError("relays without hosts");
  return nix`
    (
      [ [ "expect_own_network" "\${prefix}.${hosts.option.path.join(".")}" ] ] ++ ${relays}
    )
  `;
}

/** A list of commands of the launcher: the network is its own, and relays lead out of it and in. */
export function launcherRelays(service: IrService): readonly NixExpr[] {
  return withProxy(service, () => [
    nix`lib.optionals isNamed ${relaysOf(service, nix`userNetwork.launcherRelays`)}`,
  ]);
}

/** The same for a command of the operator's, which is in another network, and reaches the service as its clients do. */
export function commandRelays(service: IrService): Pick<ServiceSeams, "beforeCommand"> {
  if (proxyOf(service) === undefined) return {};
  return {
    beforeCommand: {
      functions: relayFunctions(service),
      commands: nix`lib.optionals (isNamed && !isDarwin) ${relaysOf(service, nix`userNetwork.commandRelays`)}`,
    },
  };
}
