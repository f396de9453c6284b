// The assertions of a module: the service's own, and those of the library about all instances, about the
// platform, and about paths that something opens outside of the sandbox. Messages name the option at fault.

import { codeVariable, managerVariables } from "../model/code-variables.ts";
import type { ExpNode, Ref } from "../model/expression.ts";
import type { Assertion, IrService } from "../model/service-model.ts";
import { expressionsIn, walkExpression } from "../model/walk-expression.ts";
import { nix, type NixExpr, transform } from "../nix/index.ts";
import type { Platform } from "../model/platform.ts";
import { optionsOn } from "../model/option-facts.ts";
import { emitExpression, type Scope, scopeOf } from "./emit-expression.ts";
import { emitOutsideAssertions } from "./outside-keys.ts";
import { supersededOn } from "./renames.ts";
import { serviceFields } from "./service.ts";
import { emitValue, identityOf } from "./shared.ts";

/** A platform's assertions. */
export interface PlatformAssertions {
  /** Assertions about each instance; `instance`, `ownDirectories` are in scope. */
  readonly assertions: readonly PlatformAssertion[];
  /** Assertions about the whole module, as Nix code. */
  readonly moduleAssertions?: readonly NixExpr[];
}

export interface PlatformAssertion {
  readonly option: string;
  readonly holds: NixExpr;
  readonly message: string;
}

/** The list of all assertions of a module. */
export function emitAllAssertions(
  service: IrService,
  platform: Platform,
  { assertions, moduleAssertions = [] }: PlatformAssertions,
): NixExpr {
  const more = [
    emitCollisions(service, platform),
    emitNestedDirectories(service),
    emitOpenedPaths(service),
    emitVariableAssertions(service),
    emitOutsideAssertions(service),
    emitTrespasses(service),
    emitSystemAssertions(service, platform),
    emitLostUnits(service, platform),
    moduleAssertions.length === 0 ? undefined : nix.list(moduleAssertions),
  ];
  return nix.op(
    "++",
    emitOwnAssertions(service, platform),
    emitInstanceAssertions(service, assertions),
    ...more.filter((list) => list !== undefined),
  );
}

/** Removes assertions from code whose condition is the constant `true`. */
export function withoutTruisms(code: NixExpr): NixExpr {
  return transform(code, (node) =>
    node.kind === "list" ? nix.list(node.items.filter(({ value }) => !isTruism(value))) : node,
  );
}

function isTruism(item: NixExpr): boolean {
  if (item.kind !== "call" || item.callee.kind !== "identifier" || item.callee.name !== "expect") {
    return false;
  }
  const [, holds] = item.args;
  return holds?.kind === "identifier" && holds.name === "true";
}

/**
 * The account's home must not be a directory that a service can write: sshd would read the account's keys there,
 * a user's service manager its units, and both act outside of the sandbox.
 */
export function expectHomeElsewhere(service: IrService, user: NixExpr): PlatformAssertion {
  return {
    option: identityOf(service).user.path.join("."),
    holds: nix`
      let
        home = toString (config.users.users.\${${user}}.home or "");
      in
      !lib.any (directory: lib.hasPrefix "\${directory}/" "\${home}/") writable
    `,
    message:
      "the home of this account is a directory that a service can write, and programs outside of the sandbox, sshd for example, would obey files there. Set the home to /var/empty.",
  };
}

/** One assertion per option with `systems`: it must not be set on another operating system. */
function emitSystemAssertions(service: IrService, platform: Platform): NixExpr | undefined {
  const rows = optionsOn(service, platform).flatMap(({ path, systems }) =>
    systems === undefined ? [] : [{ path, systems }],
  );
  if (rows.length === 0) return undefined;
  return nix`
    map (
      { path, systems }:
      let
        option = lib.getAttrFromPath path options.services.${service.name};
        isHere = lib.elem pkgs.stdenv.hostPlatform.parsed.kernel.name systems;
      in
      {
        assertion = isHere || option.highestPrio >= (lib.mkOptionDefault null).priority;
        message = "\${lib.showOption option.loc}: exists on \${lib.concatStringsSep " and " systems} only. Remove it, or set it in the configuration of such a system.";
      }
    ) ${nix.value(rows)}
  `;
}

/** Where a platform's configuration has the units of services, and the part of a unit that says what it runs. */
const unitPlaces = {
  nixos: { place: ["systemd", "services"], section: "serviceConfig" },
  "home-manager": { place: ["systemd", "user", "services"], section: "Service" },
  darwin: undefined,
} as const satisfies Record<Platform, unknown>;

/** One assertion per unit of a superseded module that a configuration adds to and that nothing makes any more. */
function emitLostUnits(service: IrService, platform: Platform): NixExpr | undefined {
  const former = [
    ...new Set(supersededOn(service, platform).flatMap((superseded) => superseded.units)),
  ];
  const known = unitPlaces[platform];
  if (known === undefined || former.length === 0) return undefined;
  const { place, section } = known;
  const path = place.join(".");
  const { credentials, extra } = service.model;
  const additions = [extra.variables, extra.files, extra.packages, credentials].flatMap((option) =>
    option === undefined ? [] : [`\`services.${service.name}.${option.path.join(".")}\``],
  );
  const next = additions.length === 0 ? "Name that." : `Name that, or set ${additions.join(", ")}.`;
  return nix`
    expectNoLostUnits {
      inherit config options;
      place = ${path};
      section = ${section};
      former = ${nix.value(former)};
      now = ${service.model.unit};
      next = ${next};
    }
  `;
}

/** The schema's assertions about each instance. */
function emitOwnAssertions(service: IrService, platform: Platform): NixExpr {
  const asked = service.model.assertions.filter(
    ({ platforms }) => platforms?.includes(platform) !== false,
  );
  const definitions = namedIn(asked);
  const scope: Scope = {
    ...scopeOf(service, "instance"),
    defined: new Set(definitions.map(({ defined }) => defined.name)),
  };
  const all = nix.list(
    asked.map((assertion) => {
      const option = assertion.option.path.join(".");
      return "offenders" in assertion
        ? nix`(refuse ${option} (${emitValue(assertion.offenders, scope)}) ${assertion.complaint})`
        : nix`(expect ${option} (${emitValue(assertion.holds, scope)}) (${emitValue(assertion.message, scope)}))`;
    }),
  );
  return nix`
    lib.concatMap (
      { ${serviceFields(service)}, ... }:
      let
        inherit (assertionsOf prefix) expect refuse;
        ${definitions.map(({ defined: { name, comment }, of }) =>
          nix.binding([name], emitExpression(of, scope), { comment, blankLine: true }),
        )}
      in
      ${all}
    ) (lib.attrValues services)
  `;
}

/** The named expressions that assertions use, each once. */
function namedIn(assertions: readonly Assertion[]): readonly NamedNode[] {
  const found = new Map<string, NamedNode>();
  for (const { node } of expressionsIn(assertions, "")) {
    walkExpression(node, (part) => {
      if (part.kind === "named") found.set(part.defined.name, part);
    });
  }
  return [...found.values()];
}

type NamedNode = Extract<ExpNode, { readonly kind: "named" }>;

function emitInstanceAssertions(
  { model }: IrService,
  assertions: readonly PlatformAssertion[],
): NixExpr {
  const named = model.namedDirectories === undefined ? [] : ["namedDirectories"];
  const all = assertions.map(
    ({ option, holds, message }) => nix`(expect ${option} (${holds}) ${message})`,
  );
  return nix`
    lib.concatLists (
      lib.mapAttrsToList (
        _: { instance, prefix, ownDirectories, ${named}, ... }:
        let
          inherit (assertionsOf prefix) expect;
        in
        ${nix.list(all)}
      ) services
    )
  `;
}

/** One assertion per value that two instances must not share; the message names both. */
function emitCollisions(service: IrService, platform: Platform): NixExpr {
  const scope: Scope = {
    ...scopeOf(service, "instance"),
    options: nix`service.instance`,
    settings: nix`service.settings`,
  };
  const here = new Set(optionsOn(service, platform).map(({ path }) => path.join(".")));
  const shared = service.model.unique.filter(({ option }) => here.has(option.path.join(".")));
  const unique = shared.map(({ what, option, value = option, more = [] }) => {
    const claims = [
      { option, value },
      ...more.map((other) => ({ option: other, value: other })),
    ].map(
      (claim) => nix`{
        option = ${claim.option.path.join(".")};
        values = ${emitExpression(claim.value.node, scope)};
      }`,
    );
    return nix`{
      what = ${what};
      claimsOf = service: ${nix.list(claims)};
    }`;
  });
  return nix`
    lib.concatMap (expectDifferent ${`services.${service.name}.instances`} services) ${nix.list(unique)}
  `;
}

/** One assertion per pair of instances: no directory of the first may lie inside a directory of the second. */
function emitNestedDirectories(service: IrService): NixExpr {
  const { name, model } = service;
  const refs = [model.stateDirectory.path, ...model.directories].flatMap(({ node }) =>
    node.kind === "option" ? [node.path] : [],
  );
  const own = refs.map(
    (path) => nix`{
      option = ${path.join(".")};
      path = ${nix.select(nix`service.instance`, path)};
    }`,
  );
  const { namedDirectories: named } = model;
  const all =
    named === undefined
      ? nix.list(own)
      : nix`
          ${nix.list(own)}
          ++ map (path: {
            inherit path;
            option = ${named.option.path.join(".")};
            # Several of one instance have the same option.
            inherit (service) unit;
          }) service.namedDirectories
        `;
  return nix`
    let
      directoriesOf = service: ${all};
      # Another assertion reports the same option with the same value.
      isInside = mine: theirs: mine != theirs && lib.hasPrefix "\${theirs.path}/" "\${mine.path}/";
    in
    lib.concatLists (
      lib.mapAttrsToList (
        name: service:
        lib.mapAttrsToList (
          other: neighbour:
          let
            inside = lib.findFirst (mine: lib.any (isInside mine) (directoriesOf neighbour)) null (directoriesOf service);
          in
          {
            assertion = inside == null;
            message = "services.${name}.instances.\${name}.\${inside.option}: \${inside.path} is inside of a directory of the instance \${other}, which could replace it. Choose one outside.";
          }
        ) (removeAttrs services [ name ])
      ) services
    )
  `;
}

/**
 * One assertion per file that root or the service's user opens by its name outside of the sandbox: none may be in a
 * directory where a service could put a link in its place.
 */
function emitOpenedPaths(service: IrService): NixExpr {
  const { model } = service;
  const scope = scopeOf(service, "instance");
  const { extra, reach } = model;
  const rows = (option: Ref<readonly string[]>): NixExpr => nix`
    map (path: {
      option = ${option.path.join(".")};
      inherit path;
    }) ${emitValue(option, scope)}
  `;
  const directories = [model.stateDirectory.path, ...model.directories].flatMap(({ node }) =>
    node.kind === "option"
      ? [
          nix`{
            option = ${node.path.join(".")};
            path = ${nix.select(nix`instance`, node.path)};
          }`,
        ]
      : [],
  );
  const { namedDirectories: named } = model;
  const opened = [
    nix.list(directories),
    ...(named === undefined
      ? []
      : [
          nix`map (path: { inherit path; option = ${named.option.path.join(".")}; }) namedDirectories`,
        ]),
    nix`map ({ option, file, ... }: { inherit option; path = file; }) credentials`,
    ...(extra.files === undefined ? [] : [rows(extra.files)]),
    ...(reach === undefined ? [] : [rows(reach.readable), rows(reach.writable)]),
  ];
  const lent =
    reach === undefined
      ? nix`[ ]`
      : nix`lib.concatMap ({ instance, ... }: ${emitValue(reach.writable, scope)}) (lib.attrValues services)`;
  return nix`
    let
      owned = lib.concatMap (service: service.ownDirectories) (lib.attrValues services);
      lent = ${lent};
      # Inside a service's own directory, another own directory is a mount of its own, and cannot be replaced.
      placeAbove =
        path:
        lib.findFirst (directory: lib.hasPrefix "\${directory}/" path) null (
          if lib.elem path owned then lent else owned ++ lent
        );
    in
    lib.concatLists (
      lib.mapAttrsToList (
        _: { instance, prefix, credentials, ${named === undefined ? [] : ["namedDirectories"]}, ... }:
        map (
          { option, path }:
          let
            directory = placeAbove path;
          in
          {
            assertion = directory == null;
            message = "\${prefix}.\${option}: \${path} is in \${directory}, where a service could put a link in its place, and get the file that the link leads to. Name a path elsewhere.";
          }
        ) (lib.concatLists ${nix.list(opened)})
      ) services
    )
  `;
}

/**
 * Assertions about the names of the user's variables: none may load code, none may be a variable of the module's
 * own, and none may be a variable that has an option.
 */
function emitVariableAssertions(service: IrService): NixExpr | undefined {
  const { credentials, extra } = service.model;
  const scope = scopeOf(service, "instance");
  const given = [credentials, extra.variables].filter((option) => option !== undefined);
  if (given.length === 0) return undefined;
  const path =
    extra.packages === undefined
      ? "the packages of the service"
      : nix.str(extra.packages.path.join("."));
  const named = given.map(
    (option) => nix`{
      option = ${option.path.join(".")};
      names = lib.attrNames ${emitValue(option, scope)};
    }`,
  );
  return nix`
    lib.concatLists (
      lib.mapAttrsToList (
        _: { instance, prefix, secretOptions, ownVariables, ... }:
        lib.concatMap (
          { option, names }:
          let
            loading = lib.filter (name: lib.match ${codeVariable} name != null) names;
            ours = lib.filter (name: ownVariables ? \${name} || lib.elem name ${nix.value(managerVariables)}) names;
            others = lib.filter ({ variable, ... }: lib.elem variable names) (
              secretOptions ++ [ { variable = "PATH"; option = ${path}; } ]
            );
          in
          [
            {
              assertion = loading == [ ];
              message = "\${prefix}.\${option}: \${lib.concatStringsSep ", " loading} would make programs load or run code, also those that start the service, outside of its sandbox. Wrap the program that needs it instead.";
            }
            {
              assertion = ours == [ ];
              message = "\${prefix}.\${option}: the module or the service manager sets \${lib.concatStringsSep ", " ours}. Remove that here.";
            }
            {
              assertion = others == [ ];
              message = "\${prefix}.\${option}: \${lib.concatMapStringsSep ", " ({ variable, option, ... }: "\${variable} is made of \`\${option}\`") others}. Set that instead.";
            }
          ]
        ) (lib.filter ({ names, ... }: names != [ ]) ${nix.list(named)})
      ) services
    )
  `;
}

/**
 * One assertion per path that the user opens to an instance and per other instance: the path must not be, or
 * contain, a directory of that instance. `emitOpenedPaths` refuses paths inside such a directory.
 */
function emitTrespasses(service: IrService): NixExpr | undefined {
  const { reach } = service.model;
  if (reach === undefined) return undefined;
  const scope = scopeOf(service, "instance");
  const given = [reach.readable, reach.writable].map(
    (option) => nix`{
      option = ${option.path.join(".")};
      paths = ${emitValue(option, scope)};
    }`,
  );
  return nix`
    lib.concatLists (
      lib.mapAttrsToList (
        name: { instance, prefix, ... }:
        lib.concatMap (
          { option, paths }:
          lib.concatMap (
            path:
            lib.mapAttrsToList (other: neighbour: {
              assertion = !lib.any (own: lib.hasPrefix "\${path}/" "\${own}/") neighbour.ownDirectories;
              message = "\${prefix}.\${option}: \${path} is the instance \${other}'s own, or contains a directory of it. Name another directory.";
            }) (removeAttrs services [ name ])
          ) paths
        ) ${nix.list(given)}
      ) services
    )
  `;
}
