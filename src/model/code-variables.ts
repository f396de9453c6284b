// Environment variables that make any program run the code of a file: the dynamic loader's, those of
// the C library that name files, and a shell's.
//
// ld.so(8), "secure-execution mode"; bash(1), "Shell Variables" and "Invocation"; dyld(1).

/** The variables of Linux, by name: the unit removes them from the service's environment. */
export const codeVariables = [
  "BASHOPTS",
  "BASH_ENV",
  "BASH_LOADABLES_PATH",
  "ENV",
  "GCONV_PATH",
  "GETCONF_DIR",
  "GLIBC_TUNABLES",
  "LD_AUDIT",
  "LD_DEBUG_OUTPUT",
  "LD_LIBRARY_PATH",
  "LD_ORIGIN_PATH",
  "LD_PRELOAD",
  "LD_PROFILE",
  "LD_PROFILE_OUTPUT",
  "LOCPATH",
  "MALLOC_TRACE",
  "NLSPATH",
  "PS4",
  "SHELLOPTS",
] as const;

/** All of them, on any platform: a POSIX regular expression for a whole name. */
export const codeVariable = `(LD|DYLD)_.*|${codeVariables.filter((name) => !name.startsWith("LD_")).join("|")}`;

/**
 * Variables by which systemd tells a unit's commands about the unit. A value from the configuration would win, and
 * commands outside of the sandbox would believe it: they would signal another process, or read other credentials.
 */
export const managerVariables = ["CREDENTIALS_DIRECTORY", "MAINPID"] as const;
