// Whether the gateway has a credential for its model: without one it starts, and fails at every message.

import {
  and,
  anyCredential,
  type Assertion,
  choose,
  concat,
  type Exp,
  list,
  literal,
  not,
  or,
  type Ref,
  type Refs,
  text,
} from "nixmodgen";
import { modelPrefixes, type modelProviders, modelPurpose } from "./options/providers.ts";

interface Inputs {
  readonly agent: { readonly model: Ref<string> };
  readonly providers: Refs<typeof modelProviders>;
  readonly credentials: Ref<Readonly<Record<string, string>>>;
  readonly environmentFiles: Ref<readonly string[]>;
  readonly settings: Ref<unknown>;
}

/** The model, or nothing about it, may come from there. */
const elsewhere = [
  "models.providers",
  // A login that the gateway keeps, and command lines of others with a login of their own.
  "auth.profiles",
  "agents.defaults.cliBackends",
] as const;

/** Other models than the option's, which may have another provider. */
const otherModels = [
  "agents.defaults.model",
  "agents.defaults.models",
  "agents.list",
  "agents.entries",
] as const;

export function modelAssertions(inputs: Inputs): readonly Assertion[] {
  const { agent, credentials, environmentFiles, settings } = inputs;
  const isElsewhere = [
    not(credentials.names().isEmpty()),
    not(environmentFiles.isEmpty()),
    ...elsewhere.map((path) => settings.has(path)),
  ];
  return [
    {
      option: credentials,
      holds: or(anyCredential(modelPurpose), ...isElsewhere),
      message:
        "no model can be used without a credential: set `providers.anthropic.apiKeyFile`, another provider's, or an entry here. For a model that runs on this machine, describe it in `settings.models.providers`; for a login that the gateway keeps, in `settings.auth.profiles`.",
    },
    {
      option: agent.model,
      holds: or(
        // The complaint above is enough.
        not(anyCredential(modelPurpose)),
        ...isElsewhere,
        ...otherModels.map((path) => settings.has(path)),
        not(withoutCredential(inputs).any((prefix) => agent.model.hasPrefix(prefix))),
      ),
      message: text`is "${agent.model}", and its provider has no credential: the gateway would answer nothing. Set that provider's in \`providers\`, or a model of a provider that has one here. A login that the gateway keeps is described in \`settings.auth.profiles\`.`,
    },
  ];
}

/** The prefixes of models whose provider has no credential. */
function withoutCredential({ providers }: Inputs): Exp<readonly string[]> {
  return concat(
    ...Object.entries(modelPrefixes).map(([provider, prefix]) => {
      const files: readonly Ref<string | null>[] = Object.values(
        providers[provider as keyof typeof modelPrefixes],
      );
      return choose<readonly string[]>(
        and(...files.map((file) => file.isNull())),
        list(prefix),
        literal([]),
      );
    }),
  );
}
