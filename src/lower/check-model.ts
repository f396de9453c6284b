// Checks restrictions that the types of the model cannot express: modes are octal, a service has confinement or a
// reason for none, `config` and its users belong together, and a rule gives up only promises that it makes.

import type { OptionDocs } from "../docs/option-docs.ts";
import { UserError } from "../errors.ts";
import type { ConfinementRule, IrService, ServiceModel } from "../model/service-model.ts";
import { expressionsIn, walkExpression } from "../model/walk-expression.ts";
import { mistake } from "./place.ts";

export function checkModel(service: IrService, docs: OptionDocs): void {
  const { model } = service;
  const { service: location } = docs;
  const { mode } = model.stateDirectory;
  if (!/^0[0-7]{3}$/.test(mode)) {
    throw new UserError("this is not the mode of a directory", {
      location,
      expected: 'four octal digits, for example "0700"',
      received: JSON.stringify(mode),
      next: "correct `stateDirectory`",
    });
  }
  checkConfinement(model, location);
  checkConfig(service, docs);
  checkCare(model, location);
  for (const rule of model.confinement) checkDifferences(rule, location);
}

/** The names of parts are words of commands, and folders of archives; their files stay in the other state. */
function checkCare({ command, config }: ServiceModel, location: OptionDocs["service"]): void {
  if (command?.care?.repair?.configVariable !== undefined && config === undefined) {
    throw new UserError("the service has no configuration file to copy for its repair", {
      location,
      next: "give the model `config`, or remove `command.care.repair.configVariable`",
    });
  }
  const parts = command?.care?.parts ?? [];
  for (const { name, from = ".", patterns } of parts) {
    if (!/^[a-z]+$/.test(name) || parts.filter((other) => other.name === name).length > 1) {
      throw new UserError("a part of the state has a name that it cannot have", {
        location,
        expected: "lower-case letters, and another name for each part",
        received: name,
        next: "correct `command.care.parts`",
      });
    }
    const leaving = [from, ...patterns].find((path) => /^\/|(^|\/)\.\.(\/|$)|\s/.test(path));
    if (leaving === undefined) continue;
    throw new UserError(`the part ${name} of the state has a pattern that leaves the state`, {
      location,
      expected: "a relative path without `..` and spaces",
      received: leaving,
      next: "correct `command.care.parts`",
    });
  }
}

/** Only a decision of the author's leaves a service without confinement. */
function checkConfinement(
  { confinement, unconfined }: ServiceModel,
  location: OptionDocs["service"],
): void {
  if (confinement.length > 0) return;
  if (unconfined === undefined) {
    throw new UserError("nothing confines the service", {
      location,
      expected: "at least one rule in `confinement`",
      received: "none",
      next: 'take those of the library, `baseline(…)`, or say why there are none: `unconfined("…")`',
    });
  }
  if (unconfined.trim() === "") {
    throw new UserError("the service is unconfined, and does not say why", {
      location,
      next: "give `unconfined` a sentence",
    });
  }
}

/** Settings and a schema need a configuration file; `config.check` needs a schema. */
function checkConfig({ options, configSchema, model }: IrService, docs: OptionDocs): void {
  const { config } = model;
  if (config === undefined) {
    const [option] = options.filter(({ setting }) => setting !== undefined);
    if (option !== undefined) {
      throw mistake({ path: option.path, docs }, "the service has no configuration file", {
        received: `the option fills the setting ${option.setting?.join(".") ?? ""}`,
        next: "give the model `config`, standardConfig(cfg) for example, or remove `setting`",
      });
    }
    checkNoConfigUsed(model, docs);
    if (configSchema === undefined) return;
    throw new UserError("the service has a configuration schema, and no configuration file", {
      location: docs.service,
      next: "give the model `config`, or remove `configSchema`",
    });
  }
  if (configSchema === undefined && config.check !== undefined) {
    throw mistake({ path: config.check.path, docs }, "there is nothing to check settings against", {
      expected: "`configSchema`",
      received: "the model's `config.check`",
      next: "name the program's configuration schemas, or remove `check`",
    });
  }
}

/** Without a configuration file, its path and its settings have no value. */
function checkNoConfigUsed(model: ServiceModel, { service: location }: OptionDocs): void {
  for (const { where, node } of expressionsIn(model, "")) {
    walkExpression(node, ({ kind }) => {
      if (kind !== "configFile" && kind !== "setting") return;
      throw new UserError(`the service's model (${where}) refers to the configuration file`, {
        location,
        expected: "a service with a configuration file",
        received: kind,
        next: "give the model `config`, or refer to an option instead",
      });
    });
  }
}

function checkDifferences(rule: ConfinementRule, location: OptionDocs["service"]): void {
  const { id, proofs = [], differences = [] } = rule;
  const promises = proofs.map(({ promise }) => promise);
  for (const { name, lifts } of differences) {
    if (!/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name)) {
      throw new UserError(`a difference of the rule ${id} has a name that cannot be one word`, {
        location,
        expected: "lower-case letters, digits and hyphens",
        received: name,
      });
    }
    const unknown = lifts.find(({ promise }) => !promises.includes(promise));
    if (unknown === undefined) continue;
    throw new UserError(
      `the difference ${name} gives up a promise that the rule ${id} does not make`,
      {
        location,
        expected: promises.join(", "),
        received: unknown.promise,
      },
    );
  }
}
