// The doctor of the operator's command: it tries the promises of the confinement on the machine in use. The promises are
// data beside the module, made from the same rules as the proofs of VM tests; each instance adds facts of its own.

import type { JsonValue } from "../json.ts";
import { optionsOn } from "../model/option-facts.ts";
import type { Platform } from "../model/platform.ts";
import { harmless, type InUse, type Probe, type Proof } from "../model/proof.ts";
import type { Lift } from "../model/relaxation.ts";
import type { ConfinementRule, IrService } from "../model/service-model.ts";
import { type Binding, nix, type NixExpr } from "../nix/index.ts";
import { includePython, includeShell } from "../runtime/assets.ts";
import { emitExpression, type Scope } from "./emit-expression.ts";
import { emitValue, type ShellText } from "./shared.ts";

/** Whether a service has a doctor: it needs an operator's command, and promises. */
export function hasDoctor({ model }: IrService): boolean {
  return model.command !== undefined && model.confinement.length > 0;
}

/** The name of the file with the promises, in the directory of the service's core. */
const promisesFile = "doctor.json";

/** The path of the file with the promises below the output's directory, and its text, if the service has a doctor. */
export function emitDoctorPromises(
  service: IrService,
): readonly Readonly<Record<"path" | "text", string>>[] {
  if (!hasDoctor(service)) return [];
  const text = `${JSON.stringify(promisesOf(service), null, 2)}\n`;
  return [{ path: `${service.name}/${promisesFile}`, text }];
}

function promisesOf({ model, options }: IrService): JsonValue {
  const { acceptMissing, confinement } = model;
  const differences = confinement.flatMap((rule) => rule.differences ?? []);
  const relaxing = options.filter(({ relaxation = [] }) => relaxation.length > 0);
  return {
    systemd: model.systemdVersion,
    ...(acceptMissing === undefined ? {} : { acceptMissing: acceptMissing.path.join(".") }),
    rules: confinement.map(ruleData),
    differences: Object.fromEntries(differences.map(({ name, lifts }) => [name, liftData(lifts)])),
    relaxations: Object.fromEntries(
      relaxing.map(({ path, relaxation = [] }) => [
        path.join("."),
        relaxation.map(({ value, lifts = [] }) => ({ value, lifts: liftData(lifts) })),
      ]),
    ),
  };
}

function ruleData({ id, why, directives, user, proofs }: ConfinementRule): JsonValue {
  const { directives: own = directives, cannot, why: ownWhy } = user;
  return {
    id,
    why,
    ...(ownWhy === undefined ? {} : { userWhy: ownWhy }),
    directives: Object.keys(directives),
    // What a user's service manager cannot do, and whether that is the whole rule.
    ...(cannot === undefined ? {} : { user: { cannot, all: Object.keys(own).length === 0 } }),
    proofs: (proofs ?? []).map(proofData),
  };
}

const liftData = (lifts: readonly Lift[]): Readonly<Record<string, string>> =>
  Object.fromEntries(lifts.map(({ promise, word }) => [promise, word]));

/** A promise, and how it is tried on a machine in use, or why it is not. */
function proofData(proof: Proof): Readonly<Record<string, JsonValue>> {
  const { promise, must, bare } = proof;
  const own = { promise, must, bare, unconfined: bare };
  switch (proof.kind) {
    case "probe":
      return { ...own, ...attemptData(proof) };
    case "observation": {
      const { property } = proof;
      return property === undefined
        ? { ...own, reason: "only a test looks at it" }
        : { ...own, property: { ...property } };
    }
  }
}

function attemptData({ attempt, inUse }: Probe): Readonly<Record<string, JsonValue>> {
  if (typeof inUse === "string") return { reason: inUse };
  const { attempt: chosen, must, bare, systemOnly }: InUse = inUse ?? { attempt };
  const allowed = harmless[chosen[0]];
  if (allowed !== true) return { reason: allowed };
  return {
    attempt: [...chosen],
    ...(must === undefined ? {} : { must: typeof must === "string" ? [must] : [...must] }),
    ...(bare === undefined ? {} : { bare }),
    ...(systemOnly === undefined ? {} : { systemOnly }),
  };
}

/** `doctorFacts`: a file with what the doctor has to know of an instance. */
export function emitDoctorFacts(
  service: IrService,
  platform: Platform,
  scope: Scope,
): readonly Binding[] {
  if (!hasDoctor(service)) return [];
  const { model } = service;
  const { acceptMissing, config, listen, stateDirectory } = model;
  const accepts = optionsOn(service, platform).some(
    ({ path }) => path.join(".") === acceptMissing?.path.join("."),
  );
  const [workspace] = model.directories;
  const known: Readonly<Record<string, NixExpr | undefined>> = {
    launcher: nix`"\${unit}-launch"`,
    state: emitValue(stateDirectory.path, scope),
    workspace: workspace === undefined ? undefined : emitValue(workspace, scope),
    config:
      platform !== "nixos" || config?.path === undefined
        ? undefined
        : emitValue(config.path, scope),
    port: listen === undefined ? undefined : nix`toString ${emitValue(listen.port, scope)}`,
  };
  const always = nix.attrs(
    Object.entries(known).flatMap(([name, value]) =>
      value === undefined ? [] : [nix.binding([name], value)],
    ),
  );
  const managed = nix`
    lib.optionalAttrs (managedPaths != [ ]) { managed = lib.head managedPaths; }
  `;
  const facts = [
    nix.binding(
      ["known"],
      model.managedFiles.length === 0 ? always : nix.op("//", always, managed),
    ),
    nix.binding(
      ["accepted"],
      acceptMissing !== undefined && accepts ? emitValue(acceptMissing, scope) : nix`[ ]`,
    ),
    nix.binding(["differences"], emitDifferences(service, scope)),
    nix.binding(["options"], emitRelaxed(service, platform, scope)),
  ];
  return [
    nix.binding(
      ["doctorFacts"],
      nix`pkgs.writeText "\${unit}-doctor.json" (builtins.toJSON ${nix.attrs(facts)})`,
      {
        comment: "What the doctor of the operator's command has to know of the instance.",
        blankLine: true,
      },
    ),
  ];
}

/** The names of the differences that hold for an instance. */
function emitDifferences({ model }: IrService, scope: Scope): NixExpr {
  const names = model.confinement
    .flatMap(({ differences = [] }) => differences)
    .map(({ name, when }) => nix`lib.optional (${emitValue(when, scope)}) ${name}`);
  return names.length === 0 ? nix`[ ]` : nix.joined("++", names);
}

/** The options that loosen the confinement and do not have their defaults, with their values. */
function emitRelaxed(service: IrService, platform: Platform, scope: Scope): NixExpr {
  const all = optionsOn(service, platform).flatMap((option) => {
    const strict = option.defaults?.[platform];
    if ((option.relaxation ?? []).length === 0 || strict === undefined) return [];
    const node = { kind: "option", path: option.path } as const;
    const value = emitExpression(node, scope);
    return [
      nix`
        lib.optionalAttrs (${value} != ${emitExpression(strict, scope)}) {
          ${nix.binding([option.path.join(".")], value)}
        }
      `,
    ];
  });
  return all.length === 0 ? nix`{ }` : nix.joined("//", all);
}

/** Shell code that defines `examine`, for a service manager of systemd's. */
export function doctorOnSystemd(service: IrService): ShellText {
  if (!hasDoctor(service)) return [];
  const promises = nix`builtins.readFile ${nix.path(`../${service.name}/${promisesFile}`)}`;
  return [
    "python=",
    nix`lib.getExe' pkgs.python3 "python3"`,
    "\ndoctor=(",
    nix`
      lib.escapeShellArgs [
        (pkgs.writeText "doctor.py" (${includePython("doctor")}))
        "--probe"
        (pkgs.writeText "probe.py" (${includePython("probe")}))
        "--promises"
        (pkgs.writeText "promises.json" (${promises}))
      ]
    `,
    ")\n\n",
    includeShell("doctor-systemd"),
  ];
}

/** Shell code for an instance: the command's own `doctor`. */
export function emitDoctorCase(service: IrService): ShellText {
  if (!hasDoctor(service)) return [];
  return ['\nif is_doctor "$@"; then\nexamine ', nix`doctorFacts`, ' "${@:2}"\nfi'];
}
