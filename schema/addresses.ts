// Addresses of the internet protocols: the ranges the rules are about, and what a person may write.

/** Addresses no public service has: those of the link and of the machines behind them. */
export const linkAndHost = [
  "169.254.0.0/16",
  "fe80::/10",
  // Azure's host, which answers like a metadata service.
  "168.63.129.16/32",
];

/** Addresses of private networks and of what carriers and tunnels put in their place. */
export const privateNetworks = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "fc00::/7",
  "100.64.0.0/10",
];

/** Addresses nobody is reached at: protocols, benchmarks, multicast, reserved. */
export const special = ["192.0.0.0/24", "198.18.0.0/15", "224.0.0.0/3", "ff00::/8"];

const byte = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
const host4 = `(${byte}\\.){3}${byte}`;
const version4 = `${host4}(/(3[0-2]|[12]?[0-9]))?`;

/** An address of version 4, of one machine. */
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

/** An address or a network of version 4 or 6: `10.0.0.0/8`, `fd00::1`. */
export const address = new RegExp(
  `^(${version4}|(${version6})(/(12[0-8]|1[01][0-9]|[1-9]?[0-9]))?)$`,
);
