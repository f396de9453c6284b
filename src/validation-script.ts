// The shell code that asks a service's program about its configuration; a file beside the schema.

import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { validationScript } from "./emit/service.ts";
import { UserError } from "./errors.ts";
import type { IrService } from "./model/service-model.ts";
import type { OutputFile } from "./output/file.ts";
import type { ServiceSource } from "./service-source.ts";

/**
 * The file for the modules; none if the service has no validation.
 *
 * @throws UserError if the schema names a file that does not exist
 */
export function validationOutputs(
  service: IrService,
  { entry, docs }: Pick<ServiceSource, "entry" | "docs">,
): readonly OutputFile[] {
  const script = service.model.config?.validation?.script;
  if (script === undefined) return [];
  const path = resolve(dirname(entry), script);
  if (!existsSync(path)) {
    throw new UserError("the code that validates configurations is missing", {
      location: docs.service,
      expected: path,
      next: "write it, or correct `config.validation`",
    });
  }
  return [{ path: `${service.name}/${validationScript}`, text: readFileSync(path, "utf8") }];
}
