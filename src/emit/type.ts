// Emits option types (model/option-type.ts) as the narrowest types of the Nix module system with the same
// meaning. https://nixos.org/manual/nixos/stable/#sec-option-types

import type { Field, OptionType } from "../model/option-type.ts";
import { type Binding, nix, type NixExpr } from "../nix/index.ts";
import { emitExample } from "./example.ts";
import { emitExpression, staticScope } from "./emit-expression.ts";

type Visitor = {
  readonly [K in OptionType["kind"]]: (type: Extract<OptionType, { readonly kind: K }>) => NixExpr;
};

export function emitType(type: OptionType): NixExpr {
  // The visitor's entry for `type.kind` takes exactly this type; TypeScript cannot see that.
  const visit = visitor[type.kind] as (type: OptionType) => NixExpr;
  return visit(type);
}

/** The bounds of `types.int`: Nix integers are signed 64-bit, and the lowest has no literal. */
const maxInt = 9223372036854775807n;
const minInt = -9223372036854775807n;

const visitor: Visitor = {
  bool: () => nix`types.bool`,
  string: ({ nonEmpty, pattern }) =>
    pattern !== undefined
      ? nix`types.strMatching ${pattern}`
      : nonEmpty
        ? nix`types.nonEmptyStr`
        : nix`types.str`,
  int: ({ min, max }) => emitInt(min, max),
  number: ({ min, max }) => emitNumber(min, max),
  port: () => nix`types.port`,
  enum: ({ values, former }) =>
    former === undefined
      ? nix`types.enum ${nix.value(values)}`
      : nix`withFormerValues ${nix.value(former)} (types.enum ${nix.value(values)})`,
  list: ({ element, nonEmpty }) =>
    nix`types.${nonEmpty ? "nonEmptyListOf" : "listOf"} ${emitType(element)}`,
  attrs: ({ value, keyPattern }) =>
    keyPattern === undefined
      ? nix`types.attrsOf ${emitType(value)}`
      : nix`attrsMatching ${keyPattern} ${emitType(value)}`,
  submodule: ({ fields }) => nix`types.submodule ${emitFields(fields)}`,
  nullable: ({ of }) => nix`types.nullOr ${emitType(of)}`,
  union: ({ members }) => emitUnion(members),
  taggedUnion: ({ tag, members }) =>
    nix`taggedUnion ${tag} ${nix.attrs(
      members.map(({ value, fields }) =>
        nix.binding([value], nix`types.submodule ${emitFields(fields)}`),
      ),
    )}`,
  json: () => nix`settingsFormat.type`,
  jsonObject: () => nix`types.attrsOf settingsFormat.type`,
  absolutePath: () => nix`absolutePath`,
  plainPath: () => nix`plainPath`,
  sourcePath: () => nix`types.path`,
  secretFile: () => nix`absolutePath`,
  package: () => nix`types.package`,
};

function emitInt(min: number | undefined, max: number | undefined): NixExpr {
  if (min === undefined && max === undefined) return nix`types.int`;
  if (max === undefined && min === 0) return nix`types.ints.unsigned`;
  if (max === undefined && min === 1) return nix`types.ints.positive`;
  return nix`types.ints.between ${signed(min ?? minInt)} ${signed(max ?? maxInt)}`;
}

function signed(value: number | bigint): NixExpr {
  return value < 0 ? nix.unary("-", nix.int(-BigInt(value))) : nix.int(value);
}

function emitNumber(min: number | undefined, max: number | undefined): NixExpr {
  if (min === undefined && max === undefined) return nix`types.number`;
  if (max === undefined && min === 0) return nix`types.numbers.nonnegative`;
  const least = min === undefined ? nix`-1.0e308` : nix.value(min);
  const most = max === undefined ? nix`1.0e308` : nix.value(max);
  return nix`types.numbers.between ${least} ${most}`;
}

function emitUnion(members: readonly OptionType[]): NixExpr {
  const [first, second, ...rest] = members.map(emitType);
  return first !== undefined && second !== undefined && rest.length === 0
    ? nix`types.either ${first} ${second}`
    : nix`types.oneOf ${nix.list(members.map(emitType))}`;
}

/** The options of a submodule, as the module that declares them. */
function emitFields(fields: readonly Field[]): NixExpr {
  return nix`{ options = ${nix.attrs(fields.map(emitField))}; }`;
}

function emitField(field: Field): Binding {
  return nix.binding(
    [field.name],
    mkOption({
      type: emitType(field.type),
      default: field.default === undefined ? undefined : emitExpression(field.default, staticScope),
      example: field.example === undefined ? undefined : emitExample(field.type, field.example),
      description: field.description,
    }),
  );
}

export interface OptionParts {
  readonly type: NixExpr;
  readonly default: NixExpr | undefined;
  readonly defaultText?: NixExpr | undefined;
  readonly example: NixExpr | undefined;
  /** Whether manuals show the option. Default: they do. */
  readonly visible?: NixExpr | undefined;
  readonly description: string;
}

/** `lib.mkOption { … }`, in the order nixpkgs writes it. */
export function mkOption(parts: OptionParts): NixExpr {
  const optional = (name: string, value: NixExpr | undefined): readonly Binding[] =>
    value === undefined ? [] : [nix.binding([name], value)];
  return nix`lib.mkOption ${nix.attrs([
    nix.binding(["type"], parts.type),
    ...optional("default", parts.default),
    ...optional("defaultText", parts.defaultText),
    ...optional("example", parts.example),
    ...optional("visible", parts.visible),
    nix.binding(["description"], emitDescription(parts.description)),
  ])}`;
}

/** Descriptions of several lines are indented strings; nixpkgs ends those with a newline. */
function emitDescription(description: string): NixExpr {
  return nix.str(description.includes("\n") ? `${description}\n` : description);
}
