// Types in the words of the module system: what `type.description` says of the type that emit/type.ts emits. A test
// compares both for every kind of type (tests/reference/against-nixpkgs.test.ts).
//
// https://github.com/NixOS/nixpkgs/blob/master/lib/types.nix

import type { OptionTypeOf } from "./option-type.ts";
import { absolutePathWords, plainPathWords } from "./path-pattern.ts";

/** What the fields of submodules are does not matter: the module system's words do not show them. */
type OptionType = OptionTypeOf<unknown>;

/** The part of speech of a description: it decides where the module system puts parentheses. */
type Speech = "noun" | "conjunction" | "composite" | "clause" | "none";

interface Words {
  readonly text: string;
  readonly speech: Speech;
}

export function describeType(type: OptionType): string {
  return wordsOf(type).text;
}

function wordsOf(type: OptionType): Words {
  switch (type.kind) {
    case "bool":
      return noun("boolean");
    case "string":
      if (type.pattern !== undefined) return noun(`string matching the pattern ${type.pattern}`);
      return noun(type.nonEmpty ? "non-empty string" : "string");
    case "int":
      return describeInt(type.min, type.max);
    case "number":
      return describeNumber(type.min, type.max);
    case "port":
      return noun("16 bit unsigned integer; between 0 and 65535 (both inclusive)");
    case "enum":
      return describeEnum(type.values);
    case "list": {
      const list = `list of ${phrase(wordsOf(type.element), ["noun", "composite"])}`;
      return { text: type.nonEmpty ? `non-empty (${list})` : list, speech: "composite" };
    }
    case "attrs": {
      const value = wordsOf(type.value);
      const text =
        type.keyPattern === undefined
          ? `attribute set of ${phrase(value, ["noun", "composite"])}`
          : `attribute set of ${value.text}, with names matching the pattern ${type.keyPattern}`;
      return { text, speech: "composite" };
    }
    case "submodule":
      return { text: "submodule", speech: "none" };
    case "nullable":
      return conjunction(`null or ${phrase(wordsOf(type.of), ["noun", "conjunction"])}`);
    case "union":
      return type.members.map(wordsOf).reduce(describeEither);
    case "taggedUnion": {
      // Nix sorts names.
      const names = type.members.map(({ value }) => value).sort();
      return {
        text: `attribute set whose ${type.tag} is one of ${names.join(", ")}`,
        speech: "none",
      };
    }
    case "json":
      return conjunction("JSON value");
    case "jsonObject":
      return { text: "attribute set of (JSON value)", speech: "composite" };
    case "absolutePath":
    case "secretFile":
      return noun(absolutePathWords);
    case "plainPath":
      return noun(plainPathWords);
    case "sourcePath":
      return noun("absolute path");
    case "package":
      return noun("package");
  }
}

function noun(text: string): Words {
  return { text, speech: "noun" };
}

function conjunction(text: string): Words {
  return { text, speech: "conjunction" };
}

function phrase({ text, speech }: Words, plain: readonly Speech[]): string {
  return plain.includes(speech) ? text : `(${text})`;
}

function describeEither(left: Words, right: Words): Words {
  return conjunction(
    left.speech === "clause"
      ? `${left.text}, or ${phrase(right, ["noun", "conjunction"])}`
      : `${phrase(left, ["noun", "conjunction"])} or ${phrase(right, ["noun", "conjunction", "composite"])}`,
  );
}

function describeEnum(values: readonly (string | number | boolean)[]): Words {
  const shown = values.map((value) => (typeof value === "string" ? `"${value}"` : String(value)));
  const [only, ...others] = shown;
  return only !== undefined && others.length === 0
    ? noun(`value ${only} (singular enum)`)
    : conjunction(`one of ${shown.join(", ")}`);
}

/** The bounds of `types.int`, as emit/type.ts writes them. */
const minInt = "-9223372036854775807";
const maxInt = "9223372036854775807";

function describeInt(min: number | undefined, max: number | undefined): Words {
  if (min === undefined && max === undefined) return noun("signed integer");
  if (max === undefined && min === 0) {
    return { text: "unsigned integer, meaning >=0", speech: "clause" };
  }
  if (max === undefined && min === 1) {
    return { text: "positive integer, meaning >0", speech: "clause" };
  }
  return noun(`integer between ${min ?? minInt} and ${max ?? maxInt} (both inclusive)`);
}

function describeNumber(min: number | undefined, max: number | undefined): Words {
  if (min === undefined && max === undefined) {
    return conjunction("signed integer or floating point number");
  }
  if (max === undefined && min === 0) {
    return { text: "nonnegative integer or floating point number, meaning >=0", speech: "clause" };
  }
  const least = min ?? "-1e+308";
  const most = max ?? "1e+308";
  return conjunction(
    `integer or floating point number between ${least} and ${most} (both inclusive)`,
  );
}
