// `nixmodgen explain [OPTION]`.

import { posix } from "node:path";
import { explainAll, type Explanation } from "../explain/explain.ts";
import { findOptions, type Found, namesOf } from "../explain/find-option.ts";
import { type Style, reportGroup, reportOption } from "../explain/report.ts";
import type { IrService } from "../model/service-model.ts";
import { promisesDirectory } from "../emit/promises.ts";

/** The names of all options. */
export function listOptions(services: readonly IrService[]): readonly string[] {
  return services.flatMap(namesOf);
}

/** What `explain --json` prints. */
export interface ExplainReport {
  readonly ok: true;
  readonly options: readonly (Explanation & Pick<Found, "former" | "filledBy">)[];
}

/** @throws UserError if no option has that name */
export function explainAsJson(services: readonly IrService[], name: string): ExplainReport {
  return {
    ok: true,
    options: findOptions(services, name).flatMap((found) =>
      meantBy(found).map((explanation) => ({
        ...explanation,
        ...(found.former !== undefined && { former: found.former }),
        ...(found.filledBy !== undefined && { filledBy: found.filledBy }),
      })),
    ),
  };
}

/**
 * @param output the directory of the generated files
 * @throws UserError if no option has that name
 */
export function explainAsText(
  services: readonly IrService[],
  name: string,
  output: string,
  style: Style,
): string {
  return findOptions(services, name)
    .map((found) => {
      const meant = meantBy(found);
      const [only] = meant;
      if (found.isGroup || only === undefined) return reportGroup(meant, found, style);
      const { evidence } = only;
      // Beginning with a slash, it is a path from the project's directory.
      const path = evidence?.startsWith("/")
        ? evidence.slice(1)
        : evidence && posix.join(output, promisesDirectory, evidence);
      return reportOption(only, found, path, style);
    })
    .join("\n\n");
}

/** The options that were found: one, or those of a group. */
function meantBy({ service, path, isGroup }: Found): readonly Explanation[] {
  return explainAll(service, (candidate) =>
    isGroup
      ? path.every((name, index) => candidate[index] === name)
      : candidate.join(".") === path.join("."),
  );
}
