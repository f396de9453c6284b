// Where the value of an option ends: the directives, variables and files whose expressions refer to it.

import { type ExpNode, nodeOf } from "../model/expression.ts";
import type { IrOption } from "../model/option-type.ts";
import type { ConfinementRule, IrService, ServiceModel } from "../model/service-model.ts";
import { expressionsIn, walkExpression } from "../model/walk-expression.ts";

/** A place that depends on an option. */
export type Use =
  /** A directive of the unit, and the confinement rule that sets it. */
  | { readonly kind: "directive"; readonly name: string; readonly rule: string }
  /** A directive of a user's unit alone. */
  | { readonly kind: "user-directive"; readonly name: string; readonly rule: string }
  /** A variable in the environment of the program: its name, or one for each variant of the program. */
  | { readonly kind: "variable"; readonly names: readonly string[] }
  /** Files that the module puts into a directory of the service. */
  | { readonly kind: "files"; readonly name: string }
  /** A part of the service, in words. */
  | { readonly kind: "part"; readonly what: string };

/** The places that depend on an option, each once, in the order of the model. */
export function usesOf(
  service: IrService,
  option: Pick<IrOption, "path" | "setting">,
): readonly Use[] {
  const { model } = service;
  const refers = (part: unknown): boolean =>
    expressionsIn(part, "").some(({ node }) => refersTo(node, option));
  const uses = Object.entries(finders).flatMap(([part, find]) =>
    refers(model[part as keyof ServiceModel]) ? find(model, refers, service) : [],
  );
  return [...new Map(uses.map((use) => [JSON.stringify(use), use])).values()];
}

/** Whether an expression has the option in it, or the key of the configuration that the option fills. */
function refersTo(node: ExpNode, { path, setting }: Pick<IrOption, "path" | "setting">): boolean {
  let found = false;
  walkExpression(node, (part) => {
    found ||= part.kind === "option" && part.path.join(".") === path.join(".");
    found ||= part.kind === "setting" && part.path.join(".") === setting?.join(".");
  });
  return found;
}

type Find = (
  model: ServiceModel,
  refers: (part: unknown) => boolean,
  service: IrService,
) => readonly Use[];

const part =
  (what: string): Find =>
  () => [{ kind: "part", what }];

/** Parts in which no value ends: they check values, or are about names, times and tests. */
const nowhere: Find = () => [];

/** One entry for each part of a model; only those that refer to the option are asked. */
const finders: { readonly [Part in keyof Required<ServiceModel>]: Find } = {
  identity: (model, refers) => [
    ...(refers(model.identity?.user) ? [directive("User", "identity")] : []),
    ...(refers(model.identity?.group) ? [directive("Group", "identity")] : []),
    ...(refers([model.identity?.uid, model.identity?.gid, model.identity?.create])
      ? [{ kind: "part", what: "the service's account" } as const]
      : []),
  ],
  package: part("the program that runs"),
  build: part("what is built of the package"),
  arguments: part("the program's arguments"),
  shell: part("the shell of the program's own commands"),
  stateDirectory: part("the state directory"),
  directories: part("a directory of the service"),
  readable: part("what the sandbox opens for reading"),
  config: (model, refers) => [
    ...(refers([model.config?.settings, model.config?.layers, model.config?.path])
      ? [{ kind: "part", what: "the configuration file" } as const]
      : []),
    ...(refers([model.config?.check, model.config?.validation])
      ? [{ kind: "part", what: "the check of the configuration" } as const]
      : []),
    ...(refers(model.config?.link)
      ? [{ kind: "part", what: "the link to the configuration in the state directory" } as const]
      : []),
  ],
  environment: (model, refers, service) =>
    model.environment.flatMap((variable): readonly Use[] =>
      refers(variable)
        ? [{ kind: "variable", names: textsOf(service, nodeOf(variable.name)) }]
        : [],
    ),
  extra: ({ extra }, refers) => [
    ...(refers([extra.variables, extra.files])
      ? [{ kind: "part", what: "the environment of the program" } as const]
      : []),
    ...(refers(extra.packages) ? [{ kind: "variable", names: ["PATH"] } as const] : []),
  ],
  credentials: () => [directive("LoadCredential", "credentials")],
  generatedSecrets: part("the secret that the service makes for itself"),
  managedFiles: ({ managedFiles }, refers) =>
    managedFiles.flatMap((files): readonly Use[] =>
      refers(files.files) ? [{ kind: "files", name: files.name }] : [],
    ),
  confinement: ({ confinement }, refers) =>
    confinement.flatMap((rule) => [
      ...directivesOf(rule, rule.directives, "directive", refers),
      ...directivesOf(rule, rule.user.directives ?? {}, "user-directive", refers),
    ]),
  reach: part("what the sandbox opens on macOS"),
  listen: part("the firewall"),
  ready: part("the wait for the program at the start"),
  application: part("the desktop application"),
  command: part("the operator's command"),
  assertions: nowhere,
  unique: nowhere,
  derived: nowhere,
  // A preset changes what other options are, and namedDirectories are in free settings.
  presets: nowhere,
  namedDirectories: nowhere,
  hosts: part("the hosts that the service reaches by name"),
  variant: part("the names and keys that the program knows"),
  supersedes: nowhere,
  scenarios: nowhere,
  systemdVersion: nowhere,
  unit: nowhere,
  temporaryPrefixes: nowhere,
  locks: nowhere,
  packages: nowhere,
  restart: nowhere,
  unconfined: nowhere,
  evidence: nowhere,
};

/** The texts that an expression may be, if variants of the program decide it; none if anything else does. */
export function textsOf({ variants }: IrService, node: ExpNode): readonly string[] {
  if (node.kind === "literal") return typeof node.value === "string" ? [node.value] : [];
  if (node.kind !== "variant") return [];
  const rows = Object.values(variants?.variants ?? {});
  const texts = rows.flatMap(({ [node.key]: value }) =>
    value?.kind === "literal" && typeof value.value === "string" ? [value.value] : [],
  );
  return [...new Set(texts)];
}

function directive(name: string, rule: string): Use {
  return { kind: "directive", name, rule };
}

function directivesOf(
  { id }: ConfinementRule,
  directives: ConfinementRule["directives"],
  kind: "directive" | "user-directive",
  refers: (part: unknown) => boolean,
): readonly Use[] {
  return Object.entries(directives).flatMap(([name, value]) =>
    refers(value) ? [{ kind, name, rule: id }] : [],
  );
}
