// What all parts of a module share: values of options, the service's account, and the seams that a platform fills.

import { BugError } from "../errors.ts";
import { nodeOf, type OrValue } from "../model/expression.ts";
import type { Identity, IrService } from "../model/service-model.ts";
import { type AssignBinding, nix, type NixExpr } from "../nix/index.ts";
import { emitExpression, type Scope } from "./emit-expression.ts";

export function emitValue(value: OrValue<unknown>, scope: Scope): NixExpr {
  return emitExpression(nodeOf(value), scope);
}

/** The service's user and group, on platforms where it has a user of its own. */
export function identityOf({ name, model }: IrService): Identity {
  if (model.identity === undefined) throw new BugError(`the service ${name} has no identity`);
  return model.identity;
}

/** The instances whose accounts the module makes. */
export function emitCreated({ create = true }: Identity, scope: Scope): NixExpr {
  return nix`
    lib.filter (instance: ${emitValue(create, scope)}) (
      map (service: service.instance) (lib.attrValues services)
    )
  `;
}

/** The store path itself: a regular file that nobody can replace. */
export const storeConfig = nix`"\${configFile}"`;

/** Shell code with Nix values in it. */
export type ShellText = readonly (string | NixExpr)[];

/** The differences between platforms inside the portable core. */
export interface ServiceSeams {
  /** The path from which the service reads its configuration file. */
  readonly configFile: NixExpr;
  /** Defines the shell function `read_secret VARIABLE FILE`. */
  readonly readSecret: ShellText;
  /** Defines `read_secret` for the operator's command, which is no launchd job. Default: `readSecret`. */
  readonly readCommandSecret?: ShellText;
  /** Defines the shell function `own_secret FILE`, unless `readSecret` does. */
  readonly ownSecret?: ShellText;
  /** Defines the shell functions that put managed files into their places. */
  readonly manage: ShellText;
  /** Shell code that runs first in the preparation. */
  readonly beforePreparation?: ShellText;
  /** What the launcher looks at before everything else. */
  readonly expectations?: ShellText;
  /** A list of commands that the launcher runs first, unless the service manager does the same. */
  readonly beforeLoads?: NixExpr;
  /** Shell code of the operator's command, and a list of commands, before the program runs in the sandbox. */
  readonly beforeCommand?: { readonly functions: ShellText; readonly commands: NixExpr };
  /** A list of commands that the launcher runs after it has loaded the credentials. */
  readonly beforeStart: NixExpr;
  /** A list of words before the program, which confine it if the service manager cannot. */
  readonly confine: NixExpr;
  /** The same for the care of the state, whose steps work in the service's directories. Default: `confine`. */
  readonly confineCare?: NixExpr;
  /** The program's environment; `environment` and `path` are in scope. */
  readonly environment: NixExpr;
  /** Variables that the platform needs; the user's own win over them. */
  readonly variables?: NixExpr;
  /** Variables that the platform needs, and that the user cannot set. */
  readonly ownVariables?: NixExpr | undefined;
  /** Further definitions in `serviceOf`. */
  readonly definitions: readonly AssignBinding[];
  /** The names among `definitions` that the module uses. */
  readonly exposed?: readonly string[];
}

/** `names` if the service has a configuration file, else none. */
export function ofConfig({ model }: IrService, ...names: readonly string[]): readonly string[] {
  return model.config === undefined ? [] : names;
}

/** `managedFiles` if the service has any. */
export function ofManaged({ model }: IrService): readonly string[] {
  return model.managedFiles.length === 0 ? [] : ["managedFiles"];
}

/** The package that runs, where the parts of an instance are in scope. */
export function emitProgram({ model }: IrService, scope: Scope): NixExpr {
  return model.build === undefined ? emitValue(model.package, scope) : nix.id("built");
}

/** Words of shell code, as they are. */
export function shellWords(words: readonly string[]): string {
  return words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
}

/** Whether credentials of the service may stay outside of it. */
export function hasOutsideKeys({ model }: IrService): boolean {
  return model.hosts?.keysOutside !== undefined && model.config !== undefined;
}

/** The name of the list of credentials that the service has. */
export function loadedOf(service: IrService): string {
  return hasOutsideKeys(service) ? "loaded" : "credentials";
}
