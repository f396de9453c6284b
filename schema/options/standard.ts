// The library's own options, which the gateway has like any other service.

import { standardOptions } from "nixmodgen";

export const { service, config, checks } = standardOptions("moltbot", { package: "openclaw" });
