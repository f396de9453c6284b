// Which platforms read which parts of a model. An option in such a part need not exist on other platforms.

import { BugError } from "../errors.ts";
import { type ExpNode, isCallOf } from "../model/expression.ts";
import { type Platform, platforms } from "../model/platform.ts";
import type { ServiceModel } from "../model/service-model.ts";
import { walkExpression } from "../model/walk-expression.ts";

/** The platforms that read a part, by its path. All platforms read the other parts. */
const readers: Readonly<Record<string, readonly Platform[]>> = {
  acceptMissing: ["nixos", "home-manager"],
  identity: ["nixos", "darwin"],
  "identity.uid": ["darwin"],
  "identity.gid": ["darwin"],
  "config.path": ["nixos"],
  "listen.openFirewall": ["nixos"],
  "hosts.proxy": ["home-manager", "darwin"],
  // The sandbox profile of macOS reads these; on systemd, the confinement rules refer to the options themselves.
  "reach.sockets": ["home-manager", "darwin"],
  "reach.tcpPorts": ["home-manager", "darwin"],
  "reach.udpPorts": ["home-manager", "darwin"],
  "reach.freePort": ["home-manager", "darwin"],
  "reach.egress": ["home-manager", "darwin"],
  application: ["home-manager"],
  scenarios: ["nixos"],
};

/**
 * @param where the expression's path in the model: `confinement.3.directives.UMask`
 * @returns the platforms that compute the expression
 */
export function platformsReading(where: string, model: ServiceModel): readonly Platform[] {
  const [part = "", index = "", inPart] = where.split(".");
  if (part === "assertions") return model.assertions[Number(index)]?.platforms ?? platforms;
  if (part === "confinement") {
    const rule = model.confinement[Number(index)];
    if (rule === undefined) throw new BugError(`no confinement rule ${index}`);
    if (inPart === "user") return ["home-manager"];
    if (inPart === "differences") return ["nixos"];
    return rule.user.directives === undefined ? ["nixos", "home-manager"] : ["nixos"];
  }
  return readersOf(`${part}.${index}`);
}

/** @param part the part's path: `config.path` */
export function readersOf(part: string): readonly Platform[] {
  return readers[part] ?? readers[part.split(".")[0] ?? part] ?? platforms;
}

/** Whether a condition holds on a platform; undefined if only evaluation knows. */
function holdsOn(platform: Platform, node: ExpNode): boolean | undefined {
  if (node.kind === "literal") return typeof node.value === "boolean" ? node.value : undefined;
  if (isCallOf(node, "isMacOS")) {
    return platform === "home-manager" ? undefined : platform === "darwin";
  }
  if (isCallOf(node, "not")) {
    const [holds] = node.arguments.map((part) => holdsOn(platform, part));
    return holds === undefined ? undefined : !holds;
  }
  if (!isCallOf(node, "and") && !isCallOf(node, "or")) return undefined;
  const decisive = isCallOf(node, "or");
  const all = node.arguments.map((part) => holdsOn(platform, part));
  if (all.includes(decisive)) return decisive;
  return all.every((part) => part === !decisive) ? !decisive : undefined;
}

/** The parts of an expression that a platform never computes, because a condition on the platform excludes them. */
function unreachedOn(platform: Platform, whole: ExpNode): ReadonlySet<ExpNode> {
  const unreached = new Set<ExpNode>();
  const leaveOut = (node: ExpNode): void => {
    walkExpression(node, (part) => unreached.add(part));
  };
  walkExpression(whole, (node) => {
    if (node.kind === "if") {
      const holds = holdsOn(platform, node.condition);
      if (holds !== undefined) leaveOut(holds ? node.else : node.then);
    }
    if (isCallOf(node, "implies")) {
      const [premise, consequence] = node.arguments;
      const holds = premise === undefined ? undefined : holdsOn(platform, premise);
      if (holds === false && consequence !== undefined) leaveOut(consequence);
    }
    if (isCallOf(node, "and") || isCallOf(node, "or")) {
      const parts = node.arguments;
      const decisive = isCallOf(node, "or");
      const end = parts.findIndex((part) => holdsOn(platform, part) === decisive);
      if (end >= 0) parts.slice(end + 1).forEach(leaveOut);
    }
  });
  return unreached;
}

/** Calls `visit` with every part of an expression that a platform may compute. */
export function walkOn(platform: Platform, whole: ExpNode, visit: (node: ExpNode) => void): void {
  const unreached = unreachedOn(platform, whole);
  walkExpression(whole, (node) => {
    if (!unreached.has(node)) visit(node);
  });
}
