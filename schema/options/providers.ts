// Credentials of the model providers, one group per provider. Only the file's path is ever part of
// the configuration; the secret reaches the gateway as an environment variable at start.

import { credential } from "nixmodgen";

/** The purpose of credentials for models: the gateway needs at least one of them. */
export const modelPurpose = "model";

export const modelProviders = {
  anthropic: {
    /** File holding an Anthropic API key. */
    apiKeyFile: credential({ variable: "ANTHROPIC_API_KEY", purpose: modelPurpose }),

    /** File holding a long-lived Anthropic token, made with `claude setup-token`. */
    oauthTokenFile: credential({ variable: "ANTHROPIC_OAUTH_TOKEN", purpose: modelPurpose }),
  },

  openai: {
    /** File holding an OpenAI API key. */
    apiKeyFile: credential({ variable: "OPENAI_API_KEY", purpose: modelPurpose }),
  },

  google: {
    /** File holding a Google Gemini API key. */
    apiKeyFile: credential({ variable: "GEMINI_API_KEY", purpose: modelPurpose }),
  },

  googleVertex: {
    /** File holding a Google Cloud API key for Vertex AI. */
    apiKeyFile: credential({ variable: "GOOGLE_CLOUD_API_KEY", purpose: modelPurpose }),
  },

  openrouter: {
    /** File holding an OpenRouter API key. */
    apiKeyFile: credential({ variable: "OPENROUTER_API_KEY", purpose: modelPurpose }),
  },

  xai: {
    /** File holding an xAI API key. */
    apiKeyFile: credential({ variable: "XAI_API_KEY", purpose: modelPurpose }),
  },

  githubCopilot: {
    /** File holding a GitHub token with access to Copilot. */
    tokenFile: credential({ variable: "COPILOT_GITHUB_TOKEN", purpose: modelPurpose }),
  },

  microsoftFoundry: {
    /** File holding an Azure OpenAI (Microsoft Foundry) API key. */
    apiKeyFile: credential({ variable: "AZURE_OPENAI_API_KEY", purpose: modelPurpose }),
  },

  huggingface: {
    /** File holding a Hugging Face access token. */
    tokenFile: credential({ variable: "HF_TOKEN", purpose: modelPurpose }),
  },

  together: {
    /** File holding a Together AI API key. */
    apiKeyFile: credential({ variable: "TOGETHER_API_KEY", purpose: modelPurpose }),
  },

  nvidia: {
    /** File holding an NVIDIA API key. */
    apiKeyFile: credential({ variable: "NVIDIA_API_KEY", purpose: modelPurpose }),
  },

  litellm: {
    /** File holding the key of a LiteLLM proxy. */
    apiKeyFile: credential({ variable: "LITELLM_API_KEY", purpose: modelPurpose }),
  },

  vllm: {
    /** File holding the key of a vLLM server. */
    apiKeyFile: credential({ variable: "VLLM_API_KEY", purpose: modelPurpose }),
  },

  sglang: {
    /** File holding the key of an SGLang server. */
    apiKeyFile: credential({ variable: "SGLANG_API_KEY", purpose: modelPurpose }),
  },

  ollama: {
    /** File holding the key of an Ollama server; any text does for a local one. */
    apiKeyFile: credential({ variable: "OLLAMA_API_KEY", purpose: modelPurpose }),
  },

  lmstudio: {
    /** File holding the token of an LM Studio server. */
    tokenFile: credential({ variable: "LM_API_TOKEN", purpose: modelPurpose }),
  },

  alibaba: {
    /** File holding an Alibaba Cloud Model Studio (DashScope) API key. */
    apiKeyFile: credential({ variable: "DASHSCOPE_API_KEY", purpose: modelPurpose }),
  },

  minimax: {
    /** File holding a MiniMax API key. */
    apiKeyFile: credential({ variable: "MINIMAX_API_KEY", purpose: modelPurpose }),

    /** File holding a MiniMax OAuth token. */
    oauthTokenFile: credential({ variable: "MINIMAX_OAUTH_TOKEN", purpose: modelPurpose }),
  },

  opencode: {
    /** File holding an OpenCode API key. */
    apiKeyFile: credential({ variable: "OPENCODE_API_KEY", purpose: modelPurpose }),
  },
};

/** Credentials of the services that turn speech into text and text into speech or pictures. */
export const mediaProviders = {
  deepgram: {
    /** File holding a Deepgram API key. */
    apiKeyFile: credential({ variable: "DEEPGRAM_API_KEY" }),
  },

  elevenlabs: {
    /** File holding an ElevenLabs API key. */
    apiKeyFile: credential({ variable: "ELEVENLABS_API_KEY" }),
  },

  azureSpeech: {
    /** File holding an Azure Speech key; its region goes to {option}`environment` as `AZURE_SPEECH_REGION`. */
    keyFile: credential({ variable: "AZURE_SPEECH_KEY" }),
  },

  fal: {
    /** File holding a fal.ai key. */
    keyFile: credential({ variable: "FAL_KEY" }),
  },

  runway: {
    /** File holding a Runway API secret. */
    apiSecretFile: credential({ variable: "RUNWAYML_API_SECRET" }),
  },
};
