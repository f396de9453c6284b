// Function calls: as many arguments as fit stay on the line of the function, and one of them (the
// last that can) may go on below.
//
// https://github.com/NixOS/nixfmt/blob/master/standard.md#function-application

import type { CallNode } from "./ast.ts";
import {
  group,
  line,
  nest,
  onOneLine,
  priority,
  softline,
  transparent,
  type Layout,
} from "./layout.ts";
import { absorbedParens, printExpanded, printTerm } from "./print-absorbed.ts";
import { printItems } from "./print-set.ts";
import { print } from "./print.ts";
import { asArgument, asCallee, isAbsorbableTerm, isSimple, type Shown } from "./shape.ts";

export interface CallPlace {
  /** The layout before the function, inside the group of the call. */
  readonly lead: Layout;
  /** Between parentheses, which stand on lines of their own if the call does not fit. */
  readonly isParenthesized: boolean;
}

export function printCall(node: CallNode, place: CallPlace): Layout {
  const callee = asCallee(node.callee);
  return layoutCall(
    // Between parentheses the function is one step deeper than they are.
    place.isParenthesized ? nest(group([softline, print(callee)])) : print(callee),
    node.args.map(asArgument),
    isSimple(node),
    place,
  );
}

/** A keyword that is laid out like a function. */
export function callLayout(keyword: string, args: readonly Shown[]): Layout {
  return layoutCall(keyword, args, false, { lead: [], isParenthesized: false });
}

/** A list of few simple elements may stay on one line as an argument. */
const MAX_COMPACT_ITEMS = 6;

function layoutCall(
  callee: Layout,
  args: readonly Shown[],
  simple: boolean,
  { lead, isParenthesized }: CallPlace,
): Layout {
  const last = args.at(-1);
  const before = args.at(-2);
  const trail = isParenthesized ? softline : [];
  if (last === undefined) {
    return callee;
  }
  if (before?.kind === "list" && last.kind === "list") {
    return group([
      lead,
      transparent(printChain(callee, args.slice(0, -2))),
      [line, nest(group(printInner(before)))],
      [line, nest(group(printInner(last)))],
      trail,
    ]);
  }
  const head: Layout = [lead, transparent(printChain(callee, args.slice(0, -1)))];
  const compactHead = simple ? onOneLine(head) : undefined;
  return compactHead === undefined
    ? group([head, line, printLast(last), trail])
    : group([compactHead, " ", printLast(last)]);
}

/** The function with all arguments but the last; each argument is a group with all before it. */
function printChain(callee: Layout, args: readonly Shown[]): Layout {
  const last = args.at(-1);
  const before = args.at(-2);
  if (last === undefined) {
    return callee;
  }
  if (last.kind === "list" && before?.kind === "list") {
    return transparent([
      transparent(printChain(callee, args.slice(0, -2))),
      nest(group([line, group(printInner(before)), line, group(printInner(last))])),
    ]);
  }
  const rest = transparent(printChain(callee, args.slice(0, -1)));
  // Expanding a selection first would only move its dot to the next line.
  return last.kind === "select"
    ? [rest, line, nest(group(printInner(last)))]
    : [rest, line, nest(priority(printInner(last)))];
}

function printInner(shown: Shown): Layout {
  return shown.kind === "list" &&
    shown.items.length <= MAX_COMPACT_ITEMS &&
    shown.items.every(({ value }) => isSimple(asArgument(value)))
    ? printItems(shown, line)
    : print(shown);
}

function printLast(shown: Shown): Layout {
  if (isAbsorbableTerm(shown)) {
    return priority(nest(printTerm(shown)));
  }
  if (shown.kind !== "paren") {
    return group(nest(print(shown)));
  }
  const { inner } = shown;
  if (
    inner.kind === "lambda" &&
    inner.parameter.kind === "nameParameter" &&
    isAbsorbableTerm(inner.body)
  ) {
    return priority(nest(["(", inner.parameter.name, ": ", printExpanded(inner.body), ")"]));
  }
  if (inner.kind === "call" && inner.callee.kind === "identifier" && inner.args.length === 1) {
    const [only] = inner.args.map(asArgument);
    if (only !== undefined && isAbsorbableTerm(only)) {
      return priority(nest(["(", print(inner.callee), " ", printExpanded(only), ")"]));
    }
  }
  return absorbedParens(inner);
}
