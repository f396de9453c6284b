// A service whose keys are outside of it, in the real NixOS: where keys are and where not, to what proxies lead, and
// what is refused.

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
const outside = 'confinement = { egress = "named"; keysOutside = true; };';

/** The text of the configuration file, and of the proxies' files. */
const texts = `r.lib.mapAttrsToList (_: text: text.text) r.summary.texts`;

/** What the gateway has of a key, what its proxy has, and where both lead. */
const facts = `r:
  let
    units = r.config.systemd.services;
    unit = units.moltbot-gateway;
    named = prefix: r.lib.filterAttrs (name: _: r.lib.hasPrefix prefix name) units;
    last = text: r.lib.last (r.lib.splitString " " text);
    lines = prefix: r.lib.concatMap (
      text:
      r.lib.filter (r.lib.hasPrefix prefix) (map r.lib.trim (r.lib.splitString "\\n" text))
    ) (${texts});
    settings = builtins.fromJSON (
      r.lib.head (r.lib.filter (r.lib.hasPrefix "{\\"agents\\"") (${texts}))
    );
  in
  {
    loaded = r.lib.toList unit.serviceConfig.LoadCredential;
    variables = r.lib.filterAttrs (name: _: r.lib.hasSuffix "_KEY" name || r.lib.hasSuffix "_TOKEN" name) unit.environment;
    providers = settings.models.providers or { };
    keys = r.lib.mapAttrsToList (_: proxy: proxy.serviceConfig.LoadCredential) (
      r.lib.filterAttrs (name: _: r.lib.hasSuffix ".keys.internal:80" name) (named "moltbot-gateway:")
    );
    servers = r.lib.mapAttrsToList (_: proxy: last proxy.serviceConfig.ExecStart) (named "server-");
    hosts = r.lib.mapAttrs' (name: socket: {
      name = r.lib.removePrefix "moltbot-gateway:" name;
      value = toString socket.listenStreams;
    }) (r.lib.filterAttrs (name: _: r.lib.hasPrefix "moltbot-gateway:" name) r.config.systemd.sockets);
    requests = lines "proxy_pass " ++ lines "proxy_set_header Host ";
  }`;

interface Facts {
  readonly loaded: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  readonly providers: Readonly<Record<string, unknown>>;
  readonly keys: readonly string[];
  readonly servers: readonly string[];
  readonly hosts: Readonly<Record<string, string>>;
  readonly requests: readonly string[];
}

type Row = readonly [what: string, config: string, want: Facts];

const rows: readonly Row[] = [
  [
    "a provider",
    `${anthropic} ${outside}`,
    {
      loaded: [],
      variables: { ANTHROPIC_API_KEY: "this-key-is-outside" },
      providers: {
        anthropic: { baseUrl: "http://anthropic.keys.internal", api: "anthropic-messages" },
      },
      keys: ["key:/run/keys/a"],
      servers: ["api.anthropic.com:443"],
      hosts: { "anthropic.keys.internal:80": "28.0.0.1:80" },
      requests: ["proxy_pass https://server;", "proxy_set_header Host api.anthropic.com;"],
    },
  ],
  [
    "a token by whose form the gateway knows how to ask",
    `providers.anthropic.oauthTokenFile = "/run/keys/a"; ${outside}`,
    {
      loaded: [],
      variables: { ANTHROPIC_OAUTH_TOKEN: "sk-ant-oat01-this-key-is-outside" },
      providers: {
        anthropic: { baseUrl: "http://anthropic.keys.internal", api: "anthropic-messages" },
      },
      keys: ["key:/run/keys/a"],
      servers: ["api.anthropic.com:443"],
      hosts: { "anthropic.keys.internal:80": "28.0.0.1:80" },
      requests: ["proxy_pass https://server;", "proxy_set_header Host api.anthropic.com;"],
    },
  ],
  [
    "a server of the user's, to which nothing leads past the proxy, and which is asked as the user says",
    `providers.openai.apiKeyFile = "/run/keys/a"; ${outside} settings.models.providers.openai.baseUrl = "https://proxy.example.org:8443/openai/v1/";`,
    {
      loaded: [],
      variables: { OPENAI_API_KEY: "this-key-is-outside" },
      providers: { openai: { baseUrl: "http://openai.keys.internal/openai/v1/" } },
      keys: ["key:/run/keys/a"],
      servers: ["proxy.example.org:8443"],
      hosts: { "openai.keys.internal:80": "28.0.0.1:80" },
      requests: ["proxy_pass https://server;", "proxy_set_header Host proxy.example.org:8443;"],
    },
  ],
  [
    "a server of this machine",
    `providers.ollama.apiKeyFile = "/run/keys/a%"; ${outside}`,
    {
      loaded: [],
      variables: { OLLAMA_API_KEY: "this-key-is-outside" },
      providers: { ollama: { baseUrl: "http://ollama.keys.internal", api: "ollama" } },
      keys: ["key:/run/keys/a%%"],
      servers: ["127.0.0.1:11434"],
      hosts: { "ollama.keys.internal:80": "28.0.0.1:80" },
      requests: ["proxy_pass http://server;", "proxy_set_header Host 127.0.0.1:11434;"],
    },
  ],
  [
    "secrets that stay inside, beside one that does not; the user's word on the API counts",
    `${anthropic} providers.googleVertex.apiKeyFile = "/run/keys/b"; credentials.OTHER_KEY = "/run/keys/c"; ${outside} settings.models.providers.anthropic.api = "openai-completions";`,
    {
      loaded: ["GOOGLE_CLOUD_API_KEY:/run/keys/b", "OTHER_KEY:/run/keys/c"],
      variables: { ANTHROPIC_API_KEY: "this-key-is-outside" },
      providers: {
        anthropic: { baseUrl: "http://anthropic.keys.internal", api: "openai-completions" },
      },
      keys: ["key:/run/keys/a"],
      servers: ["api.anthropic.com:443"],
      hosts: {
        "aiplatform.googleapis.com:443": "28.0.0.1:443",
        "anthropic.keys.internal:80": "28.0.0.2:80",
      },
      requests: ["proxy_pass https://server;", "proxy_set_header Host api.anthropic.com;"],
    },
  ],
  [
    "nothing, without the switch",
    `${anthropic} confinement.egress = "named";`,
    {
      loaded: ["ANTHROPIC_API_KEY:/run/keys/a"],
      variables: {},
      providers: {},
      keys: [],
      servers: [],
      hosts: { "api.anthropic.com:443": "28.0.0.1:443" },
      requests: [],
    },
  ],
];

suite(`the keys of a service are${note}`, () => {
  const outcomes = evaluateTogether(
    Object.fromEntries(
      rows.map(([what, config]) => [what, caseOf(config, { query: facts })] as const),
    ),
  );
  test.each(rows)("%s", (what, _, want) => {
    expect(accepted(outcomes[what])).toStrictEqual(want);
  });
});

/** What a proxy may do, and which units the service waits for. */
const proxy = `r:
  let
    inherit (r.config.systemd) services sockets;
    name = "moltbot-gateway:anthropic.keys.internal:80";
    pick = r.lib.getAttrs [
      "DynamicUser"
      "PrivateNetwork"
      "RestrictAddressFamilies"
      "IPAddressDeny"
      "SocketBindDeny"
      "RuntimeDirectoryMode"
      "ProtectProc"
      "CapabilityBoundingSet"
    ];
    text = r.lib.head (r.lib.filter (r.lib.hasPrefix "daemon off;") (${texts}));
  in
  {
    proxy = pick services.\${name}.serviceConfig;
    bound = services.\${name}.unitConfig.BindsTo;
    server = {
      inherit (services."server-\${name}".serviceConfig) DynamicUser RestrictNetworkInterfaces;
      denies = builtins.elem "10.0.0.0/8" services."server-\${name}".serviceConfig.IPAddressDeny;
      socket = sockets."server-\${name}".socketConfig.DirectoryMode;
    };
    requires = builtins.filter (r.lib.hasInfix "anthropic") services.moltbot-gateway.requires;
    isOrdered = r.lib.all (unit: builtins.elem unit services.moltbot-gateway.after) services.moltbot-gateway.requires;
    lines = map r.lib.trim (r.lib.splitString "\\n" text);
  }`;

suite(`the proxy of a key${note}`, () => {
  const outcomes = evaluateTogether({ proxy: caseOf(`${anthropic} ${outside}`, { query: proxy }) });

  test("has no network and no rights, and the server's own proxy has no key", () => {
    const { lines, ...rest } = accepted(outcomes["proxy"]) as {
      readonly lines: readonly string[];
    };
    expect(rest).toStrictEqual({
      proxy: {
        DynamicUser: true,
        PrivateNetwork: true,
        RestrictAddressFamilies: ["AF_UNIX"],
        IPAddressDeny: "any",
        SocketBindDeny: "any",
        RuntimeDirectoryMode: "0700",
        ProtectProc: "invisible",
        CapabilityBoundingSet: "",
      },
      bound: ["moltbot-gateway:anthropic.keys.internal:80.socket"],
      server: {
        DynamicUser: true,
        RestrictNetworkInterfaces: "~lo",
        denies: true,
        socket: "0700",
      },
      requires: [
        "moltbot-gateway:anthropic.keys.internal:80.socket",
        "server-moltbot-gateway:anthropic.keys.internal:80.socket",
        "moltbot-gateway:anthropic.keys.internal:80.service",
      ],
      isOrdered: true,
    });
    expect(lines).toEqual(
      expect.arrayContaining([
        "access_log off;",
        "client_max_body_size 0;",
        "listen 28.0.0.1:80;",
        "proxy_buffering off;",
        "proxy_request_buffering off;",
        "proxy_ssl_name api.anthropic.com;",
        "proxy_ssl_server_name on;",
        "proxy_ssl_verify on;",
        'proxy_set_header Authorization "";',
        "include /run/outside-moltbot-gateway.anthropic/key.conf;",
      ]),
    );
    // Two headers of one name would both go out.
    expect(lines.filter((line) => /x-api-key/i.test(line))).toEqual([]);
  });
});

const refused: readonly (readonly [
  what: string,
  config: string,
  message: string,
  rest?: Partial<EvaluationCase>,
])[] = [
  [
    "a switch that leads nowhere",
    `${anthropic} confinement.keysOutside = true;`,
    'services.moltbot.confinement.keysOutside: has no effect while `confinement.egress` is not "named"',
  ],
  [
    "the same at home",
    `${anthropic} confinement.keysOutside = true;`,
    "services.moltbot.confinement.keysOutside: has no effect",
    { target: "home-manager" },
  ],
  [
    "two keys of one server",
    `${anthropic} providers.anthropic.oauthTokenFile = "/run/keys/b"; ${outside}`,
    "services.moltbot.providers.anthropic.oauthTokenFile: is for a server that gets another key",
  ],
  [
    "a key outside beside one that has to be inside, of one server",
    `providers.minimax = { apiKeyFile = "/run/keys/a"; oauthTokenFile = "/run/keys/b"; }; ${outside}`,
    "services.moltbot.providers.minimax.oauthTokenFile: is for a server that gets another key",
  ],
  ...(
    [
      "https://\\${HOST}/v1",
      "https://user@proxy.example.org",
      "https://proxy.example.org/v1?key=a",
      "https://192.168.1.10/v1",
      "wss://proxy.example.org",
      "https://proxy.example.org:99999",
      "https://proxy.example.org/\\${PATH}",
    ] as const
  ).map(
    (url) =>
      [
        `the server ${url}`,
        `${anthropic} ${outside} settings.models.providers.anthropic.baseUrl = "${url}";`,
        "services.moltbot.providers.anthropic.apiKeyFile: the settings name a server for it to which no proxy outside can lead",
      ] as const,
  ),
  [
    "a file that the service could put a link in the place of",
    `providers.anthropic.apiKeyFile = "/var/lib/moltbot/key"; ${outside}`,
    "services.moltbot.providers.anthropic.apiKeyFile: /var/lib/moltbot/key is in /var/lib/moltbot",
  ],
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
