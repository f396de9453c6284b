// The program's configuration as a Nix value: layers of fixed settings, the settings that typed
// options fill, and the user's free settings, which win.

import { BugError } from "../errors.ts";
import type { ExpNode } from "../model/expression.ts";
import type { ConfigFile, IrService, ServiceModel } from "../model/service-model.ts";
import type { IrOption } from "../model/option-type.ts";
import { expressionsIn, walkExpression } from "../model/walk-expression.ts";
import { type Binding, nix, type NixExpr } from "../nix/index.ts";
import { dotted, emitExpression, type Scope } from "./emit-expression.ts";

/** A setting: its value and, if it can be absent, the condition under which it is there. */
interface Leaf {
  readonly kind: "leaf";
  readonly value: NixExpr;
  readonly guard: ExpNode | undefined;
}

interface Branch {
  readonly kind: "branch";
  readonly children: Map<string, Leaf | Branch>;
}

/** The rendered configuration of one instance, without settings that are null. */
export function emitSettings(
  service: IrService,
  config: ConfigFile,
  options: readonly IrOption[],
  scope: Scope,
): NixExpr {
  // Adjacent records become one layer; the settings of options come on top of all layers.
  const layers: (Branch | NixExpr)[] = [];
  const top = (): Branch => {
    const last = layers.at(-1);
    if (last?.kind === "branch") return last;
    const next: Branch = { kind: "branch", children: new Map() };
    layers.push(next);
    return next;
  };
  for (const { node } of config.layers) {
    if (node.kind === "record") addRecord(top(), node, [], scope);
    else layers.push(emitLayer(node, scope));
  }
  const tree = top();
  for (const option of options) {
    if (option.setting === undefined) continue;
    const isItsOwnGuard = option.path.join(".") === option.guard?.join(".");
    insert(tree, option.setting, {
      kind: "leaf",
      value: isItsOwnGuard ? nix.bool(true) : nix.select(scope.options, option.path),
      guard: option.guard && { kind: "option", path: option.guard },
    });
  }
  const user = emitExpression(config.settings.node, scope);
  const emitted = layers.map((layer) =>
    layer.kind === "branch" ? nix.attrs(emitBranch(layer, undefined, scope)) : layer,
  );
  const all = [...emitted, user];
  const merged = nix`
    lib.filterAttrsRecursive (_: value: value != null) (
      lib.foldl' lib.recursiveUpdate { } ${nix.list(all)}
    )
  `;
  const needed = neededSettings(service.model);
  if (needed.length === 0) return merged;
  const option = config.settings.path.join(".");
  return nix`expectSettings "\${prefix}.${option}" ${nix.value(needed)} (${merged})`;
}

/** The settings that the model's expressions read, each once, with dots. */
function neededSettings(model: ServiceModel): readonly string[] {
  const found = new Set<string>();
  for (const { node } of expressionsIn(model, "")) {
    walkExpression(node, (part) => {
      if (part.kind === "setting") found.add(part.path.join("."));
    });
  }
  return [...found];
}

/** A conditional layer is empty if its condition does not hold. */
function emitLayer(node: ExpNode, scope: Scope): NixExpr {
  return isConditional(node)
    ? nix`lib.optionalAttrs (${emitExpression(node.condition, scope)}) ${emitExpression(node.then, scope)}`
    : emitExpression(node, scope);
}

/** Whether a node is `if condition then value else null`, which `when` makes. */
export function isConditional(node: ExpNode): node is Extract<ExpNode, { readonly kind: "if" }> {
  return node.kind === "if" && node.else.kind === "literal" && node.else.value === null;
}

function addRecord(tree: Branch, node: ExpNode, path: readonly string[], scope: Scope): void {
  if (node.kind === "record") {
    for (const [name, child] of node.entries) addRecord(tree, child, [...path, name], scope);
    return;
  }
  const [value, guard] = isConditional(node) ? [node.then, node.condition] : [node];
  insert(tree, path, {
    kind: "leaf",
    value: emitExpression(value, scope),
    guard,
  });
}

function insert(tree: Branch, path: readonly string[], leaf: Leaf): void {
  const [name, ...rest] = path;
  if (name === undefined) throw new BugError("a setting without a key");
  const existing = tree.children.get(name);
  if (rest.length === 0) {
    if (existing !== undefined) throw new BugError(`setting ${path.join(".")} is filled twice`);
    tree.children.set(name, leaf);
    return;
  }
  if (existing?.kind === "leaf") throw new BugError(`setting ${path.join(".")} is filled twice`);
  const branch: Branch = existing ?? { kind: "branch", children: new Map() };
  tree.children.set(name, branch);
  insert(branch, rest, leaf);
}

function emitBranch(
  branch: Branch,
  assumed: ExpNode | undefined,
  scope: Scope,
): readonly Binding[] {
  return [...branch.children].map(([name, child]) => emitChild([name], child, assumed, scope));
}

function emitChild(
  path: readonly string[],
  child: Leaf | Branch,
  assumed: ExpNode | undefined,
  scope: Scope,
): Binding {
  const guard = commonGuard(child);
  if (guard !== undefined && !same(guard, assumed)) {
    // The condition goes around the outermost set, so that no empty set remains: to some programs that means "on".
    return child.kind === "leaf"
      ? nix.binding(path, nix.if_(emitExpression(guard, scope), child.value, nix.null_()))
      : nix.binding(
          path,
          nix`lib.optionalAttrs (${emitExpression(guard, scope)}) ${nix.attrs(emitBranch(child, guard, scope))}`,
        );
  }
  const [only, ...others] = child.kind === "branch" ? child.children : [];
  if (only !== undefined && others.length === 0) {
    return emitChild([...path, only[0]], only[1], assumed, scope);
  }
  return child.kind === "leaf"
    ? dotted(path, child.value)
    : nix.binding(path, nix.attrs(emitBranch(child, assumed, scope)));
}

/** The guard of all leaves, if they have the same. */
function commonGuard(child: Leaf | Branch): ExpNode | undefined {
  if (child.kind === "leaf") return child.guard;
  const guards = [...child.children.values()].map(commonGuard);
  const [first, ...rest] = guards;
  return rest.every((guard) => same(guard, first)) ? first : undefined;
}

function same(left: ExpNode | undefined, right: ExpNode | undefined): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
