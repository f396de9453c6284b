// Credentials that stay outside of a service: what it has in their place, and which of them cannot.

import type { IrCredential } from "../model/option-type.ts";
import type { IrService } from "../model/service-model.ts";
import { type Binding, nix, type NixExpr } from "../nix/index.ts";
import { type Scope, scopeOf } from "./emit-expression.ts";
import { emitValue, hasOutsideKeys } from "./shared.ts";

/** How requests get a secret outside of the service, as the modules have it. */
export function outsideOf({ outside }: IrCredential): NixExpr {
  if (outside === undefined) return nix.null_();
  const { settings, ...words } = outside;
  return nix.attrs([
    ...Object.entries(words).map(([name, value]) => nix.binding([name], nix.value(value))),
    ...settings.map(({ path, value }) => nix.binding(["settings", ...path], nix.value(value))),
  ]);
}

/** `outsideKeys` and `loaded`: the credentials that stay outside, and those that the service gets. */
export function emitOutsideKeys(service: IrService, scope: Scope): readonly Binding[] {
  const wanted = service.model.hosts?.keysOutside?.wanted;
  if (wanted === undefined || !hasOutsideKeys(service)) return [];
  return [
    nix.binding(
      ["outsideKeys"],
      nix`
        lib.optionals (${emitValue(wanted, scope)}) (
          keysOutside.keysOf prefix givenSettings (lib.filter (credential: credential.file != null) secretOptions)
        )
      `,
      {
        comment: "The keys that requests get outside of the service: it has a placeholder.",
        blankLine: true,
      },
    ),
    nix.binding(
      ["loaded"],
      nix`lib.filter ({ option, ... }: !lib.any (key: key.option == option) outsideKeys) credentials`,
      { comment: "The credentials that the service has." },
    ),
  ];
}

/** One assertion per credential that can neither stay outside nor be in the service. */
export function emitOutsideAssertions(service: IrService): NixExpr | undefined {
  const keys = service.model.hosts?.keysOutside;
  if (keys === undefined || !hasOutsideKeys(service)) return undefined;
  const option = keys.option.path.join(".");
  const scope = scopeOf(service, "instance");
  return nix`
    lib.concatLists (
      lib.mapAttrsToList (
        _: { instance, prefix, credentials, givenSettings, outsideKeys, ... }:
        map ({ option, ... }: {
          assertion = false;
          message = "\${prefix}.\${option}: is for a server that gets another key from outside of the service. Set one of the two, or set \`${option}\` to false.";
        }) (keysOutside.strayOf outsideKeys credentials)
        ++ map ({ option, ... }: {
          assertion = false;
          message = "\${prefix}.\${option}: the settings name a server for it to which no proxy outside can lead: write its URL as \`https://NAME/PATH\`, without variables and with a name instead of an address, or set \`${option}\` to false.";
        }) (
          lib.filter (
            credential: credential.outside or null != null && !keysOutside.isKnown givenSettings credential
          ) (lib.optionals (${emitValue(keys.wanted, scope)}) credentials)
        )
      ) services
    )
  `;
}
