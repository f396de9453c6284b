// The options of a service on one platform in the format of `nixosOptionsDoc`'s options.json, for manuals, search
// pages and editors. It is what nixpkgs makes of the module, with the schema's files as declarations.

import type { Platform } from "../model/platform.ts";
import type { IrService } from "../model/service-model.ts";
import { documentedOptions } from "./reference.ts";

/** @param file the schema file that defines the service */
export function emitOptionsJson(service: IrService, platform: Platform, file: string): string {
  const options = documentedOptions(service, platform, file).map(
    ({ name, declaredIn, loc, type, description, ...values }) => [
      name,
      { declarations: [{ name: declaredIn }], ...values, description, loc, readOnly: false, type },
    ],
  );
  return `${JSON.stringify(Object.fromEntries(options), null, 2)}\n`;
}
