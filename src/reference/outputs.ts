// The files of the reference.

import type { IrService } from "../model/service-model.ts";
import type { OutputFile } from "../output/file.ts";
import { emitOptionsJson } from "./options-json.ts";
import { emitOptionsMarkdown } from "./options-markdown.ts";
import { emitReferenceJson } from "./reference-json.ts";
import { referenceOf } from "./reference.ts";

/** @param file the schema file that defines the service */
export function referenceOutputs(service: IrService, file: string): readonly OutputFile[] {
  const options = referenceOf(service, file);
  return [
    ...service.platforms.map((platform) => ({
      path: `docs/options-${platform}-${service.name}.json`,
      text: emitOptionsJson(service, platform, file),
    })),
    { path: `docs/options-${service.name}.md`, text: emitOptionsMarkdown(service, options) },
    { path: `docs/reference-${service.name}.json`, text: emitReferenceJson(service, options) },
  ];
}
