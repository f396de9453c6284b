// Functions and their parameters.
//
// https://github.com/NixOS/nixfmt/blob/master/standard.md#function-declaration

import type { LambdaNode, NixExpr, PatternField, PatternParameter } from "./ast.ts";
import { group, hardline, join, line, nest, priority, whenBroken, type Layout } from "./layout.ts";
import { absorbed, printAssigned, printExpanded } from "./print-absorbed.ts";
import { printLeading } from "./print-set.ts";
import { print } from "./print.ts";
import { isAbsorbable, isAbsorbableTerm, isShortPattern } from "./shape.ts";

/** With more parameters than this, only an absorbable body stays on their line. */
const MAX_INLINE_PARAMETERS = 2;

/** `lead` stands before the parameter, inside the group of the function. */
export function printLambda(node: LambdaNode, lead: Layout): Layout {
  const { parameter, body } = node;
  return parameter.kind === "nameParameter"
    ? group([lead, parameter.name, ":", printCurried(body, 1)])
    : [printPattern(parameter), ":", printPatternBody(parameter, body)];
}

/** The body of a function with `depth` parameters so far. */
function printCurried(body: NixExpr, depth: number): Layout {
  if (body.kind === "lambda" && body.parameter.kind === "nameParameter") {
    return [" ", body.parameter.name, ":", printCurried(body.body, depth + 1)];
  }
  return isAbsorbable(body)
    ? priority(absorbed(body, { spaced: true, expand: false }))
    : [depth <= MAX_INLINE_PARAMETERS ? line : hardline, print(body)];
}

/** The body below the pattern, or on its line for a short function. */
function printPatternBody(parameter: PatternParameter, body: NixExpr): Layout {
  if (parameter.alias !== undefined) {
    return isAbsorbableTerm(body) ? [line, group(printExpanded(body))] : [line, print(body)];
  }
  return [isShortPattern(parameter) && !isAbsorbable(body) ? line : hardline, print(body)];
}

function printPattern(parameter: PatternParameter): Layout {
  const { fields, ellipsis, alias } = parameter;
  const suffix = alias === undefined ? [] : ["@", alias];
  if (fields.length === 0 && !ellipsis) {
    return ["{ }", suffix];
  }
  const separator = isShortPattern(parameter) ? line : hardline;
  const entries: readonly Layout[] = [
    ...fields.map((field, index) => {
      const isLast = index === fields.length - 1 && !ellipsis;
      return printField(field, isLast ? whenBroken(",") : ",");
    }),
    ...(ellipsis ? ["..."] : []),
  ];
  return [group(["{", separator, nest(join(separator, entries)), separator, "}"]), suffix];
}

function printField(field: PatternField, comma: Layout): Layout {
  const { name, fallback } = field;
  return [
    printLeading(field),
    fallback === undefined
      ? [name, comma]
      : [group([name, " ", nest(["?", printAssigned(fallback)])]), comma],
  ];
}
