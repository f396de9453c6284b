// Merges the code of several targets into one: equal parts are written once, different parts under conditions.
//
// Emitters write the code of one target at a time. Weaving finds the common parts, so nobody has to say where
// targets differ. For each target, the woven code has the same meaning as that target's own code.

import { isKind, shapeOf, sizeOf } from "./shapes.ts";
import { align, groupBy, inOrder, type Thread } from "./sequences.ts";
import {
  bindingsOf,
  headOf,
  itemsOf,
  keyOfItem,
  keyOfUnit,
  keyOfFrom,
  linksOf,
  nameOf,
  pieceOf,
  shapeOfUnit,
  textOf,
  together,
  unitsOf,
  valueOf,
} from "./pieces.ts";
import { either } from "./conditions.ts";
import { wrapComment } from "../wrap.ts";
import {
  type Binding,
  freeVariables,
  type LeadingOptions,
  type NixExpr,
  type NixKind,
  type NodeOf,
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

/** A name for some of the targets, at the beginning of a comment: `NixOS`. */
export type TargetName<Target> = (some: readonly Target[]) => string;

/** @throws BugError without any strand */
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
    // Code that is no chain can be a chain of one link.
    const operator = strands.map(({ code }) => chainOf(code)).find((each) => each !== undefined);
    const chained = operator === undefined ? undefined : this.#chain(strands, operator);
    return smallest([apart, together, chained]) ?? apart;
  }

  /** Chooses between the whole codes, without looking into them. */
  #apart(strands: readonly Strand<Target>[]): NixExpr {
    const groups = groupBy(strands, ({ code }) => keyOf(code));
    return this.#choose(groups.map((group) => ({ targets: group, code: codeOf(group) })));
  }

  /** Chooses between alternatives, each for some targets. */
  #choose(
    groups: readonly { readonly targets: readonly Strand<Target>[]; readonly code: NixExpr }[],
  ): NixExpr {
    // The largest group needs no condition of its own.
    const ordered = groups.toSorted((a, b) => a.targets.length - b.targets.length);
    const last = ordered.at(-1);
    if (last === undefined) throw new BugError("there is nothing to choose from");
    let all = new Set(groups.flatMap(({ targets }) => targetsOf(targets)));
    const steps = ordered.slice(0, -1).map(({ targets, code }) => {
      const some = new Set(targetsOf(targets));
      const condition = this.#test(some, all);
      all = new Set([...all].filter((target) => !some.has(target)));
      return { condition, code };
    });
    return steps.reduceRight(
      (rest, { condition, code }) => either(condition, code, rest),
      last.code,
    );
  }

  /** Weaves the parts of nodes of one shape; undefined for a node that has no such parts. */
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
        return haveSameParameter(strands) ? nix.lambda(code.parameter, body) : undefined;
      }
      case "let": {
        const { always } = this.#bindings(strands, true);
        if (strands.some((strand) => capturesOf(always, strand.code))) return undefined;
        return nix.let_(
          always,
          part(code.kind, (node) => node.body),
        );
      }
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
        // `weave` handles chains itself.
        return chainOf(code) !== undefined
          ? undefined
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
    // With `a.b` for all and `a.c` for some, `//` would replace the first `a` by the second.
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
   * Weaves the bindings of sets, grouped by the targets that have them. Nix evaluates a binding of `let` only when
   * code needs it (`isLazy`), so all targets can have it.
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
    const threads = inOrder(threadsOf(strands, bindingsOf), nameOf);
    const always: Binding[] = [];
    const sometimes = new Map<string, { targets: ReadonlySet<Target>; bindings: Binding[] }>();
    for (const group of threads) {
      const woven = this.#binding(group);
      if (group.length === strands.length || isLazy) {
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

  /** The common comment, or all comments, each with the names of its targets. */
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
    const pieces = align(threadsOf(strands, itemsOf), [keyOfItem]).map((run) => {
      if (run.kind === "some") return this.#some(strands, run.sequences, keyOfItem, nix.list);
      const code = this.weave(
        run.threads.map(({ target, value }) => ({ target, code: value.value })),
      );
      return nix.list([nix.item(code, this.#leading(run.threads))]);
    });
    return nix.joined("++", pieces);
  }

  /** Weaves chains. Links that differ but have the same shape are woven with each other. */
  #chain(strands: readonly Strand<Target>[], operator: "++" | "//"): NixExpr {
    const codeOfAll = (links: readonly NixExpr[]): NixExpr => nix.joined(operator, links);
    return codeOfAll(
      align(
        threadsOf(strands, (code) => linksOf(code, operator)),
        [keyOf, shapeOf],
      ).map((run) =>
        run.kind === "each"
          ? this.weave(run.threads.map(({ target, value }) => ({ target, code: value })))
          : this.#some(strands, run.sequences, keyOf, codeOfAll),
      ),
    );
  }

  /**
   * Weaves a run in which targets have different values, or none: as one alternative per target or, if that is
   * shorter, with each value once, under the condition of the targets that have it.
   */
  #some<Value>(
    strands: readonly Strand<Target>[],
    sequences: readonly (readonly Thread<Target, Value>[])[],
    keyOfEach: (value: Value) => string,
    codeOfAll: (values: readonly Value[]) => NixExpr,
  ): NixExpr {
    const apart = this.#apart(withCode(strands, sequences, codeOfAll));
    const segments = this.#segments(strands, sequences, keyOfEach);
    if (segments === undefined) return apart;
    const all = new Set(targetsOf(strands));
    const nothing = codeOfAll([]);
    const shared = nix.joined(
      nothing.kind === "list" ? "++" : "//",
      segments.map(({ targets, values }) =>
        targets.length === strands.length
          ? codeOfAll(values)
          : either(this.#test(new Set(targets), all), codeOfAll(values), nothing),
      ),
    );
    return sizeOf(shared) < sizeOf(apart) ? shared : apart;
  }

  /** The values in a common order, each with its targets; undefined without a common order. */
  #segments<Value>(
    strands: readonly Strand<Target>[],
    sequences: readonly (readonly Thread<Target, Value>[])[],
    keyOfEach: (value: Value) => string,
  ): readonly Segment<Target, Value>[] | undefined {
    const groups = inOrder(sequences, keyOfEach);
    const keysOf = (threads: readonly Thread<Target, Value>[]): string =>
      threads.map(({ value }) => keyOfEach(value)).join();
    const isOrdered = sequences.every((sequence, index) => {
      const target = strands[index]?.target;
      return keysOf(groups.flat().filter((each) => each.target === target)) === keysOf(sequence);
    });
    // A value that one target has twice has no single place.
    const isSingle = groups.every((group) => new Set(targetsOf(group)).size === group.length);
    if (!isOrdered || !isSingle) return undefined;
    const segments: { readonly targets: readonly Target[]; readonly values: Value[] }[] = [];
    for (const group of groups) {
      const targets = targetsOf(group);
      const values = group.slice(0, 1).map(({ value }) => value);
      const last = segments.at(-1);
      if (last?.targets.join() === targets.join()) last.values.push(...values);
      else segments.push({ targets, values });
    }
    return segments;
  }

  /** Weaves strings. Interpolations that differ but have the same shape are woven with each other. */
  #string(strands: readonly Strand<Target>[]): NixExpr {
    const parts = align(threadsOf(strands, unitsOf), [keyOfUnit, shapeOfUnit]).map((run) => {
      if (run.kind === "some") return this.#apart(withCode(strands, run.sequences, pieceOf));
      const units = run.threads.map(({ value }) => value);
      const text = textOf(units);
      if (text !== undefined) return text;
      const pieces = run.threads.map(({ target, value }) => ({ target, code: pieceOf([value]) }));
      // Different texts have no parts that could be woven.
      const isWoven = units.every(({ kind }) => kind === "interpolation");
      return isWoven ? this.weave(pieces) : this.#apart(pieces);
    });
    return strands.every(({ code }) => code.kind === "indentedString")
      ? nix.indented(parts)
      : nix.str(parts);
  }
}

/** Values, and the targets that have them. */
interface Segment<Target, Value> {
  readonly targets: readonly Target[];
  readonly values: readonly Value[];
}

/** The strands with other code: each target's part of a run. */
function withCode<Target, Value>(
  strands: readonly Strand<Target>[],
  sequences: readonly (readonly Thread<Target, Value>[])[],
  codeOfAll: (values: readonly Value[]) => NixExpr,
): readonly Strand<Target>[] {
  return strands.map(({ target }, index) => ({
    target,
    code: codeOfAll((sequences[index] ?? []).map(({ value }) => value)),
  }));
}

/** Whether all functions have the same parameter. */
function haveSameParameter<Target>(strands: readonly Strand<Target>[]): boolean {
  const keys = strands.map(({ code }) =>
    code.kind === "lambda" ? keyOf(nix.lambda(code.parameter, nix.null_())) : "",
  );
  return new Set(keys).size === 1;
}

/** Whether one of the bindings defines a name that is free in the code. */
function capturesOf(bindings: readonly Binding[], code: NixExpr): boolean {
  const free = freeVariables(code);
  // `inherit x;` does not change the meaning of x.
  const defined = bindings.filter(
    (binding) => binding.kind === "assign" || binding.from !== undefined,
  );
  return defined.some((binding) =>
    (binding.kind === "inherit" ? binding.names : [headOf(binding)]).some((name) => free.has(name)),
  );
}

/** The parts of the code of each strand. */
function threadsOf<Target, Value>(
  strands: readonly Strand<Target>[],
  partsOf: (code: NixExpr) => readonly Value[],
): readonly (readonly Thread<Target, Value>[])[] {
  return strands.map(({ target, code }) => partsOf(code).map((value) => ({ target, value })));
}

/** The operator, if the code is a chain. */
function chainOf(code: NixExpr): "++" | "//" | undefined {
  if (code.kind !== "binary") return undefined;
  return code.operator === "++" || code.operator === "//" ? code.operator : undefined;
}

/** The smallest candidate; of equal ones the first. */
function smallest(candidates: readonly (NixExpr | undefined)[]): NixExpr | undefined {
  return candidates
    .filter((each) => each !== undefined)
    .reduce<NixExpr | undefined>(
      (best, each) => (best === undefined || sizeOf(each) < sizeOf(best) ? each : best),
      undefined,
    );
}

function codeOf<Target>([first]: readonly Strand<Target>[]): NixExpr {
  if (first === undefined) throw new BugError("a group is empty");
  return first.code;
}

function targetsOf<Target>(of: readonly { readonly target: Target }[]): readonly Target[] {
  return of.map(({ target }) => target);
}
