// The directives that a rule may use: those of systemd.exec(5), systemd.service(5) and
// systemd.resource-control(5) that restrict a service. A directive that is not listed does not compile,
// so a typing error cannot silently confine nothing.
//
// https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html
// https://www.freedesktop.org/software/systemd/man/latest/systemd.resource-control.html

import type { Exp, OrValue } from "./expression.ts";

export const confinementDirectives = [
  "AmbientCapabilities",
  "BindLogSockets",
  "BindPaths",
  "BindReadOnlyPaths",
  "CapabilityBoundingSet",
  "CPUQuota",
  "DeviceAllow",
  "DevicePolicy",
  "ExecPaths",
  "InaccessiblePaths",
  "IOAccounting",
  "IPAddressAllow",
  "IPAddressDeny",
  "KeyringMode",
  "LimitCORE",
  "LimitMEMLOCK",
  "LimitNOFILE",
  "LimitNPROC",
  "LockPersonality",
  "LogRateLimitBurst",
  "LogRateLimitIntervalSec",
  "MemoryDenyWriteExecute",
  "MemoryHigh",
  "MemoryMax",
  "MemoryPressureWatch",
  "MemorySwapMax",
  "NoExecPaths",
  "NoNewPrivileges",
  "NotifyAccess",
  "OOMPolicy",
  "OOMScoreAdjust",
  "PrivateDevices",
  "PrivateIPC",
  "PrivateMounts",
  "PrivateNetwork",
  "PrivatePIDs",
  "PrivateTmp",
  "PrivateUsers",
  "ProcSubset",
  "ProtectClock",
  "ProtectControlGroups",
  "ProtectHome",
  "ProtectHostname",
  "ProtectKernelLogs",
  "ProtectKernelModules",
  "ProtectKernelTunables",
  "ProtectProc",
  "ProtectSystem",
  "ReadOnlyPaths",
  "ReadWritePaths",
  "RemoveIPC",
  "RestrictAddressFamilies",
  "RestrictFileSystems",
  "RestrictNamespaces",
  "RestrictRealtime",
  "RestrictSUIDSGID",
  "RootDirectory",
  "RuntimeDirectory",
  "RuntimeDirectoryMode",
  "SecureBits",
  "SocketBindAllow",
  "SocketBindDeny",
  "SyslogLevelPrefix",
  "SystemCallArchitectures",
  "SystemCallErrorNumber",
  "SystemCallFilter",
  "TasksMax",
  "TemporaryFileSystem",
  "UMask",
] as const;

export type ConfinementDirective = (typeof confinementDirectives)[number];

/** A directive's value; a list is written as one line per element. */
export type DirectiveValue =
  | OrValue<boolean | number | string>
  | Exp<readonly string[]>
  | readonly OrValue<boolean | string>[];

const yesOrNo = [true, false] as const;

/**
 * Directives with a fixed set of words, and the words of every version of systemd so far.
 * `ProtectHostname` is not among them: its value may contain a host name.
 */
export const directiveChoices = {
  BindLogSockets: yesOrNo,
  DevicePolicy: ["auto", "closed", "strict"],
  IOAccounting: yesOrNo,
  KeyringMode: ["inherit", "private", "shared"],
  LockPersonality: yesOrNo,
  MemoryDenyWriteExecute: yesOrNo,
  MemoryPressureWatch: [true, false, "auto", "on", "off", "skip"],
  NoNewPrivileges: yesOrNo,
  NotifyAccess: ["none", "main", "exec", "all"],
  OOMPolicy: ["continue", "stop", "kill"],
  PrivateDevices: yesOrNo,
  PrivateIPC: yesOrNo,
  PrivateMounts: yesOrNo,
  PrivateNetwork: yesOrNo,
  PrivatePIDs: yesOrNo,
  PrivateTmp: [true, false, "disconnected"],
  PrivateUsers: [true, false, "self", "identity", "full", "managed"],
  ProcSubset: ["all", "pid"],
  ProtectClock: yesOrNo,
  ProtectControlGroups: [true, false, "private", "strict"],
  ProtectHome: [true, false, "read-only", "tmpfs"],
  ProtectKernelLogs: yesOrNo,
  ProtectKernelModules: yesOrNo,
  ProtectKernelTunables: yesOrNo,
  ProtectProc: ["noaccess", "invisible", "ptraceable", "default"],
  ProtectSystem: [true, false, "full", "strict"],
  RemoveIPC: yesOrNo,
  RestrictRealtime: yesOrNo,
  RestrictSUIDSGID: yesOrNo,
  SyslogLevelPrefix: yesOrNo,
} as const satisfies Readonly<Partial<Record<ConfinementDirective, readonly (boolean | string)[]>>>;

type Choices = typeof directiveChoices;

/**
 * A set of directives, each with a value that it can have. Of several values, a service manager takes the last that it
 * knows.
 */
export type Directives = {
  readonly [Name in ConfinementDirective]?: Name extends keyof Choices
    ? OrValue<Choices[Name][number]> | readonly Choices[Name][number][]
    : DirectiveValue;
};
