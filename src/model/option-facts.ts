// Facts about options that modules and manuals must agree on.

import type { IrOption } from "./option-type.ts";
import type { Platform } from "./platform.ts";
import type { IrService } from "./service-model.ts";

export function optionsOn(service: IrService, platform: Platform): readonly IrOption[] {
  return service.options.filter((option) => option.platforms.includes(platform));
}

/** Whether an option holds the free settings of a program whose configuration schema is known. */
export function isSettings(service: IrService, option: IrOption): boolean {
  return (
    service.configSchema !== undefined &&
    option.path.join(".") === service.model.config?.settings.path.join(".")
  );
}

/** Completes the names of options in a description: manuals make links of whole names. */
export function withWholeNames({ name, options }: IrService, description: string): string {
  const known = new Set(options.map(({ path }) => path.join(".")));
  return description.replaceAll(/(?<=\{option\}`)[^`]+(?=`)/g, (path) =>
    known.has(path) ? `services.${name}.${path}` : path,
  );
}
