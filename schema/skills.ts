// Skills: the managed files of modes "inline" and "copy", the directories of mode "symlink", and the
// assertions about all of them.

import {
  and,
  type Assertion,
  choose,
  concat,
  type Exp,
  type Fields,
  list,
  type ManagedFile,
  not,
  ownDirectories,
  record,
  type Ref,
  type Refs,
  text,
  textFile,
  when,
} from "nixmodgen";
import { generations } from "./generations.ts";
import type { workspace } from "./options/workspace.ts";

type Skills = Refs<typeof workspace>["skills"];
type Skill = Fields<Skills extends Exp<readonly (infer T)[]> ? T : never>;

/** A path that a unit, its specifiers and a sandbox profile take literally. */
const plainPath = "/[A-Za-z0-9/._+@~,=-]+";

const source = (skill: Skill): Exp<string> => skill.source.nonNull();
const isInPlace = (skill: Skill): Exp<boolean> => skill.mode.is("symlink");

const isIn = (directories: Exp<readonly string[]>, path: Exp<string>): Exp<boolean> =>
  directories.any((directory) => path.hasPrefix(text`${directory}/`));

/** The directories of skills that the gateway reads in place (mode "symlink"). */
export function skillsInPlace(skills: Skills): Exp<readonly string[]> {
  return skills.filter(isInPlace).map((skill) => source(skill).inPlace());
}

/** Further folders in which the gateway looks for skills. Links would not do: it follows none that lead elsewhere. */
export function skillSettings(skills: Skills): Exp<unknown> {
  return when(
    skills.any(isInPlace),
    record({ skills: record({ load: record({ extraDirs: skillsInPlace(skills) }) }) }),
  );
}

/**
 * The managed files of all other skills. With at least one, the whole folder belongs to the configuration: if
 * two skills in it have one name, the gateway takes only one of them, whatever their directories are called. It
 * prefers skills here to the model's own in `.agents/skills`.
 */
export function skillFiles(skills: Skills, folder: string): Exp<readonly ManagedFile[]> {
  const others = skills.filter((skill) => not(isInPlace(skill)));
  return others.map((skill) =>
    choose(
      skill.mode.is("copy"),
      record({ target: text`${folder}/${skill.name}`, sources: list(source(skill).storePath()) }),
      record({
        target: text`${folder}/${skill.name}/SKILL.md`,
        sources: list(textFile("SKILL.md", inlineSkill(skill))),
      }),
    ),
  );
}

function inlineSkill(skill: Skill): Exp<string> {
  const homepage = choose(skill.homepage.isSet(), text`homepage: ${skill.homepage.json()}\n`, "");
  // Every JSON string is a YAML string, too.
  return text`---\nname: ${skill.name.json()}\ndescription: ${skill.description.json()}\n${homepage}metadata: {${generations.value.skillKey.json()}: ${skill.metadata.json()}}\n---\n\n${skill.body}\n`;
}

export function skillAssertions(
  skills: Skills,
  settings: Ref<unknown>,
  writable: Exp<readonly string[]>,
): readonly Assertion[] {
  const repeated = skills.map((skill) => skill.name).duplicates();
  return [
    {
      option: skills,
      holds: repeated.isEmpty(),
      message: text`these names are used more than once: ${repeated.join(", ")}. Give every skill a name of its own.`,
    },
    none(skills, (skill) => not(skill.mode.is("inline")).and(skill.source.isNull()), {
      wrong: 'have mode "copy" or "symlink", but no source',
      next: 'Set `source` to the skill\'s directory, or `mode` to "inline".',
    }),
    none(
      skills,
      (skill) => and(skill.mode.is("copy"), skill.source.isSet(), not(skill.source.isSource())),
      {
        wrong: 'have mode "copy", and a source that is a text outside of the Nix store',
        next: "Write the path without quotes, and Nix copies it to the store.",
      },
    ),
    none(skills, (skill) => skill.mode.is("inline").and(skill.description.is("")), {
      wrong: "have no description, and the gateway passes such skills over",
      next: "Say in `description` when the model should use it.",
    }),
    none(skills, (skill) => skill.mode.is("inline").and(skill.source.isSet()), {
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
            skill.source.isSet(),
            isIn(concat(ownDirectories, writable), source(skill).inPlace()),
          ),
        {
          wrong:
            "are read in a directory that the service can write, where it could put anything else",
          next: "Keep them elsewhere. The model's own skills are in the workspace's `.agents/skills`.",
        },
      ),
      platforms: ["home-manager"],
    },
    {
      ...none(
        skills,
        (skill) => and(isInPlace(skill), skill.source.isSet(), not(isReadable(skill))),
        {
          wrong: 'have mode "symlink", and a source that cannot be read where it is',
          next: 'Write `source` as a path outside of the Nix store, of letters, digits and /._+@~,=- only, or set `mode` to "copy".',
        },
      ),
      platforms: ["home-manager"],
    },
    {
      option: skills,
      holds: skills.any(isInPlace).implies(not(settings.has("skills.load.extraDirs"))),
      message:
        'mode "symlink" has no effect while `settings.skills.load.extraDirs` is set: list the directories there, or remove it.',
      platforms: ["home-manager"],
    },
  ];
}

/** Not in the store: files there may have several links, and the gateway refuses such files. */
function isReadable(skill: Skill): Exp<boolean> {
  const path = source(skill).inPlace();
  return not(path.hasPrefix("/nix/store/")).and(path.matches(plainPath));
}

/** Refuses skills that are wrong; the message names them. */
function none(
  skills: Skills,
  isWrong: (skill: Skill) => Exp<boolean>,
  { wrong, next }: { readonly wrong: string; readonly next: string },
): Assertion {
  const wrongOnes = skills.filter(isWrong).map((skill) => skill.name);
  return {
    option: skills,
    holds: not(skills.any(isWrong)),
    message: text`these skills ${wrong}: ${wrongOnes.join(", ")}. ${next}`,
  };
}
