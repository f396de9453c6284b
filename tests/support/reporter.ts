// Says what a run is doing, and at its end which tests were skipped for lack of what.
//
// A run begins with evaluations that take a minute, and vitest writes nothing until the first file ends. On a
// terminal it shows what runs; elsewhere this reporter does, now and then.

import type { Reporter, TestModule, TestSuite, Vitest } from "vitest/node";
import { lackedBy, sourceOf } from "./lacking.ts";

const beatSeconds = 15;

export function speakingReporter(write: (text: string) => void = console.log): Reporter {
  const running = new Map<string, number>();
  let vitest: Vitest | undefined;
  let total = 0;
  let done = 0;
  let beat: NodeJS.Timeout | undefined;
  return {
    onInit(context) {
      vitest = context;
    },
    onTestRunStart(specifications) {
      total = specifications.length;
      done = 0;
      if (process.stdout.isTTY) return;
      write(`${count(total, "file")} of tests; the first results take up to a minute`);
      beat = setInterval(() => {
        write(progressLine(done, total, running, performance.now()));
      }, beatSeconds * 1000);
      beat.unref();
    },
    onTestModuleQueued({ relativeModuleId }) {
      running.set(relativeModuleId, performance.now());
    },
    onTestModuleEnd({ relativeModuleId }) {
      running.delete(relativeModuleId);
      done += 1;
    },
    onTestRunEnd(modules) {
      clearInterval(beat);
      const isFiltered = vitest?.config.testNamePattern !== undefined;
      const lines = skippedReport(modules.flatMap(skippedIn), isFiltered);
      if (lines.length > 0) write(["", ...lines].join("\n"));
    },
  };
}

/** What runs, for a log: the files that take longest first. */
export function progressLine(
  done: number,
  total: number,
  running: ReadonlyMap<string, number>,
  now: number,
): string {
  const files = [...running]
    .sort(([, a], [, b]) => a - b)
    .map(([file, since]) => `${file} (${String(Math.round((now - since) / 1000))} s)`);
  return [
    `${String(done)} of ${count(total, "file")} done`,
    ...(files.length === 0 ? [] : [`running ${files.join(", ")}`]),
  ].join(", ");
}

interface Skipped {
  readonly name: string;
  readonly lacks: readonly string[];
}

function skippedIn(parent: TestModule | TestSuite): readonly Skipped[] {
  return [...parent.children.allTests()]
    .filter((test) => test.result().state === "skipped")
    .map(({ fullName, module }) => ({
      name: `${module.relativeModuleId} > ${fullName}`,
      lacks: lackedBy(fullName),
    }));
}

/**
 * The skipped tests, grouped by what they lack, so that the numbers add up, and how to get it.
 *
 * @param isFiltered whether tests were left out on purpose
 */
export function skippedReport(skipped: readonly Skipped[], isFiltered = false): readonly string[] {
  if (skipped.length === 0) return [];
  const groups = new Map<string, readonly Skipped[]>();
  for (const test of skipped) {
    const group = test.lacks.join(" and ");
    groups.set(group, [...(groups.get(group) ?? []), test]);
  }
  const known = [...groups].filter(([group]) => group !== "");
  const others = groups.get("") ?? [];
  const things = [...new Set(skipped.flatMap(({ lacks }) => lacks))].sort();
  const width = Math.max(0, ...things.map(({ length }) => length));
  return [
    `${count(skipped.length, "test")} skipped:`,
    ...known.map(([group, tests]) => `  ${String(tests.length)} for lack of ${group}`),
    ...(others.length === 0
      ? []
      : isFiltered
        ? [`  ${String(others.length)} that were not asked for`]
        : [
            `  ${String(others.length)} without a reason in their names:`,
            ...others.map(({ name }) => `    ${name}`),
          ]),
    ...things.map((thing) => `  get ${thing.padEnd(width)}  ${sourceOf(thing) ?? ""}`),
  ];
}

function count(number: number, noun: string): string {
  return `${String(number)} ${noun}${number === 1 ? "" : "s"}`;
}
