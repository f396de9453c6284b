// What systemd says of a unit, as a command for proofs that look from outside.

/** Whether systemd has given a property of the unit a value: `yes` or `no`. */
export const propertyIs = (property: string, value: string): string =>
  `test "$(systemctl show {unit} --property ${property} --value)" = ${value} && echo yes || echo no`;
