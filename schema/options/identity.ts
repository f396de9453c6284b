// The program, its user, and the places of its files.

import { directoryInState } from "nixmodgen";
import { config, service } from "./standard.ts";

export const identity = {
  package: service.package,
  user: service.user,
  group: service.group,
  uid: service.uid,
  gid: service.gid,
  createUser: service.createUser,

  /**
   * Directory of everything the gateway writes: sessions, databases, logs, and the workspace unless
   * that is moved. Only the gateway's user can read it. If it does not exist, the module makes it;
   * if it exists, it has to belong to that user, or the service does not start.
   */
  stateDir: service.stateDir,

  /**
   * Directory the model's tools work in. The model can change everything in it. As with
   * {option}`stateDir`, the module makes it if it does not exist; for a directory of yours there is
   * {option}`confinement.readWritePaths`.
   */
  workspaceDir: directoryInState("workspace"),

  configPath: config.configPath,
};
