import { chmodSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { recordDisk } from "../../src/cache/recorded-disk.ts";
import { createNativeReader } from "../../src/docs/create-reader.ts";
import type { DocsSource, OptionDocs } from "../../src/docs/option-docs.ts";
import { readDocs } from "../../src/docs/read-docs.ts";
import { UserError } from "../../src/errors.ts";
import { asOrdinaryUser, messageOf } from "../output/project.ts";
import { withTemporaryDir } from "../support/tools.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

const tsconfig = join(root, "tsconfig.json");

function sourceOf(name: string): DocsSource {
  return {
    entry: fileURLToPath(new URL(`fixtures/${name}.ts`, import.meta.url)),
    tsconfig,
    root,
  };
}

function read(name: string): OptionDocs {
  return readDocs(sourceOf(name));
}

const here = "tests/docs/fixtures/complete.ts";
const shared = "tests/docs/fixtures/shared.ts";

const markdown = `How it works: see the manual, shared.

- one,
  indented

\`\`\`sh
mail @somebody
\`\`\``;

/** Path, description, file and line. */
const found: readonly (readonly [string, string, string, number])[] = [
  ["level", "Shared by spreading.", shared, 7],
  ["mode", markdown, here, 45],
  ["token", "The token.", here, 47],
  ["grouped.deep.user", "In a group.", here, 54],
  ["channels.telegram.enable", "Whether the channel is used.", shared, 29],
  ["channels.matrix.enable", "Whether the channel is used.", shared, 29],
  ["asIs", "Taken as it is.", here, 61],
  ["changed", "Taken with other facets.", here, 62],
  ["reworded", "In words of its own.", here, 64],
  ["rules", "A list.", here, 67],
  ["rules.*.name", "Name of the rule.", here, 16],
  ["rules.*.where", "Where it applies.", here, 19],
  ["rules.*.where.host", "The host.", here, 19],
  ["byName", "A record.", here, 70],
  ["byName.*.name", "Name of the rule.", here, 16],
  ["byName.*.where", "Where it applies.", here, 19],
  ["byName.*.where.host", "The host.", here, 19],
  ["either", "A union.", here, 73],
  ["either.|1.*.a", "In a member.", here, 74],
  ["tagged", "Objects told apart.", here, 78],
  ["tagged.|0.a", "Of x.", here, 80],
  ["tagged.|1.a", "Of y.", here, 81],
];

it("finds every option and field, wherever it is written", () => {
  const docs = read("complete");
  const actual = [...docs.options].map(([path, { description, location }]) => [
    path,
    description,
    location.file,
    location.line,
  ]);
  expect(new Set(actual)).toEqual(new Set(found));
  expect(docs.service).toEqual({ file: here, line: 25 });
});

describe("the native compiler", () => {
  const readNatively = createNativeReader(recordDisk);

  it.each([
    ["options in every place", sourceOf("complete")],
    ["the moltbot schema", { entry: join(root, "schema/moltbot.ts"), tsconfig, root }],
  ])("reads the same: %s", (_, source) => {
    const read = readNatively(source)?.docs;
    const { service, options } = readDocs(source);
    expect(read?.service).toEqual(service);
    expect(new Map(read?.options)).toEqual(new Map(options));
  });

  it.each(["missing", "one-missing", "no-service", "no-default"])(
    "leaves mistakes to the other one: %s",
    (name) => {
      expect(readNatively(sourceOf(name))).toBeUndefined();
    },
  );

  it.each([
    ["a type", "/** A. */ a: option(z.string(), { defualt: 'x' }),"],
    ["the syntax", "/** A. */ a: option(z.string(),,"],
    ["no option", "/** A. */ a: z.string(),"],
    ["a tag in a comment", "/** @internal */ a: option(z.string()),"],
  ])("leaves mistakes to the other one: %s", (_, options) => {
    withTemporaryDir((directory) => {
      const entry = join(directory, "it.ts");
      const library = JSON.stringify(join(root, "src/index.ts"));
      const text = (inside: string): string =>
        `import { option, z } from ${library};\nexport default { options: { ${inside} } };`;
      const source = { entry, tsconfig, root: directory };
      writeFileSync(join(directory, "package.json"), '{ "type": "module" }');
      writeFileSync(entry, text("/** A. */ a: option(z.string()),"));
      expect(createNativeReader(recordDisk)(source)?.docs.options.size).toBe(1);
      writeFileSync(entry, text(options));
      expect(createNativeReader(recordDisk)(source)).toBeUndefined();
    });
  });
});

describe("what is missing", () => {
  it("is told all at once", () => {
    const file = "tests/docs/fixtures/missing.ts";
    expect(() => read("missing")).toThrow(
      new UserError(
        [
          "4 options have no doc comment:",
          `  gateway.port (${file}:10)`,
          `  gateway.rules.*.name (${file}:12)`,
          `  empty (${file}:15)`,
          `  empty.a (${file}:15)`,
        ].join("\n"),
        {
          option: "gateway.port",
          location: { file, line: 10 },
          next: "write what the option is for in a /** comment */ above it",
        },
      ),
    );
  });

  // These do not compile, so they are no fixtures.
  it.each([
    [
      "a facet that does not exist",
      "/** A. */ a: option(z.string(), { defualt: 'x' }),",
      { line: 3, option: "a", received: /'defualt' does not exist .* Did you mean .*'default'/ },
    ],
    [
      "a platform that does not exist",
      "/** A. */ a: option(z.string(),\n{ platforms: ['macos'] }),",
      { line: 4, option: "a", received: /"macos".* is not assignable .*"darwin"/ },
    ],
    [
      "a secret with a default",
      "/** A. */ a: credential({ variable: 'A' }, { default: '/run/a' }),",
      { line: 3, option: "a", received: /'default' does not exist/ },
    ],
    [
      "a type error before a missing comment",
      "a: option(z.strin()),",
      { line: 3, option: undefined, received: /'strin' does not exist/ },
    ],
  ])("refuses what TypeScript would: %s", (_, options, { line, option, received }) => {
    withTemporaryDir((directory) => {
      const entry = join(directory, "it.ts");
      const library = JSON.stringify(join(root, "src/index.ts"));
      const imports = `import { credential, option, z } from ${library};\n`;
      writeFileSync(entry, `${imports}\nexport default { options: { ${options} } };`);
      let details: unknown;
      try {
        readDocs({ entry, tsconfig, root: directory });
      } catch (error) {
        if (error instanceof UserError) details = error.details;
      }
      expect(details).toMatchObject({
        option,
        location: { file: "it.ts", line },
        received: expect.stringMatching(received) as unknown,
      });
    });
  });

  // The formatter would move this comment, so it is not in a fixture.
  it("is not taken from a comment at the end of the line before", () => {
    withTemporaryDir((directory) => {
      const entry = join(directory, "it.ts");
      const library = JSON.stringify(join(root, "src/index.ts"));
      const options = "/** A. */ a: option(z.string()), /** A, too. */\n b: option(z.string()),";
      writeFileSync(
        entry,
        `import { option, z } from ${library}; export default { options: { ${options} } };`,
      );
      expect(() => readDocs({ entry, tsconfig, root: directory })).toThrow(
        new UserError("an option has no doc comment", {
          option: "b",
          location: { file: "it.ts", line: 2 },
          next: "write what the option is for in a /** comment */ above it",
        }),
      );
    });
  });

  it.each([
    ["one-missing", "an option has no doc comment", "gateway.port", 7],
    ["no-service", "the default export is not a service", undefined, 1],
    ["no-default", "tests/docs/fixtures/no-default.ts has no default export", undefined, undefined],
  ])("%s: %s", (name, message, option, line) => {
    let error: unknown;
    try {
      read(name);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ message });
    const details = error instanceof UserError ? error.details : {};
    expect(details.option).toBe(option);
    expect(details.location?.line).toBe(line);
  });
});

describe("the tsconfig.json", () => {
  const entryIn = (directory: string): string => {
    const entry = join(directory, "it.ts");
    writeFileSync(entry, "export default { options: {} };");
    return entry;
  };

  it("may leave it open what is compiled: no other directory is looked at", () => {
    withTemporaryDir((directory) => {
      const entry = entryIn(directory);
      const own = join(directory, "tsconfig.json");
      writeFileSync(own, '{ "compilerOptions": { "strict": true } }');
      const closed = join(directory, "closed");
      mkdirSync(closed);
      asOrdinaryUser(directory, () => {
        chmodSync(closed, 0o000);
        try {
          expect(() => readdirSync(closed)).toThrow("EACCES");
          expect(readDocs({ entry, tsconfig: own, root: directory }).service.file).toBe("it.ts");
        } finally {
          chmodSync(closed, 0o700);
        }
      });
    });
  });

  it.each([
    ["no JSON", '{ "compilerOptions": {', "'}' expected."],
    [
      "an option that does not exist",
      '{ "compilerOptions": { "strikt": true } }',
      "Unknown compiler option 'strikt'. Did you mean 'strict'?",
    ],
    ["another that is not there", '{ "extends": "./base.json" }', /base\.json/],
  ])("is refused where it is wrong: %s", (_, text, received) => {
    withTemporaryDir((directory) => {
      const entry = entryIn(directory);
      const own = join(directory, "tsconfig.json");
      writeFileSync(own, text);
      const message = messageOf(() => readDocs({ entry, tsconfig: own, root: directory }));
      expect(message).toContain("error: tsconfig.json cannot be used");
      expect(message).toMatch(received);
    });
  });
});
