// The page of all options. The filter by platform needs no JavaScript: it is a rule of the style sheet.

import type { RulePromise } from "../../../src/model/relaxation-effects.ts";
import type { ReferenceOption, ShownValue } from "../../../src/reference/reference.ts";
import type { Destination } from "../../../src/reference/destinations.ts";
import { html, type Html, slugOf } from "../html.ts";
import type { Found, Page } from "../layout.ts";
import type { Markdown, Resolve } from "../markdown.ts";
import type { Reference } from "../sources.ts";

const path = "options.html";

/** The fragment of an option: its name, with words for what stands for any name. */
export function optionId(reference: Reference, name: string): string {
  return name
    .replace(`services.${reference.name}.`, "")
    .replaceAll("<name>", "NAME")
    .replaceAll("*", "ITEM");
}

export function optionAddress(reference: Reference, name: string): string {
  return `${path}#${optionId(reference, name)}`;
}

export function optionsPage(reference: Reference, markdown: Markdown, resolve: Resolve): Page {
  const groups = groupsOf(reference);
  const body = html` <h1>Options</h1>
    <p class="lead">
      Every option of the modules below <code>services.${reference.name}</code>. One schema is the
      source of all platforms, so an option means the same everywhere; where platforms differ, its
      entry says so. <a href="guides/quick-start.html">Quick start</a> shows the few that most
      people set.
    </p>
    ${filterOf(reference)}
    ${groups.map(
      ({ title, options }) =>
        html` <section class="group" aria-labelledby="${groupId(title)}">
          <h2 id="${groupId(title)}">${title}</h2>
          ${options.map((option) => entryOf(option, reference, markdown, resolve))}
        </section>`,
    )}`;
  return {
    path,
    title: "Options",
    summary: `Every option of the ${reference.name} modules for NixOS, home-manager and nix-darwin.`,
    body,
    aside: asideOf(groups, reference),
    found: reference.options.map((option) => foundOf(option, reference)),
  };
}

interface Group {
  readonly title: string;
  readonly options: readonly ReferenceOption[];
}

/** Options by the first part of their names; those without a group come first. */
function groupsOf(reference: Reference): readonly Group[] {
  const firstOf = ({ name }: ReferenceOption): string => {
    const [first = "", second] = optionId(reference, name).split(".");
    return second === undefined ? "" : first;
  };
  const withFields = new Set(reference.options.map(firstOf));
  const titleOf = (option: ReferenceOption): string => {
    const id = optionId(reference, option.name);
    return firstOf(option) === "" && withFields.has(id) ? id : firstOf(option);
  };
  const titles = [...new Set(reference.options.map(titleOf))];
  return titles.map((title) => ({
    title: title === "" ? "The service" : title,
    options: reference.options.filter((option) => titleOf(option) === title),
  }));
}

function groupId(title: string): string {
  return `group-${slugOf(title)}`;
}

function filterOf({ platforms }: Reference): Html {
  const choices = [{ id: "all", title: "All platforms" }, ...platforms];
  return html` <fieldset class="filter">
    <legend class="unseen">Platform</legend>
    ${choices.map(
      ({ id, title }, index) =>
        html`<label
          ><input
            type="radio"
            name="platform"
            value="${id}"
            ${index === 0 ? html` checked` : undefined}
          /><span>${title}</span></label
        >`,
    )}
  </fieldset>`;
}

function asideOf(groups: readonly Group[], reference: Reference): Html {
  return html` <nav aria-label="Options" class="toc">
    ${groups.map(
      ({ title, options }) =>
        html`<h2><a href="#${groupId(title)}">${title}</a></h2>
          <ul>
            ${options.map((option) => {
              const id = optionId(reference, option.name);
              const name = option.name.replace(`services.${reference.name}.`, "");
              const short = name.startsWith(`${title}.`) ? name.slice(title.length + 1) : name;
              return html`<li class="${classesOf(option)}">
                <a href="#${id}">${breakable(short)}</a>
              </li>`;
            })}
          </ul>`,
    )}
  </nav>`;
}

function classesOf({ platforms }: ReferenceOption): string {
  return platforms.map((platform) => `on-${platform}`).join(" ");
}

/** A name that may be broken after its dots. */
export function breakable(name: string): Html {
  const parts = name.split(".");
  return html`${parts.map((part, index) => (index === 0 ? part : html`.<wbr />${part}`))}`;
}

function entryOf(
  option: ReferenceOption,
  reference: Reference,
  markdown: Markdown,
  resolve: Resolve,
): Html {
  const id = optionId(reference, option.name);
  const facts = factsOf(option, reference, markdown);
  return html` <article class="option ${classesOf(option)}" id="${id}">
    <h3>
      <a class="anchor" href="#${id}"
        ><span class="prefix">services.${reference.name}.</span
        ><wbr />${breakable(option.name.replace(`services.${reference.name}.`, ""))}</a
      >
    </h3>
    <p class="type">${typeOf(option.type)}</p>
    <div class="prose">${markdown.prose(option.description, resolve)}</div>
    <dl>
      ${facts.map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
  </article>`;
}

/** A type in words; a long one, with its pattern, on demand. */
function typeOf(type: string): Html {
  const limit = 150;
  return type.length <= limit
    ? html`${type}`
    : html`<details>
        <summary>${type.slice(0, limit - 30)}…</summary>
        ${type}
      </details>`;
}

type Fact = readonly [name: string, value: Html];

function factsOf(
  option: ReferenceOption,
  reference: Reference,
  markdown: Markdown,
): readonly Fact[] {
  const { setting, deprecated, relaxation = [], systems, example, goesTo } = option;
  const isPartial = option.platforms.length < reference.platforms.length;
  return [
    ...(deprecated === undefined ? [] : [["deprecated", html`${deprecated}`] as const]),
    ["default", defaultOf(option, reference, markdown)],
    ...(example === undefined ? [] : [["example", shown(example, markdown)] as const]),
    ...(isPartial || systems !== undefined
      ? [["only on", html`${platformsOf(option, reference)}`] as const]
      : []),
    ...(option.instance === "none"
      ? [["instances", html`share it: it exists at the top level only`] as const]
      : []),
    ...(option.instance === "own" ? [["instances", html`have one each`] as const] : []),
    ...(goesTo.length === 0 ? [] : [["goes to", placesOf(goesTo, setting)] as const]),
    ...(relaxation.length === 0 ? [] : [["relaxes", relaxedBy(relaxation)] as const]),
    ["declared in", html`<code>${option.declaredIn}</code>`],
  ];
}

function platformsOf({ platforms, systems }: ReferenceOption, reference: Reference): string {
  const names = reference.platforms
    .filter(({ id }) => platforms.some((platform) => platform === id))
    .map(({ title }) => title);
  const only = systems === undefined ? "" : ` (${systems.join(", ").replace("darwin", "macOS")})`;
  return `${names.join(", ")}${only}`;
}

function defaultOf(
  { defaults, platforms }: ReferenceOption,
  reference: Reference,
  markdown: Markdown,
): Html {
  const values = platforms.map((platform) => ({ platform, value: defaults[platform] }));
  const [first] = values;
  if (first?.value === undefined) return html`none: it has to be set`;
  const { value } = first;
  if (values.every((each) => each.value?.text === value.text)) return shown(value, markdown);
  return html`<ul class="per-platform">
    ${values.map((each) => {
      const title = reference.platforms.find(({ id }) => id === each.platform)?.title ?? "";
      return html`<li class="on-${each.platform}">
        ${each.value === undefined ? "none" : shown(each.value, markdown)}
        <span class="where">${title}</span>
      </li>`;
    })}
  </ul>`;
}

function shown({ _type, text }: ShownValue, markdown: Markdown): Html {
  switch (_type) {
    case "literalMD":
      return codeSpans(text);
    case "literalExpression":
      return text.includes("\n") ? markdown.code(text, "nix") : html`<code>${text}</code>`;
  }
}

/** A line of Markdown that has nothing but code spans. */
export function codeSpans(text: string): Html {
  return html`${text
    .split("`")
    .map((part, index) => (index % 2 === 0 ? part : html`<code>${part}</code>`))}`;
}

/** Where a value goes, with a link to the setting that it fills. */
function placesOf(goesTo: readonly Destination[], setting: string | undefined): Html {
  const linked = ({ text, names = [] }: Destination): Html => {
    const [first] = names;
    if (setting === undefined || first !== setting) return codeSpans(text);
    const [before = "", ...after] = text.split(`\`${setting}\``);
    return html`${codeSpans(before)}<a href="${settingAddress(setting)}"><code>${setting}</code></a
      >${codeSpans(after.join(`\`${setting}\``))}`;
  };
  return html`<ul>
    ${goesTo.map((place) => html`<li>${linked(place)}</li>`)}
  </ul>`;
}

function separated(parts: readonly Html[], separator: string): readonly (Html | string)[] {
  return parts.flatMap((part, index) => (index === 0 ? [part] : [separator, part]));
}

/** What each tested value gives up and closes, by rule, and what the tests showed besides. */
function relaxedBy(tests: NonNullable<ReferenceOption["relaxation"]>): Html {
  return html`<ul>
    ${tests.map(({ value, lifts, closes, shows }) => {
      const closed = closes.length === 0 ? [] : [html`closes: ${separated(byRule(closes), ", ")}`];
      const shown = shows.length === 0 ? [] : [html`shown besides: ${shows.join("; ")}`];
      return html`<li>
        with <code>${JSON.stringify(value)}</code>:
        ${separated([...byRule(lifts), ...closed, ...shown], ", ")}
      </li>`;
    })}
  </ul>`;
}

function byRule(promises: readonly RulePromise[]): readonly Html[] {
  return [...new Set(promises.map(({ rule }) => rule))].map((rule) => {
    const of = promises.filter((each) => each.rule === rule).map(({ promise }) => promise);
    return html`<a href="promises.html#${rule}"><code>${rule}</code></a> (${of.join("; ")})`;
  });
}

/** The page of the settings on which a setting is. */
export function settingAddress(setting: string): string {
  return `settings/${settingPage(setting)}.html#${settingId(setting)}`;
}

/** The name of a setting's page: its first part, and of channels and plugins the second, too. */
export function settingPage(setting: string): string {
  const [first = "", second] = setting.split(".");
  return first === "channels" && second !== undefined && second !== "<name>"
    ? `channels.${second}`
    : first;
}

export function settingId(setting: string): string {
  return setting.replaceAll("<name>", "NAME").replaceAll("*", "ITEM");
}

function foundOf(option: ReferenceOption, reference: Reference): Found {
  const sentence = option.description.replaceAll(/\{option\}|`/g, "").replaceAll(/\s+/g, " ");
  const names = [option.setting ?? [], option.credential?.variables ?? []].flat();
  return {
    kind: "option",
    title: option.name.replace(`services.${reference.name}.`, ""),
    address: optionAddress(reference, option.name),
    hint: sentence.slice(0, 120),
    text: [sentence, ...names].join(" "),
  };
}
