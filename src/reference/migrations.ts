// Old names of options, and what to write instead: from the renames of the service and of its options, and from the
// modules that it replaces.

import type { Platform } from "../model/platform.ts";
import type { IrService, SupersededOptions } from "../model/service-model.ts";

export interface Migration {
  /** The old name, whole. */
  readonly from: string;
  /** The new name, whole; absent if there is none. */
  readonly to?: string;
  /** What to do instead, if there is no new name. */
  readonly advice?: string;
  /** The platforms whose modules know the old name. */
  readonly platforms: readonly Platform[];
}

export function migrationsOf(service: IrService): readonly Migration[] {
  const { name, platforms, model } = service;
  const root = `services.${name}`;
  return [
    ...service.renamedFrom.map((former) => ({
      from: `services.${former}.*`,
      to: `${root}.*`,
      platforms,
    })),
    ...service.options.flatMap((option) =>
      option.renamedFrom.map((former) => ({
        from: `${root}.${former.join(".")}`,
        to: `${root}.${option.path.join(".")}`,
        platforms: option.platforms,
      })),
    ),
    ...(model.supersedes ?? []).flatMap((module) =>
      module.places.flatMap((place) => [
        { from: `${place}.*`, to: `${root}.*`, platforms: module.platforms },
        ...rowsOf(module, place, root, module.platforms),
        ...rowsOf(
          module.instances,
          `${place}.instances.<name>`,
          `${root}.instances.<name>`,
          module.platforms,
        ),
      ]),
    ),
  ];
}

function rowsOf(
  { renamed, removed }: SupersededOptions,
  from: string,
  to: string,
  platforms: readonly Platform[],
): readonly Migration[] {
  return [
    ...Object.entries(renamed).map(([former, { path }]) => ({
      from: `${from}.${former}`,
      to: `${to}.${path.join(".")}`,
      platforms,
    })),
    ...Object.entries(removed).map(([former, advice]) => ({
      from: `${from}.${former}`,
      advice,
      platforms,
    })),
  ];
}
