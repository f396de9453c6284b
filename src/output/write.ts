// Carries out a plan, all or nothing. All steps that can run out of space come first, beside
// the targets and under temporary names; then only renames are left. If a step fails, the earlier steps
// are undone in reverse order, so that the directory is as it was.

import { join } from "node:path";
import { diskError, systemErrorCode } from "./disk-error.ts";
import type { FileSystem } from "./file-system.ts";
import { parentPaths } from "./paths.ts";
import type { Plan, PlanEntry } from "./plan.ts";
import { temporaryPath } from "./scan.ts";

type Change =
  | { readonly kind: "create" | "replace"; readonly path: string; readonly text: string }
  | { readonly kind: "delete"; readonly path: string };

/** The reversal of one step. All paths are relative to the project. */
type Undo =
  | { readonly kind: "remove" | "removeDirectory"; readonly path: string }
  | { readonly kind: "restore"; readonly backup: string; readonly path: string };

/** Writes, replaces and removes files as planned, or throws and leaves everything as it was. */
export function writePlan(plan: Plan, fileSystem: FileSystem): void {
  const { root, label, command } = plan.directory;
  const changes = plan.entries.flatMap(changeOf).map((change) => ({
    ...change,
    path: `${label}/${change.path}`,
  }));
  const undo: Undo[] = [];
  let current = label;
  try {
    for (const path of plan.leftovers) fileSystem.remove(join(root, label, path));
    for (const change of changes) {
      current = change.path;
      stage(change, root, fileSystem, undo);
    }
    for (const change of changes) {
      current = change.path;
      commit(change, root, fileSystem, undo);
    }
  } catch (error) {
    const failures = undoAll(undo, root, fileSystem);
    const consequence =
      failures.length === 0 ? "no file was changed" : `could not undo: ${failures.join(", ")}`;
    throw diskError(`cannot write ${current}`, error, command, `; ${consequence}`);
  }
  tidy(changes, plan, fileSystem);
}

function changeOf(entry: PlanEntry): readonly Change[] {
  switch (entry.status) {
    case "created":
      return [{ kind: "create", path: entry.path, text: entry.text }];
    case "updated":
      return [{ kind: "replace", path: entry.path, text: entry.text }];
    case "orphan":
      return entry.removable ? [{ kind: "delete", path: entry.path }] : [];
    case "unchanged":
    case "foreign":
      return [];
  }
}

/** Writes the new content, and a copy of the old, beside the target. Changes no file in place. */
function stage(change: Change, root: string, fileSystem: FileSystem, undo: Undo[]): void {
  if (change.kind !== "delete") {
    for (const directory of [...parentPaths(change.path)].reverse()) {
      if (fileSystem.kind(join(root, directory)) !== "missing") continue;
      fileSystem.makeDirectory(join(root, directory));
      undo.push({ kind: "removeDirectory", path: directory });
    }
    const staged = temporaryPath(change.path, "new");
    // Recorded before the write, because a failed write can leave a file behind.
    undo.push({ kind: "remove", path: staged });
    fileSystem.writeNew(join(root, staged), change.text);
  }
  if (change.kind !== "create") {
    const backup = temporaryPath(change.path, "old");
    undo.push({ kind: "remove", path: backup });
    fileSystem.copy(join(root, change.path), join(root, backup));
  }
}

/** Moves the staged content into place, in one atomic step. */
function commit(change: Change, root: string, fileSystem: FileSystem, undo: Undo[]): void {
  const { kind, path } = change;
  switch (kind) {
    case "create":
      fileSystem.rename(join(root, temporaryPath(path, "new")), join(root, path));
      undo.push({ kind: "remove", path });
      return;
    case "replace":
      fileSystem.rename(join(root, temporaryPath(path, "new")), join(root, path));
      undo.push({ kind: "restore", path, backup: temporaryPath(path, "old") });
      return;
    case "delete":
      fileSystem.remove(join(root, path));
      undo.push({ kind: "restore", path, backup: temporaryPath(path, "old") });
      return;
  }
}

/**
 * Undoes every step, even if one of them fails. It keeps a backup that it cannot put back.
 *
 * @returns the failures, in words
 */
function undoAll(undo: readonly Undo[], root: string, fileSystem: FileSystem): readonly string[] {
  const kept = new Set<string>();
  const failures: string[] = [];
  for (const step of [...undo].reverse()) {
    if (kept.has(step.path)) continue;
    try {
      takeBack(step, root, fileSystem);
    } catch (error) {
      if (systemErrorCode(error) === undefined) throw error;
      if (step.kind === "restore") kept.add(step.backup);
      failures.push(
        step.kind === "restore" ? `${step.path} (its content is in ${step.backup})` : step.path,
      );
    }
  }
  return failures;
}

function takeBack(step: Undo, root: string, fileSystem: FileSystem): void {
  switch (step.kind) {
    case "remove":
      fileSystem.remove(join(root, step.path));
      return;
    case "removeDirectory":
      fileSystem.removeDirectory(join(root, step.path));
      return;
    case "restore":
      fileSystem.rename(join(root, step.backup), join(root, step.path));
      return;
  }
}

/**
 * Removes the backups, and directories that have become empty. The new files are in place by now,
 * so a failure here does not fail the run: the next run removes leftover temporary files.
 */
function tidy(changes: readonly Change[], plan: Plan, fileSystem: FileSystem): void {
  const { root, label } = plan.directory;
  for (const { kind, path } of changes) {
    try {
      if (kind !== "create") fileSystem.remove(join(root, temporaryPath(path, "old")));
      if (kind !== "delete") continue;
      for (const directory of parentPaths(path)) {
        const isInside = directory.startsWith(`${label}/`);
        if (!isInside || fileSystem.list(join(root, directory)).length > 0) break;
        fileSystem.removeDirectory(join(root, directory));
      }
    } catch (error) {
      if (systemErrorCode(error) === undefined) throw error;
    }
  }
}
