// A browser that the model drives.

import { option, packageType, port, z } from "nixmodgen";

export const browser = {
  /**
   * Whether the model has a browser. This opens to the service what a browser needs, unless the
   * options say otherwise: {option}`confinement.nestedSandboxes`, {option}`browser.port` in
   * {option}`confinement.listenTCPPorts`, and 4096 processes in {option}`confinement.tasksMax`;
   * their descriptions say what each costs. Whatever a page shows to the model, the model may
   * obey. It shows no window. Linux only: on macOS a sandbox cannot hold another one.
   */
  enable: option(z.boolean(), { default: false }),

  /** Package of the browser: Chromium, or one that is made of it. */
  package: option(packageType(), { default: "chromium" }),

  /** TCP port, on this machine, over which the gateway drives the browser. */
  port: option(port(), { default: 18800 }),
};
