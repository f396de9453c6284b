// The platforms a module is generated for. Everything that differs between them is keyed by this.

export const platforms = ["nixos", "home-manager", "darwin"] as const;

/** Operating systems, where one platform is for several: home-manager is. */
export const systems = ["linux", "darwin"] as const;

export type System = (typeof systems)[number];

export type Platform = (typeof platforms)[number];
