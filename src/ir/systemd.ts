// The confinement and resource directives a rule may use: those of systemd.exec(5),
// systemd.service(5) and systemd.resource-control(5) that restrict a service. A directive that is
// not listed does not compile, so a typing error cannot silently confine nothing.
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
  "InaccessiblePaths",
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
  OrValue<boolean | number | string> | Exp<readonly string[]> | readonly OrValue<string>[];
