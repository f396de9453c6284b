// Describes the interface of a lowered service.

import {
  emitExpression,
  emitJson,
  type Scope,
  scopeOf,
  staticScope,
} from "../emit/emit-expression.ts";
import { emitDirective } from "../emit/systemd.ts";
import type { Directives } from "../model/directives.ts";
import type { ExpNode } from "../model/expression.ts";
import { mapFields } from "../model/map-fields.ts";
import type { Field, IrOption, OptionType } from "../model/option-type.ts";
import type { Proof } from "../model/proof.ts";
import { effectsOf } from "../model/relaxation-effects.ts";
import type { ConfinementRule, IrService } from "../model/service-model.ts";
import { type NixExpr, printNix } from "../nix/index.ts";
import { ownPromises } from "../vm-test/own-promises.ts";
import {
  type InterfaceField,
  type InterfaceOption,
  type InterfaceRule,
  type InterfaceType,
  interfaceFormat,
  type ServiceInterface,
} from "./interface.ts";

export function describeInterface(service: IrService): ServiceInterface {
  const { name, platforms, renamedFrom, options, model } = service;
  const scope = scopeOf(service, "cfg");
  return {
    format: interfaceFormat,
    name,
    platforms,
    renamedFrom,
    options: options.map((option) => describeOption(option, service, scope)),
    rules: [
      ...model.confinement.map((rule) => describeRule(rule, service, scope)),
      ...ownRules(service),
    ],
  };
}

function describeOption(
  option: IrOption,
  { model: { presets = [], confinement } }: IrService,
  scope: Scope,
): InterfaceOption {
  const { type, platforms, systems, instance, defaults = {}, setting, credential } = option;
  const { deprecated, renamedFrom, relaxation } = option;
  const lifts = relaxation?.flatMap(({ lifts: given = [] }) =>
    effectsOf(confinement, given).givesUp.map(({ promise }) => promise),
  );
  const sets = presets
    .filter(({ when }) => when.path.join(".") === option.path.join("."))
    .flatMap((preset) => preset.sets)
    .map(({ option: { path }, value }): readonly [string, string] => [
      path.join("."),
      code(emitExpression(value.node, scope)),
    ]);
  return {
    path: option.path.join("."),
    type: describeType(type),
    platforms,
    ...(systems !== undefined && { systems }),
    instance,
    defaults: Object.fromEntries(
      Object.entries(defaults).map(([platform, node]) => [
        platform,
        defaultCode(type, node, scope),
      ]),
    ),
    ...(setting !== undefined && { setting: setting.join(".") }),
    ...(credential !== undefined && { variable: code(emitExpression(credential.variable, scope)) }),
    ...(deprecated !== undefined && { deprecated }),
    ...(renamedFrom.length > 0 && { renamedFrom: renamedFrom.map((path) => path.join(".")) }),
    ...(sets.length > 0 && { sets: Object.fromEntries(sets) }),
    ...(lifts !== undefined && { lifts: [...new Set(lifts)].sort() }),
  };
}

/** The default of an option, or of a field, as Nix code. */
export function defaultCode(type: OptionType, node: ExpNode, scope: Scope): string {
  if (type.kind === "package" && node.kind === "literal" && typeof node.value === "string") {
    return `pkgs.${node.value}`;
  }
  return code(node.kind === "literal" ? emitJson(node.value) : emitExpression(node, scope));
}

/** Code as text; it may have several lines. */
export function code(node: NixExpr): string {
  return printNix(node).trimEnd();
}

function describeType(type: OptionType): InterfaceType {
  return mapFields(type, describeField);
}

function describeField({ name, type, default: fallback }: Field): InterfaceField {
  return {
    name,
    type: describeType(type),
    ...(fallback !== undefined && { default: defaultCode(type, fallback, staticScope) }),
  };
}

function describeRule(
  rule: ConfinementRule,
  { platforms }: IrService,
  scope: Scope,
): InterfaceRule {
  const { id, directives, cannot, user, seatbelt, differences = [] } = rule;
  const proofs: readonly Proof[] = rule.proofs ?? [];
  const isOn = (...wanted: IrService["platforms"]): boolean =>
    wanted.some((platform) => platforms.includes(platform));
  return {
    id,
    keptBy: {
      ...(isOn("nixos") && { nixos: directivesOf(directives, scope) }),
      ...(isOn("home-manager") && { user: directivesOf(user.directives ?? directives, scope) }),
      ...(isOn("darwin", "home-manager") &&
        seatbelt.keptBy !== undefined && { macos: { [sandbox]: seatbelt.keptBy } }),
      ...(isOn("home-manager") &&
        seatbelt.agent !== undefined && { agent: { [sandbox]: seatbelt.agent } }),
    },
    cannot: {
      ...(isOn("nixos") && cannot !== undefined && { nixos: cannot }),
      ...(isOn("home-manager") && user.cannot !== undefined && { user: user.cannot }),
      ...(isOn("darwin", "home-manager") &&
        seatbelt.cannot !== undefined && { macos: seatbelt.cannot }),
    },
    promises: proofs.map(({ promise, must }) => ({ promise, must })),
    differences: Object.fromEntries(
      differences.map(({ name, lifts }) => [name, lifts.map(({ promise }) => promise)]),
    ),
  };
}

/** The name under which a sentence about macOS stands beside directives. */
export const sandbox = "sandbox";

function directivesOf(directives: Directives, scope: Scope): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(directives).map(([name, value]) => [name, code(emitDirective(value, scope))]),
  );
}

/** The library's own promises, by the part of the model that they follow from. They are shown on NixOS. */
function ownRules({ model, platforms }: IrService): readonly InterfaceRule[] {
  if (!platforms.includes("nixos")) return [];
  return ownPromises(model)
    .filter(({ promises }) => promises.length > 0)
    .map(({ part, promises }) => ({
      id: part,
      keptBy: {},
      cannot: {},
      promises: promises.map(({ promise, must }) => ({ promise, must: [must] })),
      differences: {},
    }));
}
