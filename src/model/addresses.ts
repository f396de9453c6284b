// The IP ranges that the rules deny or allow.

/**
 * An IPv4 network embedded in an IPv6 network.
 *
 * @param base the IPv6 prefix, in groups of 16 bits
 * @param prefix its length in bits; the IPv4 address follows
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
 * An IPv4 network, and its forms in IPv6: behind a translator (RFC 6052, 64:ff9b::/96) and
 * through a tunnel (RFC 3056, 2002::/16). The kernel compares these as IPv6 addresses, so each form needs a range.
 */
const withTranslations = (network: string): readonly string[] => [
  network,
  embedded(network, [0x64, 0xff9b, 0, 0, 0, 0], 96),
  embedded(network, [0x2002], 16),
];

/** Addresses that no public service has: link-local ones, and the hosts of clouds. */
export const linkAndHost = [
  ...withTranslations("169.254.0.0/16"),
  "fe80::/10",
  // Metadata services of clouds: Azure's, Alibaba's, Amazon's, Google's.
  ...withTranslations("168.63.129.16/32"),
  ...withTranslations("100.100.100.200/32"),
  "fd00:ec2::254/128",
  "fd20:ce::254/128",
  // The prefix for a network's own translation of addresses (RFC 8215), and Teredo's.
  "64:ff9b:1::/48",
  "2001::/32",
];

/** The addresses that carriers, and Tailscale with them, give to machines (RFC 6598). */
export const sharedNetwork = withTranslations("100.64.0.0/10");

/** Tailscale's IPv6 addresses, which are in the private range fc00::/7. */
export const tailnet6 = "fd7a:115c:a1e0::/48";

/** Addresses of private networks. */
export const privateNetworks = [
  ...["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].flatMap(withTranslations),
  "fc00::/7",
  // Site-local addresses, which are deprecated.
  "fec0::/10",
];

/** Addresses that reach no single machine: protocols, benchmarks, multicast, reserved. */
export const special = ["192.0.0.0/24", "198.18.0.0/15", "224.0.0.0/3", "ff00::/8"];
