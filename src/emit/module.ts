// A whole module file: head, `let` with the shared parts, options, configuration. What a platform
// contributes is its `config` and the way its credentials are read.

import type { IrService } from "../model/service-model.ts";
import { type Binding, nix, type NixExpr } from "../nix/index.ts";
import type { Platform } from "../model/platform.ts";
import { emitAllAssertions, hasSystemAssertions, type PlatformAssertions } from "./assertions.ts";
import { emitInstanceModule, emitInstanceOptions, emitTopLevelOptions } from "./options.ts";
import { preludeFor } from "./prelude.ts";
import { emitOptionPaths, emitRenames } from "./renames.ts";
import { emitServiceFunction, type ServiceSeams } from "./service.ts";

export interface PlatformParts extends PlatformAssertions {
  /** Definitions only this platform needs. */
  readonly definitions: readonly Binding[];
  readonly seams: ServiceSeams;
  /** What the module configures once it is enabled. */
  readonly config: readonly Binding[];
}

export function emitModule(service: IrService, platform: Platform, parts: PlatformParts): NixExpr {
  const definitions: readonly Binding[] = [
    ...emitOptionPaths(service, platform),
    nix.binding(["instanceOptions"], emitInstanceOptions(service, platform), {
      comment: "The options of the instance `name`, whose values are `self`.",
      blankLine: true,
    }),
    nix.binding(["instanceModule"], emitInstanceModule(service, platform), {
      comment: "A declared instance: the same options, with the top level's values as defaults.",
      blankLine: true,
    }),
    nix.binding(["serviceOf"], emitServiceFunction(service, platform, parts.seams), {
      comment: "All it takes to run one instance, on any platform.",
      blankLine: true,
    }),
    nix.binding(
      ["instances"],
      nix`if cfg.instances == { } then { default = cfg; } else cfg.instances`,
      { comment: "Without declared instances the top level is one.", blankLine: true },
    ),
    nix.binding(["services"], nix`lib.mapAttrs serviceOf instances`),
    ...parts.definitions,
  ];
  const options = nix`
    instanceOptions "default" cfg // ${nix.attrs(emitTopLevelOptions(service, platform))}
  `;
  const assertions = emitAllAssertions(service, platform, parts);
  const looksAtOptions = hasSystemAssertions(service, platform);
  return nix`
    { config, lib, ${looksAtOptions ? ["options"] : []}, pkgs, ... }:
    let
      inherit (lib) types;

      cfg = config.services.${service.name};
      ${preludeFor(service, [definitions, options, parts.config, assertions])}
      ${definitions}
    in
    {
      imports = ${emitRenames(service, platform)};

      options.services.${service.name} = ${options};

      config = lib.mkIf cfg.enable {
        assertions = ${assertions};
        ${parts.config}
      };
    }
  `;
}
