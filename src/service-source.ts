// A schema file on its way to a service: first it is read, then it is run.

import type { DocsSource, OptionDocs } from "./docs/option-docs.ts";
import type { Service } from "./schema/define-service.ts";

/**
 * Reads a schema file without running it.
 *
 * @throws UserError where it does not compile, or an option has no description
 */
export type ReadSchema = (file: DocsSource) => OptionDocs | Promise<OptionDocs>;

/** A service, the file it is defined in, and what is said about it there. */
export interface ServiceSource extends DocsSource {
  readonly service: Service;
  readonly docs: OptionDocs;
}
