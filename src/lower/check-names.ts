// Checks that names are unique: settings, earlier paths, variables of credentials, names of the service. If two
// options filled one setting, one value would be lost.

import type { OptionDocs } from "../docs/option-docs.ts";
import { UserError } from "../errors.ts";
import { type ExpNode, nodeOf } from "../model/expression.ts";
import type { IrService } from "../model/service-model.ts";
import { mistake, type Place } from "./place.ts";

export function checkNames(service: IrService, docs: OptionDocs): void {
  const placeOf = (path: readonly string[]): Place => ({ path, docs });

  checkApart(
    service.options.flatMap(({ path, setting }) =>
      setting === undefined ? [] : [{ path: setting, place: placeOf(path), what: "setting" }],
    ),
  );
  checkApart([
    ...service.options.map(({ path }) => ({ path, place: placeOf(path), what: "option" })),
    ...service.options.flatMap(({ path, renamedFrom }) =>
      renamedFrom.map((old) => ({ path: old, place: placeOf(path), what: "earlier path" })),
    ),
  ]);
  checkLayers(service, docs);
  checkVariables(service, docs);
  checkServiceNames(service, docs);
}

interface Claim {
  readonly path: readonly string[];
  readonly place: Place;
  readonly what: string;
}

/** No path may equal another, or be a prefix of another. */
function checkApart(claims: readonly Claim[]): void {
  for (const [index, claim] of claims.entries()) {
    const other = claims.slice(0, index).find((earlier) => overlap(earlier.path, claim.path));
    if (other === undefined) continue;
    const [path, otherPath] = [claim.path.join("."), other.path.join(".")];
    const owner = other.place.path.join(".");
    throw mistake(
      claim.place,
      path === otherPath
        ? `the ${claim.what} ${path} is taken`
        : `the ${claim.what} ${path} and the ${other.what} ${otherPath} overlap`,
      {
        received:
          other.what === "option"
            ? `there is an option ${owner}`
            : `${owner} has the ${other.what} ${otherPath}`,
        next: "choose a path that is not part of another",
      },
    );
  }
}

function overlap(a: readonly string[], b: readonly string[]): boolean {
  return a.slice(0, b.length).join("\n") === b.slice(0, a.length).join("\n");
}

interface FixedSetting {
  readonly path: readonly string[];
  /** Counts from 1. */
  readonly layer: number;
}

/**
 * Checks the settings in layers that are always there: none may be in two such layers, or belong to an option.
 * Conditional layers may repeat a setting.
 */
function checkLayers({ options, model }: IrService, docs: OptionDocs): void {
  const fixed = (model.config?.layers ?? []).flatMap(({ node }, index) =>
    node.kind === "record" ? fixedIn(node, [], index + 1) : [],
  );
  for (const [index, one] of fixed.entries()) {
    const other = fixed.slice(0, index).find(({ path }) => overlap(path, one.path));
    if (other === undefined) continue;
    const [path, otherPath] = [one.path.join("."), other.path.join(".")];
    throw new UserError(
      path === otherPath
        ? `the setting ${path} is in two layers`
        : `the settings ${otherPath} and ${path} of two layers overlap`,
      {
        location: docs.service,
        received: `layer ${other.layer} and layer ${one.layer} of \`config.layers\``,
        next: "say it once: every one of these layers is always there",
      },
    );
  }
  for (const { path, setting } of options) {
    if (setting === undefined) continue;
    const other = fixed.find((each) => overlap(each.path, setting));
    if (other === undefined) continue;
    const key = setting.join(".");
    throw mistake({ path, docs }, `the setting ${key} is in a layer of the model, too`, {
      received: `layer ${other.layer} of \`config.layers\` has the setting ${other.path.join(".")}`,
      next: "remove it there: an option is always above the layers",
    });
  }
}

function fixedIn(node: ExpNode, path: readonly string[], layer: number): readonly FixedSetting[] {
  if (node.kind !== "record") return [{ path, layer }];
  return node.entries.flatMap(([name, child]) => fixedIn(child, [...path, name], layer));
}

function checkVariables(service: IrService, docs: OptionDocs): void {
  const owners = new Map<string, readonly string[]>();
  const fixed = new Set(
    service.model.environment.flatMap(({ name }) => {
      const node = nodeOf(name);
      return node.kind === "literal" ? [node.value] : [];
    }),
  );
  for (const { path, credential } of service.options) {
    const node = credential?.variable;
    const variable = node?.kind === "literal" ? node.value : undefined;
    if (typeof variable !== "string") continue;
    const owner = owners.get(variable);
    if (owner !== undefined) {
      throw mistake({ path, docs }, `the variable ${variable} is taken`, {
        received: `${owner.join(".")} is exported as ${variable} as well`,
      });
    }
    if (fixed.has(variable)) {
      throw mistake({ path, docs }, `the variable ${variable} is taken`, {
        received: "the model's `environment` has it, too",
      });
    }
    owners.set(variable, path);
  }
}

const serviceName = /^[a-z][a-z0-9-]*$/;

function checkServiceNames({ name, renamedFrom }: IrService, docs: OptionDocs): void {
  const names = [name, ...renamedFrom];
  const wrong = names.find((candidate) => !serviceName.test(candidate));
  if (wrong !== undefined) {
    throw new UserError(`"${wrong}" cannot be the name of a service`, {
      location: docs.service,
      expected: "a lower-case letter, then lower-case letters, digits and -",
    });
  }
  const repeated = names.find((candidate, index) => names.indexOf(candidate) !== index);
  if (repeated !== undefined) {
    throw new UserError(`the service has the name ${repeated} twice`, {
      location: docs.service,
      next: "remove it from renamedFrom",
    });
  }
}
