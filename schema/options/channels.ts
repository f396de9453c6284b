// Messengers. Telegram is the one the gateway ships; the others are set up through `settings`.

import { credential, option, submodule, z } from "nixmodgen";

export const telegram = {
  /** Whether the gateway answers on Telegram. */
  enable: option(z.boolean(), { default: false, setting: "channels.telegram.enabled" }),

  /** File holding the bot token that BotFather gave. */
  botTokenFile: credential({
    variable: "TELEGRAM_BOT_TOKEN",
    hosts: ["api.telegram.org"],
    hostsSetting: "channels.telegram.apiRoot",
    outside: { cannot: "it is a part of the URL, not a header" },
  }),

  /**
   * Numeric ids of the users who may talk to the bot. The bot answers nobody else: there is no
   * pairing, unless `settings.channels.telegram.dmPolicy` says so. The module refuses an empty
   * list.
   */
  allowFrom: option(
    z.array(z.union([z.number().int().positive(), z.string().regex(/^[1-9][0-9]*$/)])),
    {
      default: [],
      example: [12345678],
      setting: "channels.telegram.allowFrom",
    },
  ),

  /** Groups the bot takes part in, by chat id; `*` stands for every group. */
  groups: option(
    z.record(
      submodule({
        /** Whether the bot answers only when it is mentioned. */
        requireMention: option(z.boolean(), { default: true }),
      }),
    ),
    {
      default: {},
      example: { "*": { requireMention: true } },
      setting: "channels.telegram.groups",
    },
  ),
};
