// Small Nix functions that emitted code calls. A module defines those it uses and no others.

import { BugError } from "../errors.ts";
import type { IrService } from "../model/service-model.ts";
import { absolutePathPattern, plainPathPattern } from "../model/path-pattern.ts";
import { translatePattern } from "../pattern/posix.ts";
import { type Binding, nix, type NixExpr } from "../nix/index.ts";
import { importLibrary } from "../runtime/assets.ts";
import { dotted, emitExpression, type Scope } from "./emit-expression.ts";

/** Rows of the variant table are plain values. */
const noOptions: Scope = {
  options: nix.id("config"),
  name: nix.id("name"),
  variant: nix.id("variant"),
  settings: nix.id("settings"),
  configFile: nix.id("configFile"),
  isNumber: () => false,
};

/** Where a configuration schema that modules read is, relative to the output directory. */
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

interface Helper {
  readonly name: string;
  readonly comment: string;
  readonly value: NixExpr;
}

function helpers(service: IrService): readonly Helper[] {
  return [
    {
      name: "settingsFormat",
      comment: "The format of the configuration file.",
      value: nix`pkgs.formats.json { }`,
    },
    {
      name: "settingsSchemas",
      comment:
        "Which settings versions of the program know, newest first. Only what is used is read.",
      value: emitSchemas(service),
    },
    {
      name: "settingsType",
      comment:
        "Settings that the package knows; mistakes are errors, warnings or nothing. The schema is that\nof the newest version that is not newer than the package.",
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
          otherVersionAdvice = ${`If the package knows it, set \`${service.model.config.check.path.join(".")} = "warn"\`.`};
          # Documentation is made without a package.
          documentedSchema = (lib.head settingsSchemas).schema;
          name = ${service.model.config.title};
          check = level;
          nullIsUnset = true;
        }
      `,
    },
    {
      name: "absolutePath",
      comment:
        "A path on the machine, as a string: neither a store path nor a Nix path literal, which\nwould be copied to the store, where everybody can read it.",
      value: nix`
        types.addCheck types.externalPath (
          value: lib.isString value && builtins.match ${patternOf(absolutePathPattern)} value != null
        )
        // {
          description = "absolute path in its shortest form, not in the Nix store";
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
          description = "absolute path without blanks, colons, quotes, backslashes and percent signs, \`.\`, \`..\`, \`//\` and a final \`/\`";
        }
      `,
    },
    {
      name: "attrsMatching",
      comment: "An attribute set whose names all match a regular expression.",
      value: nix`
        pattern: element:
        types.addCheck (types.attrsOf element) (
          value: lib.all (name: builtins.match pattern name != null) (lib.attrNames value)
        )
        // {
          description = "attribute set of \${element.description}, with names matching the pattern \${pattern}";
          # The module system rebuilds types that hold submodules, and forgets the check.
          substSubModules = modules: attrsMatching pattern (element.substSubModules modules);
        }
      `,
    },
    {
      name: "taggedUnion",
      comment: "Attribute sets that are told apart by the value of one attribute.",
      value: nix`
        tag: members:
        lib.mkOptionType {
          name = "taggedUnion";
          description = "attribute set whose \${tag} is one of \${lib.concatStringsSep ", " (lib.attrNames members)}";
          check = value: lib.isAttrs value && members ? \${value.\${tag} or ""};
          merge = loc: definitions: members.\${(lib.head definitions).value.\${tag}}.merge loc definitions;
        }
      `,
    },
    {
      name: "nameFor",
      comment:
        "The instance `default` goes by the plain name; every other has its own name appended.",
      value: nix`base: name: if name == "default" then base else "\${base}-\${name}"`,
    },
    {
      name: "numberFor",
      comment:
        "A number that depends on the instance's name alone, so that it stays when others come and go.",
      value: nix`
        first: count: name:
        if name == "default" then
          first
        else
          first + 1 + lib.mod (lib.fromHexString (lib.substring 0 8 (builtins.hashString "sha256" name))) count
      `,
    },
    {
      name: "isDarwin",
      comment: "Whether the machine runs macOS.",
      value: nix`pkgs.stdenv.hostPlatform.isDarwin`,
    },
    {
      name: "isSource",
      comment:
        "Whether a directory is part of the configuration: a path, or something of the store.",
      value: nix`source: lib.isPath source || lib.hasPrefix "\${builtins.storeDir}/" "\${source}"`,
    },
    {
      name: "isBuilt",
      comment:
        "Whether a derivation makes it. To look into it would build it while the configuration is evaluated.",
      value: nix`
        source:
        !lib.isPath source
        && lib.any (origin: origin ? outputs) (lib.attrValues (builtins.getContext "\${source}"))
      `,
    },
    {
      name: "hasFile",
      comment: "Whether a directory of the configuration has a file, as far as that is known.",
      value: nix`
        source: file:
        isBuilt source || isSource source && builtins.pathExists (source + "/\${file}")
      `,
    },
    {
      name: "sourceDirectory",
      comment:
        "A directory of the configuration. One that a derivation makes is checked when it is built, and\nhas empty files in place of those that may be missing.",
      value: nix`
        { name, required, optional }:
        source:
        if !isBuilt source then
          source
        else
          pkgs.runCommandLocal name { inherit source required optional; } ''
            for file in $required; do
              if [ ! -f "$source/$file" ]; then
                echo "$name: $file is missing in $source" >&2
                exit 1
              fi
            done
            mkdir "$out"
            for file in $required $optional; do
              if [ -f "$source/$file" ]; then
                cp "$source/$file" "$out/$file"
              else
                touch "$out/$file"
              fi
            done
          ''
      `,
    },
    {
      name: "withBetween",
      comment:
        "Directories, and those that lie between one and another that it is in; outer ones first.",
      value: nix`
        paths:
        let
          stepsTo =
            path:
            let
              names = lib.tail (lib.splitString "/" path);
            in
            lib.genList (index: "/" + lib.concatStringsSep "/" (lib.take (index + 1) names)) (
              lib.length names
            );
          isInside = step: lib.any (path: lib.hasPrefix "\${path}/" "\${step}/") paths;
        in
        lib.unique (lib.filter isInside (lib.concatMap stepsTo paths))
      `,
    },
    {
      name: "expectSettings",
      comment: "Null takes a setting away: those that the module goes by have to be there.",
      value: nix`
        option: paths: settings:
        let
          missing = lib.findFirst (path: !lib.hasAttrByPath (lib.splitString "." path) settings) null paths;
        in
        if missing == null then
          settings
        else
          throw "\${option}.\${missing}: is null, or in something that is, but the service goes by what it says. Remove that, and set the option that fills it."
      `,
    },
    {
      name: "isAtLeast",
      comment: "A package that does not say its version is taken to be new.",
      value: nix`
        version: package:
        let
          actual = lib.getVersion package;
        in
        actual == "" || lib.versionAtLeast actual version
      `,
    },
    {
      name: "duplicates",
      comment: "What occurs more than once in a list of strings.",
      value: nix`
        list: lib.attrNames (lib.filterAttrs (_: same: lib.length same > 1) (lib.groupBy lib.id list))
      `,
    },
    ...(service.variants === undefined
      ? []
      : [
          {
            name: service.variants.name,
            comment: "What differs between the variants of the program.",
            value: nix.attrs(
              Object.entries(service.variants.variants).map(([variant, row]) =>
                nix.binding(
                  [variant],
                  nix.attrs(
                    Object.entries(row).map(([key, value]) =>
                      dotted([key], emitExpression(value, noOptions)),
                    ),
                  ),
                ),
              ),
            ),
          },
        ]),
  ];
}

/** The definitions of the helpers that `code` uses, those of other helpers included. */
export function preludeFor(service: IrService, code: readonly unknown[]): readonly Binding[] {
  const all = helpers(service);
  const used = new Set<string>();
  const visit = (value: unknown): void => {
    for (const name of identifiersIn(value)) {
      const helper = all.find((candidate) => candidate.name === name);
      if (helper !== undefined && !used.has(name)) {
        used.add(name);
        visit(helper.value);
      }
    }
  };
  visit(code);
  return all
    .filter(({ name }) => used.has(name))
    .map(({ name, comment, value }) => nix.binding([name], value, { comment, blankLine: true }));
}

function identifiersIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(identifiersIn);
  if (typeof value !== "object" || value === null) return [];
  if ("kind" in value && value.kind === "identifier" && "name" in value) {
    return [String(value.name)];
  }
  return Object.values(value).flatMap(identifiersIn);
}
