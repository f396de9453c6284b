// Patterns of IP addresses, in the forms that a person may write.

const byte = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
const host4 = `(${byte}\\.){3}${byte}`;
const version4 = `${host4}(/(3[0-2]|[12]?[0-9]))?`;

/** An IPv4 address of one machine, without a prefix length. */
export const address4 = new RegExp(`^${host4}$`);

const group = "[0-9A-Fa-f]{1,4}";
/** RFC 4291, 2.2: eight groups, or fewer with one `::` in place of the others. */
const version6 = [
  `(${group}:){7}${group}`,
  `(${group}:){1,7}:`,
  ...[1, 2, 3, 4, 5, 6].map((after) => `(${group}:){1,${7 - after}}(:${group}){${after}}`),
  `:(:${group}){1,7}`,
  "::",
].join("|");

/** An IPv4 or IPv6 address or network: `10.0.0.0/8`, `fd00::1`. */
export const address = new RegExp(
  `^(${version4}|(${version6})(/(12[0-8]|1[01][0-9]|[1-9]?[0-9]))?)$`,
);
