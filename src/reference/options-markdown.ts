// The options of a service on all platforms as one page of Markdown, to be read in a repository. Platforms share
// nearly all options: where they differ, the entry of the option says so.

import type { JsonValue } from "../json.ts";
import { platformTitles } from "../model/platform.ts";
import type { RulePromise } from "../model/relaxation-effects.ts";
import type { IrService } from "../model/service-model.ts";
import { migrationsOf } from "./migrations.ts";
import type { ReferenceOption, ShownValue } from "./reference.ts";

export function emitOptionsMarkdown(
  service: IrService,
  options: readonly ReferenceOption[],
): string {
  const names = new Set(options.map(({ name }) => name));
  const titles = service.platforms.map((platform) => platformTitles[platform]);
  return [
    `# Options of ${service.name}`,
    "",
    `The options of the modules for ${listed(titles)}. An option exists on all of them unless it says`,
    `otherwise. What \`instances.<name>\` takes from the top level is described at the top level.`,
    "",
    ...options.flatMap((option) => entryOf(option, service, names)),
    ...oldNames(service),
  ].join("\n");
}

function entryOf(
  option: ReferenceOption,
  service: IrService,
  names: ReadonlySet<string>,
): readonly string[] {
  const example =
    option.example === undefined ? [] : ["", "Example:", "", ...block(option.example)];
  return [
    `## \`${option.name}\``,
    "",
    withLinks(option.description, names),
    "",
    ...factsOf(option, service).map((fact) => `- ${fact}`),
    ...example,
    "",
  ];
}

/** The table of old names, if there are any. */
function oldNames(service: IrService): readonly string[] {
  const migrations = migrationsOf(service);
  if (migrations.length === 0) return [];
  return [
    "## Old names",
    "",
    "What the modules know of earlier modules, and what to write instead. Names that are not listed stay the same,",
    "below their new place.",
    "",
    "| old | new, or what to do |",
    "| --- | --- |",
    ...migrations.map(
      ({ from, to, advice = "" }) => `| \`${from}\` | ${to === undefined ? advice : `\`${to}\``} |`,
    ),
    "",
  ];
}

/** The sentences about an option besides its description. */
function factsOf(option: ReferenceOption, { platforms }: IrService): readonly string[] {
  const { deprecated, relaxation, systems, goesTo } = option;
  const isPartial = option.platforms.length < platforms.length;
  const on = option.platforms.map((platform) => platformTitles[platform]);
  return [
    ...(deprecated === undefined ? [] : [`Deprecated: ${deprecated}`]),
    `Type: ${escapeProse(option.type)}`,
    ...defaultsOf(option),
    ...(isPartial ? [`Exists on ${listed(on)} only`] : []),
    ...(systems === undefined ? [] : [`For ${listed(systems)} only`]),
    ...(option.instance === "none" ? ["Exists at the top level only"] : []),
    ...(goesTo.length === 0
      ? []
      : [["Goes to:", ...goesTo.map(({ text }) => `  - ${text}`)].join("\n")]),
    ...(relaxation ?? []).flatMap(({ value, lifts, closes }) => [
      ...effect(value, "the service no longer keeps", lifts),
      ...effect(value, "what is otherwise open is closed", closes),
    ]),
    `Declared in \`${option.declaredIn}\``,
  ];
}

function effect(
  value: JsonValue,
  verb: string,
  promises: readonly RulePromise[],
): readonly string[] {
  if (promises.length === 0) return [];
  const list = promises.map(({ rule, promise }) => `${promise} (\`${rule}\`)`).join("; ");
  return [`With \`${JSON.stringify(value)}\` ${verb}: ${list}`];
}

/** One sentence, or one per platform if they differ. */
function defaultsOf({ defaults, platforms }: ReferenceOption): readonly string[] {
  const shown = platforms.map((platform) => ({ platform, text: inline(defaults[platform]) }));
  const [first] = shown;
  if (shown.every(({ text }) => text === first?.text)) {
    return [first?.text === undefined ? "No default: it has to be set" : `Default: ${first.text}`];
  }
  return shown.map(
    ({ platform, text }) => `Default on ${platformTitles[platform]}: ${text ?? "none"}`,
  );
}

function inline(value: ShownValue | undefined): string | undefined {
  if (value === undefined) return undefined;
  switch (value._type) {
    case "literalMD":
      return value.text;
    case "literalExpression":
      return `\`${value.text.replaceAll(/\s+/g, " ")}\``;
  }
}

function block(value: ShownValue): readonly string[] {
  switch (value._type) {
    case "literalMD":
      return [value.text];
    case "literalExpression":
      return ["```nix", value.text, "```"];
  }
}

/** Makes links of the names of options, in the way of manuals: {option}`name`. */
function withLinks(text: string, names: ReadonlySet<string>): string {
  return text.replaceAll(/\{option\}`([^`]+)`/g, (_, name: string) =>
    names.has(name) ? `[\`${name}\`](#${anchorOf(name)})` : `\`${name}\``,
  );
}

/** The anchor that GitHub and others give to a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^a-z0-9 _-]/g, "")
    .replaceAll(" ", "-");
}

/** Text that is no Markdown, but for code between backticks. */
function escapeProse(text: string): string {
  return text
    .split("`")
    .map((part, index) => (index % 2 === 0 ? part.replaceAll(/[\\*_[\]<]/g, "\\$&") : part))
    .join("`");
}

function listed(words: readonly string[]): string {
  return new Intl.ListFormat("en-GB", { type: "conjunction" }).format(words);
}
