// The platforms: the generator writes a module for each. All differences between them have these keys.

export const platforms = ["nixos", "home-manager", "darwin"] as const;

/** The operating systems: home-manager is one platform for both. */
export const systems = ["linux", "darwin"] as const;

export type System = (typeof systems)[number];

export type Platform = (typeof platforms)[number];

/** What people call the platforms. */
export const platformTitles: Readonly<Record<Platform, string>> = {
  nixos: "NixOS",
  "home-manager": "home-manager",
  darwin: "nix-darwin",
};
