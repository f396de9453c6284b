// The path of the stored configuration schema of a version.

import { join } from "node:path";

export const extension = ".json";

export function schemaPath(directory: string, version: string): string {
  return join(directory, version + extension);
}
