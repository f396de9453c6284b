// Addresses of the internet protocols: the ranges the rules are about.

/**
 * An IPv4 network inside of an IPv6 one: the address follows the first `prefix` bits. `base` is the
 * prefix, in groups.
 */
function embedded(network: string, base: readonly number[], prefix: number): string {
  const [address = "", length = "32"] = network.split("/");
  const bytes = address.split(".").map(Number);
  const groups = [0, 2].map((index) => (bytes[index] ?? 0) * 256 + (bytes[index + 1] ?? 0));
  const words = [...base, ...groups].map((word) => word.toString(16));
  const all = words.length < 8 ? `${words.join(":")}::` : words.join(":");
  return `${all}/${String(prefix + Number(length))}`;
}

/**
 * An IPv4 network, and the names it has in IPv6: behind a translator (RFC 6052, 64:ff9b::/96) and
 * through a tunnel (RFC 3056, 2002::/16). The kernel compares an address of either kind as it is written.
 */
const withTranslations = (network: string): readonly string[] => [
  network,
  embedded(network, [0x64, 0xff9b, 0, 0, 0, 0], 96),
  embedded(network, [0x2002], 16),
];

/** Addresses no public service has: those of the link and of the machines behind them. */
export const linkAndHost = [
  ...withTranslations("169.254.0.0/16"),
  "fe80::/10",
  // Hosts of clouds that answer as a metadata service does: Azure's, Alibaba's, Amazon's, Google's.
  ...withTranslations("168.63.129.16/32"),
  ...withTranslations("100.100.100.200/32"),
  "fd00:ec2::254/128",
  "fd20:ce::254/128",
  // Prefixes by which a network translates addresses for itself (RFC 8215), and Teredo's.
  "64:ff9b:1::/48",
  "2001::/32",
];

/** The addresses that carriers, and Tailscale with them, give to machines (RFC 6598). */
export const sharedNetwork = withTranslations("100.64.0.0/10");

/** Tailscale's addresses of version 6, which lie within the private ones. */
export const tailnet6 = "fd7a:115c:a1e0::/48";

/** Addresses of private networks. */
export const privateNetworks = [
  ...["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].flatMap(withTranslations),
  "fc00::/7",
  // Site-local addresses, which nothing should have any more.
  "fec0::/10",
];

/** Addresses nobody is reached at: protocols, benchmarks, multicast, reserved. */
export const special = ["192.0.0.0/24", "198.18.0.0/15", "224.0.0.0/3", "ff00::/8"];
