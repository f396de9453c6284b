// The package manager that a person uses. It names itself to the programs that it starts.

const packageManagers = ["npm", "pnpm", "yarn", "bun"] as const;

export type PackageManager = (typeof packageManagers)[number];

/** @param userAgent the variable `npm_config_user_agent`: `pnpm/10.1.0 npm/? node/v20.19.0 linux x64` */
export function packageManagerOf(userAgent: string | undefined): PackageManager {
  const name = userAgent?.split("/")[0];
  return packageManagers.find((known) => known === name) ?? "npm";
}

/** The command that runs a script of the project. */
export function runScript(manager: PackageManager, script: string): string {
  switch (manager) {
    case "npm":
    case "bun":
      return `${manager} run ${script}`;
    case "pnpm":
    case "yarn":
      return `${manager} ${script}`;
  }
}
