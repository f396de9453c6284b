// `generate --watch`: generates again whenever a source changes. A process of its own generates; it stays, so that
// the next time modules are loaded and files parsed. A new process replaces it after a change of the library,
// because Node cannot forget an imported module, and after its end: no error ends the watch.

import { spawn, type ChildProcess } from "node:child_process";
import { readdirSync, watch, type FSWatcher } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { configName, findConfig, loadConfig, type LoadedConfig } from "./config.ts";
import { librarySource } from "./library.ts";

/** An editor saves in several steps; changes this close together are one. */
const debounceMs = 50;

/** Modules of earlier runs stay in memory: a process that uses this much memory is replaced. */
const fullBytes = 1.5e9;

interface WatchedDirectory {
  readonly path: string;
  /** Whether a change of the entry of this name matters. */
  readonly isSource: (name: string) => boolean;
}

export interface WatchOptions {
  readonly directory: string;
  readonly config: string | undefined;
  /** Arguments for `node` that start a process which generates on request. */
  readonly command: readonly string[];
}

/** Generates, waits for a change, and so on until the process is interrupted. */
export async function watchSources(options: WatchOptions): Promise<never> {
  let config: LoadedConfig | undefined;
  let server: ChildProcess | undefined;
  for (;;) {
    // While the configuration has a mistake, watch the sources that it named last.
    config = (await tryConfig(options)) ?? config;
    // Watching starts before the generation, so that a change during it is not missed.
    const changed = nextChange(sourceDirectories(options, config));
    server = await generateOnce(server?.connected ? server : startServer(options.command));
    console.log("watching for changes, Ctrl-C ends");
    const path = await changed;
    console.log(`${basename(path)} changed`);
    if (path.startsWith(librarySource)) {
      server?.kill();
      server = undefined;
    }
  }
}

function startServer(command: readonly string[]): ChildProcess {
  return spawn(process.execPath, command, { stdio: ["inherit", "inherit", "inherit", "ipc"] });
}

/** @returns the process, if it can be used again */
function generateOnce(server: ChildProcess): Promise<ChildProcess | undefined> {
  return new Promise((resolveServer) => {
    const onEnd = (): void => {
      resolveServer(undefined);
    };
    server.once("exit", onEnd);
    server.once("message", (usedBytes) => {
      server.off("exit", onEnd);
      const isFull = Number(usedBytes) > fullBytes;
      if (isFull) server.kill();
      resolveServer(isFull ? undefined : server);
    });
    server.send("generate", (error) => {
      if (error !== null) onEnd();
    });
  });
}

async function tryConfig(options: WatchOptions): Promise<LoadedConfig | undefined> {
  try {
    return await loadConfig(options.directory, options.config, true);
  } catch {
    // The generation that follows reports the same mistake.
    return undefined;
  }
}

/** The directories whose files affect the output. */
function sourceDirectories(
  options: WatchOptions,
  config: LoadedConfig | undefined,
): readonly WatchedDirectory[] {
  const file =
    findConfig(options.directory, options.config) ?? resolve(options.directory, configName);
  const output = config === undefined ? undefined : resolve(config.root, config.output);
  const trees = new Set([
    ...(config?.services ?? []).map((entry) => dirname(entry)),
    librarySource,
  ]);
  return [
    {
      path: dirname(file),
      isSource: (name) => name === basename(file) || name === "tsconfig.json",
    },
    ...[...trees]
      .flatMap((tree) => directoriesBelow(tree, output))
      .map((path) => ({ path, isSource: (name: string) => !isIgnored(name) })),
  ];
}

function directoriesBelow(directory: string, output: string | undefined): readonly string[] {
  if (resolve(directory) === output) return [];
  const children = readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !isIgnored(entry.name))
    .flatMap((entry) => directoriesBelow(join(directory, entry.name), output));
  return [directory, ...children];
}

/** Hidden files, editors' backups and installed packages are no sources. */
function isIgnored(name: string): boolean {
  return name.startsWith(".") || name.endsWith("~") || name === "node_modules";
}

/** Resolves to the path of a changed file once no more changes follow. */
function nextChange(directories: readonly WatchedDirectory[]): Promise<string> {
  return new Promise((resolveChange) => {
    let timer: NodeJS.Timeout | undefined;
    const watchers: FSWatcher[] = [];
    const paths = new Set<string>();
    const report = (path: string): void => {
      paths.add(path);
      clearTimeout(timer);
      timer = setTimeout(() => {
        for (const watcher of watchers) watcher.close();
        // Prefer a file of the library: it needs a new process.
        resolveChange([...paths].find((each) => each.startsWith(librarySource)) ?? path);
      }, debounceMs);
    };
    for (const { path, isSource } of directories) {
      const watcher = watch(path, (_event, name) => {
        if (name !== null && isSource(name)) report(join(path, name));
      });
      // The removal of a watched directory is a change, too.
      watcher.on("error", () => {
        report(path);
      });
      watchers.push(watcher);
    }
  });
}
