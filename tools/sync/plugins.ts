// Finds the plugins that a release of the gateway knows and does not contain: channels, providers and tools that
// are packages of their own. The catalogue is a constant in the program's code, whose names differ from release
// to release. So this finds it by its shape, and runs nothing of the program.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

import { UserError } from "../../src/errors.ts";
import { z } from "../../src/zod.ts";

/** A plugin that does not come with the gateway. */
export interface ExternalPlugin {
  readonly id: string;
  /** Its npm package. If others maintain it, with the version that the gateway was tried with. */
  readonly npm: string;
  /** The name of the channel, if the plugin is one. */
  readonly channel?: string | undefined;
  /** Environment variables from which the gateway concludes that the user wants the plugin. */
  readonly variables: readonly string[];
}

const entry = z.object({
  name: z.string(),
  openclaw: z.object({
    install: z.object({ npmSpec: z.string() }),
    plugin: z.object({ id: z.string() }).optional(),
    channel: z.object({ id: z.string(), configuredState: z.unknown() }).optional(),
    providers: z.unknown(),
    webSearchProviders: z.unknown(),
    contracts: z.unknown(),
  }),
});

type Entry = z.infer<typeof entry>;

const variable = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/;

/**
 * @param modules the directory of the installed packages
 * @returns sorted by their identifiers
 * @throws UserError if there is no catalogue
 */
export function readPlugins(modules: string): readonly ExternalPlugin[] {
  const dist = join(modules, "openclaw/dist");
  if (!existsSync(dist)) throw new UserError(`there is no ${dist}`);
  const entries = readdirSync(dist)
    .filter((file) => /\.(js|mjs)$/.test(file))
    .flatMap((file) => entriesIn(readFileSync(join(dist, file), "utf8")));
  if (entries.length === 0) throw new UserError(`${dist} has no catalogue of plugins`);
  const plugins = new Map<string, ExternalPlugin>();
  for (const { name, openclaw } of entries) {
    const { install, plugin, channel, providers, webSearchProviders, contracts } = openclaw;
    const id = plugin?.id ?? channel?.id;
    if (id === undefined) throw new UserError(`the plugin ${name} has no identifier`);
    if (existsSync(join(dist, "extensions", id))) continue;
    plugins.set(id, {
      id,
      npm: install.npmSpec,
      ...(channel === undefined ? {} : { channel: channel.id }),
      variables: variablesIn([channel?.configuredState, providers, webSearchProviders, contracts]),
    });
  }
  return [...plugins.values()].sort((a, b) => a.id.localeCompare(b.id, "en"));
}

function entriesIn(text: string): readonly Entry[] {
  if (!text.includes('"npmSpec"') || !text.includes('"openclaw": {')) return [];
  const found: Entry[] = [];
  const visit = (node: ts.Node): void => {
    const { data } = entry.safeParse(
      ts.isObjectLiteralExpression(node) ? valueOf(node) : undefined,
    );
    if (data === undefined) ts.forEachChild(node, visit);
    else found.push(data);
  };
  visit(ts.createSourceFile("catalogue.js", text, ts.ScriptTarget.Latest));
  return found;
}

/** The value of a literal; undefined for other code. */
function valueOf(node: ts.Node): unknown {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isArrayLiteralExpression(node)) return node.elements.map(valueOf);
  if (!ts.isObjectLiteralExpression(node)) return undefined;
  return Object.fromEntries(
    node.properties
      .filter(ts.isPropertyAssignment)
      .flatMap(({ name, initializer }) =>
        ts.isStringLiteralLike(name) || ts.isIdentifier(name)
          ? [[name.text, valueOf(initializer)]]
          : [],
      ),
  );
}

function variablesIn(value: unknown): readonly string[] {
  const all = (part: unknown): readonly string[] => {
    if (typeof part === "string") return variable.test(part) ? [part] : [];
    return typeof part === "object" && part !== null ? Object.values(part).flatMap(all) : [];
  };
  return [...new Set(all(value))].sort();
}
