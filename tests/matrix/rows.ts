// What people configure, a row each: an instance of the service that the real gateway is started with.
//
// Rows about the module's own options are made from the schema, so that a new option has one.

import { fileURLToPath } from "node:url";

import { loadConfig, loadServices } from "../../src/config.ts";
import { readDocs } from "../../src/docs/read-docs.ts";
import { lowerService } from "../../src/lower/lower.ts";
import type { IrOption, OptionType } from "../../src/model/option-type.ts";

export interface Row {
  /** A heading of the table. */
  readonly group: string;
  /** What is configured, for people: Nix below `services.moltbot`. */
  readonly config: string;
  /** More that the instance needs to make sense, which is not what the row is about. */
  readonly besides?: string;
  /** Whether it is about the module's own options. CI runs these. */
  readonly own: boolean;
  /** The plugin that is built into the gateway, which only a whole NixOS does. Its tarball is `@<id>.tgz@`. */
  readonly plugin?: string;
}

/** Files that the machine has. */
const key = '"/run/keys/key"';

const anthropic = `providers.anthropic.apiKeyFile = ${key};`;

/** A model of each provider that has an option, by the group of that option. */
const models: Readonly<Record<string, string>> = {
  anthropic: "anthropic/claude-sonnet-4-6",
  openai: "openai/gpt-5.5",
  google: "google/gemini-3-pro-preview",
  googleVertex: "google-vertex/gemini-3-pro-preview",
  openrouter: "openrouter/auto",
  xai: "xai/grok-4",
  githubCopilot: "github-copilot/gpt-4o",
  microsoftFoundry: "microsoft-foundry/gpt-5.5",
  huggingface: "huggingface/deepseek-ai/DeepSeek-R1",
  together: "together/moonshotai/Kimi-K2.5",
  nvidia: "nvidia/nvidia/llama-3.1-nemotron-70b-instruct",
  litellm: "litellm/claude-opus-4-6",
  vllm: "vllm/some-model",
  sglang: "sglang/some-model",
  ollama: "ollama/llama3.3",
  lmstudio: "lmstudio/some-model",
  alibaba: "qwen/qwen3-max",
  minimax: "minimax/MiniMax-M2.5",
  opencode: "opencode/claude-opus-4-6",
};

/** Variables of credentials that have no option of their own. */
const variables = [
  ...["GOOGLE_API_KEY", "AZURE_SPEECH_KEY", "HUGGINGFACE_HUB_TOKEN", "OLLAMA_API_KEY"],
  ...["LM_API_TOKEN", "DASHSCOPE_API_KEY", "MODELSTUDIO_API_KEY", "QWEN_API_KEY"],
  ...["MINIMAX_API_KEY", "MINIMAX_OAUTH_TOKEN", "OPENCODE_API_KEY", "DEEPGRAM_API_KEY"],
  ...["ELEVENLABS_API_KEY", "FAL_KEY", "RUNWAYML_API_SECRET", "BRAVE_API_KEY"],
  ...["DISCORD_BOT_TOKEN", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"],
];

/** What other rows need besides to be about one thing. */
const needs: Readonly<Record<string, string>> = {
  'gateway.bind = "custom";': 'gateway.customBindHost = "192.168.77.5";',
  'gateway.auth.mode = "password";': `gateway.auth.passwordFile = ${key};`,
  'gateway.auth.mode = "trusted-proxy";':
    'settings.gateway.auth.trustedProxy = { userHeader = "x-user"; allowLoopback = true; }; settings.gateway.trustedProxies = [ "127.0.0.1" ];',
};

function own(group: string, config: string, besides = anthropic): Row {
  return { group, config, besides: `${needs[config] ?? ""} ${besides}`.trim(), own: true };
}

function given(group: string, config: string, besides = anthropic): Row {
  return { group, config, besides, own: false };
}

/** What makes the gateway load a plugin: free settings, and variables of credentials. */
const plugins: Readonly<Record<string, readonly [settings: string, ...variables: string[]]>> = {
  discord: ["channels.discord.enabled = true;", "DISCORD_BOT_TOKEN"],
  slack: ["channels.slack.enabled = true;", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"],
  whatsapp: ["channels.whatsapp.enabled = true;"],
  signal: ['channels.signal = { enabled = true; account = "+15555550123"; };'],
  matrix: [
    'channels.matrix = { enabled = true; homeserver = "https://matrix.invalid"; };',
    "MATRIX_ACCESS_TOKEN",
  ],
  brave: ['tools.web.search.provider = "brave";', "BRAVE_API_KEY"],
  "diagnostics-otel": ["diagnostics.otel.enabled = true;"],
};

function pluginRows(): readonly Row[] {
  return Object.entries(plugins).map(([plugin, [settings, ...names]]) => ({
    ...own("Plugins", `gateway.plugins.${plugin}.source = @${plugin}.tgz@; settings.${settings}`),
    besides: [anthropic, ...names.map((name) => `credentials.${name} = ${key};`)].join(" "),
    plugin,
  }));
}

function enumOf(type: OptionType): readonly string[] {
  if (type.kind === "nullable") return enumOf(type.of);
  return type.kind === "enum" ? type.values.map(String) : [];
}

/** A row for each value that an option can have. */
function values(
  group: string,
  options: readonly IrOption[],
  path: string,
  besides?: string,
): readonly Row[] {
  const option = options.find((each) => each.path.join(".") === path);
  const all = option === undefined ? [] : enumOf(option.type);
  if (all.length === 0) throw new Error(`${path} is no option with a list of values`);
  return all.map((value) => own(group, `${path} = "${value}";`, besides));
}

function providers(options: readonly IrOption[]): readonly Row[] {
  return options.flatMap(({ path: [head, provider = "", ...rest], credential }) => {
    // Telegram is a channel.
    if (head !== "providers" || credential === undefined || provider === "telegram") return [];
    const file = `${["providers", provider, ...rest].join(".")} = ${key};`;
    if (credential.purpose === undefined) return [own("Media", file)];
    const model = models[provider];
    if (model === undefined) throw new Error(`a model of ${provider} is missing in rows.ts`);
    return [
      own("Models", `${file} agent.model = "${model}";`, ""),
      own(
        "Models",
        `${file} settings.agents.defaults.model.fallbacks = [ "${model}" ];`,
        file === anthropic ? "" : anthropic,
      ),
    ];
  });
}

/**
 * All rows for a release whose settings know these channels.
 *
 * @throws Error where the schema has something new that rows.ts says nothing of
 */
export async function rowsFor(channels: readonly string[]): Promise<readonly Row[]> {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const services = await loadServices(await loadConfig(root), readDocs);
  const options = services.flatMap(({ service, docs }) => lowerService(service, docs).options);
  return [
    ...providers(options),
    own(
      "Models",
      'settings.models.providers.local = { api = "openai-completions"; baseUrl = "http://127.0.0.1:11434/v1"; models = [ { id = "m"; name = "m"; } ]; }; agent.model = "local/m";',
      "",
    ),
    ...values("Thinking", options, "agent.thinkingDefault"),
    ...values("Messages", options, "routing.queue.mode"),
    ...values("Listening", options, "gateway.bind"),
    ...values("Signing in", options, "gateway.auth.mode"),
    own("Signing in", `gateway.auth.tokenFile = ${key};`),
    given("Signing in", 'settings.gateway.auth.mode = "none";'),
    given(
      "Signing in",
      'settings.gateway = { auth = { mode = "trusted-proxy"; trustedProxy.userHeader = "x-user"; }; trustedProxies = [ "127.0.0.1" ]; };',
    ),
    given("Signing in", 'settings.gateway.mode = "remote";'),
    own(
      "Workspace",
      'skills = [ { name = "weather"; description = "Tells the weather."; body = "Say that it rains."; } ];',
    ),
    own("Workspace", 'skills = [ { name = "copied"; mode = "copy"; source = @skill@; } ];'),
    own("Workspace", "documents = @documents@;"),
    given("Workspace", "settings.agents.entries.second = { };"),
    own(
      "Channels",
      `providers.telegram = { enable = true; botTokenFile = ${key}; allowFrom = [ 1 ]; };`,
    ),
    ...channels.map((channel) => given("Channels", `settings.channels.${channel}.enabled = true;`)),
    ...variables.map((name) => given("Credentials", `credentials.${name} = ${key};`)),
    ...pluginRows(),
    given("Plugins", "settings.plugins.entries.diagnostics-otel.enabled = true;"),
  ];
}
