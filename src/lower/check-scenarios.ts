// Checks that a service with scenarios has everything that a VM test needs. Its machines differ only in options,
// so options have to decide all facts that the test uses.

import type { OptionDocs } from "../docs/option-docs.ts";
import { UserError } from "../errors.ts";
import type { ExpNode } from "../model/expression.ts";
import type { IrService } from "../model/service-model.ts";
import { walkExpression } from "../model/walk-expression.ts";

export function checkScenarios(service: IrService, { service: location }: OptionDocs): void {
  const { scenarios, directories, listen, config, identity, confinement, extra } = service.model;
  if (scenarios === undefined) return;
  if (directories.length === 0) {
    throw new UserError("the service has scenarios, and no directory for them to work in", {
      location,
      expected: "at least one of its own in `directories`",
      next: "add one, below the state directory for example, or remove `scenarios`",
    });
  }
  const needed = {
    "user of its own": { part: identity, next: "`identity`" },
    "port that an option says": { part: listen, next: "`listen`" },
    "configuration file below /etc": { part: config?.path, next: "`config.path`" },
    "option for further packages": { part: extra.packages, next: "`extra.packages`" },
  };
  for (const [what, { part, next }] of Object.entries(needed)) {
    if (part !== undefined) continue;
    throw new UserError(`the service has scenarios, and no ${what}`, {
      location,
      expected: next,
      next: `give the model ${next}, or remove \`scenarios\``,
    });
  }
  for (const { name, when } of confinement.flatMap(({ differences = [] }) => differences)) {
    walkExpression(when.node, (part) => {
      if (part.kind !== "setting" || isDecidedByOption(part, service)) return;
      const key = part.path.join(".");
      throw new UserError(`the service has scenarios, and no option fills the setting ${key}`, {
        location,
        received: `the difference ${name} depends on it`,
        next: `declare an option with \`setting: "${key}"\``,
      });
    });
  }
}

function isDecidedByOption(node: ExpNode, { options }: IrService): boolean {
  if (node.kind === "option") return true;
  const key = node.kind === "setting" ? node.path.join(".") : undefined;
  return key !== undefined && options.some(({ setting }) => setting?.join(".") === key);
}
