// Credentials of the model providers, one group per provider. Only the file's path is ever part of
// the configuration; the secret reaches the gateway as an environment variable at start.

import { credential } from "nixmodgen";

/** The purpose of credentials for models: the gateway needs at least one of them. */
export const modelPurpose = "model";

/** The hosts of a provider's API, unless the settings name another server. Read in the gateway's packages. */
const hostsOf = (
  provider: string,
  ...hosts: readonly string[]
): { readonly hosts: readonly string[]; readonly hostsSetting: string } => ({
  hosts,
  hostsSetting: `models.providers.${provider}.baseUrl`,
});

export const modelProviders = {
  anthropic: {
    /** File holding an Anthropic API key. */
    apiKeyFile: credential({
      variable: "ANTHROPIC_API_KEY",
      purpose: modelPurpose,
      ...hostsOf("anthropic", "api.anthropic.com"),
    }),

    /** File holding a long-lived Anthropic token, made with `claude setup-token`. */
    oauthTokenFile: credential({
      variable: "ANTHROPIC_OAUTH_TOKEN",
      purpose: modelPurpose,
      ...hostsOf("anthropic", "api.anthropic.com"),
    }),
  },

  openai: {
    /** File holding an OpenAI API key. */
    apiKeyFile: credential({
      variable: "OPENAI_API_KEY",
      purpose: modelPurpose,
      ...hostsOf("openai", "api.openai.com"),
    }),
  },

  google: {
    /** File holding a Google Gemini API key. */
    apiKeyFile: credential({
      variable: "GEMINI_API_KEY",
      purpose: modelPurpose,
      ...hostsOf("google", "generativelanguage.googleapis.com"),
    }),
  },

  googleVertex: {
    /** File holding a Google Cloud API key for Vertex AI. */
    apiKeyFile: credential({
      variable: "GOOGLE_CLOUD_API_KEY",
      purpose: modelPurpose,
      ...hostsOf("google-vertex", "aiplatform.googleapis.com"),
    }),
  },

  openrouter: {
    /** File holding an OpenRouter API key. */
    apiKeyFile: credential({
      variable: "OPENROUTER_API_KEY",
      purpose: modelPurpose,
      ...hostsOf("openrouter", "openrouter.ai"),
    }),
  },

  xai: {
    /** File holding an xAI API key. */
    apiKeyFile: credential({
      variable: "XAI_API_KEY",
      purpose: modelPurpose,
      ...hostsOf("xai", "api.x.ai"),
    }),
  },

  githubCopilot: {
    /** File holding a GitHub token with access to Copilot. */
    tokenFile: credential({
      variable: "COPILOT_GITHUB_TOKEN",
      purpose: modelPurpose,
      ...hostsOf("github-copilot", "api.github.com", "api.individual.githubcopilot.com"),
    }),
  },

  microsoftFoundry: {
    /** File holding an Azure OpenAI (Microsoft Foundry) API key. */
    apiKeyFile: credential({ variable: "AZURE_OPENAI_API_KEY", purpose: modelPurpose }),
  },

  huggingface: {
    /** File holding a Hugging Face access token. */
    tokenFile: credential({
      variable: "HF_TOKEN",
      purpose: modelPurpose,
      ...hostsOf("huggingface", "router.huggingface.co"),
    }),
  },

  together: {
    /** File holding a Together AI API key. */
    apiKeyFile: credential({
      variable: "TOGETHER_API_KEY",
      purpose: modelPurpose,
      ...hostsOf("together", "api.together.xyz"),
    }),
  },

  nvidia: {
    /** File holding an NVIDIA API key. */
    apiKeyFile: credential({
      variable: "NVIDIA_API_KEY",
      purpose: modelPurpose,
      ...hostsOf("nvidia", "integrate.api.nvidia.com"),
    }),
  },

  litellm: {
    /** File holding the key of a LiteLLM proxy. */
    apiKeyFile: credential({
      variable: "LITELLM_API_KEY",
      purpose: modelPurpose,
      ...hostsOf("litellm", "localhost:4000"),
    }),
  },

  vllm: {
    /** File holding the key of a vLLM server. */
    apiKeyFile: credential({
      variable: "VLLM_API_KEY",
      purpose: modelPurpose,
      ...hostsOf("vllm", "127.0.0.1:8000"),
    }),
  },

  sglang: {
    /** File holding the key of an SGLang server. */
    apiKeyFile: credential({
      variable: "SGLANG_API_KEY",
      purpose: modelPurpose,
      ...hostsOf("sglang", "127.0.0.1:30000"),
    }),
  },

  ollama: {
    /** File holding the key of an Ollama server; any text does for a local one. */
    apiKeyFile: credential({
      variable: "OLLAMA_API_KEY",
      purpose: modelPurpose,
      ...hostsOf("ollama", "127.0.0.1:11434"),
    }),
  },

  lmstudio: {
    /** File holding the token of an LM Studio server. */
    tokenFile: credential({
      variable: "LM_API_TOKEN",
      purpose: modelPurpose,
      ...hostsOf("lmstudio", "localhost:1234"),
    }),
  },

  alibaba: {
    /** File holding an Alibaba Cloud Model Studio (DashScope) API key. */
    apiKeyFile: credential({
      variable: "DASHSCOPE_API_KEY",
      purpose: modelPurpose,
      ...hostsOf("alibaba", "dashscope-intl.aliyuncs.com"),
    }),
  },

  minimax: {
    /** File holding a MiniMax API key. */
    apiKeyFile: credential({
      variable: "MINIMAX_API_KEY",
      purpose: modelPurpose,
      ...hostsOf("minimax", "api.minimax.io"),
    }),

    /** File holding a MiniMax OAuth token. */
    oauthTokenFile: credential({
      variable: "MINIMAX_OAUTH_TOKEN",
      purpose: modelPurpose,
      ...hostsOf("minimax", "api.minimax.io"),
    }),
  },

  opencode: {
    /** File holding an OpenCode API key. */
    apiKeyFile: credential({
      variable: "OPENCODE_API_KEY",
      purpose: modelPurpose,
      ...hostsOf("opencode", "opencode.ai"),
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
    apiKeyFile: credential({ variable: "DEEPGRAM_API_KEY", hosts: ["api.deepgram.com"] }),
  },

  elevenlabs: {
    /** File holding an ElevenLabs API key. */
    apiKeyFile: credential({ variable: "ELEVENLABS_API_KEY", hosts: ["api.elevenlabs.io"] }),
  },

  azureSpeech: {
    /** File holding an Azure Speech key; its region goes to {option}`environment` as `AZURE_SPEECH_REGION`. */
    keyFile: credential({ variable: "AZURE_SPEECH_KEY" }),
  },

  fal: {
    /** File holding a fal.ai key. */
    keyFile: credential({ variable: "FAL_KEY", hosts: ["fal.run", "queue.fal.run"] }),
  },

  runway: {
    /** File holding a Runway API secret. */
    apiSecretFile: credential({ variable: "RUNWAYML_API_SECRET", hosts: ["api.dev.runwayml.com"] }),
  },
};
