// Reads schema files for the command, in a process of its own: see src/docs/reader-process.ts.

import { register } from "tsx/esm/api";

register();

const { answerQuestions } = await import("#src/docs/answer-questions");
answerQuestions();
