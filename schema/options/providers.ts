// Credentials of the model providers, one group per provider. Only the file's path is ever part of
// the configuration; the secret reaches the gateway as an environment variable at start.

import { credential, type OutsideKey } from "nixmodgen";

/** The purpose of credentials for models: the gateway needs at least one of them. */
export const modelPurpose = "model";

interface Server {
  readonly hosts: readonly string[];
  readonly hostsSetting: string;
}

/** The hosts of a provider's API, unless the settings name another server. Read in the gateway's packages. */
const hostsOf = (provider: string, ...hosts: readonly string[]): Server => ({
  hosts,
  hostsSetting: `models.providers.${provider}.baseUrl`,
});

/** How a provider's server is asked. */
interface Way {
  /** The URL that the gateway has by itself. */
  readonly url: string;
  /** The API of its models. Without it, the gateway would take a server at another URL for one of OpenAI's kind. */
  readonly api: string;
  /** The header with the key. Default: `Authorization: Bearer`. */
  readonly header?: string;
  readonly placeholder?: string;
}

/**
 * A provider whose key can stay outside of the gateway. An agent's turn with each of them was tried, on 2026.6.5 and
 * 2026.9.6, with a server of another name that notes what it is asked.
 */
const keyOf = (
  provider: string,
  { url, api, header, placeholder }: Way,
): Server & { readonly outside: OutsideKey } => {
  const [host] = url.replace(/^https?:\/\//, "").split("/", 1);
  return {
    ...hostsOf(provider, ...(host === undefined ? [] : [host])),
    outside: {
      name: provider,
      url,
      ...(placeholder !== undefined && { placeholder }),
      ...(header === undefined ? { header: "Authorization", prefix: "Bearer " } : { header }),
      settings: { [`models.providers.${provider}.api`]: api },
    },
  };
};

/** Why a key cannot stay outside. */
const inside = (cannot: string): { readonly outside: { readonly cannot: string } } => ({
  outside: { cannot },
});

const completions = "openai-completions";
const notOneServer =
  "its server is not one of `models.providers`: the gateway has its URLs elsewhere, per feature";

export const modelProviders = {
  anthropic: {
    /** File holding an Anthropic API key. */
    apiKeyFile: credential({
      variable: "ANTHROPIC_API_KEY",
      purpose: modelPurpose,
      ...keyOf("anthropic", {
        url: "https://api.anthropic.com",
        api: "anthropic-messages",
        header: "x-api-key",
      }),
    }),

    /** File holding a long-lived Anthropic token, made with `claude setup-token`. */
    oauthTokenFile: credential({
      variable: "ANTHROPIC_OAUTH_TOKEN",
      purpose: modelPurpose,
      ...keyOf("anthropic", {
        url: "https://api.anthropic.com",
        api: "anthropic-messages",
        // The gateway knows a token by its beginning, and asks in another way with it.
        placeholder: "sk-ant-oat01-this-key-is-outside",
      }),
    }),
  },

  openai: {
    /** File holding an OpenAI API key. */
    apiKeyFile: credential({
      variable: "OPENAI_API_KEY",
      purpose: modelPurpose,
      ...keyOf("openai", { url: "https://api.openai.com/v1", api: "openai-responses" }),
    }),
  },

  google: {
    /** File holding a Google Gemini API key. */
    apiKeyFile: credential({
      variable: "GEMINI_API_KEY",
      purpose: modelPurpose,
      ...keyOf("google", {
        url: "https://generativelanguage.googleapis.com/v1beta",
        api: "google-generative-ai",
        header: "x-goog-api-key",
      }),
    }),
  },

  googleVertex: {
    /** File holding a Google Cloud API key for Vertex AI. */
    apiKeyFile: credential({
      variable: "GOOGLE_CLOUD_API_KEY",
      purpose: modelPurpose,
      ...hostsOf("google-vertex", "aiplatform.googleapis.com"),
      ...inside("Google's own library asks, and makes the URL of the project and its region"),
    }),
  },

  openrouter: {
    /** File holding an OpenRouter API key. */
    apiKeyFile: credential({
      variable: "OPENROUTER_API_KEY",
      purpose: modelPurpose,
      ...keyOf("openrouter", { url: "https://openrouter.ai/api/v1", api: completions }),
    }),
  },

  xai: {
    /** File holding an xAI API key. */
    apiKeyFile: credential({
      variable: "XAI_API_KEY",
      purpose: modelPurpose,
      ...keyOf("xai", { url: "https://api.x.ai/v1", api: "openai-responses" }),
    }),
  },

  githubCopilot: {
    /** File holding a GitHub token with access to Copilot. */
    tokenFile: credential({
      variable: "COPILOT_GITHUB_TOKEN",
      purpose: modelPurpose,
      ...hostsOf("github-copilot", "api.github.com", "api.individual.githubcopilot.com"),
      ...inside("the gateway exchanges it for tokens of minutes, and is told the server with them"),
    }),
  },

  microsoftFoundry: {
    /** File holding an Azure OpenAI (Microsoft Foundry) API key. */
    apiKeyFile: credential({
      variable: "AZURE_OPENAI_API_KEY",
      purpose: modelPurpose,
      ...inside("each customer has a server of their own, and it was not tried with one"),
    }),
  },

  huggingface: {
    /** File holding a Hugging Face access token. */
    tokenFile: credential({
      variable: "HF_TOKEN",
      purpose: modelPurpose,
      ...keyOf("huggingface", { url: "https://router.huggingface.co/v1", api: completions }),
    }),
  },

  together: {
    /** File holding a Together AI API key. */
    apiKeyFile: credential({
      variable: "TOGETHER_API_KEY",
      purpose: modelPurpose,
      ...keyOf("together", { url: "https://api.together.xyz/v1", api: completions }),
    }),
  },

  nvidia: {
    /** File holding an NVIDIA API key. */
    apiKeyFile: credential({
      variable: "NVIDIA_API_KEY",
      purpose: modelPurpose,
      ...keyOf("nvidia", { url: "https://integrate.api.nvidia.com/v1", api: completions }),
    }),
  },

  litellm: {
    /** File holding the key of a LiteLLM proxy. */
    apiKeyFile: credential({
      variable: "LITELLM_API_KEY",
      purpose: modelPurpose,
      ...keyOf("litellm", { url: "http://localhost:4000", api: completions }),
    }),
  },

  vllm: {
    /** File holding the key of a vLLM server. */
    apiKeyFile: credential({
      variable: "VLLM_API_KEY",
      purpose: modelPurpose,
      ...keyOf("vllm", { url: "http://127.0.0.1:8000/v1", api: completions }),
    }),
  },

  sglang: {
    /** File holding the key of an SGLang server. */
    apiKeyFile: credential({
      variable: "SGLANG_API_KEY",
      purpose: modelPurpose,
      ...keyOf("sglang", { url: "http://127.0.0.1:30000/v1", api: completions }),
    }),
  },

  ollama: {
    /** File holding the key of an Ollama server; any text does for a local one. */
    apiKeyFile: credential({
      variable: "OLLAMA_API_KEY",
      purpose: modelPurpose,
      ...keyOf("ollama", { url: "http://127.0.0.1:11434", api: "ollama" }),
    }),
  },

  lmstudio: {
    /** File holding the token of an LM Studio server. */
    tokenFile: credential({
      variable: "LM_API_TOKEN",
      purpose: modelPurpose,
      ...keyOf("lmstudio", { url: "http://localhost:1234/v1", api: completions }),
    }),
  },

  alibaba: {
    /** File holding an Alibaba Cloud Model Studio (DashScope) API key. */
    apiKeyFile: credential({
      variable: "DASHSCOPE_API_KEY",
      purpose: modelPurpose,
      ...hostsOf("alibaba", "dashscope-intl.aliyuncs.com"),
      ...inside(
        "its models come with a plugin that the gateway has to be given, and that was not tried",
      ),
    }),
  },

  minimax: {
    /** File holding a MiniMax API key. */
    apiKeyFile: credential({
      variable: "MINIMAX_API_KEY",
      purpose: modelPurpose,
      ...keyOf("minimax", {
        url: "https://api.minimax.io/anthropic",
        api: "anthropic-messages",
        header: "x-api-key",
      }),
    }),

    /** File holding a MiniMax OAuth token. */
    oauthTokenFile: credential({
      variable: "MINIMAX_OAUTH_TOKEN",
      purpose: modelPurpose,
      ...hostsOf("minimax", "api.minimax.io"),
      ...inside("it belongs to a login, and how the gateway asks with it was not tried"),
    }),
  },

  opencode: {
    /** File holding an OpenCode API key. */
    apiKeyFile: credential({
      variable: "OPENCODE_API_KEY",
      purpose: modelPurpose,
      ...hostsOf("opencode", "opencode.ai"),
      ...inside(
        "its models come with a plugin that the gateway has to be given, and that was not tried",
      ),
    }),
  },
};

/** What the names of models begin with, for providers that answer nobody without a credential. */
export const modelPrefixes = {
  anthropic: "anthropic/",
  openai: "openai/",
  google: "google/",
  googleVertex: "google-vertex/",
  openrouter: "openrouter/",
  xai: "xai/",
  githubCopilot: "github-copilot/",
  microsoftFoundry: "microsoft-foundry/",
  huggingface: "huggingface/",
  together: "together/",
  nvidia: "nvidia/",
  alibaba: "qwen/",
  minimax: "minimax/",
  opencode: "opencode/",
} as const satisfies Partial<Record<keyof typeof modelProviders, string>>;

/** Credentials of the services that turn speech into text and text into speech or pictures. */
export const mediaProviders = {
  deepgram: {
    /** File holding a Deepgram API key. */
    apiKeyFile: credential({
      variable: "DEEPGRAM_API_KEY",
      hosts: ["api.deepgram.com"],
      ...inside(notOneServer),
    }),
  },

  elevenlabs: {
    /** File holding an ElevenLabs API key. */
    apiKeyFile: credential({
      variable: "ELEVENLABS_API_KEY",
      hosts: ["api.elevenlabs.io"],
      ...inside(notOneServer),
    }),
  },

  azureSpeech: {
    /** File holding an Azure Speech key; its region goes to {option}`environment` as `AZURE_SPEECH_REGION`. */
    keyFile: credential({ variable: "AZURE_SPEECH_KEY", ...inside(notOneServer) }),
  },

  fal: {
    /** File holding a fal.ai key. */
    keyFile: credential({
      variable: "FAL_KEY",
      hosts: ["fal.run", "queue.fal.run"],
      ...inside(notOneServer),
    }),
  },

  runway: {
    /** File holding a Runway API secret. */
    apiSecretFile: credential({
      variable: "RUNWAYML_API_SECRET",
      hosts: ["api.dev.runwayml.com"],
      ...inside(notOneServer),
    }),
  },
};
