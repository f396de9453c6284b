// Options that had another path: an old configuration goes on working, and a warning names the new path.

import type { IrService, SupersededModule, SupersededOptions } from "../model/service-model.ts";
import { type AssignBinding, type Binding, nix, type NixExpr } from "../nix/index.ts";
import { importLibrary } from "../runtime/assets.ts";
import type { Platform } from "../model/platform.ts";
import { optionsOn } from "../model/option-facts.ts";

/** The name of the list of the service's options, by their dotted paths. */
const optionPaths = "optionPaths";

/** The definition that `emitRenames` needs; none if neither the service nor another module had these options. */
export function emitOptionPaths(service: IrService, platform: Platform): readonly Binding[] {
  if (service.renamedFrom.length === 0 && supersededOn(service, platform).length === 0) return [];
  const paths = optionsOn(service, platform).map(({ path }) => path.join("."));
  return [
    nix.binding([optionPaths], nix.value(["enable", ...paths]), {
      comment: "The paths of options that had another place before.",
      blankLine: true,
    }),
  ];
}

/** The function from two paths to a module that takes one for the other. */
const renamedOption = nix`${importLibrary("renamed-option.nix")} { inherit lib; }`;

export function emitRenames(service: IrService, platform: Platform): NixExpr {
  const ofService = service.renamedFrom.map(
    (former) => nix`
      map (
        path:
        ${renamedOption} (lib.splitString "." "services.${former}.\${path}") (
          lib.splitString "." "services.${service.name}.\${path}"
        )
      ) (${nix.id(optionPaths)} ++ [ "instances" ])
    `,
  );
  const ofModules = supersededOn(service, platform).map((module) =>
    emitSupersededModule(service, module),
  );
  const ofOptions = optionsOn(service, platform).flatMap(({ path, renamedFrom }) =>
    renamedFrom.map(
      (former) => nix`
        (${renamedOption} ${nix.value(["services", service.name, ...former])} ${nix.value(["services", service.name, ...path])})
      `,
    ),
  );
  const lists = [
    ...ofService,
    ...ofModules,
    ...(ofOptions.length === 0 ? [] : [nix.list(ofOptions)]),
  ];
  return nix.joined("++", lists);
}

/** The modules whose options are passed on there. */
export function supersededOn(
  { model }: IrService,
  platform: Platform,
): readonly SupersededModule[] {
  return (model.supersedes ?? []).filter(({ platforms }) => platforms.includes(platform));
}

function emitSupersededModule(service: IrService, module: SupersededModule): NixExpr {
  return nix`
    lib.concatMap (
      from:
      ${importLibrary("superseded-module.nix")} { inherit lib; } {
        inherit from;
        to = ${`services.${service.name}`};
        same = ${nix.id(optionPaths)};
        ${emitDifferences(module)}
        instances = {
          switch = ${module.instances.switch};
          ${emitDifferences(module.instances)}
        };
      }
    ) ${nix.value(module.places)}
  `;
}

function emitDifferences({
  renamed,
  removed,
}: SupersededOptions): readonly [AssignBinding, AssignBinding] {
  const paths = Object.entries(renamed).map(
    ([former, { path }]) => [former, path.join(".")] as const,
  );
  return [
    nix.binding(["renamed"], nix.value(Object.fromEntries(paths))),
    nix.binding(["removed"], nix.value(removed)),
  ];
}
