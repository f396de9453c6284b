// Whether a service that should be in a network of its own is in one.

import { execFileSync, spawnSync } from "node:child_process";

import { expect, test } from "vitest";

import { shellCode } from "../../src/runtime/assets.ts";
import { lacking } from "../support/lacking.ts";

const inNetwork = ["--user", "--map-root-user", "--net", "bash", "-euo", "pipefail", "-c"];

function makesNetworks(): boolean {
  try {
    execFileSync("unshare", [...inNetwork, "ip link set lo up"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const missing = makesNetworks() ? [] : ["namespaces"];

const networks: readonly (readonly [what: string, commands: string, status: number])[] = [
  ["one with nothing in it", "", 0],
  ["one with its own loopback device", "ip link set lo up", 0],
  [
    "one with a device, and no route, as a machine's that is offline",
    "ip link set lo up; ip link add wlan0 type veth peer name other",
    78,
  ],
  [
    "one with a route",
    "ip link add out type veth peer name other; ip address add 203.0.113.1/24 dev out; ip link set out up",
    78,
  ],
  [
    "one with a route of version 6 through a device that every network may have",
    "ip link add sit0 type veth peer name gre0; ip -6 address add 2001:db8::1/64 dev sit0; ip link set sit0 up",
    78,
  ],
];

test.skipIf(missing.length > 0).each(networks)(
  `a service's network: %s${lacking(missing)}`,
  (_, commands, want) => {
    const script = [
      "unit=it",
      shellCode.read("launch"),
      shellCode.read("relay"),
      commands,
      "expect_own_network services.it.hosts",
    ].join("\n");
    const { status, stderr } = spawnSync("unshare", [...inNetwork, script], { encoding: "utf8" });
    expect({ status, stderr }).toEqual({
      status: want,
      stderr:
        want === 0
          ? ""
          : "services.it.hosts: this machine lets no user make a network for a service (user namespaces), so the service would reach more than these hosts\n",
    });
  },
);
