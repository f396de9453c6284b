import { expect, test } from "vitest";
import { addHeader } from "../../src/output/header.ts";
import { createManifest } from "../../src/output/manifest.ts";
import { createPlan, type Plan } from "../../src/output/plan.ts";
import { command, messageOf } from "./project.ts";

/** A plan over an output directory with these files, generated as `{ path: text }`. */
function plan(
  generated: Readonly<Record<string, string>>,
  found: Readonly<Record<string, string>>,
  directories: readonly string[] = [],
): Plan {
  return createPlan(filesOf(generated), {
    directory: { root: "/project", label: "generated", command },
    files: new Map(Object.entries(found).map(([path, text]) => [path, Buffer.from(text)])),
    directories: new Set(directories),
    leftovers: [],
  });
}

function filesOf(
  files: Readonly<Record<string, string>>,
): readonly { readonly path: string; readonly text: string }[] {
  return Object.entries(files).map(([path, text]) => ({ path, text }));
}

function manifestOf(files: Readonly<Record<string, string>>): string {
  return createManifest(filesOf(files), command).text;
}

function withHeader(path: string, text: string): string {
  return addHeader({ path, text }, "schema/demo.ts", command).text;
}

/** The entries, without the manifest's. */
function entriesOf({ entries }: Plan): readonly unknown[] {
  return entries.filter(({ path }) => path !== "manifest.json");
}

const oldNix = withHeader("a.nix", "1\n");
const newNix = withHeader("a.nix", "2\n");
const handNix = withHeader("a.nix", "3\n");

const cases: readonly (readonly [
  string,
  {
    readonly generated: Readonly<Record<string, string>>;
    readonly found: Readonly<Record<string, string>>;
    readonly want: readonly unknown[];
  },
])[] = [
  [
    "a new file",
    {
      generated: { "a.nix": newNix },
      found: {},
      want: [{ status: "created", path: "a.nix", text: newNix }],
    },
  ],
  [
    "a file that is as it should be, whatever the manifest says",
    {
      generated: { "a.nix": newNix },
      found: { "a.nix": newNix, "manifest.json": manifestOf({ "a.nix": oldNix }) },
      want: [{ status: "unchanged", path: "a.nix", text: newNix }],
    },
  ],
  [
    "a file the last run wrote",
    {
      generated: { "a.nix": newNix },
      found: { "a.nix": oldNix, "manifest.json": manifestOf({ "a.nix": oldNix }) },
      want: [{ status: "updated", path: "a.nix", text: newNix, previous: oldNix, edited: false }],
    },
  ],
  [
    "a file somebody has edited since",
    {
      generated: { "a.nix": newNix },
      found: { "a.nix": handNix, "manifest.json": manifestOf({ "a.nix": oldNix }) },
      want: [{ status: "updated", path: "a.nix", text: newNix, previous: handNix, edited: true }],
    },
  ],
  [
    "an edited file that has lost its header is still in the manifest",
    {
      generated: { "a.nix": newNix },
      found: { "a.nix": "3\n", "manifest.json": manifestOf({ "a.nix": oldNix }) },
      want: [{ status: "updated", path: "a.nix", text: newNix, previous: "3\n", edited: true }],
    },
  ],
  [
    "without a manifest the header tells",
    {
      generated: { "a.nix": newNix },
      found: { "a.nix": oldNix },
      want: [{ status: "updated", path: "a.nix", text: newNix, previous: oldNix, edited: false }],
    },
  ],
  [
    "a JSON file is known by the manifest",
    {
      generated: { "a.json": "2" },
      found: { "a.json": "1", "manifest.json": manifestOf({ "a.json": "1" }) },
      want: [{ status: "updated", path: "a.json", text: "2", previous: "1", edited: false }],
    },
  ],
  [
    "a file no longer generated",
    {
      generated: {},
      found: { "a.json": "1", "manifest.json": manifestOf({ "a.json": "1" }) },
      want: [{ status: "orphan", path: "a.json", removable: true }],
    },
  ],
  [
    "a file no longer generated that somebody has edited",
    {
      generated: {},
      found: { "a.json": "3", "manifest.json": manifestOf({ "a.json": "1" }) },
      want: [{ status: "orphan", path: "a.json", removable: false }],
    },
  ],
  [
    "a file no longer generated that only its header shows as ours",
    {
      generated: {},
      found: { "a.nix": oldNix },
      want: [{ status: "orphan", path: "a.nix", removable: false }],
    },
  ],
  [
    "somebody else's file",
    {
      generated: {},
      found: { "notes.txt": "mine" },
      want: [{ status: "foreign", path: "notes.txt" }],
    },
  ],
];

test.each(cases)("%s", (_name, { generated, found, want }) => {
  expect(entriesOf(plan(generated, found))).toEqual(want);
});

test("the manifest is a file like any other, and entries are sorted", () => {
  const files = { "z.json": "1", "a/b.json": "2" };
  expect(plan(files, {}).entries).toEqual([
    { status: "created", path: "a/b.json", text: "2" },
    { status: "created", path: "manifest.json", text: manifestOf(files) },
    { status: "created", path: "z.json", text: "1" },
  ]);
});

test("content that is no valid UTF-8 never counts as unchanged", () => {
  const found = {
    directory: { root: "/project", label: "generated", command },
    // Both decode to the replacement character.
    files: new Map([
      ["a.json", Uint8Array.of(0xff)],
      ["manifest.json", Buffer.from(manifestOf({ "a.json": "\ufffd" }))],
    ]),
    directories: new Set<string>(),
    leftovers: [],
  };
  const [entry] = createPlan([{ path: "a.json", text: "\ufffd" }], found).entries;
  expect(entry).toMatchObject({ status: "updated", edited: true });
});

const refusals: readonly (readonly [string, { given: () => Plan; want: string }])[] = [
  [
    "to overwrite a file that is not ours",
    {
      given: () => plan({ "a.nix": newNix }, { "a.nix": "{ }\n" }),
      want: `error: generated/a.nix was not written by nixmodgen
  expected: no file there, or one with nixmodgen's header or an entry in the manifest
  next:     move or delete generated/a.nix, then run \`pnpm generate\``,
    },
  ],
  [
    "a manifest that is not ours",
    {
      given: () => plan({}, { "manifest.json": "{}" }),
      want: `error: generated/manifest.json is not a manifest of nixmodgen
  next:     restore it from version control, or delete it and run \`pnpm generate\``,
    },
  ],
  [
    "a directory where a file belongs",
    {
      given: () => plan({ "a.nix": newNix }, {}, ["a.nix"]),
      want: `error: generated/a.nix is a directory, but a file is to be written
  next:     delete or move generated/a.nix, then run \`pnpm generate\``,
    },
  ],
  [
    "a file where a directory belongs",
    {
      given: () => plan({ "a/b/c.json": "" }, { a: "" }),
      want: `error: generated/a is a file, but a directory is to be made
  next:     delete or move generated/a, then run \`pnpm generate\``,
    },
  ],
  [
    "a file whose name differs only in case",
    {
      given: () => plan({ "a.json": "" }, { "A.json": "" }),
      want: `error: generated/A.json differs from the new a.json only in upper and lower case
  next:     delete or move generated/A.json, then run \`pnpm generate\``,
    },
  ],
  [
    "two outputs with one path",
    {
      given: () => plan({ "manifest.json": "" }, {}),
      want: `error: two outputs have the same path: manifest.json
  next:     give each service a name of its own`,
    },
  ],
];

test.each(refusals)("refuses %s", (_name, { given, want }) => {
  expect(messageOf(given)).toBe(want);
});
