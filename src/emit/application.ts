// The desktop application of a service, in home-manager on macOS.

import type { IrService } from "../model/service-model.ts";
import { type Binding, nix, type NixExpr } from "../nix/index.ts";
import { scopeOf } from "./emit-expression.ts";
import { emitValue } from "./shared.ts";

/** The packages to install in the home: the application or none. */
export function emitApplicationPackages(service: IrService): NixExpr | undefined {
  const { application } = service.model;
  if (application === undefined) return undefined;
  const scope = scopeOf(service, "cfg");
  const app = emitValue(application.package, scope);
  const wanted = nix`isDarwin && ${emitValue(application.install, scope)} && ${app} != null`;
  return nix`lib.optional (${wanted}) ${app}`;
}

/** The application's settings, which home-manager writes. */
export function emitApplicationDefaults(service: IrService): readonly Binding[] {
  const { application } = service.model;
  if (application === undefined) return [];
  const scope = scopeOf(service, "cfg");
  const { domain, write, values } = application.defaults;
  const settings = Object.entries(values).map(([key, value]) =>
    nix.binding([key], emitValue(value, scope)),
  );
  return [
    nix.binding(
      ["targets", "darwin", "defaults"],
      nix`lib.mkIf (isDarwin && ${emitValue(write, scope)}) { ${nix.binding([domain], nix.attrs(settings))} }`,
      { blankLine: true },
    ),
  ];
}

export function emitApplicationAssertions(service: IrService): readonly NixExpr[] {
  const { application } = service.model;
  if (application === undefined) return [];
  const scope = scopeOf(service, "cfg");
  const { package: app, install } = application;
  return [
    nix`{
      assertion = ${emitValue(install, scope)} -> ${emitValue(app, scope)} != null;
      message = "services.${service.name}.${app.path.join(".")}: is needed, because \`${install.path.join(".")}\` is true: set it to a package of the application.";
    }`,
  ];
}
