// The model, and the treatment of messages that arrive while it is busy.

import { option, z } from "nixmodgen";

/** What the gateway does with a message that arrives while the model is busy. */
const queueMode = z.enum(["steer", "followup", "collect", "interrupt"]);

/** Earlier names, and what the gateway itself makes of them. */
const renamedModes = {
  queue: "steer",
  "steer-backlog": "followup",
  "steer+backlog": "followup",
} as const;

/** The channels that can have a queue mode of their own. */
const queueChannel =
  /^(discord|googlechat|imessage|irc|matrix|mattermost|msteams|signal|slack|telegram|webchat|whatsapp)$/;

export const agent = {
  /**
   * The model, as `provider/model`; the provider needs a credential of its own. All releases since 2026.6.5 know the default; those of January 2026
   * know `anthropic/claude-sonnet-4-5`.
   */
  model: option(z.string().regex(/^[^/\s]+\/\S+$/), {
    default: "anthropic/claude-sonnet-4-6",
    setting: "agents.defaults.model.primary",
  }),

  /**
   * How much the model thinks before it answers. Null leaves it to the gateway. `adaptive`, `max`
   * and `ultra` exist from generation `openclaw` on; release 2026.6.5 does not know `ultra` yet.
   */
  thinkingDefault: option(
    z
      .enum(["off", "minimal", "low", "medium", "high", "xhigh", "adaptive", "max", "ultra"])
      .nullable(),
    { default: null, example: "low", setting: "agents.defaults.thinkingDefault" },
  ),
};

export const routing = {
  queue: {
    /**
     * What happens to messages that arrive while the model is busy: `steer` hands them to the
     * running turn, `followup` answers them one by one afterwards, `collect` answers them together
     * afterwards, `interrupt` drops the running turn.
     */
    mode: option(queueMode, {
      default: "interrupt",
      setting: "messages.queue.mode",
      renamedValues: renamedModes,
    }),

    /** The same, for single channels. */
    byChannel: option(z.record(z.string().regex(queueChannel), queueMode), {
      default: {},
      example: { telegram: "steer" },
      setting: "messages.queue.byChannel",
      renamedValues: renamedModes,
    }),
  },
};
