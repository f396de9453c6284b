// A schema file read through the cache: a change of any input leads to a new reading. Without a change, no reader
// is asked (the result comes at once, not as a promise).

import {
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { type Cache, directoryCache, noCache } from "../../src/cache/cache.ts";
import { recordDisk } from "../../src/cache/recorded-disk.ts";
import { lastDocs, readCachedDocs } from "../../src/docs/cached-docs.ts";
import type { DocsSource, OptionDocs } from "../../src/docs/option-docs.ts";
import { createReader } from "../../src/docs/create-reader.ts";
import { formatUserError, UserError } from "../../src/errors.ts";
import { temporaryDirectory } from "../output/project.ts";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const library = path("../../src/index.ts");

const schema = `import { defineService } from ${JSON.stringify(library)};
import { size } from "dependency";
import { port } from "./options.ts";
const list: readonly number[] = [size];
const inexact: { a?: number } = { a: undefined };
export default defineService({
  name: "demo", summary: "", documentation: "", options: { port },
  model: () => JSON.parse(String([list, inexact])) as never,
});
`;

const options = `import { option, z } from ${JSON.stringify(library)};
/** The port. */
export const port = option(z.number(), { default: 1 });
`;

const tsconfig = (exactOptionalPropertyTypes: boolean): string =>
  JSON.stringify({
    extends: path("../../tsconfig.json"),
    compilerOptions: { exactOptionalPropertyTypes },
    include: [],
  });

interface Project {
  readonly source: DocsSource;
  readonly cache: Cache;
  readonly directory: string;
  readonly write: (path: string, text: string) => void;
}

function project(): Project {
  const root = temporaryDirectory({
    "package.json": '{ "type": "module" }',
    "tsconfig.json": tsconfig(false),
    "schema.ts": schema,
    "options.ts": options,
    "node_modules/dependency/package.json": '{ "types": "index.d.ts" }',
    "node_modules/dependency/index.d.ts": "export declare const size: number;",
  });
  mkdirSync(join(root, "node_modules/@types"));
  symlinkSync(path("../../node_modules/@types/node"), join(root, "node_modules/@types/node"));
  const directory = join(root, "cache");
  return {
    source: { entry: join(root, "schema.ts"), tsconfig: join(root, "tsconfig.json"), root },
    cache: directoryCache(directory, "version 1"),
    directory,
    write: (file, text) => {
      writeFileSync(join(root, file), text);
    },
  };
}

/** A project whose docs are kept. */
async function readProject(): Promise<Project & { readonly docs: OptionDocs }> {
  const made = project();
  const docs = readCachedDocs(made.source, made.cache);
  expect(docs).toBeInstanceOf(Promise);
  return { ...made, docs: await docs };
}

async function messageOf(docs: OptionDocs | Promise<OptionDocs>): Promise<string> {
  try {
    await docs;
  } catch (error) {
    if (error instanceof UserError) return formatUserError(error);
    throw error;
  }
  throw new Error("expected a UserError, but nothing was thrown");
}

test("what was read is there at once the next time, and the same", async () => {
  const { source, cache, docs } = await readProject();
  expect(docs.options.get("port")?.description).toBe("The port.");
  expect(readCachedDocs(source, cache)).toEqual(docs);
  expect(lastDocs(source, cache)).toEqual(docs);
  expect(await readCachedDocs(source, noCache)).toEqual(docs);
});

describe("a mistake is found although everything else is as it was", () => {
  test.each<readonly [string, (made: Project) => void, string]>([
    [
      "in the file itself",
      ({ write }) => {
        write("schema.ts", schema.replace("[size]", '["x"]'));
      },
      "at:       schema.ts:4:34",
    ],
    [
      "in a file it imports",
      ({ write }) => {
        write("options.ts", options.replace("1", '"x"'));
      },
      "at:       options.ts:3:42",
    ],
    [
      "in its use of a package that has changed",
      ({ write }) => {
        write("node_modules/dependency/index.d.ts", "export declare const size: string;");
      },
      "at:       schema.ts:4:34",
    ],
    [
      "by another option of the compiler",
      ({ write }) => {
        write("tsconfig.json", tsconfig(true));
      },
      "at:       schema.ts:5:35",
    ],
    [
      "by a file that is gone",
      ({ source }) => {
        unlinkSync(join(source.root, "options.ts"));
      },
      "error: ./options.ts does not exist",
    ],
    [
      "by a file that takes another's place",
      ({ write }) => {
        write("node_modules/dependency/index.d.ts", "");
        write("node_modules/dependency/package.json", '{ "types": "other.d.ts" }');
      },
      "error:",
    ],
  ])("%s", async (_, change, message) => {
    const made = await readProject();
    change(made);
    expect(await messageOf(readCachedDocs(made.source, made.cache))).toContain(message);
    // Nothing is kept of a failure.
    expect(await messageOf(readCachedDocs(made.source, made.cache))).toContain(message);
  });
});

test("a description that has changed is the new one, and the last one can be asked for", async () => {
  const { source, cache, write, docs } = await readProject();
  write("options.ts", options.replace("The port.", "The other port."));
  expect(lastDocs(source, cache)).toEqual(docs);
  const read = readCachedDocs(source, cache);
  expect(read).toBeInstanceOf(Promise);
  expect((await read).options.get("port")?.description).toBe("The other port.");
});

test("a damaged entry and one of another version are read anew", async () => {
  const { source, cache, directory, docs } = await readProject();
  const other = readCachedDocs(source, directoryCache(directory, "version 2"));
  expect(other).toBeInstanceOf(Promise);
  expect(await other).toEqual(docs);
  expect(readCachedDocs(source, cache)).toBeInstanceOf(Promise);
  const [entry = ""] = readdirSync(directory);
  const file = join(directory, entry);
  writeFileSync(file, readFileSync(file, "utf8").replace("The port.", "The part."));
  expect(await readCachedDocs(source, cache)).toEqual(docs);
});

describe("a reader that stays finds the same as one that starts", () => {
  test("after changes of texts, mistakes, and of what files there are", async () => {
    const { source, write } = project();
    const reader = createReader(recordDisk);
    const same = async (): Promise<OptionDocs> => {
      const { docs, trace } = await reader(source);
      const fresh = await createReader(recordDisk)(source);
      expect(docs).toEqual(fresh.docs);
      expect(trace).toEqual(expect.arrayContaining([...(fresh.trace ?? ["none"])]));
      return docs;
    };
    expect((await same()).options.get("port")?.location.file).toBe("schema.ts");
    write("options.ts", `\n\n${options.replace("default: 1", "default: 2")}`);
    await same();
    write("options.ts", options.replace("1", '"x"'));
    await expect(reader(source)).rejects.toThrow("the schema does not compile");
    write("options.ts", options);
    await same();
    write("new.ts", options);
    write("schema.ts", schema.replace("./options.ts", "./new.ts"));
    await same();
    unlinkSync(join(source.root, "new.ts"));
    await expect(reader(source)).rejects.toThrow("./new.ts does not exist");
    write("new.ts", options);
    await same();
  });
});
