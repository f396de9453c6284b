// The process that reads schema files (started by `reader-process.ts`): it answers each question, and ends with its
// parent.

import { recordDisk } from "../cache/recorded-disk.ts";
import { UserError, UserErrors } from "../errors.ts";
import { createReader, type Reader } from "./create-reader.ts";
import type { DocsSource } from "./option-docs.ts";
import type { Answer, Mistake } from "./reader-process.ts";

/** Answers the parent's questions until the parent has ended. */
export function answerQuestions(): void {
  const read = createReader(recordDisk);
  process.on("message", (source) => {
    void answer(source as DocsSource, read).then((found) => process.send?.(found));
  });
  process.once("disconnect", () => {
    process.exit();
  });
  // The terminal sends an interrupt to all processes of the command; the parent decides about it.
  process.on("SIGINT", () => undefined);
}

async function answer(source: DocsSource, read: Reader): Promise<Answer> {
  try {
    return { kind: "reading", reading: await read(source) };
  } catch (error) {
    if (error instanceof UserErrors) {
      const [first, ...others] = error.errors;
      if (first !== undefined)
        return { kind: "mistakes", mistakes: [mistake(first), ...others.map(mistake)] };
    }
    if (error instanceof UserError) return { kind: "mistakes", mistakes: [mistake(error)] };
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    return { kind: "bug", message, stack };
  }
}

function mistake({ message, details }: UserError): Mistake {
  return { message, details };
}
