// Finds the options that somebody means by a name, as they would write it in a configuration: with the prefix
// of the service or without, inside an instance, under an earlier name, or with a path inside the option's value.

import { UserError } from "../errors.ts";
import type { IrOption } from "../model/option-type.ts";
import type { IrService, SupersededModule } from "../model/service-model.ts";
import { nearest } from "../nearest.ts";

/** An option, or all options of a group. */
export interface Found {
  readonly service: IrService;
  /** Below the service; empty for the whole service. */
  readonly path: readonly string[];
  readonly isGroup: boolean;
  /** The instance in the name. */
  readonly instance?: string | undefined;
  /** The path inside of the option's value. */
  readonly inside: readonly string[];
  /** The earlier name that was given. */
  readonly former?: string | undefined;
  /** The option that fills the setting that the path inside leads to. */
  readonly filledBy?: string | undefined;
}

/**
 * @param name empty for all options
 * @throws UserError if no option is meant, with the nearest name
 */
export function findOptions(services: readonly IrService[], name: string): readonly Found[] {
  const words = splitPath(name);
  const found = services.flatMap((service) => findIn(service, words) ?? []);
  if (found.length > 0) return found;
  const names = services.flatMap((service) => namesOf(service));
  const meant = nearestName(words.join("."), services, names);
  throw new UserError(`no option is called ${name}`, {
    next:
      meant === undefined
        ? "see all names with `nixmodgen explain --list`"
        : `did you mean ${meant}?`,
  });
}

/** All options of a service by their whole names. */
export function namesOf({ name, options }: IrService): readonly string[] {
  return ["enable", "instances", ...options.map(({ path }) => path.join("."))].map(
    (path) => `services.${name}.${path}`,
  );
}

/** The nearest name, with the prefix if that was given; groups are names, too. */
function nearestName(
  given: string,
  services: readonly IrService[],
  names: readonly string[],
): string | undefined {
  const inInstance = /^(?:services\.[^.]+\.)?instances\.[^.]+\./.exec(given)?.[0];
  if (inInstance !== undefined) {
    const meant = nearestName(given.slice(inInstance.length), services, names);
    return meant === undefined || meant.startsWith("services.") ? meant : `${inInstance}${meant}`;
  }
  const all = [...new Set(names.flatMap((name) => prefixesOf(name)))];
  const whole = nearest(given, all);
  const prefixes = services.map(({ name }) => `services.${name}.`);
  const short = all.flatMap((name) =>
    prefixes.flatMap((prefix) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : [])),
  );
  return given.startsWith("services.") ? whole : (nearest(given, short) ?? whole);
}

/** A name and the groups that it is in. */
function prefixesOf(name: string): readonly string[] {
  const words = name.split(".");
  return words.map((_, index) => words.slice(0, index + 1).join("."));
}

/** The words of an attribute path; quoted words may have dots in them. */
function splitPath(name: string): readonly string[] {
  const words = name.match(/"(?:[^"\\]|\\.)*"|[^.]+/g) ?? [];
  return words.map((word) => word.replace(/^"(.*)"$/, "$1").replaceAll(/\\(.)/g, "$1"));
}

function findIn(service: IrService, words: readonly string[]): Found | undefined {
  const { rest, isFormer } = belowService(service, words);
  const found = findBelow(service, rest) ?? findFormer(service, rest);
  if (found !== undefined) {
    return isFormer ? { ...found, former: found.former ?? words.join(".") } : found;
  }
  return findSuperseded(service, words);
}

/** The words below the service, if its prefix or a former one is given. */
function belowService(
  { name, renamedFrom }: IrService,
  words: readonly string[],
): { readonly rest: readonly string[]; readonly isFormer: boolean } {
  const [first, second = name, ...rest] = words;
  if (first !== "services" || ![name, ...renamedFrom].includes(second)) {
    return { rest: words, isFormer: false };
  }
  return { rest, isFormer: second !== name };
}

function findBelow(service: IrService, path: readonly string[]): Found | undefined {
  const [first, instance, ...inInstance] = path;
  if (first === "instances" && instance !== undefined) {
    const found = findBelow(service, inInstance);
    if (inInstance.length === 0) return { service, path: [], isGroup: true, instance, inside: [] };
    return found?.instance === undefined ? found && { ...found, instance } : undefined;
  }
  const own = path.length === 1 && (first === "enable" || first === "instances");
  if (own) return { service, path, isGroup: false, inside: [] };
  const option = service.options.find((candidate) => isPrefix(candidate.path, path));
  if (option !== undefined) {
    const inside = path.slice(option.path.length);
    const filledBy = fillerOf(service, option, inside);
    return { service, path: option.path, isGroup: false, inside, filledBy };
  }
  const isGroup = service.options.some((candidate) => isPrefix(path, candidate.path));
  return isGroup ? { service, path, isGroup, inside: [] } : undefined;
}

/** The option that fills a key of the configuration, if the free settings and a key in them are meant. */
function fillerOf(
  { model, options }: IrService,
  { path }: IrOption,
  inside: readonly string[],
): string | undefined {
  if (inside.length === 0 || path.join(".") !== model.config?.settings.path.join(".")) {
    return undefined;
  }
  const filler = options.find(({ setting }) => setting?.join(".") === inside.join("."));
  return filler?.path.join(".");
}

/** An option under a name that it had before. */
function findFormer(service: IrService, path: readonly string[]): Found | undefined {
  const option = service.options.find(({ renamedFrom }) =>
    renamedFrom.some((former) => former.join(".") === path.join(".")),
  );
  if (option === undefined) return undefined;
  return { service, path: option.path, isGroup: false, inside: [], former: path.join(".") };
}

/** An option of a module that the service replaces. */
function findSuperseded(service: IrService, words: readonly string[]): Found | undefined {
  for (const module of service.model.supersedes ?? []) {
    const place = module.places.find((each) => isPrefix(each.split("."), words));
    if (place === undefined) continue;
    const rest = words.slice(place.split(".").length);
    const found = findSuccessor(service, module, rest);
    if (found !== undefined) return { ...found, former: words.join(".") };
  }
  return undefined;
}

function findSuccessor(
  service: IrService,
  module: SupersededModule,
  rest: readonly string[],
): Found | undefined {
  const [first, instance, ...inInstance] = rest;
  const isInstance = first === "instances" && instance !== undefined;
  const { renamed, removed } = isInstance ? module.instances : module;
  const path = (isInstance ? inInstance : rest).join(".");
  const advice = removed[path];
  if (advice !== undefined) {
    throw new UserError(`${[first, ...rest.slice(1)].join(".")} has no counterpart here`, {
      next: advice,
    });
  }
  const successor = renamed[path]?.path ?? path.split(".");
  const found = findBelow(service, successor);
  return found !== undefined && isInstance ? { ...found, instance } : found;
}

function isPrefix(start: readonly string[], path: readonly string[]): boolean {
  return start.every((name, index) => path[index] === name);
}
