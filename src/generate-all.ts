// Generates the files of all services of a project, as they lie on the disk: with headers, and each shared file once.

import { posix, relative, sep } from "node:path";
import type { OutputFile } from "./output/file.ts";
import { addHeader } from "./output/header.ts";
import type { ServiceSource } from "./service-source.ts";

/** From a service to the texts of its files. */
export type Generate = (service: ServiceSource) => readonly OutputFile[];

/**
 * The files of all services, with headers. Shared files occur once, with the first service's header.
 *
 * @param command what brings the files up to date
 */
export function generateAll(
  services: readonly ServiceSource[],
  generate: Generate,
  command: string,
): readonly OutputFile[] {
  const texts = new Map<string, string>();
  return services.flatMap((service) => {
    const schemaFile = schemaLabel(service);
    return generate(service)
      .filter(({ path, text }) => {
        const isShared = texts.get(path) === text;
        texts.set(path, text);
        return !isShared;
      })
      .map((file) => addHeader(file, schemaFile, command));
  });
}

/** The name of a schema file in messages and headers. */
export function schemaLabel({ root, entry }: Pick<ServiceSource, "root" | "entry">): string {
  return relative(root, entry).split(sep).join(posix.sep);
}
