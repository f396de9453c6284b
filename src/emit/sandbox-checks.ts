// The launcher's look at its sandbox, on systemd.

import { type ConfinementDirective, type DirectiveValue } from "../model/directives.ts";
import { type ExpNode, nodeOf } from "../model/expression.ts";
import type { ConfinementRule, IrService } from "../model/service-model.ts";
import { type StartCheck, startChecks } from "../model/start-checks.ts";
import { type AssignBinding, negate, nix, type NixExpr } from "../nix/index.ts";
import { includeShell } from "../runtime/assets.ts";
import { emitExpression, type Scope } from "./emit-expression.ts";
import { emitValue, type ShellText, shellWords } from "./shared.ts";
import { directivesOf, type Manager } from "./systemd.ts";

/** `sandboxChecks`: shell code of the launcher that ends the start where the sandbox is weaker than the unit says. */
export function emitSandboxChecks(
  service: IrService,
  scope: Scope,
  manager: Manager,
): readonly AssignBinding[] {
  const code = expectSandbox(service, scope, manager);
  return code.length === 0
    ? []
    : [
        nix.binding(["sandboxChecks"], nix.indented(code), {
          comment: "Ends the start where the sandbox is weaker than the unit says.",
          blankLine: true,
        }),
      ];
}

function expectSandbox(service: IrService, scope: Scope, manager: Manager): ShellText {
  const { confinement, acceptMissing, systemdVersion } = service.model;
  const checks = confinement.flatMap((rule) => [
    ...Object.entries(directivesOf(rule, manager)).flatMap(([name, value]) => {
      const check = startChecks[name as ConfinementDirective];
      return check === undefined ? [] : emitCheck(name, check, value, scope);
    }),
    ...emitRefusal(rule, scope, manager),
  ]);
  if (checks.length === 0) return [];
  const code = [includeShell("sandbox"), "\n"];
  const end = `expect_sandbox ${systemdVersion}`;
  if (acceptMissing === undefined) return [...code, ...checks, end, "\n"];
  const option = nix`lib.escapeShellArg "\${prefix}.${acceptMissing.path.join(".")}"`;
  return [
    ...[...code, "accept ", nix`lib.escapeShellArgs ${emitValue(acceptMissing, scope)}`, "\n"],
    ...[...checks, end, " ", option, "\n"],
  ];
}

/** A command that checks a directive, in the cases in which it has the value that the check is about. */
function emitCheck(
  name: string,
  { test, value: wanted }: StartCheck,
  value: DirectiveValue,
  scope: Scope,
): ShellText {
  const command = expectDirective(name, test);
  const node = nodeOf(Array.isArray(value) ? value.at(-1) : value);
  if (wanted === undefined || isLiteral(node, wanted)) return [command];
  if (node.kind === "literal") return [];
  return [nix`lib.optionalString ${whereWanted(node, wanted, scope)} ${nix.str(command)}`];
}

/** Whether a directive has the wanted value. */
function whereWanted(node: ExpNode, wanted: string | boolean, scope: Scope): NixExpr {
  if (node.kind === "if") {
    if (isLiteral(node.then, wanted)) return emitExpression(node.condition, scope);
    if (isLiteral(node.else, wanted)) return negate(emitExpression(node.condition, scope));
  }
  return nix`${emitExpression(node, scope)} == ${nix.value(wanted)}`;
}

function isLiteral(node: ExpNode, value: string | boolean): boolean {
  return node.kind === "literal" && node.value === value;
}

function emitRefusal(rule: ConfinementRule, scope: Scope, manager: Manager): ShellText {
  if (rule.refuses === undefined || directivesOf(rule, manager).IPAddressDeny === undefined) {
    return [];
  }
  const { address, when } = rule.refuses;
  const command = expectDirective("IPAddressDeny", ["is_refused", address]);
  return [nix`lib.optionalString ${emitValue(when, scope)} ${nix.str(command)}`];
}

function expectDirective(name: string, test: readonly string[]): string {
  const words = test.map((word) => (/^[\w./:-]+$/.test(word) ? word : shellWords([word])));
  return `${["expect_directive", name, ...words].join(" ")}\n`;
}
