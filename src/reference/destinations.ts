// Finds where the value of an option goes: everything in the model that reads it.

import { isJsonObject, type JsonValue } from "../json.ts";
import { type ExpNode, nodeOf } from "../model/expression.ts";
import type { IrOption } from "../model/option-type.ts";
import type { IrService, ServiceModel } from "../model/service-model.ts";
import { expressionsIn, partsOf, walkExpression } from "../model/walk-expression.ts";

/** In the order in which a user wants to know them. */
const kinds = [
  "setting",
  "variable",
  "directive",
  "account",
  "file",
  "program",
  "default",
  "check",
] as const;

/** A place that the value of an option reaches, or decides about. */
export interface Destination {
  readonly kind: (typeof kinds)[number];
  /** For people, in Markdown: what it is there. */
  readonly text: string;
  /** What programs call it: keys of the configuration, directives, variables, sets of files. */
  readonly names?: readonly string[];
  /** Set for a directive of a user's units alone. */
  readonly isOfUser?: true;
  /** The confinement rule of a directive. */
  readonly rule?: string;
  /** The part of the model, if the library itself makes promises about it. */
  readonly part?: keyof ServiceModel;
}

/** Where the options go that the module adds to every service. */
export const ownDestinations: Readonly<Record<"enable" | "instances", readonly Destination[]>> = {
  enable: [{ kind: "program", text: "everything: without it, the module does nothing" }],
  instances: [{ kind: "program", text: "units, users and files for each" }],
};

export function destinationsOf(service: IrService, option: IrOption): readonly Destination[] {
  const { model, options } = service;
  const refused = refusedBy(service, option);
  const all = [
    ...facetsOf(service, option),
    ...(refused.length === 0
      ? []
      : [{ kind: "check", text: `which values are refused of ${refused.join(", ")}` } as const]),
    ...expressionsOfModel(model).flatMap(({ where, node }) =>
      reads(node, option) ? destinationsAt(where.split("."), node, service, option) : [],
    ),
    ...options
      .filter(
        (other) =>
          other !== option &&
          Object.values(other.defaults ?? {}).some((node) => reads(node, option)),
      )
      .map(({ path }): Destination => ({
        kind: "default",
        text: `the default of \`${path.join(".")}\``,
      })),
  ];
  const texts = new Set<string>();
  const once = all.filter(({ text }) => !texts.has(text) && texts.add(text));
  return kinds.flatMap((kind) => once.filter((destination) => destination.kind === kind));
}

/** What the facets of an option say. */
function facetsOf(
  { model, options, variants }: IrService,
  { path, setting, guard, credential }: IrOption,
): readonly Destination[] {
  const title = model.config?.title ?? "configuration";
  const isGuard = options.some(
    (other) => other.setting !== undefined && other.guard?.join(".") === path.join("."),
  );
  const guarded =
    guard === undefined || guard.join(".") === path.join(".")
      ? ""
      : `, if \`${guard.join(".")}\` is true`;
  return [
    ...(setting === undefined
      ? []
      : [
          {
            kind: "setting",
            names: [setting.join(".")],
            text: `\`${setting.join(".")}\` in the ${title}${guarded}`,
          } as const,
        ]),
    ...(credential === undefined
      ? []
      : [
          {
            ...variableOf(credential.variable, variants, secretWords),
            part: "credentials",
          } as const,
        ]),
    ...(isGuard
      ? [{ kind: "setting", text: `the settings of its group in the ${title}` } as const]
      : []),
  ];
}

/** The parts of the model that the library itself makes promises about, if the option decides about them. */
const promised: ReadonlySet<keyof ServiceModel> = new Set([
  "identity",
  "stateDirectory",
  "directories",
  "credentials",
  "generatedSecrets",
  "managedFiles",
]);

const secretWords =
  " has the file's content: by `LoadCredential=` of systemd, by the launcher on macOS";

/** A variable of the program. Variants of the program may know it by different names; an expression may decide it. */
function variableOf(
  name: ExpNode,
  variants: IrService["variants"],
  more = "",
): Pick<Destination, "text"> & { readonly kind: "variable"; readonly names?: readonly string[] } {
  const variantsOf = variantsByText(name, variants);
  const names = [...variantsOf.keys()];
  const shown = names.map((text) =>
    names.length === 1 ? `\`${text}\`` : `\`${text}\` (${variantsOf.get(text)?.join(", ")})`,
  );
  return names.length === 0
    ? { kind: "variable", text: `an environment variable of the program${more}` }
    : {
        kind: "variable",
        names,
        text: `the environment variable ${shown.join(", ")} of the program${more}`,
      };
}

/** The texts that an expression may be, if variants of the program decide it; none if anything else does. */
export function textsOf({ variants }: IrService, node: ExpNode): readonly string[] {
  return [...variantsByText(node, variants).keys()];
}

function variantsByText(
  node: ExpNode,
  variants: IrService["variants"],
): ReadonlyMap<string, readonly string[]> {
  if (node.kind === "literal") {
    return new Map(typeof node.value === "string" ? [[node.value, []]] : []);
  }
  const found = new Map<string, string[]>();
  if (node.kind !== "variant") return found;
  for (const [variant, { [node.key]: value }] of Object.entries(variants?.variants ?? {})) {
    if (value?.kind !== "literal" || typeof value.value !== "string") continue;
    found.set(value.value, [...(found.get(value.value) ?? []), variant]);
  }
  return found;
}

/** The other options of which values are refused, depending on this one. */
function refusedBy({ model }: IrService, option: IrOption): readonly string[] {
  const name = option.path.join(".");
  const others = model.assertions
    .filter((assertion) => expressionsIn(assertion, "").some(({ node }) => reads(node, option)))
    .map((assertion) => assertion.option.path.join("."))
    .filter((other) => other !== name);
  return [...new Set(others)].map((other) => `\`${other}\``);
}

interface Read {
  readonly kind: "option" | "setting";
  readonly path: readonly string[];
}

/** What an expression reads. Every option asks every expression. */
const readBy = new WeakMap<ExpNode, readonly Read[]>();

function readsIn(node: ExpNode): readonly Read[] {
  const known = readBy.get(node);
  if (known !== undefined) return known;
  const found: Read[] = [];
  walkExpression(node, (part) => {
    if (part.kind === "option" || part.kind === "setting") found.push(part);
  });
  readBy.set(node, found);
  return found;
}

/** Whether an expression reads an option, or the setting that the option fills. */
function reads(node: ExpNode, { path, setting }: IrOption): boolean {
  const name = path.join(".");
  return readsIn(node).some((part) =>
    part.kind === "option"
      ? part.path.join(".") === name
      : setting !== undefined && startsWith(setting, part.path),
  );
}

/** The expressions of a model that runs, and where they stand. */
const expressionsOf = new WeakMap<ServiceModel, ReturnType<typeof expressionsIn>>();

function expressionsOfModel(model: ServiceModel): ReturnType<typeof expressionsIn> {
  const known = expressionsOf.get(model);
  if (known !== undefined) return known;
  const found = expressionsIn({ ...model, supersedes: undefined, derived: [] }, "");
  expressionsOf.set(model, found);
  return found;
}

function startsWith(path: readonly string[], start: readonly string[]): boolean {
  return start.every((name, index) => path[index] === name);
}

type Describe = (
  service: IrService,
  rest: readonly string[],
  node: ExpNode,
  option: IrOption,
) => readonly Destination[];

/** A text, and the names in it. */
type Words = string | Pick<Destination, "text" | "names">;

/** A part of which every expression means the same. */
function always(kind: Destination["kind"], words: Words): Describe {
  const text = typeof words === "string" ? { text: words } : words;
  return () => [{ kind, ...text }];
}

/** A part whose properties mean different things; a property without words is no destination. */
function each(
  kind: Destination["kind"],
  words: Readonly<Partial<Record<string, Words>>>,
): Describe {
  return (service, [name = "", ...rest], node, option) => {
    const here = words[name];
    return here === undefined ? [] : always(kind, here)(service, rest, node, option);
  };
}

const nothing: Describe = () => [];

const macOs = "on macOS, the sandbox's profile";

/** What it means for an option that an expression in a part of the model reads it. */
const parts: { readonly [K in keyof ServiceModel]-?: Describe } = {
  systemdVersion: nothing,
  unit: nothing,
  variant: always("program", "which names the program's variables, files and settings have"),
  derived: nothing,
  presets: ({ model: { presets = [] } }, [index = "", part = "", set = "", leaf = ""]) => {
    const preset = presets[Number(index)];
    if (preset === undefined) return [];
    const { when, sets } = preset;
    if (part === "when") {
      return sets.map(({ option: { path } }) => ({
        kind: "default",
        text: `the default of \`${path.join(".")}\`, where it is on`,
      }));
    }
    const path = sets[Number(set)]?.option.path.join(".") ?? "";
    const where = `where \`${when.path.join(".")}\` is on`;
    return leaf === "option"
      ? [{ kind: "default", text: `it has another default ${where}` }]
      : [{ kind: "default", text: `the default of \`${path}\`, ${where}` }];
  },
  identity: each("account", {
    user: "the account of the service: `User=` of its units, `UserName` of its launchd job",
    group: "the group of the service: `Group=` of its units, `GroupName` of its launchd job",
    uid: "the numeric id of the service's account",
    gid: "the numeric id of the service's group",
    create: "whether the module makes the account and the group",
  }),
  shell: always("variable", { names: ["SHELL"], text: "the variable `SHELL` of the program" }),
  package: always("program", "the program that the unit runs"),
  build: always("program", "the package that is built for the service and runs in its place"),
  arguments: always("program", "the arguments of the program"),
  stateDirectory: always("file", "the directory of the state, made for the service alone"),
  directories: always("file", "a directory of the service's own, made for it alone"),
  namedDirectories: each("file", {
    paths: "directories of the service's own that the settings name, made for it alone",
  }),
  acceptMissing: always(
    "program",
    "without which directives the launcher starts the service nevertheless, on systemd",
  ),
  readable: always(
    "file",
    `directories that the service may read: \`BindReadOnlyPaths=\`; ${macOs}`,
  ),
  temporaryPrefixes: nothing,
  locks: nothing,
  config: ({ model }, [name = "", index = ""], node, option) => {
    const title = model.config?.title ?? "configuration";
    switch (name) {
      case "settings":
        return [{ kind: "setting", text: `the ${title}, where it wins over all other options` }];
      case "path":
        return [{ kind: "file", text: `the path of the ${title}` }];
      case "check":
        return [{ kind: "check", text: `what happens to mistakes in the ${title}` }];
      case "validation":
        return [{ kind: "check", text: `the check of the ${title} when it is built` }];
      case "link":
        return [{ kind: "file", text: `the place of a link to the ${title}` }];
      case "layers":
        return keysReading(node, option).map((key) =>
          key === ""
            ? { kind: "setting", text: `the ${title} (part ${Number(index) + 1})` }
            : { kind: "setting", names: [key], text: `\`${key}\` in the ${title}` },
        );
      default:
        return [];
    }
  },
  environment: ({ model, variants }, [index = ""]) => {
    const name = model.environment[Number(index)]?.name;
    return name === undefined ? [] : [variableOf(nodeOf(name), variants)];
  },
  extra: each("variable", {
    variables: "`Environment=` of the unit: variables of the program",
    files: "`EnvironmentFile=` of the unit; on macOS, files that the launcher reads",
    packages: { names: ["PATH"], text: "the variable `PATH` of the program" },
  }),
  packages: nothing,
  credentials: always(
    "variable",
    "variables of the program that have the contents of files: by `LoadCredential=` of systemd, by the launcher on macOS",
  ),
  generatedSecrets: always(
    "file",
    "whether the service makes a secret of its own, and where it is",
  ),
  managedFiles: ({ model: { managedFiles } }, [index = ""]) => {
    const name = managedFiles[Number(index)]?.name ?? "";
    return [
      {
        kind: "file",
        names: [name],
        text: `files in the service's directories that it cannot change (${name})`,
      },
    ];
  },
  unique: always("check", "no two instances may have the same value"),
  assertions: ({ model: { assertions } }, [index = ""], _, option) =>
    assertions[Number(index)]?.option.path.join(".") === option.path.join(".")
      ? [{ kind: "check", text: "values that are refused when the configuration is evaluated" }]
      : [],
  restart: nothing,
  ready: always("program", "how systemd finds out that the service has started"),
  confinement: ({ model: { confinement } }, [index = "", kind = "", name = "", inner = ""]) => {
    const rule = confinement[Number(index)];
    if (rule === undefined) return [];
    if (kind === "differences") {
      const where = rule.differences?.[Number(name)]?.where ?? "";
      return [
        {
          kind: "directive",
          rule: rule.id,
          text: `whether rule ${rule.id} promises less (${where})`,
        },
      ];
    }
    const isOfUser = kind === "user";
    const directive = isOfUser ? inner : name;
    return [
      {
        kind: "directive",
        names: [directive],
        ...(isOfUser && { isOfUser }),
        rule: rule.id,
        text: `\`${directive}=\`${isOfUser ? " of a user's unit" : ""}, rule ${rule.id}`,
      },
    ];
  },
  unconfined: nothing,
  hosts: (_, [part = ""]) => [
    {
      kind: "program",
      text:
        part === "keysOutside"
          ? "the units beside the service on NixOS that have its keys and add them to requests"
          : "the units beside the service on NixOS that lead from a network of its own to named hosts",
    },
  ],
  reach: each("file", {
    readable: `paths that have to exist at the start; ${macOs}`,
    writable: `paths that have to exist at the start; ${macOs}`,
    sockets: `sockets that have to exist at the start; ${macOs}`,
    tcpPorts: macOs,
    udpPorts: macOs,
    freePort: macOs,
    egress: macOs,
  }),
  evidence: nothing,
  scenarios: nothing,
  application: each("file", {
    package: "the desktop application in the home of a user of macOS",
    install: "whether the desktop application is installed",
    defaults: "settings of the desktop application, as defaults(1) writes them",
  }),
  supersedes: nothing,
  command: always("program", "the operator's command"),
  listen: each("program", {
    option: "the port that the service listens on; on NixOS, the firewall may let it through",
    port: "the port that the service listens on; on NixOS, the firewall may let it through",
    openFirewall: "`networking.firewall.allowedTCPPorts` of NixOS",
  }),
};

function destinationsAt(
  [part = "", ...rest]: readonly string[],
  node: ExpNode,
  service: IrService,
  option: IrOption,
): readonly Destination[] {
  if (!isPart(part)) return [];
  const found = parts[part](service, rest, node, option);
  return promised.has(part) ? found.map((destination) => ({ ...destination, part })) : found;
}

function isPart(name: string): name is keyof ServiceModel {
  return Object.hasOwn(parts, name);
}

/** The keys of records in an expression that read an option; an empty key where that is no record's doing. */
function keysReading(node: ExpNode, option: IrOption): readonly string[] {
  if (!reads(node, option)) return [];
  if (node.kind === "record") {
    return node.entries.flatMap(([name, value]) =>
      keysReading(value, option).map((key) => (key === "" ? name : `${name}.${key}`)),
    );
  }
  // The condition of an `if` decides about all keys of its branches.
  if (node.kind === "if" && reads(node.condition, option)) return keysOf(node);
  const inner = partsOf(node).flatMap((part) => keysReading(part, option));
  return inner.length === 0 ? [""] : inner;
}

/** The keys that a conditional record has. */
function keysOf(node: ExpNode): readonly string[] {
  if (node.kind === "literal") return keysOfValue(node.value);
  if (node.kind === "record") {
    return node.entries.flatMap(([name, value]) =>
      keysOf(value).map((key) => (key === "" ? name : `${name}.${key}`)),
    );
  }
  if (node.kind !== "if") return [""];
  const keys = [...keysOf(node.then), ...keysOf(node.else)].filter((key) => key !== "");
  return keys.length === 0 ? [""] : keys;
}

function keysOfValue(value: JsonValue): readonly string[] {
  if (!isJsonObject(value)) return [""];
  return Object.entries(value).flatMap(([name, inner]) =>
    keysOfValue(inner).map((key) => (key === "" ? name : `${name}.${key}`)),
  );
}
