// Reads property lists with an independent parser: Python's plistlib.

import { execFileSync } from "node:child_process";

const program =
  "import json, plistlib, sys; json.dump(plistlib.loads(sys.stdin.buffer.read()), sys.stdout)";

/** The value of a property list. Throws where it is malformed. */
export function parsePlist(text: string): unknown {
  return JSON.parse(execFileSync("python3", ["-c", program], { input: text, encoding: "utf8" }));
}

/** The keys of launchd.plist(5), macOS 15, that a job may have at its top level. */
export const launchdKeys: ReadonlySet<string> = new Set([
  "AbandonProcessGroup",
  "AssociatedBundleIdentifiers",
  "Debug",
  "Disabled",
  "EnableGlobbing",
  "EnablePressuredExit",
  "EnableTransactions",
  "EnvironmentVariables",
  "ExitTimeOut",
  "GroupName",
  "HardResourceLimits",
  "InitGroups",
  "KeepAlive",
  "Label",
  "LaunchEvents",
  "LaunchOnlyOnce",
  "LegacyTimers",
  "LimitLoadFromHosts",
  "LimitLoadToHardware",
  "LimitLoadToHosts",
  "LimitLoadToSessionType",
  "LowPriorityBackgroundIO",
  "LowPriorityIO",
  "MachServices",
  "MaterializeDatalessFiles",
  "Nice",
  "ProcessType",
  "Program",
  "ProgramArguments",
  "QueueDirectories",
  "RootDirectory",
  "RunAtLoad",
  "SessionCreate",
  "Sockets",
  "SoftResourceLimits",
  "StandardErrorPath",
  "StandardInPath",
  "StandardOutPath",
  "StartCalendarInterval",
  "StartInterval",
  "StartOnMount",
  "ThrottleInterval",
  "TimeOut",
  "Umask",
  "UserName",
  "WaitForDebugger",
  "WatchPaths",
  "WorkingDirectory",
  "inetdCompatibility",
]);
