// What runs, as whom, and where its files are.

import { directoryInState } from "../../src/index.ts";
import { config, service } from "./standard.ts";

export const identity = {
  package: service.package,
  user: service.user,
  group: service.group,
  uid: service.uid,
  gid: service.gid,
  createUser: service.createUser,

  /**
   * Directory of everything the gateway writes: sessions, databases, logs, and the workspace
   * unless that is moved. Readable by the gateway's user alone. It is made where there is nothing of
   * that name; a directory that is there has to be the service's own, or the service does not start.
   */
  stateDir: service.stateDir,

  /**
   * Directory the model's tools work in. Everything in it can be changed by the model. As with
   * {option}`stateDir`, it is made where there is none; for a directory of yours there is
   * {option}`confinement.readWritePaths`.
   */
  workspaceDir: directoryInState("workspace"),

  configPath: config.configPath,
};
