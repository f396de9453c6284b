// Code for several targets as one: what is the same is written once, what differs follows a condition.
//
// Every target's code is emitted by itself, by functions that know one target at a time. Weaving finds
// what they have in common, so that nothing has to be said twice, and nobody has to say where targets
// differ. For each target the woven code means what that target's own code does.

import { isKind, shapeOf, sizeOf } from "./shapes.ts";
import { type Keyed, type Thread, groupBy, inOrder, onePerTarget, runsOf } from "./sequences.ts";
import {
  bindingsOf,
  headOf,
  isSameText,
  keyOfFrom,
  linksOf,
  nameOf,
  pieceOf,
  together,
  unitsOf,
  valueOf,
} from "./pieces.ts";
import { either } from "./conditions.ts";
import { wrapComment } from "../wrap.ts";
import {
  type Binding,
  type LeadingOptions,
  type ListItem,
  type NixExpr,
  type NixKind,
  type NodeOf,
  type PatternField,
  keyOf,
  nix,
  simplify,
} from "../../nix/index.ts";
import { BugError } from "../../errors.ts";

/** The code of one target. */
export interface Strand<Target> {
  readonly target: Target;
  readonly code: NixExpr;
}

/** A condition that holds for `some` of the targets and for none of the others in `all`. */
export type TargetTest<Target> = (some: ReadonlySet<Target>, all: ReadonlySet<Target>) => NixExpr;

/** What people call some of the targets, as the beginning of a comment: `NixOS`. */
export type TargetName<Target> = (some: readonly Target[]) => string;

/** @throws BugError when there is no code */
export function weave<Target>(
  strands: readonly Strand<Target>[],
  test: TargetTest<Target>,
  name: TargetName<Target>,
): NixExpr {
  return simplify(new Loom(test, name).weave(strands));
}

class Loom<Target> {
  readonly #test: TargetTest<Target>;
  readonly #name: TargetName<Target>;

  constructor(test: TargetTest<Target>, name: TargetName<Target>) {
    this.#test = test;
    this.#name = name;
  }

  weave(strands: readonly Strand<Target>[]): NixExpr {
    const [first] = strands;
    if (first === undefined) throw new BugError("there is no code to weave");
    const same = groupBy(strands, ({ code }) => keyOf(code));
    if (same.length === 1) return first.code;
    const apart = this.#apart(strands);
    const shapes = groupBy(strands, ({ code }) => shapeOf(code));
    const together =
      shapes.length === 1
        ? this.#descend(strands)
        : this.#choose(shapes.map((group) => ({ targets: group, code: this.weave(group) })));
    return together !== undefined && sizeOf(together) < sizeOf(apart) ? together : apart;
  }

  /** Each code as it is. */
  #apart(strands: readonly Strand<Target>[]): NixExpr {
    const groups = groupBy(strands, ({ code }) => keyOf(code));
    return this.#choose(groups.map((group) => ({ targets: group, code: codeOf(group) })));
  }

  /** Alternatives of which each is for some targets. */
  #choose(
    groups: readonly { readonly targets: readonly Strand<Target>[]; readonly code: NixExpr }[],
  ): NixExpr {
    // The largest group needs no condition of its own.
    const ordered = groups.toSorted((a, b) => a.targets.length - b.targets.length);
    const [last, ...others] = ordered.toReversed();
    if (last === undefined) throw new BugError("there is nothing to choose from");
    let all = new Set(groups.flatMap(({ targets }) => targetsOf(targets)));
    const steps = others.toReversed().map(({ targets, code }) => {
      const condition = this.#test(new Set(targetsOf(targets)), all);
      all = new Set([...all].filter((target) => !targetsOf(targets).includes(target)));
      return { condition, code };
    });
    return steps.reduceRight(
      (rest, { condition, code }) => either(condition, code, rest),
      last.code,
    );
  }

  /** The parts of nodes of one shape, woven; undefined where a node is no sum of its parts. */
  #descend(strands: readonly Strand<Target>[]): NixExpr | undefined {
    const [{ code }] = strands as readonly [Strand<Target>];
    const part = <K extends NixKind>(kind: K, of: (node: NodeOf<K>) => NixExpr): NixExpr =>
      this.weave(
        strands.flatMap(({ target, code: each }) =>
          isKind(each, kind) ? [{ target, code: of(each) }] : [],
        ),
      );
    switch (code.kind) {
      case "set":
        return code.recursive ? undefined : this.#set(strands);
      case "list":
        return this.#list(strands);
      case "string":
      case "indentedString":
        return this.#string(strands);
      case "call":
        return nix.call(
          code.callee,
          ...code.args.map((_, index) => part(code.kind, ({ args }) => args[index] ?? nix.null_())),
        );
      case "lambda": {
        const body = part(code.kind, (node) => node.body);
        if (code.parameter.kind === "nameParameter") return nix.lambda(code.parameter, body);
        const fields = new Map<string, PatternField>();
        let ellipsis = false;
        for (const { code: each } of strands) {
          if (each.kind !== "lambda" || each.parameter.kind !== "patternParameter")
            return undefined;
          for (const field of each.parameter.fields) fields.set(field.name, field);
          ellipsis ||= each.parameter.ellipsis;
        }
        return nix.lambda(
          nix.pattern([...fields.values()], { ellipsis, alias: code.parameter.alias }),
          body,
        );
      }
      case "let":
        return nix.let_(
          this.#bindings(strands, true).always,
          part(code.kind, (node) => node.body),
        );
      case "if":
        return nix.if_(
          code.condition,
          part(code.kind, (node) => node.consequent),
          part(code.kind, (node) => node.alternative),
        );
      case "unary":
        return nix.unary(
          code.operator,
          part(code.kind, (node) => node.operand),
        );
      case "binary":
        return code.operator === "++" || code.operator === "//"
          ? this.#chain(strands, code.operator)
          : nix.op(
              code.operator,
              part(code.kind, (node) => node.left),
              part(code.kind, (node) => node.right),
            );
      case "select":
        return code.fallback === undefined
          ? undefined
          : nix.select(
              code.subject,
              code.path,
              part(code.kind, (node) => node.fallback ?? nix.null_()),
            );
      case "integer":
      case "float":
      case "path":
      case "searchPath":
      case "identifier":
      case "hasAttr":
      case "with":
      case "assert":
        return undefined;
    }
  }

  #set(strands: readonly Strand<Target>[]): NixExpr | undefined {
    const { always, sometimes } = this.#bindings(strands, false);
    // `a.b` for all and `a.c` for some: the second `a` would replace the first.
    const heads = [always, ...sometimes.map(({ bindings }) => bindings)].map(
      (bindings) => new Set(bindings.map(headOf)),
    );
    const all = new Set(targetsOf(strands));
    if (
      heads.reduce((sum, set) => sum + set.size, 0) > new Set(heads.flatMap((set) => [...set])).size
    )
      return undefined;
    return sometimes.reduce<NixExpr>(
      (set, { targets, bindings }) =>
        nix.op(
          "//",
          set,
          nix`lib.optionalAttrs (${this.#test(targets, all)}) ${nix.attrs(bindings)}`,
        ),
      nix.attrs(always),
    );
  }

  /**
   * The bindings of sets, by whom they are for. Those of `let`, and what is inherited, are evaluated where
   * they are needed only: they can be there for all.
   */
  #bindings(
    strands: readonly Strand<Target>[],
    isLazy: boolean,
  ): {
    readonly always: readonly Binding[];
    readonly sometimes: readonly {
      readonly targets: ReadonlySet<Target>;
      readonly bindings: readonly Binding[];
    }[];
  } {
    const threads = inOrder(
      strands.map(({ target, code }) =>
        bindingsOf(code).map((value) => ({ target, value, key: nameOf(value) })),
      ),
    );
    const always: Binding[] = [];
    const sometimes = new Map<string, { targets: ReadonlySet<Target>; bindings: Binding[] }>();
    for (const group of threads) {
      const woven = this.#binding(group);
      if (group.length === strands.length || isLazy || woven.kind === "inherit") {
        always.push(woven);
      } else {
        const targets = new Set(targetsOf(group));
        const key = [...targets].map(String).join();
        const some = sometimes.get(key) ?? { targets, bindings: [] };
        some.bindings.push(woven);
        sometimes.set(key, some);
      }
    }
    return { always: together(always), sometimes: [...sometimes.values()] };
  }

  #binding(threads: readonly Thread<Target, Binding>[]): Binding {
    const [{ value: first }] = threads as readonly [Thread<Target, Binding>];
    const leading = this.#leading(threads);
    const isInherited = threads.every(
      ({ value }) => value.kind === "inherit" && keyOfFrom(value) === keyOfFrom(first),
    );
    if (isInherited && first.kind === "inherit") {
      return nix.inherit(first.names, first.from, leading);
    }
    const code = this.weave(threads.map(({ target, value }) => ({ target, code: valueOf(value) })));
    return nix.binding(first.kind === "assign" ? first.path : first.names, code, leading);
  }

  /** A comment that all have, or one of each with the name of whom it is for. */
  #leading(threads: readonly Thread<Target, LeadingOptions>[]): LeadingOptions {
    const said = threads.filter(({ value }) => value.comment !== undefined);
    const groups = groupBy(said, ({ value }) => value.comment ?? "");
    const comments = groups.map((group) => {
      const text = group[0]?.value.comment ?? "";
      return groups.length === 1 ? text : wrapComment(`${this.#name(targetsOf(group))}: ${text}`);
    });
    return {
      comment: comments.length === 0 ? undefined : comments.join("\n"),
      blankLine: threads.some(({ value }) => value.blankLine),
    };
  }

  #list(strands: readonly Strand<Target>[]): NixExpr {
    const items = strands.map(({ target, code }) =>
      (code.kind === "list" ? code.items : []).map((value) => ({
        target,
        value,
        key: keyOf(value.value),
      })),
    );
    const pieces: NixExpr[] = [];
    let open: ListItem[] = [];
    const close = (): void => {
      if (open.length > 0) pieces.push(nix.list(open));
      open = [];
    };
    for (const run of runsOf(items)) {
      const only = onePerTarget(run, strands.length);
      if (only !== undefined) {
        const leading = this.#leading(only);
        const code = this.weave(only.map(({ target, value }) => ({ target, code: value.value })));
        open.push(nix.item(code, leading));
        continue;
      }
      close();
      const apart = this.#apart(
        strands.map(({ target }, index) => ({
          target,
          code: nix.list((run[index] ?? []).map(({ value }) => value)),
        })),
      );
      const parts = this.#shared(run, strands, (threads) =>
        nix.list(threads.map(([{ value }]) => value)),
      );
      pieces.push(parts !== undefined && sizeOf(parts) < sizeOf(apart) ? parts : apart);
    }
    close();
    const [first, ...rest] = pieces;
    return first === undefined
      ? nix.list([])
      : rest.reduce((left, right) => nix.op("++", left, right), first);
  }

  /**
   * The elements of lists in an order that all of them have, each under a condition of those that have it;
   * undefined where there is no such order.
   */
  #shared<Value>(
    run: readonly (readonly Keyed<Target, Value>[])[],
    strands: readonly Strand<Target>[],
    listOf: (threads: readonly (readonly [Keyed<Target, Value>])[]) => NixExpr,
  ): NixExpr | undefined {
    const groups = inOrder(run);
    const keysOf = (threads: readonly Keyed<Target, Value>[]): string =>
      threads.map(({ key }) => key).join();
    const isOrdered = run.every((sequence, index) => {
      const target = strands[index]?.target;
      const own = groups.flatMap((group) => group.filter((each) => each.target === target));
      return keysOf(own) === keysOf(sequence);
    });
    if (!isOrdered) return undefined;
    const all = new Set(targetsOf(strands));
    const segments: { targets: readonly Target[]; threads: (readonly [Keyed<Target, Value>])[] }[] =
      [];
    for (const group of groups) {
      const [first] = group;
      const last = segments.at(-1);
      if (first === undefined) continue;
      if (last?.targets.join() === targetsOf(group).join()) last.threads.push([first]);
      else segments.push({ targets: targetsOf(group), threads: [[first]] });
    }
    return segments
      .map(({ targets, threads }) =>
        targets.length === strands.length
          ? listOf(threads)
          : either(this.#test(new Set(targets), all), listOf(threads), nix.list([])),
      )
      .reduceRight((rest, segment) => nix.op("++", segment, rest));
  }

  #chain(strands: readonly Strand<Target>[], operator: "++" | "//"): NixExpr {
    const links = strands.map(({ target, code }) =>
      linksOf(code, operator).map((value) => ({ target, value, key: keyOf(value) })),
    );
    const empty = operator === "++" ? nix.list([]) : nix.attrs([]);
    const joined = (parts: readonly NixExpr[]): NixExpr => {
      const [first, ...rest] = parts;
      return first === undefined
        ? empty
        : rest.reduce((left, right) => nix.op(operator, left, right), first);
    };
    // Links that differ are told by their shape.
    const runs = runsOf(links).flatMap((run) =>
      onePerTarget(run, strands.length) === undefined
        ? runsOf(
            run.map((sequence) => sequence.map((link) => ({ ...link, key: shapeOf(link.value) }))),
          )
        : [run],
    );
    return joined(
      runs.map((run) => {
        const only = onePerTarget(run, strands.length);
        return only === undefined
          ? this.#apart(
              strands.map(({ target }, index) => ({
                target,
                code: joined((run[index] ?? []).map(({ value }) => value)),
              })),
            )
          : this.weave(only.map(({ target, value }) => ({ target, code: value })));
      }),
    );
  }

  #string(strands: readonly Strand<Target>[]): NixExpr {
    const units = strands.map(({ target, code }) =>
      unitsOf(code).map((value) => ({
        target,
        value,
        key: value.kind === "text" ? JSON.stringify(value.text) : keyOf(value.expression),
      })),
    );
    // Interpolations that differ are told by their shape.
    const runs = runsOf(units).flatMap((run) =>
      onePerTarget(run, strands.length) === undefined
        ? runsOf(
            run.map((sequence) =>
              sequence.map((unit) =>
                unit.value.kind === "text"
                  ? unit
                  : { ...unit, key: shapeOf(unit.value.expression) },
              ),
            ),
          )
        : [run],
    );
    const parts = runs.flatMap((run): readonly (string | NixExpr)[] => {
      const only = onePerTarget(run, strands.length);
      if (only?.every(({ value }) => value.kind === "interpolation") === true) {
        return [
          this.weave(
            only.map(({ target, value }) => ({
              target,
              code: value.kind === "interpolation" ? value.expression : nix.str(value.text),
            })),
          ),
        ];
      }
      const [text, ...others] = only ?? [];
      if (text?.value.kind === "text" && others.every(({ value }) => isSameText(value, text.value)))
        return [text.value.text];
      return [
        this.#apart(
          strands.map(({ target }, index) => ({
            target,
            code: pieceOf((run[index] ?? []).map(({ value }) => value)),
          })),
        ),
      ];
    });
    return strands.every(({ code }) => code.kind === "indentedString")
      ? nix.indented(parts)
      : nix.str(parts);
  }
}

function codeOf<Target>([first]: readonly Strand<Target>[]): NixExpr {
  if (first === undefined) throw new BugError("a group is empty");
  return first.code;
}

function targetsOf<Target>(of: readonly { readonly target: Target }[]): readonly Target[] {
  return of.map(({ target }) => target);
}
