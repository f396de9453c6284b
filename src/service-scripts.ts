// The shell code that a service brings for its builds, read from beside the schema.

import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { buildScript, validationScript } from "./emit/service.ts";
import { UserError } from "./errors.ts";
import type { IrService } from "./model/service-model.ts";
import type { OutputFile } from "./output/file.ts";
import type { ServiceSource } from "./service-source.ts";

/**
 * The files as the modules find them; none where the service has none.
 *
 * @throws UserError where the schema names a file that does not exist
 */
export function scriptOutputs(
  { name, model: { config, build } }: IrService,
  { entry, docs }: Pick<ServiceSource, "entry" | "docs">,
): readonly OutputFile[] {
  const scripts = [
    { file: validationScript, script: config?.validation?.script, part: "config.validation" },
    { file: buildScript, script: build?.script, part: "build" },
  ];
  return scripts.flatMap(({ file, script, part }) => {
    if (script === undefined) return [];
    const path = resolve(dirname(entry), script);
    if (!existsSync(path)) {
      throw new UserError("there is no such shell code", {
        location: docs.service,
        expected: path,
        next: `write it, or correct \`${part}\``,
      });
    }
    return [{ path: `${name}/${file}`, text: readFileSync(path, "utf8") }];
  });
}
