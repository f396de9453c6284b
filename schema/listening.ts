// Which addresses the gateway listens on, what it does before it listens, and what of that is refused.

import {
  type Assertion,
  type Exp,
  literal,
  not,
  or,
  type Ref,
  type Refs,
  setting,
} from "nixmodgen";
import type { gateway } from "./options/gateway.ts";

/** As it ends up, also where free settings say it. */
export const bind = setting<string>("gateway.bind");

/** Whether only programs of the same machine talk to the gateway. */
export const isLocal: Exp<boolean> = bind.is("loopback");

/** Whether, besides, those of the same tailnet do, and no others. */
export const isTailnet: Exp<boolean> = bind.is("tailnet");

/** The first release that listens on loopback without having tried an address before. */
const withoutTrial = "2026.8";

/**
 * Whether the gateway, before it listens on an address of its choice, listens there on any free port
 * to see whether it can. Read in the releases, and seen: 2026.7.35 does for every choice, 2026.8.1 no
 * longer does for loopback.
 */
export const triesFreePort = (program: Exp<string>): Exp<boolean> =>
  or(bind.is("custom"), isTailnet, isLocal.and(not(program.isAtLeast(withoutTrial))));

export const triesFreePortWhere = `\`gateway.bind\` is "custom" or "tailnet", or is "loopback" and \`package\` is older than ${withoutTrial}`;

interface Inputs {
  readonly options: Refs<typeof gateway>;
  readonly settings: Exp<unknown>;
}

export function listeningAssertions({ options, settings }: Inputs): readonly Assertion[] {
  const isCustom = bind.is("custom");
  return [
    {
      option: options.bind,
      holds: not(bind.is("auto")),
      message:
        'is "auto": the gateway would listen on loopback here, and on all addresses where it takes the machine for a container. Set it to "loopback", or to "lan" for all addresses.',
    },
    {
      option: options.customBindHost,
      holds: isCustom.implies(
        options.customBindHost.isSet().or(settings.has("gateway.customBindHost")),
      ),
      message:
        'is needed, because `gateway.bind` is "custom": set it to the address of this machine that the gateway is to listen on.',
    },
    {
      option: options.customBindHost,
      holds: options.customBindHost.isSet().implies(isCustom),
      message:
        'has no effect while `gateway.bind` is not "custom": set that to "custom" or remove this.',
    },
  ];
}

/** What a gateway needs that believes what a proxy says of its clients: without, it lets nobody in. */
export function proxyAssertions(mode: Ref<string>, settings: Exp<unknown>): readonly Assertion[] {
  const needs = (path: string, what: string, when: Exp<boolean> = literal(true)): Assertion => ({
    option: mode,
    holds: mode.is("trusted-proxy").and(when).implies(settings.has(path)),
    message: `is "trusted-proxy", which needs \`settings.${path}\`: ${what}.`,
  });
  return [
    needs("gateway.trustedProxies", "the list of the proxies' addresses"),
    needs(
      "gateway.auth.trustedProxy.userHeader",
      "the header in which the proxy says who the client is",
    ),
    needs(
      "gateway.auth.trustedProxy.allowLoopback",
      '`gateway.bind` is "loopback", so the proxy is on this machine, and only with `true` here is it believed. Every program of this machine can then say that it is the proxy',
      isLocal,
    ),
  ];
}
