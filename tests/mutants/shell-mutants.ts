// Mistakes in shell code, line by line: a missing line, a negated test, a missing option, missing quotes, another
// number.

import { type Edit, type Layer, type Mutant, mutantOf } from "./mutant.ts";

/** Lines whose removal would break the syntax. */
const structure =
  /^\s*(#.*|)$|^\s*(then|else|fi|do|done|esac|;;|\{|\}|\)|local [\w ]+)\s*$|^\s*(if|elif|while|until|for|case)\b|^\s*\S+\(\)\s*\{|^\s*[^()\s]+\)\s*$|(\\|\{|\(|&&|\|\|)\s*$/;

const replacements: readonly (readonly [pattern: RegExp, by: string])[] = [
  [/ && /g, " || "],
  [/ \|\| /g, " && "],
  [/\[ (?!!)/g, "[ ! "],
  [/\[ ! /g, "[ "],
  [/(?<=^\s*(if|elif|while|until) )(?!!|\[)/gm, "! "],
  [/(?<=^\s*(if|elif|while|until) )! /gm, ""],
  // An option of a command, `-m` or `--user`, with its value.
  [/(?<!\[|!) --?[A-Za-z][\w-]*(=\S+)?(?= )/g, ""],
  [/"(?=\$[\w@{])(\$\{?[\w@]+\}?)"/g, "$1"],
];

export function shellMutants(layer: Layer, file: string, source: string): readonly Mutant[] {
  const edits = [...withoutLines(source), ...replaced(source), ...otherNumbers(source)];
  return edits
    .filter(({ start }) => !isComment(source, start))
    .map((edit) => mutantOf(layer, file, source, edit));
}

function isComment(source: string, position: number): boolean {
  const line = source.slice(source.lastIndexOf("\n", position - 1) + 1, position);
  return line.trimStart().startsWith("#");
}

function withoutLines(source: string): readonly Edit[] {
  let start = 0;
  let isContinued = false;
  return source.split("\n").flatMap((line) => {
    const from = start;
    start += line.length + 1;
    const wasContinued = isContinued;
    isContinued = /(\\|&&|\|\||\()\s*$/.test(line);
    if (structure.test(line) || wasContinued) return [];
    return [{ start: from, end: from + line.length, text: ":" }];
  });
}

function replaced(source: string): readonly Edit[] {
  return replacements.flatMap(([pattern, by]) =>
    [...source.matchAll(pattern)].map((match) => ({
      start: match.index,
      end: match.index + match[0].length,
      text: by.replace("$1", match[1] ?? ""),
    })),
  );
}

function otherNumbers(source: string): readonly Edit[] {
  return [...source.matchAll(/(?<![\w$.])\d+(?![\w.])/g)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
    text: String(Number(match[0]) + 1).padStart(match[0].length, "0"),
  }));
}
