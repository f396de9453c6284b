// A schema file becomes a service in two steps: the command reads it, then runs it.

import type { DocsSource, OptionDocs } from "./docs/option-docs.ts";
import type { Service } from "./schema/define-service.ts";

/**
 * Reads a schema file without running it.
 *
 * @throws UserError if it does not compile, or an option has no description
 */
export type ReadSchema = (file: DocsSource) => OptionDocs | Promise<OptionDocs>;

/**
 * What is generated: the modules and all they need, the VM tests, the options as JSON Schema, the table of promises,
 * and the interface, which `nixmodgen diff` compares.
 */
export const outputKinds = [
  "modules",
  "vm-tests",
  "json-schema",
  "promises",
  "reference",
  "interface",
] as const;

export type OutputKind = (typeof outputKinds)[number];

/** A service, the file of its definition, and the docs from there. */
export interface ServiceSource extends DocsSource {
  readonly service: Service;
  readonly docs: OptionDocs;
  /** Default: everything. */
  readonly outputs?: readonly OutputKind[];
}
