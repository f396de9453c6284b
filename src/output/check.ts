// The problems that `generate --check` finds in the output directory. It uses the same plan as the write,
// and changes nothing.

import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";
import type { Plan, PlanEntry } from "./plan.ts";

export type Problem =
  | { readonly kind: "missing" | "foreign"; readonly path: string }
  /** `edited`: changed by hand since the last run; `outdated`: the schema has moved on. */
  | { readonly kind: "outdated" | "edited"; readonly path: string; readonly diff: string }
  | { readonly kind: "orphan"; readonly path: string; readonly removable: boolean };

/** Every difference between the plan and the disk. Paths are relative to the project. */
export function checkPlan(plan: Plan): readonly Problem[] {
  return plan.entries.flatMap((entry) =>
    problemsOf(entry, `${plan.directory.label}/${entry.path}`),
  );
}

function problemsOf(entry: PlanEntry, path: string): readonly Problem[] {
  switch (entry.status) {
    case "unchanged":
      return [];
    case "created":
      return [{ kind: "missing", path }];
    case "updated": {
      const kind = entry.edited ? "edited" : "outdated";
      return [{ kind, path, diff: unifiedDiff(path, entry.previous, entry.text) }];
    }
    case "orphan":
      return [{ kind: "orphan", path, removable: entry.removable }];
    case "foreign":
      return [{ kind: "foreign", path }];
  }
}

/** A patch from the file on the disk to the generated one, in the form that `git apply` reads. */
function unifiedDiff(path: string, before: string, after: string): string {
  return createTwoFilesPatch(`a/${path}`, `b/${path}`, before, after, undefined, undefined, {
    context: 3,
    headerOptions: FILE_HEADERS_ONLY,
  });
}
