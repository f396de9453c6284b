// The hosts of credentials are those that the gateway's own packages name.

import { execFileSync } from "node:child_process";
import { join } from "node:path";

import { expect, test } from "vitest";

import { mediaProviders, modelProviders } from "../../schema/options/providers.ts";
import { telegram } from "../../schema/options/channels.ts";
import { entriesOf, isOption, type OptionTree } from "../../src/schema/define-option.ts";
import { missingForGateway, newestGateway } from "../support/gateway.ts";
import { findGateway } from "../support/tools.ts";
import { lacking } from "../support/lacking.ts";

function hostsIn(tree: OptionTree): readonly string[] {
  return entriesOf(tree, []).flatMap(([, entry]) =>
    isOption(entry) ? (entry.credential?.hosts ?? []) : hostsIn(entry),
  );
}

const hosts = [...new Set(hostsIn({ ...modelProviders, ...mediaProviders, telegram }))].sort();
const missing = missingForGateway(newestGateway);
const note = lacking(missing);

test.skipIf(missing.length > 0)(
  `the gateway's packages name all ${String(hosts.length)} hosts${note}`,
  () => {
    const modules = findGateway(newestGateway);
    if (modules === undefined) throw new Error("no gateway");
    const patterns = hosts.flatMap((host) => ["-e", host]);
    const found = execFileSync("grep", ["-rhoF", ...patterns, join(modules, "openclaw/dist")], {
      encoding: "utf8",
      maxBuffer: 1 << 26,
    });
    expect([...new Set(found.trim().split("\n"))].sort()).toEqual(hosts);
  },
);
