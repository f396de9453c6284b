// Random services: option trees with odd names, types, defaults and descriptions, most of which no author would write.

import fc from "fast-check";

import type { OptionDoc, OptionDocs } from "../../src/docs/option-docs.ts";
import {
  option,
  type Facets,
  type Option,
  type OptionTree,
} from "../../src/schema/define-option.ts";
import {
  absolutePath,
  jsonObject,
  jsonValue,
  packageType,
  plainPath,
  port,
  secretFile,
  sourcePath,
  submodule,
} from "../../src/schema/value-types.ts";
import { z } from "../../src/zod.ts";
import { KEYWORDS, text } from "../nix/arbitraries.ts";

/** Names that a language, the module system or JavaScript gives a meaning. */
const oddNames = [
  ...KEYWORDS,
  ...["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "length", "kind"],
  ...["_module", "_type", "config", "options", "imports", "outPath", "__toString", "__functor"],
  ...["enable", "instances", "user", "settings", "package", "credentials", "a.b", "a b", "", "-a"],
  ...["1", "é", "${x}", '"', "a'", "\n", "\\", "*", "<name>", "a/b", "../x"],
];

const plainName = fc.stringMatching(/^[a-z][a-zA-Z0-9]{3,8}$/);

const oddName = fc.oneof(
  { weight: 30, arbitrary: plainName },
  { weight: 1, arbitrary: fc.constantFrom(...oddNames) },
  { weight: 1, arbitrary: text },
);

const patterns = [
  ...[
    /^[a-z]+$/,
    /a|b/,
    /^(?:a+)+$/,
    /^(a|a)*$/,
    /^(?=a)b/,
    /(?<x>a)\k<x>/,
    /^\p{L}+$/u,
    /^.{0,5}$/,
  ],
  ...[/[^\n]/, /^$/, /\d{2,4}/, /^[\w.-]+@[\w.-]+$/i, /[[\]]/, /^\/nix/, /\bword\b/, /^a{1000}$/],
];

const leaf: fc.Arbitrary<z.ZodTypeAny> = fc.oneof(
  fc.constantFrom<z.ZodTypeAny>(
    ...[z.boolean(), z.string(), z.number(), z.number().int(), z.null(), z.string().min(1)],
    ...[port(), absolutePath(), plainPath(), sourcePath(), secretFile(), packageType()],
    ...[
      jsonValue(),
      jsonObject(),
      z.number().int().positive(),
      z.string().max(3),
      z.string().email(),
    ],
    // Without an equivalent in Nix.
    ...[
      z.date(),
      z.bigint(),
      z.any(),
      z.never(),
      z.tuple([z.string()]),
      z.map(z.string(), z.null()),
    ],
  ),
  fc.tuple(fc.integer(), fc.integer()).map(([a, b]) => z.number().int().min(a).max(b)),
  fc.double({ noNaN: true }).map((least) => z.number().min(least)),
  fc.uniqueArray(text, { minLength: 1, maxLength: 4 }).map((values) => {
    const [first = "", ...others] = values;
    return z.enum([first, ...others]);
  }),
  fc.oneof(text, fc.double(), fc.boolean()).map((value) => z.literal(value)),
  fc.constantFrom(...patterns).map((pattern) => z.string().regex(pattern)),
);

/** Any value, of the type or not. */
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  text,
  fc.constantFrom<unknown>(undefined, Number.NaN, Infinity, -0, 1e400, new Date(0), () => 1),
);

/** The value, if the type takes it; else one that is likely to be of its type. */
function fitting(type: z.ZodTypeAny, given: unknown): unknown {
  const candidates = [given, true, "a", "/srv/a", 0, 1, null, [], {}];
  return candidates.find((candidate) => type.safeParse(candidate).success);
}

export interface RandomService {
  readonly name: string;
  readonly options: OptionTree;
  readonly docs: OptionDocs;
}

class AnyDocs extends Map<string, OptionDoc> {
  readonly #texts: readonly string[];

  constructor(texts: readonly string[]) {
    super();
    this.#texts = texts;
  }

  override get(path: string): OptionDoc {
    const location = { file: "schema/test.ts", line: 7 };
    return { description: this.#texts[path.length % this.#texts.length] ?? "It.", location };
  }
}

/** Services whose options, groups and fields have such names. */
function servicesWith(name: fc.Arbitrary<string>): fc.Arbitrary<RandomService> {
  const { type } = fc.letrec<{ type: z.ZodTypeAny }>((tie) => ({
    type: fc.oneof(
      { maxDepth: 4, depthSize: "small" },
      leaf,
      tie("type").map((inner) => z.array(inner)),
      tie("type").map((inner) => z.array(inner).nonempty()),
      tie("type").map((inner) => z.record(inner)),
      tie("type").map((inner) => inner.nullable()),
      tie("type").map((inner) => inner.readonly()),
      tie("type").map((inner) => inner.optional()),
      fc.tuple(tie("type"), tie("type")).map(([a, b]) => z.union([a, b])),
      fc.dictionary(name, tie("type"), { maxKeys: 4 }).map((shape) => z.object(shape)),
      fc
        .dictionary(name, tie("type"), { maxKeys: 4 })
        .map((shape) =>
          submodule(
            Object.fromEntries(Object.entries(shape).map(([key, inner]) => [key, option(inner)])),
          ),
        ),
    ),
  }));

  const facets = fc.record(
    {
      default: value,
      example: value,
      setting: fc.array(name, { minLength: 1, maxLength: 3 }).map((path) => path.join(".")),
      deprecated: text.map((said) => `Old. ${said}`),
      renamedFrom: fc.array(name, { maxLength: 2 }),
      instance: fc.constantFrom("inherit", "own"),
      platforms: fc.subarray(["nixos", "home-manager", "darwin"], { minLength: 1 }),
    },
    { requiredKeys: [] },
  );

  const oneOption: fc.Arbitrary<Option> = fc
    .tuple(
      type,
      facets,
      fc.integer({ max: 9, min: 0 }).map((number) => number === 0),
    )
    .map(([of, given, isWild]) => {
      const { default: value, example, ...others } = given;
      const [best, shown] = [fitting(of, value), fitting(of, example)];
      const tame = {
        ...(best === undefined ? {} : { default: best }),
        ...(shown === undefined ? {} : { example: shown }),
      };
      // As an author writes it in JavaScript, or with `as never`.
      return option(of, {
        ...(isWild ? given : { ...others, ...tame }),
      } as unknown as Facets<never>);
    });

  const { tree } = fc.letrec<{ tree: OptionTree }>((tie) => ({
    tree: fc.dictionary(
      name,
      fc.oneof({ maxDepth: 3, withCrossShrink: true }, oneOption, tie("tree")),
      { maxKeys: 4 },
    ),
  }));

  return fc
    .tuple(
      fc.oneof({ weight: 9, arbitrary: fc.constant("it") }, { weight: 1, arbitrary: name }),
      tree,
      fc.array(fc.oneof(text, fc.constant("It does.")), { minLength: 1, maxLength: 4 }),
    )
    .map(([of, options, texts]) => ({
      name: of,
      options,
      docs: { service: { file: "schema/test.ts", line: 1 }, options: new AnyDocs(texts) },
    }));
}

export const oddServices = servicesWith(oddName);
export const plainServices = servicesWith(plainName);
