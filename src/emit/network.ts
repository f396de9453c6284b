// A service in a network of its own, from which it reaches named hosts: on NixOS. Elsewhere: forward-proxy.ts.

import { BugError } from "../errors.ts";
import { linkAndHost, privateNetworks, sharedNetwork, special } from "../model/addresses.ts";
import type { IrService } from "../model/service-model.ts";
import { type Binding, nix, type NixExpr } from "../nix/index.ts";
import { importLibrary } from "../runtime/assets.ts";
import { scopeOf } from "./emit-expression.ts";
import { emitValue, ofConfig } from "./shared.ts";
import { missingCredential } from "./systemd.ts";

/** The programs with which the operator's command looks at a service's network, as shell variables. */
export const egressPrograms = nix`
  lib.concatMapStrings (
    program: "\${program}=\${lib.getExe' config.systemd.package program}\n"
  ) [ "journalctl" "systemctl" ]
`;

/** Joins something to code, for services that may be in a network of their own. */
export function withNetwork(
  { model: { hosts } }: IrService,
  code: NixExpr,
  operator: "//" | "++",
  more: NixExpr,
): NixExpr {
  return hosts === undefined ? code : nix.op(operator, code, more);
}

/** A list of units, with those that make the service's network. */
export function withUnits(service: IrService, units: NixExpr): NixExpr {
  return withNetwork(service, units, "++", nix`lib.optionals isNamed network.required`);
}

/** The addresses that no host on the internet has. */
export const notInternet = nix.value([
  ...linkAndHost,
  ...special,
  ...privateNetworks,
  ...sharedNetwork,
]);

/** `networkOf name service`: the units around a service in a network of its own. */
export function emitNetwork(service: IrService): readonly Binding[] {
  const { hosts, listen } = service.model;
  if (hosts === undefined) return [];
  const scope = scopeOf(service, "instance");
  if (listen === undefined) throw new BugError("a service in a network of its own without a port");
  return [
    nix.binding(
      ["networkOf"],
      nix`
        name: { instance, ${ofConfig(service, "settings")}, unit, hosts, hostsTable, ... }:
        ${importLibrary("named-egress.nix")} {
          inherit lib pkgs;
          systemd = config.systemd.package;
          notInternet = ${notInternet};
          missingCredential = ${missingCredential};
        } {
          inherit unit hosts;
          title = "${service.name} (\${name})";
          port = ${emitValue(listen.port, scope)};
          table = pkgs.writeText "\${unit}-hosts" hostsTable;
        }
      `,
      {
        comment: "The units around a service in a network of its own.",
        blankLine: true,
      },
    ),
  ];
}
