// What runs, as whom, and where its files are.

import { option, packageType, plainPath, z } from "../../src/index.ts";

/** A name useradd accepts; see useradd(8). */
const accountName = /^[a-z_][a-z0-9_-]{0,30}$/;

export const identity = {
  /** The gateway's package. Its main program is run. */
  package: option(packageType(), { default: "openclaw" }),

  /**
   * User the gateway runs as. It owns nothing but the gateway's state, and no two instances may
   * share it: that is what keeps them apart.
   */
  user: option(z.string().regex(accountName), { instance: "own", platforms: ["nixos", "darwin"] }),

  /** Primary group of the gateway's user. */
  group: option(z.string().regex(accountName), { instance: "own", platforms: ["nixos", "darwin"] }),

  /**
   * Numeric id of the user. nix-darwin creates accounts by id, and never changes the id of one that
   * exists.
   */
  uid: option(z.number().int().min(502).max(999), { instance: "own", platforms: ["darwin"] }),

  /** Numeric id of the group. */
  gid: option(z.number().int().min(502).max(999), { instance: "own", platforms: ["darwin"] }),

  /**
   * Whether to create the user and the group. Set to `false` where something else does; the user
   * then has to exist before the service starts.
   */
  createUser: option(z.boolean(), { default: true, platforms: ["nixos", "darwin"] }),

  /**
   * Directory of everything the gateway writes: sessions, databases, logs, and the workspace
   * unless that is moved. Readable by the gateway's user alone. It is made where there is nothing of
   * that name; a directory that is there has to be the service's own, or the service does not start.
   */
  stateDir: option(plainPath(), { instance: "own", example: "/srv/moltbot" }),

  /**
   * Directory the model's tools work in. Everything in it can be changed by the model. As with
   * {option}`stateDir`, it is made where there is none; for a directory of yours there is
   * {option}`confinement.readWritePaths`.
   */
  workspaceDir: option(plainPath(), { instance: "own" }),

  /**
   * Where the rendered configuration is put, as a regular file that the gateway can read but
   * neither change nor replace: a file below `/etc` whose name ends in `.json`.
   */
  configPath: option(plainPath(), { instance: "own", platforms: ["nixos"] }),
};
