// The VM test of a service, as an argument of `pkgs.testers.runNixOSTest`: machines with the module, and a
// script in Python. The script consists of facts about the instances, the data of the proofs,
// the part that runs probes (vm-test/sandbox.py), and the service's own scenarios.
//
// https://nixos.org/manual/nixos/stable/#sec-writing-nixos-tests

import { BugError } from "../errors.ts";
import type { ExpNode } from "../model/expression.ts";
import type { IrService, Scenario, Scenarios } from "../model/service-model.ts";
import type { IrOption } from "../model/option-type.ts";
import type { FactName, Proof } from "../model/proof.ts";
import { strictInstance, type Contrast, type RelaxationTest } from "../model/relaxation.ts";
import { expressionsIn, walkExpression } from "../model/walk-expression.ts";
import { directoryFact, type ownFactNames, ownPromises } from "./own-promises.ts";
import type { JsonValue } from "../json.ts";
import { type Binding, nix, type NixExpr } from "../nix/index.ts";
import { includeProgram, includePython, readAuthority } from "../runtime/assets.ts";
import { emitExpression, type Scope, scopeOf } from "../emit/emit-expression.ts";
import { preludeFor } from "../emit/prelude.ts";
import { emitValue } from "../emit/shared.ts";

/** The facts that the script finds out by itself. */
type FoundFact = Extract<FactName, `host-${string}`>;

export function emitVmTest(
  service: IrService,
  { nodes, relaxed, main, programs = {}, packages = [] }: Scenarios,
): NixExpr {
  const tests = testsOf(service);
  const all = tests.length === 0 ? nodes : { ...nodes, relaxed: relaxedNode(service, relaxed) };
  const machines = nix.attrs(
    Object.entries(all).map(([name, options]) =>
      nix.binding([name], nix`machine ${nix.value(options)}`),
    ),
  );
  const credentialOptions = service.options.flatMap(({ credential, path }) =>
    credential === undefined ? [] : [path.join(".")],
  );
  const command = (name: string, text: NixExpr): NixExpr =>
    nix`(program ${`nixmodgen-${name}`} (${text}))`;
  const commands = [
    command("probe", includePython("probe")),
    ...["neighbourhood", ...Object.keys(programs)].map((name) =>
      command(name, includeProgram(name)),
    ),
  ];
  return nix`
    {
      module,
      pkgs,
      lib,
      # The end of the script, after its data and functions: what happens on the machines.
      scenarios ? ${nix.path(`./nixos-${service.name}.py`)},
      # Names of the machines that the scenarios need.
      on ? ${nix.value([...main.on].sort())},
      # What they are to nixpkgs' test driver: virtual machines, or "containers".
      kind ? "nodes",
      # What they cannot show, by the reason: names of rules, "rule: promise", or "relaxation: promise".
      void ? { },
    }:
    let
      inherit (pkgs) python3;

      program = name: text: pkgs.writeScriptBin name ("#!\${python3}/bin/python3\n" + text);

      programs = ${nix.list([...commands, nix`python3`, nix`pkgs.curl`])};

      machine = service: {
        imports = [ module ] ++ lib.optional (kind == "nodes") { virtualisation.memorySize = 2048; };
        services.${service.name} = lib.recursiveUpdate service ${nix.attrs([
          nix.binding(["enable"], nix`true`),
          ...(packages.length === 0 ? [] : [emitPackages(service, packages)]),
          ...emitLacks(service),
        ])};
        environment.systemPackages = programs;
        # neighbourhood.py answers at these addresses, with a certificate of that authority.
        networking.resolvconf.enable = false;
        environment.etc."resolv.conf".text = ${nix.value(resolvConf)};
        security.pki.certificates = [ ${nix.value(readAuthority())} ];
      };

      instancesOf =
        node:
        let
          cfg = node.services.${service.name};
        in
        if cfg.instances == { } then { default = cfg; } else cfg.instances;

      # The options of an instance that name the file of a credential, and the files.
      credentialsOf =
        instance:
        lib.filter (credential: credential.file != null) (
          map (option: {
            inherit option;
            file = lib.getAttrFromPath (lib.splitString "." option) instance;
          }) ${nix.value(credentialOptions)}
        );

      # The facts about an instance that the script needs, each as a text.
      factsOf = name: instance: lib.mapAttrs (_: toString) ${emitFacts(service)};

      # A JSON text is a Python text, too.
      python = value: builtins.toJSON (builtins.toJSON value);
    in
    {
      name = ${`nixos-${service.name}`};

      \${kind} = lib.getAttrs on ${machines};

      testScript =
        {
          nodes,
          containers ? { },
          ...
        }:
        lib.concatStringsSep "\n" [
          ''
            import base64
            import json
            import re
            from pathlib import Path
            from typing import Any

            FACTS = json.loads(\${python (lib.mapAttrs (_: node: lib.mapAttrs factsOf (instancesOf node)) (nodes // containers))})
            VOID = json.loads(\${python (lib.concatMapAttrs (reason: names: lib.genAttrs names (_: reason)) void)})
            # In the store: the driver's builder gets the script as one variable, which holds 128 KiB.
            RULES = json.loads(Path("\${${nix.path(`./nixos-${service.name}.json`)}}").read_text())
            OWN_PROMISES = json.loads(Path("\${${nix.path(`./promises-${service.name}.json`)}}").read_text())
            RELAXATIONS = json.loads(Path("\${${nix.path(`./relaxations-${service.name}.json`)}}").read_text())
          ''
          (${includeProgram("sandbox")})
          (${includeProgram("trials")})
          (builtins.readFile scenarios)
        ];
    }
  `;
}

/** The machine's own resolver, and one in the local network. */
const resolvConf = "nameserver 127.0.0.53\nnameserver 192.168.20.30\n";

/** What machines cannot carry out, and their services accept. */
function emitLacks({ model: { acceptMissing } }: IrService): readonly Binding[] {
  return acceptMissing === undefined
    ? []
    : [
        nix.binding(acceptMissing.path, nix`lib.optional (kind == "containers") "IPAddressDeny"`, {
          comment: "Containers may not load the programs that decide about addresses.",
        }),
      ];
}

/** The option for further programs, with the programs that the proofs run. */
function emitPackages(service: IrService, names: readonly string[]): Binding {
  const { packages } = service.model.extra;
  if (packages === undefined) throw new BugError("a service without an option for packages");
  const attributes = names.map((name) => nix.select(nix`pkgs`, [name]));
  return nix.binding(pathFilling(service, packages.node), nix.list(attributes));
}

/** A test with further scenarios, on machines of the service's main test. */
export function emitFurtherVmTest(service: IrService, name: string, { on }: Scenario): NixExpr {
  const main = `nixos-${service.name}`;
  return nix`
    {
      module,
      pkgs,
      lib,
    }:
    import ${nix.path(`./${main}.nix`)} {
      inherit module pkgs lib;
      scenarios = ${nix.path(`./${main}-${name}.py`)};
      on = ${nix.value([...on].sort())};
    }
    // {
      name = ${`${main}-${name}`};
    }
  `;
}

function emitFacts(service: IrService): NixExpr {
  const { model } = service;
  const { identity, config, listen } = model;
  const [workspace] = model.directories;
  if (workspace === undefined) throw new BugError("a service without a directory to work in");
  if (identity === undefined || config?.path === undefined || listen === undefined) {
    throw new BugError("a service without what its scenarios need");
  }
  const scope: Scope = scopeOf(service, "instance");
  const facts: Readonly<Record<Exclude<FactName, FoundFact>, NixExpr>> = {
    unit: nix`(if name == "default" then ${model.unit} else ${`${model.unit}-`} + name) + ".service"`,
    user: emitValue(identity.user, scope),
    group: emitValue(identity.group, scope),
    state: emitValue(model.stateDirectory.path, scope),
    workspace: emitValue(workspace, scope),
    config: emitValue(config.path, scope),
    port: emitValue(listen.option, scope),
  };
  const all = { ...facts, ...emitOwnFacts(service, scope) };
  return nix.attrs(Object.entries(all).map(([name, value]) => nix.binding([name], value)));
}

type Fact = readonly [name: string, value: NixExpr];

/** The facts of the library's own promises; lists become words with blanks between them. */
function emitOwnFacts(service: IrService, scope: Scope): Readonly<Record<string, NixExpr>> {
  const { model } = service;
  const own: Readonly<Record<(typeof ownFactNames)[number], NixExpr>> = {
    release: nix`lib.getVersion ${emitValue(model.package, scope)}`,
    credentials: nix`map (credential: credential.file) (credentialsOf instance)`,
    // Empty if an instance has only credentials without an option of their own.
    option: nix`map (credential: credential.option) (lib.take 1 (credentialsOf instance))`,
    generated: nix.call(
      nix`lib.concatLists`,
      nix.list(
        model.generatedSecrets.map(
          ({ file, when }) =>
            nix`lib.optional (${emitValue(when, scope)}) ${emitValue(file, scope)}`,
        ),
      ),
    ),
  };
  return {
    ...own,
    differences: emitDifferences(service, scope),
    ...Object.fromEntries<NixExpr>([
      ...model.directories.map((path, index): Fact => [
        directoryFact(index),
        emitValue(path, scope),
      ]),
    ]),
  };
}

/** The names of the differences that hold for an instance. */
function emitDifferences(service: IrService, scope: Scope): NixExpr {
  const differences = service.model.confinement.flatMap((rule) => rule.differences ?? []);
  if (differences.length === 0) return nix`[ ]`;
  const paths = new Map<string, readonly string[]>();
  for (const { when } of differences) {
    walkExpression(when.node, (part) => {
      if (part.kind === "setting") paths.set(part.path.join("."), part.path);
    });
  }
  // In a test only options decide these settings, because its machines have no free settings for them.
  const settings = nix.attrs(
    [...paths.values()].map((path) =>
      nix.binding(path, emitSetting(service, { kind: "setting", path }, scope)),
    ),
  );
  const names = differences.map(
    ({ name, when }) => nix`lib.optional (${emitValue(when, scope)}) ${name}`,
  );
  return nix`
    let
      settings = ${settings};
      ${preludeFor(service, names)}
    in
    ${names.reduce((left, right) => nix.op("++", left, right))}
  `;
}

/**
 * The data of the script: the library's own promises for this service. Promises that are seen while
 * the service runs come first, because trials stop it.
 */
export function emitOwnPromises({ model }: IrService): readonly JsonValue[] {
  return ownPromises(model)
    .flatMap(({ part, promises }) => promises.map((promise) => ({ rule: part, ...promise })))
    .toSorted((one, other) => Number("trial" in one) - Number("trial" in other));
}

/** The value of a setting in a test: that of the option that fills it. */
function emitSetting(service: IrService, node: ExpNode, scope: Scope): NixExpr {
  return emitExpression({ kind: "option", path: pathFilling(service, node) }, scope);
}

/** The path of the option that an expression refers to, directly or by the setting that the option fills. */
function pathFilling(service: IrService, node: ExpNode): readonly string[] {
  if (node.kind === "option") return node.path;
  const key = node.kind === "setting" ? node.path.join(".") : undefined;
  const option = service.options.find(({ setting }) => setting?.join(".") === key);
  if (key === undefined || option === undefined) {
    throw new BugError(`no option fills the setting ${key ?? node.kind}`);
  }
  return option.path;
}

/** All tests of relaxations, each with its option. */
function testsOf(
  service: IrService,
): readonly { readonly option: IrOption; readonly test: RelaxationTest<JsonValue> }[] {
  return service.options.flatMap((option) =>
    (option.relaxation ?? []).map((test) => ({ option, test })),
  );
}

type JsonObject = Readonly<Record<string, JsonValue>>;

/** The first port of the instances on one machine, away from the ports that probes and scenarios use. */
const firstPort = 18_900;

/** A machine with one instance per test, and one instance with nothing relaxed. */
function relaxedNode(service: IrService, options: Scenarios["relaxed"]): JsonObject {
  const portPath = service.model.listen?.option.path;
  if (portPath === undefined) throw new BugError("a service without a port");
  const instances = [
    { name: strictInstance, settings: {} },
    ...testsOf(service).map(({ option, test }) => ({
      name: test.name,
      settings: nest(option.path, test.value),
    })),
  ].map(({ name, settings }, index): readonly [string, JsonObject] => [
    name,
    { ...settings, ...nest(portPath, firstPort + index) },
  ]);
  return { ...options, instances: Object.fromEntries(instances) };
}

function nest(path: readonly string[], value: JsonValue): JsonObject {
  const [last, ...above] = path.toReversed();
  if (last === undefined) throw new BugError("an option without a name");
  return above.reduce<JsonObject>((inner, name) => ({ [name]: inner }), { [last]: value });
}

/** The data of the script: every test of a relaxation. */
export function emitRelaxations(service: IrService): readonly JsonValue[] {
  return testsOf(service).map(({ option, test }) => ({
    name: test.name,
    option: option.path.join("."),
    description: option.description,
    value: test.value,
    directives: directivesWith(service, option),
    lifts: Object.fromEntries((test.lifts ?? []).map(({ promise, word }) => [promise, word])),
    shows: (test.shows ?? []).map(contrastData),
  }));
}

/** The directives whose values depend on an option. */
function directivesWith({ model }: IrService, { path }: IrOption): readonly string[] {
  const uses = (node: ExpNode): boolean => {
    let found = false;
    walkExpression(node, (part) => {
      found ||= part.kind === "option" && part.path.join(".") === path.join(".");
    });
    return found;
  };
  return model.confinement.flatMap(({ directives }) =>
    Object.entries(directives).flatMap(([name, value]) =>
      expressionsIn(value, name).some(({ node }) => uses(node)) ? [name] : [],
    ),
  );
}

/** The data of the script: every confinement rule with its proofs. */
export function emitProofs({ model }: IrService): readonly JsonValue[] {
  return model.confinement.map((rule) => ({
    id: rule.id,
    directives: Object.keys(rule.directives),
    proofs: (rule.proofs ?? []).map((proof) => ({ rule: rule.id, ...proofData(proof) })),
    differences: (rule.differences ?? []).map(({ name, lifts }) => ({
      name,
      lifts: Object.fromEntries(lifts.map(({ promise, word }) => [promise, word])),
    })),
    unprovable: rule.unprovable ?? {},
  }));
}

function contrastData(contrast: Contrast): Readonly<Record<string, JsonValue>> {
  const { promise, relaxed, strict } = contrast;
  switch (contrast.kind) {
    case "probe":
      return { promise, attempt: contrast.attempt, relaxed, strict };
    case "observation":
      return { promise, command: contrast.command, relaxed, strict };
  }
}

function proofData(proof: Proof): Readonly<Record<string, JsonValue>> {
  const { promise, must, bare } = proof;
  switch (proof.kind) {
    case "probe":
      return { promise, attempt: proof.attempt, must, bare };
    case "observation":
      return { promise, command: proof.command, must, bare };
  }
}
