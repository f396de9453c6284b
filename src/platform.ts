// The platforms a module is generated for. Everything that differs between them is keyed by this.

export const platforms = ["nixos", "home-manager", "darwin"] as const;

export type Platform = (typeof platforms)[number];
