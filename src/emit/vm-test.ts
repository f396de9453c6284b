// The VM test of a service: what `pkgs.testers.runNixOSTest` takes. Machines with the module, the
// facts about their instances as Nix knows them, and a script in Python: the data of the proofs,
// the part that runs probes (vm-test/sandbox.py), and the service's own scenarios.
//
// https://nixos.org/manual/nixos/stable/#sec-writing-nixos-tests

import { BugError } from "../errors.ts";
import type { ExpNode } from "../ir/expression.ts";
import type { IrService, Scenarios } from "../ir/model.ts";
import type { FactName, Proof } from "../ir/proof.ts";
import type { JsonValue } from "../json.ts";
import { nix, type NixExpr } from "../nix/index.ts";
import { includeVmTest } from "../vm-test/files.ts";
import { emitExpression, type Scope, scopeOf } from "./expression.ts";
import { emitValue } from "./service.ts";

/** What the script finds out by itself. */
type FoundFact = Extract<FactName, `host-${string}`>;

export function emitVmTest(service: IrService, { nodes }: Scenarios): NixExpr {
  const machines = nix.attrs(
    Object.entries(nodes).map(([name, options]) =>
      nix.binding([name], nix`machine ${nix.value(options)}`),
    ),
  );
  return nix`
    {
      module,
      pkgs,
      lib,
      # What happens on the machines; comes after the data and the functions of the script.
      scenarios ? ${nix.path(`./nixos-${service.name}.py`)},
    }:
    let
      inherit (pkgs) python3;

      program = name: text: pkgs.writeScriptBin name ("#!\${python3}/bin/python3\n" + text);

      programs = [
        (program "nixmodgen-probe" (${includeVmTest("probe")}))
        (program "nixmodgen-neighbourhood" (${includeVmTest("neighbourhood")}))
        python3
        pkgs.curl
      ];

      machine = service: {
        imports = [ module ];
        services.${service.name} = service // {
          enable = true;
        };
        environment.systemPackages = programs;
        virtualisation.memorySize = 2048;
      };

      instancesOf =
        node:
        let
          cfg = node.services.${service.name};
        in
        if cfg.instances == { } then { default = cfg; } else cfg.instances;

      # What the script has to know about an instance, each fact a text.
      factsOf = name: instance: lib.mapAttrs (_: toString) ${emitFacts(service)};

      # A JSON text is a Python text, too.
      python = value: builtins.toJSON (builtins.toJSON value);
    in
    {
      name = ${`nixos-${service.name}`};

      nodes = ${machines};

      testScript =
        { nodes, ... }:
        lib.concatStringsSep "\n" [
          ''
            import base64
            import json
            import re
            from typing import Any

            FACTS = json.loads(\${python (lib.mapAttrs (_: node: lib.mapAttrs factsOf (instancesOf node)) nodes)})
            RULES = json.loads(\${builtins.toJSON (builtins.readFile ${nix.path(`./nixos-${service.name}.json`)})})
          ''
          (${includeVmTest("sandbox")})
          (builtins.readFile scenarios)
        ];
    }
  `;
}

function emitFacts(service: IrService): NixExpr {
  const { model } = service;
  const [workspace] = model.directories;
  if (workspace === undefined) throw new BugError("a service without a directory to work in");
  const scope: Scope = scopeOf(service, "instance");
  const facts: Readonly<Record<Exclude<FactName, FoundFact>, NixExpr>> = {
    unit: nix`(if name == "default" then ${model.unit} else ${`${model.unit}-`} + name) + ".service"`,
    user: emitValue(model.identity.user, scope),
    group: emitValue(model.identity.group, scope),
    state: emitValue(model.stateDirectory.path, scope),
    workspace: emitValue(workspace.path, scope),
    config: emitValue(model.config.path, scope),
    port: emitSetting(service, model.firewall.port.node, scope),
  };
  return nix.attrs(Object.entries(facts).map(([name, value]) => nix.binding([name], value)));
}

/** The option that fills a setting: a test does not set it freely. */
function emitSetting(service: IrService, node: ExpNode, scope: Scope): NixExpr {
  if (node.kind !== "setting") return emitExpression(node, scope);
  const key = node.path.join(".");
  const option = service.options.find(({ setting }) => setting?.join(".") === key);
  if (option === undefined) throw new BugError(`no option fills the setting ${key}`);
  return emitExpression({ kind: "option", path: option.path }, scope);
}

/** The data of the script: every confinement rule with its proofs. */
export function emitProofs({ model }: IrService): readonly JsonValue[] {
  return model.confinement.map((rule) => ({
    id: rule.id,
    directives: Object.keys(rule.directives),
    proofs: (rule.proofs ?? []).map((proof) => ({ rule: rule.id, ...proofData(proof) })),
    unprovable: rule.unprovable ?? {},
  }));
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
