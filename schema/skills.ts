// Skills: the files that most of them become, the directories that the others are read from, and
// what has to hold.

import {
  and,
  any,
  type Assertion,
  choose,
  concat,
  duplicates,
  equals,
  type Exp,
  type Fields,
  filter,
  has,
  hasPrefix,
  isEmpty,
  isNull,
  isSet,
  isSource,
  join,
  json,
  list,
  type ManagedFile,
  map,
  matches,
  nonNull,
  not,
  or,
  ownDirectories,
  pathInPlace,
  record,
  type Ref,
  type Refs,
  storePath,
  text,
  textFile,
  when,
} from "../src/index.ts";
import { generations } from "./generations.ts";
import type { workspace } from "./options/workspace.ts";

type Skills = Refs<typeof workspace>["skills"];
type Skill = Fields<Skills extends Exp<readonly (infer T)[]> ? T : never>;

/** A path that a unit, its specifiers and a sandbox profile take literally. */
const plainPath = "/[A-Za-z0-9/._+@~,=-]+";

const source = (skill: Skill): Exp<string> => nonNull(skill.source);
const isInPlace = (skill: Skill): Exp<boolean> => equals(skill.mode, "symlink");

const isIn = (directories: Exp<readonly string[]>, path: Exp<string>): Exp<boolean> =>
  any(directories, "directory", (directory) => hasPrefix(path, text`${directory}/`));

/** The directories that are read where they are. */
export function skillsInPlace(skills: Skills): Exp<readonly string[]> {
  return map(filter(skills, "skill", isInPlace), "skill", (skill) => pathInPlace(source(skill)));
}

/** Where the gateway looks besides. Links would not do: it follows none that lead elsewhere. */
export function skillSettings(skills: Skills): Exp<unknown> {
  return when(
    any(skills, "skill", isInPlace),
    record({ skills: record({ load: record({ extraDirs: skillsInPlace(skills) }) }) }),
  );
}

/**
 * What the other skills become. The whole folder is the configuration's then: of two skills in it with
 * one name, in whatever directories, the gateway takes one. It prefers them to those in
 * `.agents/skills`, where the model's own can be.
 */
export function skillFiles(skills: Skills, folder: string): Exp<readonly ManagedFile[]> {
  const others = filter(skills, "skill", (skill) => not(isInPlace(skill)));
  return map(others, "skill", (skill) =>
    choose(
      equals(skill.mode, "copy"),
      record({ target: text`${folder}/${skill.name}`, sources: list(storePath(source(skill))) }),
      record({
        target: text`${folder}/${skill.name}/SKILL.md`,
        sources: list(textFile("SKILL.md", inlineSkill(skill))),
      }),
    ),
  );
}

function inlineSkill(skill: Skill): Exp<string> {
  const homepage = choose(isSet(skill.homepage), text`homepage: ${json(skill.homepage)}\n`, "");
  // JSON strings are YAML strings, whatever is in them.
  return text`---\nname: ${json(skill.name)}\ndescription: ${json(skill.description)}\n${homepage}metadata: {${json(generations.value.skillKey)}: ${json(skill.metadata)}}\n---\n\n${skill.body}\n`;
}

export function skillAssertions(
  skills: Skills,
  settings: Ref<unknown>,
  writable: Exp<readonly string[]>,
): readonly Assertion[] {
  const repeated = duplicates(map(skills, "skill", (skill) => skill.name));
  return [
    {
      option: skills,
      holds: isEmpty(repeated),
      message: text`these names are used more than once: ${join(repeated, ", ")}. Give every skill a name of its own.`,
    },
    none(skills, (skill) => and(not(equals(skill.mode, "inline")), isNull(skill.source)), {
      wrong: 'have mode "copy" or "symlink", but no source',
      next: 'Set `source` to the skill\'s directory, or `mode` to "inline".',
    }),
    none(
      skills,
      (skill) => and(equals(skill.mode, "copy"), isSet(skill.source), not(isSource(skill.source))),
      {
        wrong: 'have mode "copy", and a source that is a text outside of the Nix store',
        next: "Write the path without quotes, and it is copied there.",
      },
    ),
    none(skills, (skill) => and(equals(skill.mode, "inline"), equals(skill.description, "")), {
      wrong: "have no description, and the gateway passes such skills over",
      next: "Say in `description` when the model should use it.",
    }),
    none(skills, (skill) => and(equals(skill.mode, "inline"), isSet(skill.source)), {
      wrong: 'have a source, which mode "inline" does not use',
      next: 'Set `mode` to "copy", or remove `source`.',
    }),
    {
      ...none(skills, isInPlace, {
        wrong: 'have mode "symlink", which exists in home-manager only',
        next: 'The service is a user of its own here, to whom the directories of others are closed: set `mode` to "copy".',
      }),
      platforms: ["nixos", "darwin"],
    },
    {
      ...none(
        skills,
        (skill) =>
          and(
            isInPlace(skill),
            isSet(skill.source),
            isIn(concat(ownDirectories, writable), pathInPlace(source(skill))),
          ),
        {
          wrong:
            "are read in a directory that the service can write, where it could put anything else",
          next: "Keep them elsewhere. What the model writes for itself is in the workspace's `.agents/skills`.",
        },
      ),
      platforms: ["home-manager"],
    },
    {
      ...none(
        skills,
        (skill) => and(isInPlace(skill), isSet(skill.source), not(isReadable(skill))),
        {
          wrong: 'have mode "symlink", and a source that cannot be read where it is',
          next: 'Write `source` as a path outside of the Nix store, of letters, digits and /._+@~,=- only, or set `mode` to "copy".',
        },
      ),
      platforms: ["home-manager"],
    },
    {
      option: skills,
      holds: or(not(any(skills, "skill", isInPlace)), not(has(settings, "skills.load.extraDirs"))),
      message:
        'mode "symlink" has no effect while `settings.skills.load.extraDirs` is set: list the directories there, or remove it.',
      platforms: ["home-manager"],
    },
  ];
}

/** Files of the store may have several links, and the gateway refuses those. */
function isReadable(skill: Skill): Exp<boolean> {
  const path = pathInPlace(source(skill));
  return and(not(hasPrefix(path, "/nix/store/")), matches(path, plainPath));
}

/** No skill is like that; the message names those that are. */
function none(
  skills: Skills,
  isWrong: (skill: Skill) => Exp<boolean>,
  { wrong, next }: { readonly wrong: string; readonly next: string },
): Assertion {
  const names = map(filter(skills, "skill", isWrong), "skill", (skill) => skill.name);
  return {
    option: skills,
    holds: not(any(skills, "skill", isWrong)),
    message: text`these skills ${wrong}: ${join(names, ", ")}. ${next}`,
  };
}
