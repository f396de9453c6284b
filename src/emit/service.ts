// The portable core of a module: a Nix function `serviceOf` that turns the options of one instance
// into everything that a platform needs to run it: names, settings, environment, credentials, and the
// scripts that prepare and start it. Each platform fills the seams.

import { isDeepStrictEqual } from "node:util";

import { BugError } from "../errors.ts";
import type {
  ConfigFile,
  EnvironmentVariable,
  Identity,
  IrService,
  StateRepair,
} from "../model/service-model.ts";
import { type ExpNode, isCallOf, nodeOf, type OrValue } from "../model/expression.ts";
import type { IrCredential } from "../model/option-type.ts";
import { type AssignBinding, type Binding, nix, type NixExpr } from "../nix/index.ts";
import { importLibrary, includeShell } from "../runtime/assets.ts";
import type { Platform } from "../model/platform.ts";
import { walkExpression } from "../model/walk-expression.ts";
import { optionsOn } from "../model/option-facts.ts";
import { emitExpression, type Scope, scopeOf } from "./emit-expression.ts";
import { emitIsKnownVariant } from "./options.ts";
import { emitSettings, isConditional } from "./settings.ts";

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
  /** A list of commands that the launcher runs first, unless the service manager does the same. */
  readonly beforeLoads?: NixExpr;
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
  /** Further definitions in `serviceOf`. */
  readonly definitions: readonly AssignBinding[];
  /** The names among `definitions` that the module uses. */
  readonly exposed?: readonly string[];
}

/** `names` if the service has a configuration file, else none. */
export function ofConfig({ model }: IrService, ...names: readonly string[]): readonly string[] {
  return model.config === undefined ? [] : names;
}

/** The names of the attributes that `serviceOf` returns on every platform. */
export function serviceFields(service: IrService): readonly string[] {
  const { variants, model } = service;
  return [
    ...["instance", "prefix", ...(variants === undefined ? [] : ["variant"]), "unit"],
    ...ofConfig(service, "settings", "configFile"),
    ...["secretOptions", "ownVariables", "credentials", "environment", "path"],
    ...["managedPaths", ...(model.namedDirectories === undefined ? [] : ["namedDirectories"])],
    ...["ownDirectories", "prepare", "launch"],
    ...(model.hosts === undefined ? [] : ["isNamed", "hosts", "hostsTable", "hostRanges"]),
    ...(model.command === undefined ? [] : ["commandCredentials", "command"]),
    ...(model.command?.care === undefined ? [] : ["care"]),
    ...(model.command?.care?.repair === undefined ? [] : ["repair"]),
  ];
}

/** `name: instance: { … }` */
export function emitServiceFunction(
  service: IrService,
  platform: Platform,
  seams: ServiceSeams,
): NixExpr {
  const { model } = service;
  const scope = scopeOf(service, "instance", seams.configFile);
  const options = optionsOn(service, platform);
  const bindings: Binding[] = [
    nix.binding(["unit"], nix`nameFor ${model.unit} name`),
    nix.binding(["prefix"], emitPrefix(service), {
      comment: "The beginning of this instance's options, for messages.",
    }),
    ...emitVariant(service, scope),
    ...emitBuild(service, scope),
    ...(model.config === undefined
      ? []
      : [
          nix.binding(["settings"], emitSettings(service, model.config, options, scope), {
            blankLine: true,
          }),
          nix.binding(["configFile"], emitConfigFile(service, model.config, scope)),
        ]),
    nix.binding(["secretOptions"], emitSecretOptions(service, scope), {
      comment: "The options for secret files, and the environment variables that hold the secrets.",
      blankLine: true,
    }),
    nix.binding(["credentials"], emitCredentials(service, scope), {
      comment: "The secret files that the user has set.",
      blankLine: true,
    }),
    ...emitHosts(service, scope),
    nix.binding(["ownVariables"], emitOwnVariables(service, scope), { blankLine: true }),
    nix.binding(["environment"], emitEnvironment(service, scope, seams)),
    nix.binding(["path"], emitPath(service, scope)),
    ...emitManagedFiles(service, scope),
    nix.binding(["managedPaths"], emitManagedPaths(service, scope)),
    ...(model.namedDirectories === undefined
      ? []
      : [
          nix.binding(["namedDirectories"], emitValue(model.namedDirectories.paths, scope), {
            comment: "The service's own directories that free settings name.",
            blankLine: true,
          }),
        ]),
    nix.binding(["ownDirectories"], emitOwnDirectories(service, scope)),
    nix.binding(["prepare"], emitPrepareScript(service, scope, seams), {
      comment:
        "Brings the service's own directories up to date; runs as the service's user before the service.",
      blankLine: true,
    }),
    ...seams.definitions,
    nix.binding(["launch"], emitLaunchScript(service, scope, seams), {
      comment: "Exports the credentials and runs the service.",
      blankLine: true,
    }),
    ...emitCommandScripts(service, scope, seams),
    ...emitCare(service, scope, seams),
  ];
  return nix`
    name: instance:
    let
      ${bindings}
    in
    {
      ${nix.inherit([...serviceFields(service), ...(seams.exposed ?? [])])}
    }
  `;
}

/** The rendered settings; the program itself checks them if the user wants that. */
function emitConfigFile(service: IrService, { validation }: ConfigFile, scope: Scope): NixExpr {
  const rendered = nix`settingsFormat.generate "\${unit}.json" settings`;
  if (validation === undefined) return rendered;
  const known = emitIsKnownVariant(service, scope);
  const wanted = emitValue(validation.wanted, scope);
  return nix`
    if ${known === undefined ? wanted : nix.op("&&", wanted, known)} then
      ${importLibrary("validated-config.nix")} { inherit pkgs lib; } {
        name = "\${unit}.json";
        inherit settings;
        ${nix.binding(["package"], emitProgram(service, scope))}
        script = builtins.readFile ${nix.path(`./${validationScript}`)};
        variables = ${emitNamed(validation.variables, scope)};
      }
    else
      ${rendered}
  `;
}

/** The name of the script that asks the program about a configuration, beside the file that refers to it. */
export const validationScript = "validate.sh";

/** The code that makes something of the program's package, beside what refers to it. */
export const buildScript = "build.sh";

/** `built`: what is made of the package, for services that make something of it. */
function emitBuild({ model }: IrService, scope: Scope): readonly Binding[] {
  const { build } = model;
  if (build === undefined) return [];
  const given = emitValue(model.package, scope);
  return [
    nix.binding(
      ["built"],
      nix`
        if ${emitValue(build.wanted, scope)} then
          ${importLibrary("built-package.nix")} { inherit pkgs lib; } {
            package = ${given};
            script = builtins.readFile ${nix.path(`./${buildScript}`)};
            variables = ${emitNamed(build.variables, scope)};
          }
        else
          ${given}
      `,
      { comment: "What runs.", blankLine: true },
    ),
  ];
}

/** The package that runs, where the parts of an instance are in scope. */
export function emitProgram({ model }: IrService, scope: Scope): NixExpr {
  return model.build === undefined ? emitValue(model.package, scope) : nix.id("built");
}

function emitNamed(
  values: Readonly<Record<string, OrValue<string>>> | undefined,
  scope: Scope,
): NixExpr {
  return nix.attrs(
    Object.entries(values ?? {}).map(([name, value]) =>
      nix.binding([name], emitValue(value, scope)),
    ),
  );
}

/** The prefix of options in messages. Without declared instances, it is the top level's. */
function emitPrefix(service: IrService): NixExpr {
  const top = `services.${service.name}`;
  return nix`if cfg.instances == { } then ${top} else "${`${top}.instances`}.\${name}"`;
}

function emitVariant(service: IrService, scope: Scope): readonly Binding[] {
  const { variant } = service.model;
  if (service.variants === undefined || variant === undefined) return [];
  return [
    nix.binding(
      ["variant"],
      nix.select(nix.id(service.variants.name), [emitExpression(variant.node, scope)]),
    ),
  ];
}

function emitSecretOptions(service: IrService, scope: Scope): NixExpr {
  const rows = service.options.flatMap(({ path, credential }) => {
    if (credential === undefined) return [];
    const row = nix`credential ${path.join(".")} ${emitExpression(credential.variable, scope)} ${nix.value(credential.purpose ?? null)}`;
    return [
      service.model.hosts === undefined ? row : nix.call(row, emitHostsOf(service, credential)),
    ];
  });
  if (rows.length === 0) return nix`[ ]`;
  const names = ["option", "variable", "purpose"];
  const all = service.model.hosts === undefined ? names : [...names, "hosts"];
  const fields = nix`{
    ${nix.inherit(all)}
    file = lib.getAttrFromPath (lib.splitString "." option) instance;
  }`;
  return nix`
    let
      credential = ${all.reduceRight<NixExpr>((body, name) => nix.lambda(name, body), fields)};
    in
    ${nix.list(rows)}
  `;
}

/** The hosts that a credential needs, unless the settings name others. */
function emitHostsOf(service: IrService, { hosts, hostsSetting }: IrCredential): NixExpr {
  const all = nix.value(hosts);
  return hostsSetting === undefined || hosts.length === 0 || service.model.config === undefined
    ? all
    : nix`lib.optionals (!settings ? ${hostsSetting}) ${all}`;
}

/** `hosts`: those that the service reaches by name, if it is in a network of its own. */
function emitHosts({ model: { hosts } }: IrService, scope: Scope): readonly Binding[] {
  if (hosts === undefined) return [];
  const { wanted, option, urls } = hosts;
  const given = nix.joined("++", [
    nix`map namedHosts.ofText ${emitValue(option, scope)}`,
    ...(urls === undefined ? [] : [nix`lib.concatMap namedHosts.ofURL ${emitValue(urls, scope)}`]),
    nix`map namedHosts.ofText (lib.concatMap (credential: credential.hosts or [ ]) credentials)`,
  ]);
  return [
    nix.binding(["isNamed"], emitValue(wanted, scope), {
      comment:
        "Whether the service is in a network of its own, in which there are only named hosts.",
      blankLine: true,
    }),
    nix.binding(["hosts"], nix`lib.optionals isNamed (namedHosts.hostsOf unit (${given}))`),
    nix.binding(["hostsTable"], nix`namedHosts.tableOf hosts`),
    nix.binding(["hostRanges"], nix`lib.optionals isNamed (namedHosts.rangesOf hosts)`),
  ];
}

function emitCredentials({ model }: IrService, scope: Scope): NixExpr {
  const free = model.credentials;
  const named = nix`lib.filter (credential: credential.file != null) secretOptions`;
  if (free === undefined) return named;
  return nix`
    ${named}
    ++ lib.mapAttrsToList (variable: file: {
      inherit variable file;
      option = "${free.path.join(".")}.\${variable}";
      purpose = null;
    }) ${emitExpression(free.node, scope)}
  `;
}

/** The variables that the user cannot set. */
function emitOwnVariables({ model }: IrService, scope: Scope): NixExpr {
  const own = model.environment.filter(({ isDefault = false }) => !isDefault);
  return emitVariables([...own, { name: "SHELL", value: model.shell }], scope);
}

function emitVariables(variables: readonly EnvironmentVariable[], scope: Scope): NixExpr {
  return nix.attrs(
    variables.map(({ name, value }) =>
      nix.binding(
        typeof name === "string" ? [name] : emitValue(name, scope),
        emitValue(value, scope),
      ),
    ),
  );
}

function emitEnvironment({ model }: IrService, scope: Scope, { variables }: ServiceSeams): NixExpr {
  const weak = model.environment.filter(({ isDefault = false }) => isDefault);
  const { variables: given } = model.extra;
  return [
    ...weak.map((variable) => emitWeakVariable(variable, scope)),
    ...(given === undefined ? [] : [emitExpression(given.node, scope)]),
    nix.id("ownVariables"),
  ].reduce<NixExpr>((all, more) => nix.op("//", all, more), variables ?? nix.attrs([]));
}

/** A set with the variable, or an empty set if its name is null. */
function emitWeakVariable({ name, value }: EnvironmentVariable, scope: Scope): NixExpr {
  const node = nodeOf(name);
  const variable = (of: ExpNode): Binding =>
    nix.binding(
      of.kind === "literal" && typeof of.value === "string"
        ? [of.value]
        : emitExpression(of, scope),
      emitValue(value, scope),
    );
  return isConditional(node)
    ? nix`lib.optionalAttrs (${emitExpression(node.condition, scope)}) ${nix.attrs([variable(node.then)])}`
    : nix.attrs([variable(node)]);
}

/** The packages that the scripts of `src/runtime/shell/` use. */
const scriptPackages = ["coreutils", "findutils"];

function emitPath(service: IrService, scope: Scope): NixExpr {
  const names = new Set([...service.model.packages, ...scriptPackages]);
  const packages = [...names].map((name) => nix`pkgs.${name}`);
  const { packages: more } = service.model.extra;
  const own = nix.list(packages);
  return more === undefined ? own : nix`${own} ++ ${emitExpression(more.node, scope)}`;
}

function emitManagedFiles({ model }: IrService, scope: Scope): readonly Binding[] {
  const files = model.managedFiles.map((group) =>
    dependsOnInstance(group.files)
      ? nix.binding([group.name], emitValue(group.files, scope), { blankLine: true })
      : nix.inherit([group.name], nix`sharedFiles`, { blankLine: true }),
  );
  return files.length === 0
    ? []
    : [
        nix.binding(["managedFiles"], nix.attrs(files), {
          comment:
            "The configuration's files in the service's own directories: targets and sources.",
          blankLine: true,
        }),
      ];
}

/** Kinds of expressions that are constant if their parts are. */
const constantKinds: ReadonlySet<ExpNode["kind"]> = new Set(["literal", "text", "list", "record"]);

/** Whether a value may differ between instances. */
function dependsOnInstance(value: OrValue<unknown>): boolean {
  let depends = false;
  walkExpression(nodeOf(value), (node) => {
    const isConstant =
      constantKinds.has(node.kind) || isCallOf(node, "json") || isCallOf(node, "textFile");
    depends ||= !isConstant;
  });
  return depends;
}

/** `sharedFiles`: the managed files that are the same in every instance. */
export function emitSharedFiles(service: IrService): Binding {
  const scope = scopeOf(service, "instance");
  const files = service.model.managedFiles
    .filter((group) => !dependsOnInstance(group.files))
    .map((group) => nix.binding([group.name], emitValue(group.files, scope)));
  return nix.binding(["sharedFiles"], nix.attrs(files), {
    comment: "Managed files that are the same in every instance, evaluated once.",
    blankLine: true,
  });
}

/** The paths that the service must not change: for a file in a directory, that whole directory. */
function emitManagedPaths(service: IrService, scope: Scope): NixExpr {
  const paths = service.model.managedFiles.map(
    ({ name, directory }) => nix`
      map (
        file: ${emitValue(directory, scope)} + "/" + lib.head (lib.splitString "/" file.target)
      ) managedFiles.${name}
    `,
  );
  return paths.length === 0 ? nix`[ ]` : nix`lib.unique (${nix.joined("++", paths)})`;
}

function emitOwnDirectories({ model }: IrService, scope: Scope): NixExpr {
  const { stateDirectory, directories, namedDirectories } = model;
  const paths = nix.list(
    [stateDirectory.path, ...directories].map((path) => emitValue(path, scope)),
  );
  return namedDirectories === undefined
    ? nix`withBetween ${paths}`
    : nix`withBetween (${paths} ++ namedDirectories)`;
}

function emitPrepareScript(service: IrService, scope: Scope, seams: ServiceSeams): NixExpr {
  const { model } = service;
  const files = model.managedFiles.map(
    ({ name, directory }) => nix`
      [ [ "manage" ${name} ${emitValue(directory, scope)} ] ]
      ++ map (file: [ "put" file.target ] ++ file.sources) managedFiles.${name}
    `,
  );
  const care = model.command?.care;
  const lines = [
    nix`[
      ([ "tell_of_others" ] ++ ownDirectories)
      ${model.config?.link === undefined ? [] : [nix`[ "own_link" ${emitValue(model.config.link, scope)} ${seams.configFile} ]`]}
    ]`,
    ...files,
    ...(files.length === 0 ? [] : [nix`[ [ "finish" ] ]`]),
  ];
  return nix`pkgs.writeShellScript "\${unit}-prepare" ${nix.indented([
    "set -euo pipefail\numask 0077\n\n",
    includeShell("prepare"),
    "\n",
    ...(files.length === 0 ? [] : [...seams.manage, "\n"]),
    ...(seams.beforePreparation ?? []),
    emitCommands([
      nix`map (path: [ "own_directory" path ${model.stateDirectory.mode} ]) ownDirectories`,
    ]),
    ...(care === undefined ? [] : [...ownDirectoriesInShell, includeShell("settle"), "settle\n"]),
    emitCommands(lines),
  ])}`;
}

/** `own`: the service's own directories, for the shell code of changes of the state. */
const ownDirectoriesInShell: ShellText = ["own=(", nix`lib.escapeShellArgs ownDirectories`, ")\n"];

/** Lists of commands as lines of shell code. */
function emitCommands(lists: readonly NixExpr[]): NixExpr {
  return nix`commands (${nix.joined("++", lists)})`;
}

function emitLaunchScript(service: IrService, scope: Scope, seams: ServiceSeams): NixExpr {
  const { model } = service;
  const generated = model.generatedSecrets.map(({ when, variable, file }) => {
    const option = service.options.find((each) =>
      isDeepStrictEqual(each.credential?.variable, nodeOf(variable)),
    );
    const instead = option === undefined ? [] : [nix`"\${prefix}.${option.path.join(".")}"`];
    return nix`
      lib.optional (${emitValue(when, scope)}) [ "generate" ${emitValue(variable, scope)} ${emitValue(file, scope)} ${instead} ]
    `;
  });
  const program = nix`[
    (lib.getExe ${emitProgram(service, scope)})
    ${model.arguments.map((argument) => emitValue(argument, scope))}
  ]`;
  return nix`pkgs.writeShellScript "\${unit}-launch" ${nix.indented([
    "set -euo pipefail\numask 0077\n\n",
    ...seams.readSecret,
    "\n",
    ...(seams.ownSecret === undefined ? [] : [...seams.ownSecret, "\n"]),
    includeShell("launch"),
    "\n",
    includeShell("supervise"),
    "\n",
    emitCommands([
      ...(seams.beforeLoads === undefined ? [] : [seams.beforeLoads]),
      emitLoads(nix`credentials`),
      ...emitExpectations(service, scope),
      ...generated,
      seams.beforeStart,
      nix`[ ([ "supervise" ] ++ ${seams.confine} ++ ${program}) ]`,
    ]),
  ])}`;
}

/**
 * The part of the operator's command that runs as the service. `command` loads the credentials as the launcher does;
 * `program` runs in the service's sandbox, and reads the service's own secrets there.
 */
function emitCommandScripts(
  service: IrService,
  scope: Scope,
  seams: ServiceSeams,
): readonly Binding[] {
  const { model } = service;
  if (model.command === undefined) return [];
  const { secrets = [] } = model.command;
  const needed = nix.list(secrets.map((variable) => emitValue(variable, scope)));
  const own = model.generatedSecrets.map(
    ({ when, variable, file }) => nix`
      lib.optional (${emitValue(when, scope)} && lib.elem ${emitValue(variable, scope)} ${needed}) [
        "load_own"
        ${emitValue(variable, scope)}
        ${emitValue(file, scope)}
      ]
    `,
  );
  const { repair } = model.command.care ?? {};
  return [
    nix.binding(
      ["commandCredentials"],
      nix`lib.filter ({ variable, ... }: lib.elem variable ${needed}) credentials`,
      { comment: "The credentials that the operator's command needs.", blankLine: true },
    ),
    nix.binding(
      ["program"],
      emitInsideScript(service, scope, "program", emitCommands(own), ["run ", ' "$@"\n']),
    ),
    nix.binding(["command"], emitEnteringScript(service, scope, seams, "command", nix`program`)),
    ...(repair === undefined
      ? []
      : [
          nix.binding(
            ["mend"],
            emitInsideScript(
              service,
              scope,
              "mend",
              emitCommands(own),
              emitRepair(repair, scope, seams),
            ),
            { comment: "Lets the program mend the state.", blankLine: true },
          ),
          nix.binding(["repair"], emitEnteringScript(service, scope, seams, "repair", nix`mend`)),
        ]),
  ];
}

/** The script that runs the program inside the sandbox: `before`, the program, `after`. */
function emitInsideScript(
  service: IrService,
  scope: Scope,
  name: string,
  own: NixExpr,
  [before, after]: readonly [before: ShellText | string, after: string],
): NixExpr {
  const hidden = service.model.restart.hiddenVariables?.names ?? [];
  return nix`pkgs.writeShellScript "\${unit}-${name}" ${nix.indented([
    "set -euo pipefail\numask 0077\n\n",
    includeShell("own-secret"),
    "\n",
    includeShell("command"),
    "\n",
    own,
    ...(hidden.length === 0 ? [] : [`unset -v ${hidden.join(" ")}\n`]),
    ...(typeof before === "string" ? [before] : before),
    nix`lib.getExe ${emitProgram(service, scope)}`,
    after,
  ])}`;
}

/** The script with which the operator's command enters the sandbox. */
function emitEnteringScript(
  { model }: IrService,
  scope: Scope,
  seams: ServiceSeams,
  name: string,
  inside: NixExpr,
): NixExpr {
  return nix`pkgs.writeShellScript "\${unit}-${name}" ${nix.indented([
    "set -euo pipefail\numask 0077\n\n",
    nix`
      lib.concatStrings (
        lib.mapAttrsToList (variable: value: "export \${variable}=\${lib.escapeShellArg value}\n") (${seams.environment})
      )
    `,
    "\n",
    ...(seams.readCommandSecret ?? seams.readSecret),
    "\n",
    includeShell("launch"),
    "\n",
    emitCommands([
      emitLoads(nix`commandCredentials`),
      nix`[ [ "cd" "--" ${emitValue(model.stateDirectory.path, scope)} ] ]`,
    ]),
    "exec ",
    nix`lib.escapeShellArgs (${seams.confine} ++ [ ${inside} ])`,
    ' "$@"\n',
  ])}`;
}

/** Shell code around the program when it mends the state: it gets a copy of its configuration. */
function emitRepair(
  { arguments: words, configVariable, without = [] }: StateRepair,
  scope: Scope,
  { configFile }: ServiceSeams,
): readonly [before: ShellText, after: string] {
  const unwanted = nix.list(without.map((variable) => emitValue(variable, scope)));
  return [
    [
      ...(without.length === 0
        ? []
        : [
            "unset -v ",
            nix`lib.concatStringsSep " " (lib.filter (variable: variable != null) ${unwanted})`,
            "\n",
          ]),
      ...(configVariable === undefined
        ? []
        : [
            "own_copy ",
            nix`lib.escapeShellArgs [ ${emitValue(configVariable, scope)} ${configFile} ]`,
            "\n",
          ]),
      "run ",
    ],
    `${words.map((word) => ` '${word.replaceAll("'", "'\\''")}'`).join("")}\n`,
  ];
}

/** `care`: the words of a command that does a step in the care of the state, inside the sandbox. */
function emitCare(service: IrService, scope: Scope, seams: ServiceSeams): readonly Binding[] {
  const { model } = service;
  const care = model.command?.care;
  if (care === undefined) return [];
  const parts = (care.parts ?? []).flatMap(({ name, into }) => [
    nix.str(name),
    emitValue(into ?? model.stateDirectory.path, scope),
  ]);
  return [
    nix.binding(
      ["careSteps"],
      nix`pkgs.writeShellScript "\${unit}-care" ${nix.indented([
        "set -euo pipefail\numask 0077\n\nPATH=",
        nix`lib.makeBinPath [ pkgs.coreutils pkgs.findutils pkgs.gnutar pkgs.gzip ]`,
        `\ntitle='${service.name}'\n`,
        ...ownDirectoriesInShell,
        "roots=(",
        nix`lib.escapeShellArgs (outermost ownDirectories)`,
        ")\nparts=(",
        nix`lib.escapeShellArgs ${nix.list(parts)}`,
        ")\n\n",
        includeShell("settle"),
        "\n",
        includeShell("care"),
        '\n"$@"\n',
      ])}`,
      { comment: "The steps in the care of the state.", blankLine: true },
    ),
    nix.binding(["care"], nix`${seams.confineCare ?? seams.confine} ++ [ careSteps ]`),
  ];
}

/** Commands that export the credentials. */
function emitLoads(credentials: NixExpr): NixExpr {
  return nix`
    map ({ variable, option, file, ... }: [ "load" variable "\${prefix}.\${option}" file ]) ${credentials}
  `;
}

/** Commands with which the launcher checks that paths exist: it knows the option's name, which systemd does not. */
function emitExpectations({ model: { reach } }: IrService, scope: Scope): readonly NixExpr[] {
  if (reach === undefined) return [];
  return [reach.readable, reach.writable].map(
    (option) => nix`
      map (path: [ "expect_path" "\${prefix}.${option.path.join(".")}" path ]) ${emitValue(option, scope)}
    `,
  );
}
