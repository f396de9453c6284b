// The files of a service: its options, its `serviceOf` function, its assertions and its confinement, each woven
// from all platforms (weave/), and a module per platform that uses them.

import type { Platform } from "../model/platform.ts";
import type { IrService } from "../model/service-model.ts";
import {
  type Binding,
  nix,
  type NixExpr,
  simplify,
  withLeading,
  withoutUnusedParameters,
} from "../nix/index.ts";
import { emitAllAssertions, type PlatformAssertions, withoutTruisms } from "./assertions.ts";
import {
  onPlatforms,
  onTargets,
  platformName,
  type Target,
  targetName,
  targets,
} from "./weave/targets.ts";
import { type Strand, weave } from "./weave/weave.ts";
import { emitInstanceModule, emitPresets, emitSharedOptions, emitTopLevel } from "./options.ts";
import { definitionsFor, emitTables, preludeFor } from "./prelude.ts";
import { emitOptionPaths, emitRenames } from "./renames.ts";
import { emitServiceFunction, emitSharedFiles } from "./service.ts";
import { type ServiceSeams } from "./shared.ts";

/** A platform's contribution to the files. */
export interface PlatformParts extends PlatformAssertions {
  readonly platform: Platform;
  /** Definitions that only this platform needs. */
  readonly definitions: readonly Binding[];
  /** The confinement on this platform, as functions of the service. */
  readonly confinement: readonly Binding[];
  readonly seams: ServiceSeams;
  /** The configuration of the system, if the service is enabled. */
  readonly config: readonly Binding[];
}

/** A generated Nix file. */
export interface NixFile {
  /** Relative to the output directory. */
  readonly path: string;
  readonly code: NixExpr;
}

export function emitModules(
  service: IrService,
  parts: readonly PlatformParts[],
): readonly NixFile[] {
  const core = service.name;
  const tables = emitTables(service);
  return [
    { path: `${core}/options.nix`, code: emitOptions(service, parts) },
    { path: `${core}/service.nix`, code: emitService(service, parts) },
    { path: `${core}/assertions.nix`, code: emitAssertions(service, parts) },
    { path: `${core}/confinement.nix`, code: emitConfinements(service, parts) },
    ...(tables === undefined ? [] : [{ path: `${core}/tables.nix`, code: tables }]),
    ...parts.map((each) => ({
      path: `${each.platform}/${service.name}.nix`,
      code: emitModule(service, each),
    })),
  ];
}

/** A function from the name of a platform to the module that declares the options. */
function emitOptions(service: IrService, parts: readonly PlatformParts[]): NixExpr {
  const presets = (platform: Platform): readonly Binding[] => {
    const values = emitPresets(service, platform);
    return values === undefined
      ? []
      : [nix.binding(["config", "services", service.name], values, { blankLine: true })];
  };
  const strands = parts.map(({ platform }) => ({
    target: platform,
    code: simplify(nix`
      let
        ${emitOptionPaths(service, platform)}
        ${[...emitSharedOptions(service, platform), ...emitInstanceModule(service, platform)]}
      in
      {
        imports = ${emitRenames(service, platform)};

        options.services.${service.name} = ${emitTopLevel(service, platform)};
        ${presets(platform)}
      }
    `),
  }));
  return nix`
    platform:
    { config, lib, pkgs, ... }:
    ${withPrelude(service, weave(strands, onPlatforms, platformName))}
  `;
}

/** A function that returns the facts and scripts of each instance. */
function emitService(service: IrService, parts: readonly PlatformParts[]): NixExpr {
  const strands = onEachTarget(parts, ({ platform, seams, definitions, confinement }) => {
    const serviceOf = emitServiceFunction(service, platform, seams);
    return nix`
      let
        ${inheritUsed(confinement, [serviceOf], nix`import ./confinement.nix { inherit lib pkgs platform; }`)}
        ${[
          nix.binding(["serviceOf"], serviceOf, {
            comment: "The facts and scripts of one instance.",
            blankLine: true,
          }),
          ...definitionsFor([emitSharedFiles(service), ...definitions], [serviceOf]),
          nix.binding(
            ["instances"],
            nix`
              if cfg.instances == { } then
                { default = cfg; }
              else
                lib.filterAttrs (_: instance: instance.enable) cfg.instances
            `,
            {
              comment: "Without declared instances, the top level is the instance `default`.",
              blankLine: true,
            },
          ),
        ]}
      in
      lib.mapAttrs serviceOf instances
    `;
  });
  return nix`
    { config, lib, pkgs, platform }:
    ${withPrelude(service, weave(strands, onTargets, targetName))}
  `;
}

/** A function that returns the assertions. */
function emitAssertions(service: IrService, parts: readonly PlatformParts[]): NixExpr {
  const strands = onEachTarget(parts, (each) =>
    emitAllAssertions(service, each.platform, each),
  ).map(({ target, code }) => ({ target, code: withoutTruisms(code) }));
  const woven = weave(strands, onTargets, targetName);
  const definitions = parts.flatMap((each) => definitionsFor(each.definitions, [woven]));
  return nix`
    { config, lib, options, pkgs, platform, services }:
    ${withPrelude(service, definitions.length === 0 ? woven : nix.let_(definitions, woven))}
  `;
}

/** A function that returns the functions for the confinement of a service: one per service manager and purpose. */
function emitConfinements(service: IrService, parts: readonly PlatformParts[]): NixExpr {
  const strands = onEachTarget(parts, ({ confinement }) => nix`let ${confinement} in { }`);
  const woven = weave(strands, onTargets, targetName);
  const bindings = woven.kind === "let" ? woven.bindings : [];
  return nix`
    { lib, pkgs, platform }:
    ${withPrelude(service, nix`let ${bindings} in { ${nix.inherit(bindings.flatMap(nameOf))} }`)}
  `;
}

function emitModule(service: IrService, parts: PlatformParts): NixExpr {
  const { platform, config } = parts;
  const core = (file: string): NixExpr => nix.path(`../${service.name}/${file}.nix`);
  const own = definitionsFor(parts.definitions, config);
  const confinement = nix`import ${core("confinement")} { inherit lib pkgs; platform = ${platform}; }`;
  const code = nix`
    let
      services = import ${core("service")} { inherit config lib pkgs; platform = ${platform}; };
      ${[...inheritUsed(parts.confinement, [own, config], confinement), ...own]}
    in
    {
      imports = [ (lib.modules.importApply ${core("options")} ${platform}) ];

      config = lib.mkIf cfg.enable {
        # The module system would look at each assertion again, so it gets only those that fail.
        assertions = lib.filter ({ assertion, ... }: !assertion) (
          import ${core("assertions")} {
            inherit config lib options pkgs services;
            platform = ${platform};
          }
        );
        ${config}
      };
    }
  `;
  return nix`{ config, lib, options, pkgs, ... }: ${withPrelude(service, simplify(code))}`;
}

/** Adds definitions of the helpers that code uses, and removes unused parameters. */
function withPrelude(service: IrService, untrimmed: NixExpr): NixExpr {
  const code = withoutUnusedParameters(untrimmed);
  const [first, ...own] = code.kind === "let" ? code.bindings : [];
  const body = code.kind === "let" ? code.body : code;
  const prelude = preludeFor(service, [code]);
  const all = [
    ...prelude,
    ...(first === undefined ? [] : [withLeading(first, { ...first, blankLine: true })]),
    ...own,
  ];
  return all.length === 0 ? body : nix.let_(all, body);
}

/** The code of each platform, once for each of the platform's targets. */
function onEachTarget(
  parts: readonly PlatformParts[],
  emit: (parts: PlatformParts) => NixExpr,
): readonly Strand<Target>[] {
  return parts.flatMap((each) => {
    const code = emit(each);
    return targets
      .filter(({ platform }) => platform === each.platform)
      .map(({ target, isDarwin }) => ({
        target,
        code: simplify(code, new Map([["isDarwin", isDarwin]])),
      }));
  });
}

function nameOf(binding: Binding): readonly string[] {
  if (binding.kind === "inherit") return binding.names;
  const [key] = binding.path;
  return key?.kind === "name" ? [key.name] : [];
}

/** `inherit (from) …;` with the names of those definitions that code uses. */
function inheritUsed(
  definitions: readonly Binding[],
  code: readonly unknown[],
  from: NixExpr,
): readonly Binding[] {
  const names = definitionsFor(definitions, code).flatMap(nameOf);
  return names.length === 0 ? [] : [nix.inherit(names, from)];
}
