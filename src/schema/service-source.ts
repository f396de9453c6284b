import type { Service } from "./define-service.ts";

/** A service and the file it is defined in. */
export interface ServiceSource {
  /** Absolute path of the schema file whose default export is the service. */
  readonly entry: string;
  readonly service: Service;
  /** Directory that reported file names are relative to. */
  readonly root: string;
  readonly tsconfig: string;
}
