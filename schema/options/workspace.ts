// Documents and skills, which the configuration puts into the workspace and which shape the model's
// behaviour. Both are copies, because the gateway ignores links that lead out of the workspace and files
// with more than one hard link. For the same reason mode "symlink" makes no link: the settings tell the
// gateway to look in the skill's directory.

import { jsonObject, option, sourcePath, submodule, z } from "nixmodgen";

export const workspace = {
  /**
   * Directory with the documents the gateway reads at the start of a session: `AGENTS.md`,
   * `SOUL.md` and `TOOLS.md` are needed, `IDENTITY.md`, `USER.md`, `LORE.md`, `HEARTBEAT.md` and
   * `PROMPTING-EXAMPLES.md` may be there. The model finds them in the workspace, and cannot write
   * them. If it had written a file with such a name, the service keeps that as `<name>.unmanaged`.
   * The module appends a list of the programs on the service's `PATH` to the document that the
   * gateway reads it from. `BOOTSTRAP.md`, `MEMORY.md` and `memory/` belong to the model, and the
   * module never touches them. If a derivation makes the directory, it is checked when it is built,
   * and optional documents that it lacks become empty files.
   */
  documents: option(sourcePath().nullable(), { default: null }),

  /**
   * Documents of further agents, like {option}`documents`, by the path of the agent's workspace: it is
   * the workspace of an agent in {option}`settings`. The guide of several agents has an example.
   */
  agentDocuments: option(z.record(z.string().regex(/^\//), sourcePath()), { default: {} }),

  /**
   * Skills for the model. With at least one skill, the workspace's `skills` directory belongs to
   * the configuration, and the model cannot write it: of two skills with one name, the gateway
   * takes the one whose directory comes last. The service keeps what was in it as
   * `skills.unmanaged`. The model can write its own skills to `.agents/skills`.
   */
  skills: option(
    z.array(
      submodule({
        /** Name of the skill and of its directory. */
        name: option(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/)),

        /**
         * `copy` takes the directory {option}`source` as it is; `inline` writes a `SKILL.md` from
         * the other options; `symlink`, in home-manager only, has the gateway read the directory
         * {option}`source` where it is, so that it can be edited without switching. The service
         * can read all of that directory then, and nobody can say later which text the model saw.
         */
        mode: option(z.enum(["copy", "inline", "symlink"]), { default: "inline" }),

        /**
         * Directory with a `SKILL.md`, for the modes `copy` and `symlink`. For the latter it is an
         * absolute path outside of the Nix store.
         */
        source: option(sourcePath().nullable(), { default: null }),

        /** When the model should use the skill, in a sentence. */
        description: option(z.string(), { default: "" }),

        /** Where more about the skill is found. */
        homepage: option(z.string().nullable(), { default: null }),

        /** What the gateway should know of the skill: `requires`, `os`, `emoji` and the like. */
        metadata: option(jsonObject(), { default: {} }),

        /** The skill's instructions, in Markdown. */
        body: option(z.string(), { default: "" }),
      }),
    ),
    {
      default: [],
      example: [
        {
          name: "weather",
          mode: "inline",
          source: null,
          description: "Tells the weather of a place.",
          homepage: null,
          metadata: {},
          body: "Run `curl wttr.in/<place>` and summarise the answer.",
        },
      ],
    },
  ),
};
