// A value that may differ between platforms.

import type { Platform } from "./platform.ts";
import type { OrValue } from "./expression.ts";

/** A value for each platform on which the option exists. */
export type PerPlatform<T> = Readonly<Partial<Record<Platform, T>>>;

const perPlatformTag = Symbol("per platform");

export interface PlatformValues<T> {
  readonly [perPlatformTag]: true;
  readonly values: PerPlatform<T>;
}

/** A default that differs between platforms: `perPlatform({ nixos: …, … })`. */
export function perPlatform<T>(values: PerPlatform<OrValue<T>>): PlatformValues<OrValue<T>> {
  return { [perPlatformTag]: true, values };
}

export function isPlatformValues(value: unknown): value is PlatformValues<unknown> {
  return typeof value === "object" && value !== null && perPlatformTag in value;
}
