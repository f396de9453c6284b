// A schema file becomes a service in two steps: the command reads it, then runs it.

import type { DocsSource, OptionDocs } from "./docs/option-docs.ts";
import type { Service } from "./schema/define-service.ts";

/**
 * Reads a schema file without running it.
 *
 * @throws UserError if it does not compile, or an option has no description
 */
export type ReadSchema = (file: DocsSource) => OptionDocs | Promise<OptionDocs>;

/** A service, the file of its definition, and the docs from there. */
export interface ServiceSource extends DocsSource {
  readonly service: Service;
  readonly docs: OptionDocs;
}
