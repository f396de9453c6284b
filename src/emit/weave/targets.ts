// The targets of generated code, and the conditions with which woven code tells them apart.

import { BugError } from "../../errors.ts";
import type { Platform } from "../../model/platform.ts";
import { nix, type NixExpr } from "../../nix/index.ts";
import type { TargetName, TargetTest } from "./weave.ts";

/** Tells platforms apart; `platform` is in scope. For options, whose names must not depend on the configuration. */
export const onPlatforms: TargetTest<Platform> = (some, all) => {
  const [only, ...more] = some;
  const [other, ...others] = [...all].filter((platform) => !some.has(platform));
  if (only !== undefined && more.length === 0) return nix`platform == ${only}`;
  if (other !== undefined && others.length === 0) return nix`platform != ${other}`;
  return nix`lib.elem platform ${nix.value([...some])}`;
};

/** The platforms' names for people. */
const names: Readonly<Record<Platform, string>> = {
  nixos: "NixOS",
  "home-manager": "home-manager",
  darwin: "nix-darwin",
};

export const platformName: TargetName<Platform> = (some) =>
  some.map((platform) => names[platform]).join(", ");

/** A platform on an operating system. */
export type Target = "nixos" | "darwin" | "home-linux" | "home-macos";

export const targets: readonly {
  readonly target: Target;
  readonly platform: Platform;
  readonly isDarwin: boolean;
}[] = [
  { target: "nixos", platform: "nixos", isDarwin: false },
  { target: "home-linux", platform: "home-manager", isDarwin: false },
  { target: "home-macos", platform: "home-manager", isDarwin: true },
  { target: "darwin", platform: "darwin", isDarwin: true },
];

interface Condition {
  readonly code: NixExpr;
  readonly holds: (target: (typeof targets)[number]) => boolean;
}

/** Conditions that hold for one platform. */
const single: readonly Condition[] = (["nixos", "darwin"] as const).map((name) => ({
  code: nix`platform == ${name}`,
  holds: ({ platform }) => platform === name,
}));

const facts: readonly Condition[] = [
  { code: nix.id("isDarwin"), holds: ({ isDarwin }) => isDarwin },
  { code: nix.id("isHome"), holds: ({ platform }) => platform === "home-manager" },
];

/** All conditions, the simplest first. */
const conditions: readonly Condition[] = [
  ...facts,
  ...single,
  ...facts.flatMap(withOpposite),
  ...(["&&", "||", "=="] as const).flatMap((operator) => combined(operator)),
];

function withOpposite(condition: Condition): readonly Condition[] {
  return [
    condition,
    { code: nix.unary("!", condition.code), holds: (target) => !condition.holds(target) },
  ];
}

function combined(operator: "&&" | "||" | "=="): readonly Condition[] {
  const [left, right] = facts.map(withOpposite);
  return (left ?? []).flatMap((first) =>
    (right ?? []).map((second) => ({
      code: nix.op(operator, first.code, second.code),
      holds: (target) => {
        const [a, b] = [first.holds(target), second.holds(target)];
        return operator === "&&" ? a && b : operator === "||" ? a || b : a === b;
      },
    })),
  );
}

/** Tells targets apart; `isDarwin` and `isHome` are in scope. */
export const onTargets: TargetTest<Target> = (some, all) => {
  const here = targets.filter(({ target }) => all.has(target));
  const found = conditions.find(({ holds }) =>
    here.every((each) => holds(each) === some.has(each.target)),
  );
  if (found === undefined) throw new BugError(`no condition tells ${[...some].join(", ")}`);
  return found.code;
};

export const targetName: TargetName<Target> = (some) => {
  const found = targets.filter(({ target }) => some.includes(target));
  return [...new Set(found.map(({ platform }) => names[platform]))].join(", ");
};
