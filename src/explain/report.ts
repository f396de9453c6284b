// Explanations as text for a terminal.

import { wrapComment } from "../emit/wrap.ts";
import { notShown } from "../model/describe-default.ts";
import type { RulePromise } from "../model/relaxation-effects.ts";
import type { Found } from "./find-option.ts";
import type { Explanation } from "./explain.ts";

/** The width of running text; code keeps its own lines. */
const width = 96;

/** How a terminal shows a heading and what is secondary, and how wide it is. */
export interface Style {
  readonly columns: number;
  readonly heading: (text: string) => string;
  readonly faint: (text: string) => string;
}

/**
 * One option at length.
 *
 * @param found how it was found
 * @param evidence the path of the file with the outcomes of proofs
 */
export function reportOption(
  explanation: Explanation,
  found: Found,
  evidence: string | undefined,
  style: Style,
): string {
  const { option, description, rules, relaxes, goesTo, fields } = explanation;
  const section = (title: string, lines: readonly string[]): readonly string[] =>
    lines.length === 0 ? [] : ["", style.heading(title), ...lines];
  return [
    style.heading(nameIn(option, explanation.service, found.instance)),
    ...restyleOn(found, explanation).flatMap((remark) => wrapped(remark, 2)),
    "",
    ...paragraphs(description, 2),
    "",
    ...factsOf(explanation).flatMap(([label, text]) => fact(label, text, style)),
    ...section(
      "Fields",
      fields.flatMap((field) => fieldLines(field)),
    ),
    ...section(
      "Where it goes",
      goesTo.flatMap(({ text }) => item(text)),
    ),
    ...section(
      "What it loosens",
      relaxes.flatMap(({ value, givesUp, closes, shows, test }) => [
        ...wrapped(`set to ${oneLine(value)} (test ${test}):`, 2),
        ...byRule("gives up", givesUp),
        ...byRule("closes", closes),
        ...shows.flatMap((promise) => item(`shown by a probe: ${promise}`, 4)),
      ]),
    ),
    ...section(
      relaxes.length > 0 ? "The rules behind it" : "Promises",
      rules.flatMap(({ id, why, promises }) => [
        ...wrapped(why === "" ? `${id} (promised for every service):` : `${id}: ${why}`, 2),
        ...(promises.length === 0 ? [] : item(`proved: ${abridged(promises)}`, 4)),
      ]),
    ),
    ...(evidence === undefined || (rules.length === 0 && relaxes.length === 0)
      ? []
      : ["", style.faint(`  Outcomes of the proofs: ${evidence}`)]),
  ].join("\n");
}

function byRule(verb: string, promises: readonly RulePromise[]): readonly string[] {
  return [...new Set(promises.map(({ rule }) => rule))].flatMap((id) => {
    const of = promises.filter(({ rule }) => rule === id).map(({ promise }) => promise);
    return item(`${verb}, of rule ${id}: ${of.join("; ")}`, 4);
  });
}

/** A rule can have dozens of promises; `--json` has them all. */
function abridged(promises: readonly string[]): string {
  const most = 8;
  const rest = promises.length - most;
  return rest > 1
    ? `${promises.slice(0, most).join("; ")}; and ${String(rest)} more`
    : promises.join("; ");
}

/** The options of a group: a line for each. */
export function reportGroup(
  explanations: readonly Explanation[],
  found: Found,
  style: Style,
): string {
  const shown = explanations.filter(
    ({ instance }) => found.instance === undefined || instance !== "none",
  );
  const names = shown.map(({ option, service }) => nameIn(option, service, found.instance));
  const longest = Math.max(0, ...names.map(({ length }) => length));
  return shown
    .map(({ description }, index) =>
      [
        (names[index] ?? "").padEnd(longest),
        style.faint(firstSentence(description, Math.max(30, style.columns - longest - 2))),
      ].join("  "),
    )
    .join("\n");
}

/** The whole name, with the instance that was asked for. */
function nameIn(option: string, service: string, instance: string | undefined): string {
  if (instance === undefined) return option;
  const start = `services.${service}.`;
  return `${start}instances.${instance}.${option.slice(start.length)}`;
}

function restyleOn(
  { former, instance, inside, filledBy, service, path }: Found,
  explanation: Explanation,
): readonly string[] {
  const isMissing = instance !== undefined && explanation.instance === "none";
  return [
    ...(former === undefined ? [] : [`${former} is its former name, and still works.`]),
    ...(isMissing ? ["It is an option of the top level alone: instances do not have it."] : []),
    ...(inside.length === 0
      ? []
      : [`${[...path, ...inside].join(".")} is a part of the value of this option.`]),
    ...(filledBy === undefined
      ? []
      : [
          `The option services.${service.name}.${filledBy} fills this key; what is set here wins over it.`,
        ]),
  ];
}

function factsOf(explanation: Explanation): readonly (readonly [string, string])[] {
  const { type, example, platforms, systems, instance, declared } = explanation;
  const { deprecated, renamedFrom } = explanation;
  return [
    ["type", typeText(type)],
    ...defaultFacts(explanation),
    ...(example === undefined ? [] : [["example", example] as const]),
    ["platforms", platforms.join(", ") + (systems === undefined ? "" : ` (${systems.join(", ")})`)],
    ["instances", inheritance[instance]],
    ...(deprecated === undefined ? [] : [["deprecated", deprecated] as const]),
    ...(renamedFrom.length === 0 ? [] : [["formerly", renamedFrom.join(", ")] as const]),
    ...(declared === undefined
      ? []
      : [["declared", `${declared.file}:${String(declared.line)}`] as const]),
  ];
}

/** Long patterns are cut, and code of several lines is left out: `--json` has all of it. */
function typeText({ words, nix }: Explanation["type"]): string {
  const short = words.replaceAll(/\S{60,}/g, (pattern) => `${pattern.slice(0, 57)}…`);
  return nix.includes("\n") || nix.length > 60 ? short : `${short}  (${nix})`;
}

const inheritance: Readonly<Record<Explanation["instance"], string>> = {
  inherit: "each takes it from the top level unless it sets its own",
  own: "each has a default of its own",
  none: "at the top level only",
};

function defaultFacts({
  platforms,
  defaults,
}: Explanation): readonly (readonly [string, string])[] {
  const each = platforms.map((platform) => defaults[platform] ?? "none: it has to be set");
  const [first = notShown, ...others] = new Set(each);
  return others.length === 0
    ? [["default", first]]
    : platforms.map((platform, index) => [
        index === 0 ? "default" : "",
        `${platform}: ${each[index] ?? ""}`,
      ]);
}

const labelWidth = 12;

function fact(label: string, text: string, style: Style): readonly string[] {
  return text
    .split("\n")
    .map((line, index) => `  ${style.faint((index === 0 ? label : "").padEnd(labelWidth))}${line}`);
}

function fieldLines(field: Explanation["fields"][number]): readonly string[] {
  const fallback =
    field.default === undefined ? "has to be set" : `default ${oneLine(field.default)}`;
  return [
    ...wrapped(`${field.name}: ${field.type}; ${fallback}`, 2),
    ...paragraphs(field.description, 6),
  ];
}

function item(text: string, indent = 2): readonly string[] {
  return wrapped(text, indent + 2).map((line, index) =>
    index === 0 ? `${" ".repeat(indent)}- ${line.trimStart()}` : line,
  );
}

/** Markdown as it was written, but for references to options; lists keep their lines. */
function paragraphs(markdown: string, indent: number): readonly string[] {
  return plain(markdown)
    .split(/\n\n+/)
    .flatMap((paragraph, index) => [
      ...(index === 0 ? [] : [""]),
      ...(/^\s*[-*] /m.test(paragraph)
        ? paragraph.split("\n").map((line) => `${" ".repeat(indent)}${line}`)
        : wrapped(paragraph, indent)),
    ]);
}

/** The manual's markup for options, as plain code. */
function plain(markdown: string): string {
  return markdown.replaceAll(/\{\w+\}(?=`)/g, "");
}

function firstSentence(description: string, most: number): string {
  const text = oneLine(plain(description));
  const sentence = /^.*?[.:](?=\s|$)/.exec(text)?.[0] ?? text;
  return sentence.length > most ? `${sentence.slice(0, most - 1)}…` : sentence;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, " ");
}

function wrapped(text: string, indent: number): readonly string[] {
  return wrapComment(text, width - indent)
    .split("\n")
    .map((line) => `${" ".repeat(indent)}${line}`);
}
