// The helpers that emitted code uses: functions of the library, types and data of the service. Each file
// defines only the helpers that it uses.

import { BugError } from "../errors.ts";
import type { IrService } from "../model/service-model.ts";
import { expressionsIn, walkExpression } from "../model/walk-expression.ts";
import {
  absolutePathPattern,
  absolutePathWords,
  plainPathPattern,
  plainPathWords,
} from "../model/path-pattern.ts";
import { translatePattern } from "../pattern/posix.ts";
import { type Binding, type InheritBinding, nix, type NixExpr, parseNix } from "../nix/index.ts";
import { importLibrary, nixLibrary } from "../runtime/assets.ts";
import { dotted, emitExpression, emitJson, staticScope } from "./emit-expression.ts";

/** The path of a configuration schema that modules read, relative to the output directory. */
export function settingsSchemaPath(service: IrService, version: string): string {
  return `settings/${service.name}/${version}.json`;
}

/** One entry per version of the program whose configuration schema is known. */
function emitSchemas(service: IrService): NixExpr {
  const { configSchema } = service;
  const versions = configSchema === undefined ? [] : [configSchema.newest, ...configSchema.older];
  return nix.list(
    versions.map(
      (version) => nix`{
        version = ${version};
        schema = lib.importJSON ${nix.path(`../${settingsSchemaPath(service, version)}`)};
      }`,
    ),
  );
}

function patternOf(regex: RegExp): string {
  const result = translatePattern(regex);
  if (!result.ok) throw new BugError(`${String(regex)}: ${result.reason}`);
  return result.pattern;
}

function secretAdvice({ model: { config, credentials } }: IrService): string {
  if (config?.secretAdvice !== undefined) return config.secretAdvice;
  return credentials === undefined
    ? "Name a file that holds it instead."
    : `Use \`${credentials.path.join(".")}.<NAME>\` with a file that holds it instead.`;
}

function otherVersionAdvice({ model }: IrService): string {
  const check = model.config?.check?.path.join(".");
  return check === undefined
    ? "If the package knows it, a newer release of the module may."
    : `If the package knows it, set \`${check} = "warn"\`.`;
}

interface Helper {
  readonly name: string;
  readonly comment: string;
  readonly value: NixExpr;
}

function helpers(service: IrService): readonly Helper[] {
  const moved = service.model.config?.moved;
  return [
    {
      name: "settingsFormat",
      comment: "The format of the configuration file.",
      value: nix`pkgs.formats.json { }`,
    },
    {
      name: "settingsSchemas",
      comment:
        "The settings that versions of the program know, newest first. Nix reads only the one in use.",
      value: emitSchemas(service),
    },
    {
      name: "settingsType",
      comment:
        "The type of settings that the package knows; `level` is the treatment of mistakes. The schema is\nthat of the newest version that is not newer than the package, or else of the oldest.",
      value: nix`
        level: package:
        let
          known = lib.findFirst (
            { version, ... }: isAtLeast version package
          ) (lib.last settingsSchemas) settingsSchemas;
        in
        (${importLibrary("json-schema-type.nix")} { inherit lib; }).jsonSchemaType {
          inherit (known) version schema;
          actualVersion = lib.getVersion package;
          otherVersionAdvice = ${otherVersionAdvice(service)};
          # Documentation is built without a package.
          documentedSchema = (lib.head settingsSchemas).schema;
          name = ${service.model.config?.title ?? service.name};
          secretAdvice = ${secretAdvice(service)};
          ${moved === undefined ? [] : [nix.binding(["moved"], nix.value(moved))]}
          check = level;
          nullIsUnset = true;
        }
      `,
    },
    {
      name: "absolutePath",
      comment:
        "A path on the machine, as a string. It is neither a store path nor a Nix path literal, which Nix\nwould copy to the store, where everybody can read it.",
      value: nix`
        types.addCheck types.externalPath (
          value: lib.isString value && builtins.match ${patternOf(absolutePathPattern)} value != null
        )
        // {
          description = ${absolutePathWords};
        }
      `,
    },
    {
      name: "secretFileOption",
      comment: "An option for a file with a secret, null by default.",
      value: nix`
        description:
        lib.mkOption {
          type = types.nullOr absolutePath;
          default = null;
          inherit description;
        }
      `,
    },
    {
      name: "plainPath",
      comment:
        "A path that is one word in units and their lists, in scripts and in sandbox profiles.",
      value: nix`
        types.strMatching ${patternOf(plainPathPattern)}
        // {
          description = ${plainPathWords};
        }
      `,
    },
    {
      name: "namedHosts",
      comment: "Functions for the hosts of services in networks of their own.",
      value: nix`${importLibrary("named-hosts.nix")} { inherit lib; }`,
    },
    {
      name: "keysOutside",
      comment: "Functions for the keys that requests get outside of the service.",
      value: nix`${importLibrary("outside-keys.nix")} { inherit lib; }`,
    },
    {
      name: "isDarwin",
      comment: "Whether the machine runs macOS.",
      value: nix`pkgs.stdenv.hostPlatform.isDarwin`,
    },
    {
      name: "isHome",
      comment: "Whether the service runs as the user of the configuration.",
      value: nix`platform == "home-manager"`,
    },
    {
      name: "writable",
      comment: "All paths that a service can write.",
      value: nix`lib.concatMap (service: ${emitWritable(service)}) (lib.attrValues services)`,
    },
    ...(service.variants === undefined
      ? []
      : [
          {
            name: service.variants.name,
            comment: "The differences between variants of the program.",
            value: nix.attrs(
              Object.entries(service.variants.variants).map(([variant, row]) =>
                nix.binding(
                  [variant],
                  nix.attrs(
                    Object.entries(row).map(([key, value]) =>
                      dotted([key], emitExpression(value, staticScope)),
                    ),
                  ),
                ),
              ),
            ),
          },
        ]),
  ];
}

/** The file with the tables, which every other one imports; undefined if there are none. */
export function emitTables(service: IrService): NixExpr | undefined {
  const tables = tablesOf(service);
  return tables.length === 0
    ? undefined
    : nix.attrs(
        tables.map(({ name, comment, value }, index) =>
          nix.binding([name], value, { comment, blankLine: index > 0 }),
        ),
      );
}

/** The tables that the model's expressions refer to, each once. */
function tablesOf({ model }: IrService): readonly Helper[] {
  const tables = new Map<string, Helper>();
  for (const { node } of expressionsIn(model, "")) {
    walkExpression(node, (part) => {
      if (part.kind !== "literal" || part.table === undefined) return;
      tables.set(part.table.name, { ...part.table, value: emitJson(part.value) });
    });
  }
  return [...tables.values()];
}

/** The paths that the Nix variable `service` can write. */
function emitWritable({ model: { reach } }: IrService): NixExpr {
  const own = nix`service.ownDirectories`;
  return reach === undefined
    ? own
    : nix.op("++", own, nix.select(nix`service.instance`, reach.writable.path));
}

/** The names that functions.nix defines, and that generated code may use. */
const libraryFunctions: readonly string[] = (() => {
  const text = nixLibrary.read("functions.nix").replace(/^#.*\n/, "");
  const file = parseNix(text);
  const body = file.kind === "lambda" && file.body.kind === "let" ? file.body.body : file;
  if (body.kind !== "set") throw new BugError("functions.nix is no set of functions");
  return body.bindings.flatMap((binding) =>
    binding.kind === "assign" && binding.path[0]?.kind === "name" ? [binding.path[0].name] : [],
  );
})();

/** The definitions of library functions and helpers that `code` uses, and of helpers that these use. */
export function preludeFor(service: IrService, code: readonly unknown[]): readonly Binding[] {
  const all = helpers(service);
  const used = new Set<string>();
  const visit = (value: unknown): void => {
    for (const name of identifiersIn(value)) {
      if (used.has(name)) continue;
      used.add(name);
      visit(all.find((candidate) => candidate.name === name)?.value);
    }
  };
  visit(code);
  const functions = libraryFunctions.filter((name) => used.has(name));
  const tables = tablesOf(service).flatMap(({ name }) => (used.has(name) ? [name] : []));
  return [
    ...(used.has("types") ? [nix.inherit(["types"], nix`lib`)] : []),
    ...(functions.length === 0
      ? []
      : [nix.inherit(functions, nix`${importLibrary("functions.nix")} { inherit lib pkgs; }`)]),
    ...(tables.length === 0
      ? []
      : [nix.inherit(tables, nix`import ${nix.path(`../${service.name}/tables.nix`)}`)]),
    ...(used.has("cfg")
      ? [nix.binding(["cfg"], nix`config.services.${service.name}`, { blankLine: true })]
      : []),
    ...all
      .filter(({ name }) => used.has(name))
      .map(({ name, comment, value }) => nix.binding([name], value, { comment, blankLine: true })),
  ];
}

/** The `definitions` that `code` uses, and those that these use in turn, in their order. */
export function definitionsFor(
  definitions: readonly Binding[],
  code: readonly unknown[],
): readonly Binding[] {
  const used = new Set<Binding>();
  const visit = (value: unknown): void => {
    const names = new Set(identifiersIn(value));
    for (const binding of definitions) {
      const [key] = binding.kind === "assign" ? binding.path : [];
      if (used.has(binding) || key?.kind !== "name" || !names.has(key.name)) continue;
      used.add(binding);
      visit(binding);
    }
  };
  visit(code);
  return definitions.filter((binding) => used.has(binding));
}

/** The names of all variables in code, and of names inherited from the surrounding scope. */
function identifiersIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(identifiersIn);
  if (typeof value !== "object" || value === null) return [];
  if ("kind" in value && value.kind === "identifier" && "name" in value) {
    return [String(value.name)];
  }
  const inherited =
    "kind" in value && value.kind === "inherit" && "from" in value && value.from === undefined
      ? (value as InheritBinding).names
      : [];
  return [...inherited, ...Object.values(value).flatMap(identifiersIn)];
}
