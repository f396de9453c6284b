// Checks that every expression of a service can be computed where it is used: the options it refers to
// exist, on that platform and for that instance, and no default depends on itself.

import type { OptionDocs } from "../docs/option-docs.ts";
import { type Platform, platforms } from "../model/platform.ts";
import { type ExpNode, isCallOf } from "../model/expression.ts";
import type { IrService, SupersededModule } from "../model/service-model.ts";
import type { IrOption } from "../model/option-type.ts";
import { mistake, type Place } from "./place.ts";
import { expressionsIn, walkExpression } from "../model/walk-expression.ts";

export function checkReferences(service: IrService, docs: OptionDocs): void {
  new Checker(service, docs).check();
}

/** An expression, and its place in the service. */
interface Use {
  readonly node: ExpNode;
  readonly place: Place;
  /** For messages, as the beginning of a sentence. */
  readonly what: string;
  /** Whether every instance computes it for itself. */
  readonly perInstance: boolean;
}

class Checker {
  private readonly service: IrService;
  private readonly docs: OptionDocs;
  private readonly byPath: ReadonlyMap<string, IrOption>;
  private readonly purposes: ReadonlySet<string | undefined>;

  constructor(service: IrService, docs: OptionDocs) {
    this.service = service;
    this.docs = docs;
    this.byPath = new Map(service.options.map((option) => [option.path.join("."), option]));
    this.purposes = new Set(service.options.map(({ credential }) => credential?.purpose));
  }

  check(): void {
    for (const option of this.service.options) {
      this.checkGuard(option);
      for (const [platform, node] of defaultsOf(option)) {
        this.checkDefault(option, platform, node);
        this.checkCycle(option, platform, []);
      }
      if (option.credential !== undefined) {
        this.checkUse({
          node: option.credential.variable,
          place: this.placeOf(option),
          what: "the variable of the credential",
          perInstance: true,
        });
      }
    }
    this.checkModel();
    for (const module of this.service.model.supersedes ?? []) this.checkSuperseded(module);
    for (const { where, node } of expressionsIn(this.service.model.application, "")) {
      const place = { path: [], docs: this.docs };
      this.checkUse({ node, place, what: `the application (${where})`, perInstance: false });
    }
  }

  private placeOf(option: IrOption): Place {
    return { path: option.path, docs: this.docs };
  }

  private checkModel(): void {
    const { derived, ...model } = this.service.model;
    for (const { option } of derived) this.find(option.path, "the service's model (derived)");
    const tables = Object.entries(this.service.variants?.variants ?? {}).flatMap(([name, row]) =>
      Object.entries(row).map(([key, node]) => ({ where: `${name}.${key}`, node })),
    );
    // Superseded modules and the application may refer to options of the top level: no instance computes them.
    const computed = expressionsIn({ ...model, supersedes: undefined, application: undefined }, "");
    for (const { where, node } of [...computed, ...tables]) {
      this.checkUse({
        node,
        place: { path: [], docs: this.docs },
        what: `the service's model (${where})`,
        perInstance: true,
      });
    }
  }

  /** The successors of another module's options exist on all platforms of that module. */
  private checkSuperseded(module: SupersededModule): void {
    const { places, platforms: on, instances } = module;
    const [place = "it"] = places;
    for (const { renamed, removed } of [module, instances]) {
      const inInstances = removed === instances.removed;
      for (const [former, { path }] of Object.entries(renamed)) {
        const what = `the new name of ${place}.${former}`;
        const target = this.find(path, what);
        const absent = on.find((platform) => !target.platforms.includes(platform));
        if (absent !== undefined) {
          throw mistake(
            this.placeOf(target),
            `${what} is an option that does not exist on ${absent}`,
          );
        }
      }
      for (const former of Object.keys({ ...renamed, ...removed })) {
        const option = this.byPath.get(former);
        if (inInstances && option?.instance === "none") continue;
        if (option?.platforms.some((platform) => on.includes(platform)) === true) {
          throw mistake(this.placeOf(option), `${place}.${former} has this option's own path`, {
            next: "do not name it: options of the same path are passed on anyway",
          });
        }
      }
    }
  }

  private checkUse({ node, place, what, perInstance }: Use): void {
    walkExpression(node, (part, bound) => {
      if (part.kind === "option") {
        const target = this.find(part.path, what, place);
        if (perInstance && target.instance === "none") {
          throw mistake(this.blame(place, part.path), `${what} is computed for every instance`, {
            received: `${part.path.join(".")}, which exists at the top level only`,
            next: 'give the option `instance: "inherit"` or `"own"`',
          });
        }
      }
      if (part.kind === "variable" && !bound.has(part.variable)) {
        const { name = "of a function" } = part.variable;
        throw mistake(place, `${what} uses the variable ${name} where it is not bound`);
      }
      if (part.kind === "variant" && !this.hasVariantKey(part.key)) {
        throw mistake(place, `${what} uses ${part.key}, which is no key of the variant table`);
      }
      if (isCallOf(part, "anyCredential")) {
        const [purpose] = part.plain;
        if (this.purposes.has(purpose)) return;
        throw mistake(place, `${what} asks for credentials no option gives`, {
          expected: `a credential with the purpose "${purpose}"`,
        });
      }
    });
  }

  private find(path: readonly string[], what: string, place?: Place): IrOption {
    const option = this.byPath.get(path.join("."));
    if (option !== undefined) return option;
    const name = path.join(".");
    throw mistake(this.blame(place, path), `${what} refers to ${name}, which is no option`, {
      next: "refer to options through the parameter of `model`",
    });
  }

  /** The option that an error names: the owner of the expression, or else the option it refers to. */
  private blame(place: Place | undefined, path: readonly string[]): Place {
    return place !== undefined && place.path.length > 0 ? place : { path, docs: this.docs };
  }

  private hasVariantKey(key: string): boolean {
    const rows = Object.values(this.service.variants?.variants ?? {});
    return rows.length > 0 && rows.every((row) => key in row);
  }

  private checkGuard(option: IrOption): void {
    if (option.guard === undefined) return;
    const guard = this.find(option.guard, "the group", this.placeOf(option));
    const absent = option.platforms.find((platform) => !guard.platforms.includes(platform));
    const name = guard.path.join(".");
    if (absent !== undefined) {
      throw mistake(this.placeOf(option), `the option exists on ${absent}, but ${name} does not`, {
        next: "give both the same platforms",
      });
    }
    if (guard.instance === "none" && option.instance !== "none") {
      throw mistake(this.placeOf(option), `${name} exists at the top level only`, {
        next: "give both the same `instance`",
      });
    }
  }

  private checkDefault(option: IrOption, platform: Platform, node: ExpNode): void {
    const place = this.placeOf(option);
    const perInstance = option.instance !== "none";
    this.checkUse({ node, place, what: "the default", perInstance });
    walkExpression(node, (part) => {
      if (isCallOf(part, "homeDirectory") && platform !== "home-manager") {
        throw mistake(place, "the default uses the home directory of the configuration's user", {
          received: `the platform ${platform}, where no such user is known`,
          next: "give a default for each platform with perPlatform({ … })",
        });
      }
      const target = part.kind === "option" ? this.byPath.get(part.path.join(".")) : undefined;
      if (target !== undefined && !target.platforms.includes(platform)) {
        throw mistake(place, `the default refers to ${target.path.join(".")}`, {
          received: `the platform ${platform}, where that option does not exist`,
        });
      }
      const differs = isCallOf(part, "instanceName") || target?.instance === "own";
      if (differs && option.instance === "inherit") {
        throw mistake(place, "the default differs between instances, but they inherit the option", {
          received: target === undefined ? "the instance's name" : target.path.join("."),
          next: 'give the option `instance: "own"`',
        });
      }
    });
  }

  /** @param trail the options whose defaults led here */
  private checkCycle(option: IrOption, platform: Platform, trail: readonly IrOption[]): void {
    const [start] = trail;
    if (start === option) {
      const names = [...trail, option].map(({ path }) => path.join("."));
      throw mistake(this.placeOf(option), "the default depends on itself", {
        received: names.join(" -> "),
      });
    }
    const node = option.defaults?.[platform];
    // A cycle without the start is found when the check starts at one of its own options.
    if (node === undefined || trail.includes(option)) return;
    walkExpression(node, (part) => {
      const target = part.kind === "option" ? this.byPath.get(part.path.join(".")) : undefined;
      if (target !== undefined) this.checkCycle(target, platform, [...trail, option]);
    });
  }
}

function defaultsOf(option: IrOption): readonly (readonly [Platform, ExpNode])[] {
  return platforms.flatMap((platform) => {
    const node = option.defaults?.[platform];
    return node === undefined ? [] : [[platform, node] as const];
  });
}
