// Checks that descriptions refer only to options that exist: manuals turn these references into links.

import type { OptionDocs } from "../docs/option-docs.ts";
import { together, type UserError } from "../errors.ts";
import type { IrService } from "../model/service-model.ts";
import { nearest } from "../nearest.ts";
import { mistake } from "./place.ts";

/** The prefixes of options of other modules, on any platform. */
const otherModules =
  /^(?:accounts|boot|console|documentation|environment|fileSystems|fonts|hardware|home|homebrew|i18n|launchd|lib|networking|nix|nixpkgs|power|programs|security|services|specialisation|swapDevices|system|systemd|targets|time|users|virtualisation|wayland|xdg|xsession)\./;

/** @throws UserError with all references to options that do not exist */
export function checkMentions({ name, options }: IrService, docs: OptionDocs): void {
  const described = [...docs.options.keys()].map(withoutMembers);
  const known = new Set([
    ...["enable", "instances"],
    ...[...options.map(({ path }) => path), ...described].flatMap(withGroups),
  ]);
  const own = `services.${name}.`;
  const exists = (mention: string, path: readonly string[]): boolean => {
    if (mention.startsWith(own)) return known.has(mention.slice(own.length));
    // The description of a field may name another field of the same submodule.
    const beside = path.map((_, depth) => [...path.slice(0, depth), mention].join("."));
    return beside.some((candidate) => known.has(candidate)) || otherModules.test(mention);
  };
  const found: readonly UserError[] = [...docs.options].flatMap(([key, { description }]) =>
    [...description.matchAll(/\{option\}`([^`]+)`/g)].flatMap(([, mention = ""]) => {
      if (exists(mention, withoutMembers(key))) return [];
      const meant = nearest(mention, [...known]);
      return [
        mistake(
          { path: key.split("."), docs },
          `the description refers to ${mention}, which is no option`,
          { next: meant === undefined ? "correct it" : `did you mean ${meant}?` },
        ),
      ];
    }),
  );
  const [first, ...others] = found;
  if (first !== undefined) throw together(first, others);
}

/** The path of an option or a field, without the segments of a union's members. */
function withoutMembers(key: string): readonly string[] {
  return key.split(".").filter((segment) => !segment.startsWith("|"));
}

function withGroups(path: readonly string[]): readonly string[] {
  return path.map((_, index) => path.slice(0, index + 1).join("."));
}
