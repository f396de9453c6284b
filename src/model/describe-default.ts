// Describes a default that depends on other options, in words.

import { type ExpNode, isCallOf } from "./expression.ts";
import { rowOf } from "./functions.ts";

/** A default for people: options and the instance's name appear as `<placeholders>`. */
export function describeDefault(node: ExpNode): string {
  switch (node.kind) {
    case "literal":
      return typeof node.value === "string" ? node.value : JSON.stringify(node.value);
    case "option":
      return `<${node.path.join(".")}>`;
    case "variant":
      return `<${node.key}>`;
    case "text":
      return node.parts
        .map((part) => (typeof part === "string" ? part : describeDefault(part)))
        .join("");
    case "if":
      return isCallOf(node.condition, "isMacOS")
        ? `${describeDefault(node.then)} on macOS, ${describeDefault(node.else)} on Linux`
        : notShown;
    case "call": {
      const { shown } = rowOf(node.function);
      return shown?.(...node.arguments.map(describeDefault), ...node.plain) ?? notShown;
    }
    case "named":
      return describeDefault(node.of);
    case "setting":
    case "configFile":
    case "variable":
    case "field":
    case "list":
    case "record":
    case "function":
      return notShown;
  }
}

export const notShown = "computed from other options";
