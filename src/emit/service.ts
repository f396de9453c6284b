// The portable core of a module: a Nix function `serviceOf` that turns the options of one instance
// into everything that a platform needs to run it: names, settings, environment, credentials, and the
// scripts that prepare and start it. Each platform fills the seams.

import type { ConfigFile, EnvironmentVariable, IrService } from "../model/service-model.ts";
import { type Exp, type ExpNode, isCallOf, nodeOf, type OrValue } from "../model/expression.ts";
import type { IrCredential, IrOption } from "../model/option-type.ts";
import { type Binding, nix, type NixExpr } from "../nix/index.ts";
import { importLibrary } from "../runtime/assets.ts";
import type { Platform } from "../model/platform.ts";
import { walkExpression } from "../model/walk-expression.ts";
import { optionsOn } from "../model/option-facts.ts";
import { emitDoctorFacts, hasDoctor } from "./doctor.ts";
import { emitExpression, type Scope, scopeOf } from "./emit-expression.ts";
import { emitIsKnownVariant } from "./options.ts";
import { emitCare, emitCommandScripts, emitLaunchScript, emitPrepareScript } from "./scripts.ts";
import { emitOutsideKeys, outsideOf } from "./outside-keys.ts";
import { emitSettings, isConditional } from "./settings.ts";
import {
  emitProgram,
  emitValue,
  hasOutsideKeys,
  ofConfig,
  ofManaged,
  type ServiceSeams,
} from "./shared.ts";

/** The names of the attributes that `serviceOf` returns on every platform. */
export function serviceFields(service: IrService): readonly string[] {
  const { variants, model } = service;
  return [
    ...["instance", "prefix", ...(variants === undefined ? [] : ["variant"]), "unit"],
    ...ofConfig(service, "settings", "configFile"),
    ...["secretOptions", "ownVariables", "credentials", "environment", "path"],
    ...ofManaged(service),
    ...["managedPaths", ...(model.namedDirectories === undefined ? [] : ["namedDirectories"])],
    ...["ownDirectories", "prepare", "launch"],
    ...(model.hosts === undefined ? [] : ["isNamed", "hosts", "hostsTable", "hostRanges"]),
    ...(hasOutsideKeys(service) ? ["givenSettings", "outsideKeys", "loaded"] : []),
    ...(model.command === undefined ? [] : ["commandCredentials", "command"]),
    ...(hasDoctor(service) ? ["doctorFacts"] : []),
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
          ...emitAllSettings(service, model.config, options, scope),
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
    ...emitOutsideKeys(service, scope),
    ...emitHosts(service, scope),
    nix.binding(["ownVariables"], emitOwnVariables(service, scope, seams), { blankLine: true }),
    nix.binding(["environment"], emitEnvironment(service, scope, seams)),
    nix.binding(["path"], emitPath(service, scope)),
    ...emitManagedFiles(service, scope),
    nix.binding(["managedPaths"], emitManagedPaths(service)),
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
    ...emitDoctorFacts(service, platform, scope),
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
    const more = [
      ...(service.model.hosts === undefined ? [] : [emitHostsOf(service, credential)]),
      ...(hasOutsideKeys(service)
        ? [nix.value(credential.hostsSetting ?? null), outsideOf(credential)]
        : []),
    ];
    return [more.length === 0 ? row : nix.call(row, ...more)];
  });
  if (rows.length === 0) return nix`[ ]`;
  const all = [
    ...["option", "variable", "purpose"],
    ...(service.model.hosts === undefined ? [] : ["hosts"]),
    ...(hasOutsideKeys(service) ? ["setting", "outside"] : []),
  ];
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

/** `settings`: the configuration of the program. If keys stay outside, it leads to them. */
function emitAllSettings(
  service: IrService,
  config: ConfigFile,
  options: readonly IrOption[],
  scope: Scope,
): readonly Binding[] {
  const given = emitSettings(service, config, options, scope);
  if (!hasOutsideKeys(service)) return [nix.binding(["settings"], given, { blankLine: true })];
  return [
    nix.binding(["givenSettings"], given, { blankLine: true }),
    nix.binding(
      ["settings"],
      nix`if outsideKeys == [ ] then givenSettings else keysOutside.settingsWith outsideKeys givenSettings`,
      { comment: "Requests lead to the keys that stay outside." },
    ),
  ];
}

/** `hosts`: those that the service reaches by name, if it is in a network of its own. */
function emitHosts(service: IrService, scope: Scope): readonly Binding[] {
  const { hosts } = service.model;
  if (hosts === undefined) return [];
  const { wanted, option, urls } = hosts;
  const hasKeys = hasOutsideKeys(service);
  const urlsOf = (exp: Exp<readonly string[]>): NixExpr =>
    hasKeys
      ? nix`(lib.subtractLists (map (key: key.url) outsideKeys) ${emitValue(exp, scope)})`
      : emitValue(exp, scope);
  const given = nix.joined("++", [
    ...(hasKeys ? [nix`keysOutside.hostsOf outsideKeys`] : []),
    nix`map namedHosts.ofText ${emitValue(option, scope)}`,
    ...(urls === undefined ? [] : [nix`lib.concatMap namedHosts.ofURL ${urlsOf(urls)}`]),
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
function emitOwnVariables(service: IrService, scope: Scope, seams: ServiceSeams): NixExpr {
  const { model } = service;
  const own = model.environment.filter(({ isDefault = false }) => !isDefault);
  const always = emitVariables([...own, { name: "SHELL", value: model.shell }], scope);
  const variables =
    seams.ownVariables === undefined ? always : nix.op("//", always, seams.ownVariables);
  if (!hasOutsideKeys(service)) return variables;
  return nix`
    ${variables}
    // lib.listToAttrs (
      map ({ variable, placeholder, ... }: lib.nameValuePair variable placeholder) outsideKeys
    )
  `;
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
  const single = model.managedFiles.flatMap((group) =>
    "files" in group
      ? [
          nix`{
            name = ${group.name};
            directory = ${emitValue(group.directory, scope)};
            files = ${dependsOnInstance(group.files) ? emitValue(group.files, scope) : nix`sharedFiles.${group.name}`};
          }`,
        ]
      : [],
  );
  const several = model.managedFiles.flatMap((group) =>
    "files" in group
      ? []
      : [
          nix`
            map (
              { directory, files }:
              {
                name = "${group.name}-\${builtins.substring 0 16 (builtins.hashString "sha256" directory)}";
                inherit directory files;
              }
            ) ${emitValue(group.directories, scope)}
          `,
        ],
  );
  return model.managedFiles.length === 0
    ? []
    : [
        nix.binding(["managedFiles"], nix.joined("++", [nix.list(single), ...several]), {
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
  const files = service.model.managedFiles.flatMap((group) =>
    "files" in group && !dependsOnInstance(group.files)
      ? [nix.binding([group.name], emitValue(group.files, scope))]
      : [],
  );
  return nix.binding(["sharedFiles"], nix.attrs(files), {
    comment: "Managed files that are the same in every instance, evaluated once.",
    blankLine: true,
  });
}

/** The paths that the service must not change: for a file in a directory, that whole directory. */
function emitManagedPaths({ model }: IrService): NixExpr {
  return model.managedFiles.length === 0
    ? nix`[ ]`
    : nix`
        lib.unique (
          lib.concatMap (
            { directory, files, ... }:
            map (file: directory + "/" + lib.head (lib.splitString "/" file.target)) files
          ) managedFiles
        )
      `;
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
