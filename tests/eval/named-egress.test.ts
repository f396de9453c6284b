// A service in a network of its own, in the real NixOS: which hosts it reaches, by which units, and what is refused.

import { describe, expect, test } from "vitest";

import { type EvaluationCase, missingForEvaluation, type Outcome } from "../support/evaluate.ts";
import { generatedFile } from "../support/generated.ts";
import { evaluateTogether } from "../support/together.ts";
import { lacking } from "../support/lacking.ts";

const missing = missingForEvaluation();
const note = lacking(missing);
const suite = describe.skipIf(missing.length > 0);

function caseOf(config: string, rest: Partial<EvaluationCase> = {}): EvaluationCase {
  return {
    target: "nixos",
    module: generatedFile(`${rest.target ?? "nixos"}/moltbot.nix`),
    config: `{ lib, ... }: { services.moltbot = { enable = true; ${config} }; }`,
    ...rest,
  };
}

function accepted(outcome: Outcome | undefined): unknown {
  if (outcome?.ok !== true) throw new Error(`rejected: ${outcome?.message ?? "no outcome"}`);
  return outcome.value;
}

const anthropic = 'providers.anthropic.apiKeyFile = "/run/keys/a";';
const ollama = 'providers.ollama.apiKeyFile = "/run/keys/a";';
const named = 'confinement.egress = "named";';

/** Every socket of a host, with the address inside, and the place to which its proxy connects. */
const hosts = `r:
  let
    units = r.config.systemd;
    isHost = r.lib.hasInfix ":";
    named = r.lib.filterAttrs (name: _: isHost name) units.sockets;
  in
  r.lib.mapAttrs' (
    name: socket: {
      name = r.lib.removePrefix "moltbot-gateway:" name;
      value = "\${toString socket.listenStreams} > \${r.lib.last (r.lib.splitString " " units.services.\${name}.serviceConfig.ExecStart)}";
    }
  ) named`;

type Row = readonly [what: string, config: string, want: Readonly<Record<string, string>>];

const rows: readonly Row[] = [
  [
    "the host of a credential",
    `${anthropic} ${named}`,
    { "api.anthropic.com:443": "28.0.0.1:443 > api.anthropic.com:443" },
  ],
  [
    "one host of two credentials, once",
    `${anthropic} providers.anthropic.oauthTokenFile = "/run/keys/b"; ${named}`,
    { "api.anthropic.com:443": "28.0.0.1:443 > api.anthropic.com:443" },
  ],
  [
    "several hosts of one credential, each at an address of its own",
    `providers.githubCopilot.tokenFile = "/run/keys/a"; ${named}`,
    {
      "api.github.com:443": "28.0.0.1:443 > api.github.com:443",
      "api.individual.githubcopilot.com:443": "28.0.0.2:443 > api.individual.githubcopilot.com:443",
    },
  ],
  [
    "the server in the settings, in place of the credential's host",
    `${anthropic} ${named} settings.models.providers.anthropic.baseUrl = "https://Proxy.example.org:8443/v1";`,
    { "proxy.example.org:8443": "28.0.0.1:8443 > proxy.example.org:8443" },
  ],
  [
    "servers in the settings, by their schemes",
    `${anthropic} ${named} settings.models.providers = { one.baseUrl = "http://a.example.org/v1"; two.baseUrl = "https://user@b.example.org"; anthropic.baseUrl = "http://192.168.1.10:11434"; };`,
    {
      "a.example.org:80": "28.0.0.1:80 > a.example.org:80",
      "b.example.org:443": "28.0.0.2:443 > b.example.org:443",
      "192.168.1.10:11434": "192.168.1.10:11434 > 192.168.1.10:11434",
    },
  ],
  [
    "no server whose port or address is none: systemd would refuse its socket, and the service with it",
    `${anthropic} ${named} settings.models.providers = { one.baseUrl = "http://a.example.org:99999/v1"; two.baseUrl = "https://b.example.org:0"; three.baseUrl = "http://c.example.org:99999999999999999999"; four.baseUrl = "http://300.1.1.1:80"; };`,
    { "api.anthropic.com:443": "28.0.0.1:443 > api.anthropic.com:443" },
  ],
  [
    "a model on this machine",
    `${ollama} ${named}`,
    { "127.0.0.1:11434": "127.0.0.1:11434 > 127.0.0.1:11434" },
  ],
  [
    "this machine by its name, of whose addresses a proxy would try the wrong one",
    `${ollama} ${named} settings.models.providers.ollama.baseUrl = "http://localhost:11434"; confinement.hosts = [ "localhost:9000" ];`,
    {
      "localhost:11434": "127.0.0.1:11434 > 127.0.0.1:11434",
      "localhost:9000": "127.0.0.1:9000 > 127.0.0.1:9000",
    },
  ],
  [
    "a messenger, and its server in the settings",
    `${ollama} ${named} providers.telegram = { enable = true; botTokenFile = "/run/keys/b"; allowFrom = [ 1 ]; }; settings.channels.telegram.apiRoot = "https://telegram.example.org";`,
    {
      "127.0.0.1:11434": "127.0.0.1:11434 > 127.0.0.1:11434",
      "telegram.example.org:443": "28.0.0.1:443 > telegram.example.org:443",
    },
  ],
  [
    "hosts of the user's, with ports and addresses",
    `${ollama} ${named} confinement.hosts = [ "api.github.com" "API.github.com" "api.github.com:22" "nas.lan=192.168.1.10:8443" "192.168.1.11" ];`,
    {
      "127.0.0.1:11434": "127.0.0.1:11434 > 127.0.0.1:11434",
      "api.github.com:443": "28.0.0.1:443 > api.github.com:443",
      "api.github.com:22": "28.0.0.1:22 > api.github.com:22",
      "nas.lan:8443": "28.0.0.2:8443 > 192.168.1.10:8443",
      "192.168.1.11:443": "192.168.1.11:443 > 192.168.1.11:443",
    },
  ],
  [
    "the user's word on a host counts more than a credential's",
    `${anthropic} ${named} confinement.hosts = [ "api.anthropic.com=10.0.0.1" ];`,
    { "api.anthropic.com:443": "28.0.0.1:443 > 10.0.0.1:443" },
  ],
  ["nothing, if more than named hosts may be reached", anthropic, {}],
];

suite(`the hosts of a service in a network of its own are${note}`, () => {
  const outcomes = evaluateTogether(
    Object.fromEntries(
      rows.map(([what, config]) => [what, caseOf(config, { query: hosts })] as const),
    ),
  );
  test.each(rows)("%s", (what, _, want) => {
    expect(accepted(outcomes[what])).toStrictEqual(want);
  });
});

/** What a proxy may connect to. */
const reach = `r:
  r.lib.mapAttrs' (name: service: {
    name = r.lib.removePrefix "moltbot-gateway:" name;
    value = {
      deny = r.lib.toList service.serviceConfig.IPAddressDeny;
      allow = r.lib.toList (service.serviceConfig.IPAddressAllow or [ ]);
      interfaces = service.serviceConfig.RestrictNetworkInterfaces or "";
      user = service.serviceConfig.DynamicUser;
    };
  }) (r.lib.filterAttrs (name: _: r.lib.hasInfix ":" name) r.config.systemd.services)`;

const service = `r:
  let
    unit = r.config.systemd.services.moltbot-gateway;
  in
  {
    inherit (unit.serviceConfig) PrivateNetwork IPAddressDeny IPAddressAllow;
    names = builtins.filter (r.lib.hasInfix ":/etc/") unit.serviceConfig.BindReadOnlyPaths;
    asked = builtins.filter (r.lib.hasInfix "nscd") unit.serviceConfig.BindReadOnlyPaths;
    requires = builtins.filter (name: !r.lib.hasInfix ":" name) unit.requires;
    isOrdered = r.lib.all (name: builtins.elem name unit.after) unit.requires;
    joining =
      let
        joins = _: unit: unit.unitConfig.JoinsNamespaceOf or "" == "moltbot-gateway.service";
        namesOf = units: r.lib.attrNames (r.lib.filterAttrs joins units);
      in
      {
        services = namesOf r.config.systemd.services;
        sockets = namesOf r.config.systemd.sockets;
      };
    table = builtins.head (map (text: text.text) (builtins.filter (text: r.lib.hasInfix "localhost" text.text) (
      builtins.attrValues (r.lib.filterAttrs (name: _: r.lib.hasSuffix "-hosts" name) r.summary.texts)
    )));
  }`;

suite(`a service in a network of its own${note}`, () => {
  const config = `${anthropic} ${named} confinement.hosts = [ "nas.lan=192.168.1.10:8443" "localhost:9000" ];`;
  const outcomes = evaluateTogether({
    reach: caseOf(config, { query: reach }),
    service: caseOf(config, { query: service }),
    several: caseOf(`${anthropic} ${named} instances = { a = { }; b.gateway.port = 18790; };`, {
      query: `r: map (socket: socket.unitConfig.JoinsNamespaceOf) (r.lib.attrValues (r.lib.filterAttrs (name: _: r.lib.hasInfix ":" name) r.config.systemd.sockets))`,
    }),
  });

  test("has proxies of other users, each of which reaches its host alone", () => {
    const proxies = accepted(outcomes["reach"]) as Readonly<
      Record<string, { readonly deny: readonly string[] }>
    >;
    expect(proxies["nas.lan:8443"]).toStrictEqual({
      deny: ["any"],
      allow: ["192.168.1.10"],
      interfaces: "",
      user: true,
    });
    expect(proxies["localhost:9000"]).toStrictEqual({
      deny: ["any"],
      allow: ["localhost"],
      interfaces: "",
      user: true,
    });
    expect(proxies["api.anthropic.com:443"]).toMatchObject({
      allow: [],
      interfaces: "~lo",
      user: true,
    });
    expect(proxies["api.anthropic.com:443"]?.deny).toEqual(
      expect.arrayContaining(["localhost", "169.254.0.0/16", "10.0.0.0/8", "fc00::/7"]),
    );
  });

  test("sees its own names, and nothing that asks for others", () => {
    const facts = accepted(outcomes["service"]) as Readonly<Record<string, unknown>>;
    expect(facts).toMatchObject({
      PrivateNetwork: true,
      IPAddressDeny: ["any"],
      IPAddressAllow: ["localhost", "28.0.0.0/16"],
      asked: [],
      isOrdered: true,
      requires: [
        "directories-moltbot-gateway.service",
        "prepare-moltbot-gateway.service",
        "network-moltbot-gateway.service",
        "names-moltbot-gateway.socket",
        "clients-moltbot-gateway.socket",
      ],
      joining: {
        services: ["clients-moltbot-gateway", "network-moltbot-gateway"],
        sockets: [
          "moltbot-gateway:api.anthropic.com:443",
          "moltbot-gateway:localhost:9000",
          "moltbot-gateway:nas.lan:8443",
          "names-moltbot-gateway",
        ],
      },
      table: "127.0.0.1 localhost\n28.0.0.1 api.anthropic.com\n28.0.0.2 nas.lan\n",
    });
    expect((facts["names"] as readonly string[]).map((path) => path.replace(/.*:/, ""))).toEqual([
      "/etc/hosts",
      "/etc/nsswitch.conf",
      "/etc/resolv.conf",
    ]);
  });

  test("shares its network with no other instance", () => {
    expect(accepted(outcomes["several"])).toEqual([
      "moltbot-gateway-a.service",
      "moltbot-gateway-b.service",
    ]);
  });
});

const refused: readonly (readonly [
  what: string,
  config: string,
  message: string,
  rest?: Partial<EvaluationCase>,
])[] = [
  [
    "clients of other machines, whom the gateway would take for this machine's",
    `${anthropic} ${named} gateway.bind = "lan";`,
    'services.moltbot.confinement.egress: is "named", but `gateway.bind` is not "loopback"',
  ],
  [
    "hosts that nothing keeps it to",
    `${anthropic} confinement.hosts = [ "api.github.com" ];`,
    "services.moltbot.confinement.hosts: has no effect",
  ],
  [
    "a machine whose proxies could not look names up",
    `${anthropic} ${named} }; services.nscd.enable = false; system.nssModules = lib.mkForce [ ]; _module.args = {`,
    "hosts that are reached by name need `services.nscd.enable`",
  ],
  [
    "the gateway itself",
    `${anthropic} ${named} confinement.hosts = [ "localhost:18789" ];`,
    "localhost:18789 is the gateway itself",
  ],
  ...(
    [
      "*.example.org",
      "https://a.example.org",
      "a.example.org:0",
      "a.example.org:65536",
      "a b",
      "1.2.3",
      "256.1.1.1",
      "fd00::1",
      "a=b",
    ] as const
  ).map(
    (host) =>
      [
        `the host ${host}`,
        `${anthropic} ${named} confinement.hosts = [ "${host}" ];`,
        "is not of type",
      ] as const,
  ),
  [
    "clients of other machines, in a user's network",
    `${anthropic} ${named} gateway.bind = "lan";`,
    'services.moltbot.confinement.egress: is "named", but `gateway.bind` is not "loopback"',
    { target: "home-manager" },
  ],
  [
    "the gateway itself, in a user's network",
    `${anthropic} ${named} confinement.hosts = [ "localhost:18789" ];`,
    "localhost:18789 is the gateway itself",
    { target: "home-manager" },
  ],
  [
    "the gateway's own port, for the proxy",
    `${anthropic} ${named} confinement.proxyPort = 18789;`,
    "services.moltbot.confinement.proxyPort: is the gateway's own port",
    { target: "darwin" },
  ],
  ...(["home-manager", "darwin"] as const).map(
    (target) =>
      [
        `a program on the proxy's port, with ${target}`,
        `${anthropic} ${named} confinement.hosts = [ "127.0.0.1:13128" ];`,
        "services.moltbot.confinement.hosts: 127.0.0.1:13128 is the port on which the proxy leads",
        { target },
      ] as const,
  ),
  [
    "another proxy of the user's",
    `${anthropic} ${named} environment.HTTPS_PROXY = "http://127.0.0.1:1";`,
    "HTTPS_PROXY",
    { target: "darwin" },
  ],
  ...(["home-manager", "darwin"] as const).map(
    (target) =>
      [
        `keys outside, with ${target}`,
        `${anthropic} ${named} confinement.keysOutside = true;`,
        "services.moltbot.confinement.keysOutside: keeps keys outside of the service in units of NixOS only",
        { target },
      ] as const,
  ),
];

suite(`refused is${note}`, () => {
  const outcomes = evaluateTogether(
    Object.fromEntries(
      refused.map(([what, config, , rest]): [string, EvaluationCase] => [
        what,
        caseOf(config, rest),
      ]),
    ),
  );
  test.each(refused.map(([what, , message]) => ({ what, message })))(
    "$what",
    ({ what, message }) => {
      const outcome = outcomes[what];
      if (outcome === undefined) throw new Error("no outcome");
      const said = outcome.ok
        ? JSON.stringify((outcome.value as { readonly assertions: unknown }).assertions)
        : outcome.message;
      expect(said.replaceAll(/\s+/g, " ").replaceAll('\\"', '"')).toContain(message);
    },
  );
});
