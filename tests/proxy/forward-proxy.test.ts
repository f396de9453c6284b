// The forward proxy that leads to named hosts where a service has no network of its own: what it lets through, and
// what it refuses. It runs as on macOS, on a port, with a world around it; the configuration has the form of
// `src/runtime/nix/forward-proxy.nix`.

import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { linkAndHost, privateNetworks, sharedNetwork, special } from "../../src/model/addresses.ts";
import { z } from "../../src/zod.ts";
import { missingForGateway, newestGateway } from "../support/gateway.ts";
import { lacking } from "../support/lacking.ts";
import { findGateway } from "../support/tools.ts";

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const authority = here("../guest/scripts/named_egress/authority.pem");

function makesNamespaces(): boolean {
  try {
    const words = ["--user", "--map-root-user", "--net", "--mount", "--pid", "--fork"];
    execFileSync("unshare", [...words, "ip", "link", "set", "lo", "up"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const missing = makesNamespaces() ? [] : ["namespaces"];
const withoutGateway = [...missing, ...missingForGateway(newestGateway)];

const host = (
  name: string,
  port = 443,
  to = name,
): { readonly name: string; readonly port: number; readonly to: string } => ({ name, port, to });

const configuration = {
  port: 13128,
  hosts: [
    host("api.named.test"),
    host("plain.named.test", 8080),
    host("nas.named.test", 8080, "192.168.20.30"),
    host("192.168.20.31", 8080, "192.168.20.31"),
    host("rebound.named.test"),
    host("rebound.named.test", 8080),
    ...[
      "rebound-here",
      "rebound-own",
      "rebound-own-second",
      "rebound-own-mapped",
      "rebound-own6",
      "rebound-here6",
    ].map((name) => host(`${name}.named.test`, 9000)),
    ...["rebound-private", "rebound-mapped"].map((name) => host(`${name}.named.test`, 8080)),
    host("unknown.named.test"),
    host("api.named.test", 8081),
  ],
  refused: [
    ...["127.0.0.0/8", "0.0.0.0/8", "::/96"],
    ...linkAndHost,
    ...special,
    ...privateNetworks,
    ...sharedNetwork,
  ],
};

const connect = (target: string, ...rest: readonly string[]): readonly string[] => [
  `CONNECT ${target} HTTP/1.1\r\n\r\n`,
  ...rest,
];
const get = (url: string, ...fields: readonly string[]): readonly string[] => [
  [`GET ${url} HTTP/1.1`, ...fields, "", ""].join("\r\n"),
];
const hello = "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
const fromHost = "200 hello from 203.0.113.5";
const unlisted = (place: string): string => `403 ${place} is not a host that may be reached`;
const leadsHome = "403 the name leads to this machine or to a private network; list its address";
const noRequest = "400 a request is CONNECT NAME:PORT, or has a URL http://NAME:PORT/";

type Row = readonly [what: string, send: readonly string[], want: string];

const rows: readonly Row[] = [
  ["a listed host", connect("plain.named.test:8080", hello), fromHost],
  ["in capitals", connect("PLAIN.named.TEST:8080", hello), fromHost],
  ["with the dot of the root", connect("plain.named.test.:8080", hello), fromHost],
  ["with two dots", connect("plain.named.test..:8080"), unlisted("plain.named.test.:8080")],
  [
    "with an address that is listed",
    connect("nas.named.test:8080", hello),
    "200 hello from 192.168.20.30",
  ],
  ["a listed address", connect("192.168.20.31:8080", hello), "200 hello from 192.168.20.31"],
  [
    "a WebSocket",
    connect(
      "plain.named.test:8080",
      "GET /socket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
      "\x81\x85\x00\x00\x00\x00frame",
    ),
    "200 FRAME",
  ],

  ["another host", connect("other.named.test:443"), unlisted("other.named.test:443")],
  ["another port", connect("plain.named.test:22"), unlisted("plain.named.test:22")],
  [
    "the port of another listed host",
    connect("plain.named.test:443"),
    unlisted("plain.named.test:443"),
  ],
  ["a name below a listed one", connect("a.api.named.test:443"), unlisted("a.api.named.test:443")],
  [
    "a listed one as the end of a word",
    connect("evilapi.named.test:443"),
    unlisted("evilapi.named.test:443"),
  ],
  ["the address of a listed host", connect("203.0.113.5:443"), unlisted("203.0.113.5:443")],
  [
    "the address of a listed one in another notation",
    connect("3232240671:8080"),
    unlisted("3232240671:8080"),
  ],
  ["hexadecimal", connect("0xc0a8141f:8080"), unlisted("0xc0a8141f:8080")],
  ["octal", connect("0300.0250.024.037:8080"), unlisted("0300.0250.024.037:8080")],
  ["version 6", connect("[::1]:9000"), noRequest],
  ["version 4 in version 6", connect("[::ffff:192.168.20.31]:8080"), noRequest],
  ["a user before the host", connect("api.named.test@192.168.20.30:8080"), noRequest],
  ["no port", connect("api.named.test"), noRequest],
  ["a port that is none", connect("api.named.test:99999"), unlisted("api.named.test:99999")],
  ["a blank in the name", connect("api.named.test :443"), noRequest],
  ["a NUL in the name", connect("api.named.test\x00.other.named.test:443"), noRequest],

  ["this machine", connect("127.0.0.1:9000"), unlisted("127.0.0.1:9000")],
  ["this machine by its name", connect("localhost:9000"), unlisted("localhost:9000")],
  ["the service's own port", connect("127.0.0.1:18789"), unlisted("127.0.0.1:18789")],
  ["the proxy itself", connect("127.0.0.1:13128"), unlisted("127.0.0.1:13128")],
  ["the cloud's metadata", connect("169.254.169.254:80"), unlisted("169.254.169.254:80")],
  ["a listed name that leads to the metadata", connect("rebound.named.test:443"), leadsHome],
  ["the same over plain HTTP", get("http://rebound.named.test:8080/hello"), leadsHome],
  ["a listed name that leads to this machine", connect("rebound-here.named.test:9000"), leadsHome],
  [
    "a listed name that leads to this machine's own address",
    connect("rebound-own.named.test:9000"),
    leadsHome,
  ],
  [
    "a listed name that leads to this machine's second address",
    connect("rebound-own-second.named.test:9000"),
    leadsHome,
  ],
  ["the same by version 4 in version 6", connect("rebound-own-mapped.named.test:9000"), leadsHome],
  [
    "a listed name that leads to this machine's own address of version 6",
    connect("rebound-own6.named.test:9000"),
    leadsHome,
  ],
  [
    "a listed name that leads to this machine by version 6",
    connect("rebound-here6.named.test:9000"),
    leadsHome,
  ],
  [
    "a listed name that leads to a private network",
    connect("rebound-private.named.test:8080"),
    leadsHome,
  ],
  ["the same by version 4 in version 6", connect("rebound-mapped.named.test:8080"), leadsHome],
  [
    "a listed name that nobody knows",
    connect("unknown.named.test:443"),
    "502 the name cannot be looked up",
  ],
  [
    "a listed host that does not listen",
    connect("api.named.test:8081"),
    "502 the host cannot be reached",
  ],

  ["plain HTTP", get("http://plain.named.test:8080/hello"), fromHost],
  ["in capitals, with a dot", get("http://PLAIN.named.test.:8080/hello"), fromHost],
  ["to another port", get("http://plain.named.test/hello"), unlisted("plain.named.test:80")],
  ["to another host", get("http://other.named.test:8080/hello"), unlisted("other.named.test:8080")],
  [
    "the field Host does not count",
    get("http://other.named.test:8080/hello", "Host: plain.named.test:8080"),
    unlisted("other.named.test:8080"),
  ],
  [
    "nor does it lead elsewhere",
    get("http://plain.named.test:8080/hello", "Host: other.named.test:8080"),
    fromHost,
  ],
  ["with a user", get("http://plain.named.test:8080@192.168.20.30:8080/hello"), noRequest],
  ["with a backslash", get("http://plain.named.test:8080\\@192.168.20.30:8080/"), noRequest],
  ["without a host", get("/hello", "Host: plain.named.test:8080"), noRequest],
  ["another scheme", get("https://api.named.test/hello"), noRequest],
  [
    "a second request on the connection goes to the same host",
    [
      `${get("http://plain.named.test:8080/hello")[0] ?? ""}${get("http://192.168.20.30:8080/hello")[0] ?? ""}`,
    ],
    fromHost,
  ],
  ["a head with bare line feeds", ["CONNECT plain.named.test:8080 HTTP/1.1\n\r\n\r\n"], noRequest],
  [
    "a folded field",
    ["CONNECT plain.named.test:8080 HTTP/1.1\r\nA: b\r\n c\r\n\r\n"],
    "400 this is no field of a head",
  ],
  [
    "a head without an end",
    [`GET http://plain.named.test:8080/${"a".repeat(40000)}`],
    "431 the head is too large",
  ],
];

const seen = z.object({
  attempts: z.record(z.string(), z.string()),
  large: z.string(),
  upload: z.string(),
  secure: z.string(),
  parallel: z.string(),
});

test("of a head, a host gets one Host, and nothing of what is between the client and the proxy", () => {
  const program = here("../../src/runtime/python/forward-proxy.py");
  const load = `import importlib.util as u; s = u.spec_from_file_location("proxy", ${JSON.stringify(program)}); m = u.module_from_spec(s); __import__("sys").modules["proxy"] = m; s.loader.exec_module(m)`;
  const head = [
    "GET http://a.example.org:8080?x HTTP/1.1",
    "host: b.example.org",
    "Proxy-Authorization: Basic x",
    "Proxy-Connection: keep-alive",
    "Connection: keep-alive",
    "Authorization: Bearer y",
  ].join("\r\n");
  const said = execFileSync(
    "python3",
    ["-c", `${load}; print(m.request_of(${JSON.stringify(head)}.encode()).head.decode(), end="")`],
    { encoding: "utf8" },
  );
  expect(said.split("\r\n")).toEqual([
    "GET /?x HTTP/1.1",
    "Host: a.example.org:8080",
    "Connection: close",
    "Authorization: Bearer y",
    "",
    "",
  ]);
});

const treated = z.object({
  halves: z.array(z.number()),
  accepted: z.number(),
  refused: z.number(),
  files: z.number(),
  afterwards: z.string(),
  log: z.array(z.string()),
  withoutFiles: z.array(z.string()),
});

test("a hostile service takes no more than its share, and hides nothing from the log", () => {
  const folder = mkdtempSync(join(tmpdir(), "nixmodgen-proxy-"));
  const words = [here("hostile.py"), here("../../src/runtime/python/forward-proxy.py"), folder];
  const said = execFileSync("python3", words, { encoding: "utf8", timeout: 60_000 });
  rmSync(folder, { recursive: true, force: true });
  const { log, files, ...found } = treated.parse(JSON.parse(said));
  expect(found).toEqual({
    // A client that has no more to say still gets its answer.
    halves: Array.from({ length: 40 }, () => 1000),
    // What waits for a slow client counts as a connection.
    accepted: 256,
    refused: 344,
    afterwards: "200",
    withoutFiles: ["socket.accept() out of system resource OSError"],
  });
  expect(files).toBeLessThan(600);
  expect(log.filter((line) => /^refused made-up-\d+\.example\.org$/.test(line)).length).toBe(1000);
  expect(log.slice(1000)).toEqual(["used host.test:PORT"]);
}, 70_000);

describe.skipIf(missing.length > 0)(`the forward proxy${lacking(missing)}`, () => {
  let folder = "";
  const onMachine = (command: readonly string[], input = ""): string =>
    execFileSync("bash", [here("machine.sh"), folder, ...command], {
      encoding: "utf8",
      input,
      timeout: 100_000,
      stdio: ["pipe", "pipe", "pipe"],
    });
  let outcomes: z.infer<typeof seen> | undefined;
  let log: readonly string[] = [];

  const renew = (): void => {
    folder = mkdtempSync(join(tmpdir(), "nixmodgen-proxy-"));
    writeFileSync(join(folder, "proxy.json"), JSON.stringify(configuration));
  };

  beforeAll(() => {
    renew();
    const attempts = rows.map(([name, send]) => ({ name, send }));
    const said = onMachine(["python3", here("attempts.py"), authority], JSON.stringify(attempts));
    outcomes = seen.parse(JSON.parse(said));
    log = readFileSync(join(folder, "proxy.log"), "utf8").trimEnd().split("\n");
  }, 120_000);

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(rows.map(([what, , want]) => ({ what, want })))("$what", ({ what, want }) => {
    expect(outcomes?.attempts[what]).toBe(want);
  });

  test("large transfers and many connections lose nothing, and TLS is between the ends", () => {
    expect(outcomes).toMatchObject({
      large: String(100 * 1024 * 1024),
      upload: createHash("sha256")
        .update(Buffer.alloc(50 * 1024 * 1024))
        .digest("hex"),
      secure: "hello from 203.0.113.5",
      parallel: "100",
    });
  });

  test("its log has each host once, as it would be added, and nothing else", () => {
    expect(log).toEqual(
      expect.arrayContaining([
        "used plain.named.test:8080",
        "refused other.named.test",
        "refused plain.named.test:22",
      ]),
    );
    expect(new Set(log).size).toBe(log.length);
    expect(log.filter((line) => !/^(used|refused) [a-z0-9._-]+(:\d+)?$/.test(line))).toEqual([]);
  });

  describe.skipIf(withoutGateway.length > 0)(`the real gateway${lacking(withoutGateway)}`, () => {
    const gateway = findGateway(newestGateway) ?? "";
    const validate = (...words: readonly string[]): unknown => {
      renew();
      const program = [join(gateway, ".bin/node"), join(gateway, "openclaw/openclaw.mjs")];
      const told = [
        `HOME=${folder}`,
        "OPENCLAW_PROXY_URL=http://127.0.0.1:13128",
        `NODE_EXTRA_CA_CERTS=${authority}`,
      ];
      const command = ["env", ...told, ...program, "proxy", "validate", "--json", ...words];
      // It exits with 1 where the check fails.
      return JSON.parse(onMachine(["bash", "-c", '"$@" || :', "-", ...command]));
    };

    test("finds it fit: it leads to a listed host, and not to this machine", () => {
      expect(validate("--allowed-url", "https://api.named.test/hello")).toMatchObject({
        ok: true,
        config: { source: "env", errors: [] },
        checks: [
          { kind: "allowed", url: "https://api.named.test/hello", ok: true, status: 200 },
          { kind: "denied", ok: true },
        ],
      });
    }, 60_000);

    test("and says so where it does not lead", () => {
      expect(validate("--allowed-url", "https://other.named.test/hello")).toMatchObject({
        ok: false,
        checks: [
          { kind: "allowed", ok: false },
          { kind: "denied", ok: true },
        ],
      });
    }, 60_000);
  });
});
