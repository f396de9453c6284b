// Sets, lists and attribute paths: sequences with comments and blank lines between the elements.
//
// https://github.com/NixOS/nixfmt/blob/master/standard.md#attribute-sets-and-lists

import type {
  AssignBinding,
  AttrKey,
  Binding,
  InheritBinding,
  Leading,
  ListNode,
  SetNode,
} from "./ast.ts";
import { escapeAttrName, escapeComment, isIdentifier } from "./escape.ts";
import {
  emptyLine,
  group,
  hardline,
  join,
  line,
  nest,
  priority,
  softline,
  text,
  type Layout,
} from "./layout.ts";
import { printAssigned } from "./print-absorbed.ts";
import { printInterpolation, printString } from "./print-string.ts";
import { print } from "./print.ts";
import { asArgument, paren } from "./shape.ts";

/** A list; `separator` stands between the elements. */
export function printItems({ items }: ListNode, separator: Layout): Layout {
  if (items.length === 0) {
    return "[ ]";
  }
  const elements = items.map((item) => [printLeading(item), group(print(asArgument(item.value)))]);
  return ["[", line, nest(join(separator, elements)), line, "]"];
}

/** `expand`: a set with something in it is spread over lines even if it fits on one. */
export function printSet(
  { recursive, bindings }: SetNode,
  { expand }: { readonly expand: boolean },
): Layout {
  const prefix = recursive ? "rec " : [];
  if (bindings.length === 0) {
    return [prefix, "{ }"];
  }
  const edge = expand ? hardline : line;
  return [prefix, "{", edge, nest(printBindings(bindings)), edge, "}"];
}

export function printBindings(bindings: readonly Binding[]): Layout {
  return join(
    hardline,
    bindings.map((entry) => [
      printLeading(entry),
      group(entry.kind === "assign" ? printAssign(entry) : printInherit(entry)),
    ]),
  );
}

/** The blank line and the comment before a binding, a list element or a parameter. */
export function printLeading({ comment, blankLine }: Leading): Layout {
  return [
    blankLine ? [emptyLine, hardline] : [],
    comment === undefined ? [] : escapeComment(comment).map((entry) => [text(entry), hardline]),
  ];
}

/** A path longer than this, or with computed names, leaves its value room on the next line. */
const MAX_SHORT_PATH = 4;

function printAssign({ path, value }: AssignBinding): Layout {
  const isShort =
    path.length <= MAX_SHORT_PATH &&
    path.every((key) => key.kind === "name" && isIdentifier(key.name));
  return [
    printPath(path),
    nest([" =", isShort ? printAssigned(value) : [softline, priority(printAssigned(value))]]),
    ";",
  ];
}

/** With more names than this, each has its own line. */
const MAX_INHERIT_ON_LINE = 3;

function printInherit({ from, names }: InheritBinding): Layout {
  const many = names.length > MAX_INHERIT_ON_LINE;
  const separator = many ? hardline : line;
  const list: Layout = [
    join(
      separator,
      names.map((name) => text(escapeAttrName(name))),
    ),
    many ? hardline : softline,
    ";",
  ];
  return from === undefined
    ? ["inherit", separator, nest(list)]
    : ["inherit", nest([group([line, print(paren(from))]), separator, list])];
}

export function printPath(path: readonly AttrKey[]): Layout {
  return join(".", path.map(printKey));
}

function printKey(key: AttrKey): Layout {
  if (key.kind === "name") {
    return text(escapeAttrName(key.name));
  }
  return key.expression.kind === "string"
    ? printString(key.expression)
    : printInterpolation(key.expression);
}
