// What `nixmodgen init` has to know: from flags, from questions at a terminal, or from defaults.

import { basename, resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { UserError } from "../errors.ts";
import { type Platform, platforms } from "../model/platform.ts";
import { nearest } from "../nearest.ts";
import { type Answers, serviceName } from "./init.ts";

export interface InitFlags {
  readonly name?: string;
  /** A list with commas. */
  readonly platforms?: string;
}

/** The longest name, so that a user's name of systemd has room for the name of an instance. */
const longestName = 24;

/**
 * @param ask asks a person; absent if nobody is there
 * @throws UserError for an answer that cannot be used
 */
export async function findAnswers(
  directory: string,
  flags: InitFlags,
  ask?: (question: string) => Promise<string>,
): Promise<Answers> {
  const fallback = nameFrom(directory);
  const answerOr = async (
    given: string | undefined,
    question: string,
    otherwise: string,
  ): Promise<string> => {
    if (given !== undefined) return given;
    const answer = await ask?.(`${question} (${otherwise}): `);
    return answer === undefined || answer.trim() === "" ? otherwise : answer.trim();
  };
  const name = checkName(await answerOr(flags.name, "Name of the service", fallback));
  const all = platforms.join(",");
  const list = await answerOr(flags.platforms, "Platforms", all);
  return { name, platforms: checkPlatforms(list) };
}

/** Asks at the terminal of the process, if it has one. */
export async function withTerminal<Result>(
  use: (ask?: (question: string) => Promise<string>) => Promise<Result>,
): Promise<Result> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return await use();
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return await use((question) => terminal.question(question));
  } finally {
    terminal.close();
  }
}

/** A service's name like the directory's, or one that says that it is to be replaced. */
function nameFrom(directory: string): string {
  const name = basename(resolve(directory))
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+|-+$/g, "");
  return serviceName.test(name) && name.length <= longestName ? name : "greeter";
}

function checkName(name: string): string {
  if (serviceName.test(name) && name.length <= longestName) return name;
  throw new UserError(`"${name}" cannot be the name of a service`, {
    expected: `at most ${longestName} lower-case letters, digits and single hyphens, a letter first`,
    next: "name it with --name",
  });
}

function checkPlatforms(list: string): Answers["platforms"] {
  const names = list.split(/[\s,]+/).filter((name) => name !== "");
  const unknown = names.find((name) => !isPlatform(name));
  if (unknown !== undefined) {
    const meant = nearest(unknown, [...platforms]);
    throw new UserError(`"${unknown}" is no platform`, {
      expected: platforms.join(", "),
      next:
        meant === undefined ? "name some of these with --platforms" : `did you mean "${meant}"?`,
    });
  }
  const [first, ...others] = platforms.filter((platform) => names.includes(platform));
  if (first === undefined) {
    throw new UserError("no platform is named", {
      expected: platforms.join(", "),
      next: "name at least one with --platforms",
    });
  }
  return [first, ...others];
}

function isPlatform(name: string): name is Platform {
  return platforms.some((platform) => platform === name);
}
