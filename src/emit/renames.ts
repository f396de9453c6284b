// Options that had another path: `lib.mkRenamedOptionModule` for each, so that an old
// configuration goes on working and says what to change.

import type { IrService } from "../ir/model.ts";
import { nix, type NixExpr } from "../nix/index.ts";
import type { Platform } from "../platform.ts";
import { optionsOn } from "./options.ts";

export function emitRenames(service: IrService, platform: Platform): NixExpr {
  const options = optionsOn(service, platform);
  const everywhere = ["enable", "instances", ...options.map(({ path }) => path.join("."))];
  const ofService = service.renamedFrom.map(
    (former) => nix`
      map (
        path:
        lib.mkRenamedOptionModule (lib.splitString "." "services.${former}.\${path}") (
          lib.splitString "." "services.${service.name}.\${path}"
        )
      ) ${nix.value(everywhere)}
    `,
  );
  const ofOptions = options.flatMap(({ path, renamedFrom }) =>
    renamedFrom.map(
      (former) => nix`
        lib.mkRenamedOptionModule ${nix.value(["services", service.name, ...former])} ${nix.value(["services", service.name, ...path])}
      `,
    ),
  );
  const lists = [...ofService, ...(ofOptions.length === 0 ? [] : [nix.list(ofOptions)])];
  const [first, ...rest] = lists;
  if (first === undefined) return nix.list([]);
  return rest.reduce((left, right) => nix.op("++", left, right), first);
}
