// What the operator sees of a service's hosts, and the name server that says of other names that there are none.

import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

const shell = fileURLToPath(new URL("../../src/runtime/shell/egress.sh", import.meta.url));
const server = fileURLToPath(new URL("../../src/runtime/python/refuse-names.py", import.meta.url));

function program(name: string, text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), "egress-")), name);
  writeFileSync(path, `#!/bin/bash\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** What `moltbot egress` prints, with this journal of the name server. */
function shown(journal: readonly string[], ...hosts: readonly string[]): string {
  const lines = journal.map((line) => `printf '%s\\n' $'${line}'`).join("\n");
  const systemctl = program(
    "systemctl",
    `[[ $2 != *used* ]] || echo "Sat 2026-11-28 09:00:00 UTC"`,
  );
  const journalctl = program("journalctl", lines);
  const script = `set -euo pipefail; unit=it systemctl=${systemctl} journalctl=${journalctl}; . ${shell}; show_egress services.it.hosts "$@"`;
  return execFileSync("bash", ["-c", script, "egress", ...hosts], { encoding: "utf8" });
}

const proxied = fileURLToPath(new URL("../../src/runtime/shell/egress-proxy.sh", import.meta.url));

/** What it prints where a proxy leads to the hosts, with this log of the proxy. */
function shownProxied(log: readonly string[], ...hosts: readonly string[]): string {
  const script = `set -euo pipefail; unit=it; proxy_log() { printf '%s' ${log.map((line) => `$'${line}\\n'`).join("")}; }; . ${shell}; . ${proxied}; show_egress services.it.hosts "$@"`;
  return execFileSync("bash", ["-c", script, "egress", ...hosts], { encoding: "utf8" });
}

test("behind a proxy, its log says which hosts were used, and what to add with which port", () => {
  const log = [
    "used used.example.org:443",
    "refused b.example.org",
    "refused a.example.org:8443",
    "refused a.example.org:65536",
    "refused 192.168.1.1:80",
    "refused localhost:9000",
    "refused x.localhost:9000",
    "refused \\e[2Ja",
    "a traceback",
  ];
  const hosts = [
    "used.example.org:443=used.example.org:443",
    "used.example.org:44=used.example.org:44",
    "localhost:9000=",
  ];
  expect(shownProxied(log, ...hosts).split("\n")).toEqual([
    "used.example.org:443                          used",
    "used.example.org:44                           not used",
    "localhost:9000                                on this machine, reached directly",
    "",
    "Refused since the proxy's log began:",
    "  a.example.org:8443",
    "  b.example.org",
    "",
    "Add those that you know, with a port unless it is 443:",
    '  services.it.hosts = [ "a.example.org:8443" "b.example.org" ];',
    "",
  ]);
});

const hosts = ["used.example.org:443=it:used:443", "new.example.org:443=it:new:443"];

test("the hosts are shown with their use", () => {
  expect(shown([], ...hosts).split("\n")).toEqual([
    "used.example.org:443                          Sat 2026-11-28 09:00:00 UTC",
    "new.example.org:443                           not since the boot",
    "",
    "No other name was asked for since the boot.",
    "",
  ]);
});

test("names that were refused are the line to add, each once", () => {
  const said = shown(
    ["refused b.example.org", "refused a.example.org", "refused b.example.org"],
    ...hosts,
  );
  expect(said).toContain("Refused since the boot:\n  a.example.org\n  b.example.org\n");
  expect(said).toContain('  services.it.hosts = [ "a.example.org" "b.example.org" ];\n');
});

test.each(["a.b", "0a1.b2-3.4c5.x6", "x7.y89", "a-0.z-z", `${"a".repeat(249)}.org`])(
  "a name of every kind is shown: %s",
  (name) => {
    expect(shown([`refused ${name}`], ...hosts)).toContain(`Refused since the boot:\n  ${name}\n`);
  },
);

test("nothing but an ordinary name is shown", () => {
  const hostile = [
    "refused \\e[2Ja",
    'refused "; rm',
    "refused ${x}",
    "other words",
    "other",
    "refused ",
    `refused ${"a".repeat(250)}.org`,
  ];
  expect(shown(hostile, ...hosts)).toContain("No other name was asked for");
});

test("nothing is proposed that would lead to this machine or to an address", () => {
  const hostile = [
    "192.168.1.1",
    "10",
    "0x7f.1",
    "a.0xa",
    "localhost",
    "a.localhost",
    "a.b_c",
    "-a",
  ];
  expect(
    shown(
      hostile.map((name) => `refused ${name}`),
      ...hosts,
    ),
  ).toContain("No other name was asked for");
});

test("a service that reaches more says so", () => {
  expect(shown([])).toContain('`confinement.egress` is not "named"');
});

// ---- the name server ----

/** A question of RFC 1035 for a name, as Python writes it. */
const python = `
import importlib.util, json, socket, struct, sys
spec = importlib.util.spec_from_file_location("server", sys.argv[1])
server = importlib.util.module_from_spec(spec); spec.loader.exec_module(server)
def question(name, kind=1, head=(7, 0x0100, 1, 0, 0, 0)):
    labels = b"".join(bytes([len(l)]) + l for l in name.encode().split(b".") if l)
    return struct.pack("!6H", *head) + labels + b"\\0" + struct.pack("!2H", kind, 1)
known = {"a.example.org": socket.inet_aton("28.0.0.1")}
def tell(packet):
    try:
        reply, refused = server.answer(packet, known)
    except (ValueError, IndexError, struct.error) as error:
        return type(error).__name__
    number, flags, asked, answers = struct.unpack_from("!4H", reply)
    return [number, flags & 15, answers, reply[-4:].hex() if answers else None, refused]
print(json.dumps([tell(packet) for packet in eval(sys.argv[2])]))
print(json.dumps([bool(server.NAME.fullmatch(name)) for name in ["a.example.org", "x", "_dmarc.a.b", "a b", "-a.b", "a..b", "a\\n", "\\u00e9.a", "a." * 130 + "b", "10.0.0.1", "1", "a.0x7f", "localhost", "a.localhost", "alocalhost"]]))
`;

test("listed names have their address, others are refused, and packets that are no questions get no answer", () => {
  const packets = [
    'question("A.example.org")',
    'question("a.example.org", 28)',
    'question("secret.tunnel.example.org", 16)',
    'b""',
    'b"\\x00" * 12',
    'question("a.example.org", head=(7, 0x8180, 1, 0, 0, 0))',
    'question("a.example.org")[:-3]',
    'struct.pack("!6H", 7, 0x100, 1, 0, 0, 0) + b"\\xc0\\x0c\\x00\\x01\\x00\\x01"',
    'struct.pack("!6H", 7, 0x100, 1, 0, 0, 0) + b"\\x3fab"',
  ];
  const [answers = "", names = ""] = execFileSync(
    "python3",
    ["-c", python, server, `[${packets.join(", ")}]`],
    {
      encoding: "utf8",
    },
  ).split("\n");
  expect(JSON.parse(answers)).toEqual([
    [7, 0, 1, "1c000001", null],
    [7, 0, 0, null, null],
    [7, 3, 0, null, "secret.tunnel.example.org"],
    "error",
    "ValueError",
    "ValueError",
    "error",
    "ValueError",
    "IndexError",
  ]);
  expect(JSON.parse(names)).toEqual([
    ...[true, true, true, false, false, false, false, false, false],
    ...[false, false, false, false, false, true],
  ]);
});
