// For proofs that look from outside, and ask systemd about the unit.

import type { UnitProperty } from "../model/proof.ts";

/** Whether the unit's property has this value: the word is `yes` or `no`. */
export const propertyIs = (property: string, value: string): UnitProperty => ({ property, value });
