// Commands for proofs that look from outside, which ask systemd about the unit.

/** A command that prints `yes` if the unit's property has this value, else `no`. */
export const propertyIs = (property: string, value: string): string =>
  `test "$(systemctl show {unit} --property ${property} --value)" = ${value} && echo yes || echo no`;
