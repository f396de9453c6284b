// The gateway's own settings: a page for each group, and one of what changed between releases.

import { html, type Html } from "../html.ts";
import type { Page } from "../layout.ts";
import {
  type Change,
  changesOf,
  type Setting,
  type SettingFacts,
  settingsOf,
} from "../settings.ts";
import type { Reference, Release } from "../sources.ts";
import { breakable, optionAddress, settingAddress, settingId, settingPage } from "./options.ts";

export function settingsPages(reference: Reference, releases: readonly Release[]): readonly Page[] {
  const settings = settingsOf(releases);
  const names = [...new Set(settings.map(({ path }) => settingPage(path)))];
  const fillers = new Map(
    reference.options.flatMap(({ name, setting }) =>
      setting === undefined ? [] : [[setting, name] as const],
    ),
  );
  const groups = names.map((name) => ({
    name,
    settings: settings.filter(({ path }) => settingPage(path) === name),
  }));
  return [
    indexPage(groups, settings, releases),
    changesPage(settings, releases),
    ...groups.map((group) => groupPage(group, names, releases, fillers, reference)),
  ];
}

interface Group {
  readonly name: string;
  readonly settings: readonly Setting[];
}

const lead = html`They go below <code>services.moltbot.settings</code>, and the module checks them
  against the schema of your package's release when it evaluates the configuration.`;

function indexPage(
  groups: readonly Group[],
  settings: readonly Setting[],
  releases: readonly Release[],
): Page {
  const counts = releases.map(({ version }, index) => {
    const count = settings.filter((setting) => setting.releases[index] !== undefined).length;
    return html`<li><b>${count.toLocaleString("en")}</b> in ${version}</li>`;
  });
  const entries = (own: readonly Group[]): Html =>
    html`<ul class="groups">
      ${own.map(
        ({ name, settings: inGroup }) =>
          html`<li>
            <a href="${name}.html"><code>${name}</code></a>
            <span class="count">${inGroup.length}</span>
          </li>`,
      )}
    </ul>`;
  const isChannel = ({ name }: Group): boolean => name.startsWith("channels");
  return {
    path: "settings/index.html",
    title: "Settings of the gateway",
    summary: "The gateway's own settings by release, and what changed between releases.",
    body: html` <h1>Settings of the gateway</h1>
      <p class="lead">The gateway's own configuration knows thousands of settings. ${lead}</p>
      <ul class="counts">
        ${counts}
      </ul>
      <p>
        Type part of a name into the search above, or choose a group.
        <a href="changes.html">What changed between releases</a> is a page of its own. In names,
        <code>&lt;name&gt;</code> stands for any name and <code>*</code> for the elements of a list.
        The schema has no descriptions:
        <a href="https://docs.openclaw.ai">the gateway's manual</a> explains what a setting does.
      </p>
      <h2 id="groups">Groups</h2>
      ${entries(groups.filter((group) => !isChannel(group)))}
      <h2 id="channels">Channels</h2>
      ${entries(groups.filter(isChannel))}`,
    found: [],
  };
}

function groupPage(
  { name, settings }: Group,
  names: readonly string[],
  releases: readonly Release[],
  fillers: ReadonlyMap<string, string>,
  reference: Reference,
): Page {
  const path = `settings/${name}.html`;
  const rows = settings.map((setting) => rowOf(setting, releases, fillers, reference));
  return {
    path,
    title: `Settings: ${name}`,
    summary: `The gateway's settings below ${name}, by release.`,
    body: html` <h1>Settings: <code>${name}</code></h1>
      <p class="lead">${settings.length.toLocaleString("en")} settings of the gateway. ${lead}</p>
      <div class="scroll wide" tabindex="0" role="region" aria-label="Settings below ${name}">
        <table class="settings">
          <thead>
            <tr>
              <th scope="col">setting</th>
              <th scope="col">type</th>
              <th scope="col">default</th>
              <th scope="col">releases</th>
            </tr>
          </thead>
          <tbody>
            ${rows}
          </tbody>
        </table>
      </div>`,
    aside: html`<nav aria-label="Groups" class="toc">
      <h2>Groups</h2>
      <ul>
        ${names.map((other) => {
          const current = other === name ? html` aria-current="page"` : undefined;
          return html`<li><a href="${other}.html" ${current}>${other}</a></li>`;
        })}
      </ul>
    </nav>`,
    found: settings.map(({ path: setting, releases: facts }) => ({
      kind: "setting",
      title: setting,
      address: settingAddress(setting),
      hint: (facts.find((each) => each !== undefined)?.type ?? "").slice(0, 80),
      text: "",
    })),
  };
}

function rowOf(
  { path, releases: facts }: Setting,
  releases: readonly Release[],
  fillers: ReadonlyMap<string, string>,
  reference: Reference,
): Html {
  const newest = facts.find((each) => each !== undefined);
  const filler = fillers.get(path);
  const id = settingId(path);
  return html`<tr id="${id}">
    <th scope="row">
      <a class="anchor" href="#${id}">${breakable(path)}</a>${
        filler === undefined
          ? undefined
          : html`<a class="filler" href="../${optionAddress(reference, filler)}"
              >set by ${filler.replace(`services.${reference.name}.`, "")}</a
            >`
      }
    </th>
    <td>${typeOf(newest)}</td>
    <td>${newest?.default === undefined ? undefined : html`<code>${newest.default}</code>`}</td>
    <td>${presence(facts, releases)}</td>
  </tr> `;
}

function typeOf(facts: SettingFacts | undefined): Html {
  const type = facts?.type ?? "";
  const limit = 110;
  return type.length <= limit
    ? html`${type}`
    : html`<details>
        <summary>${type.slice(0, limit - 20)}…</summary>
        ${type}
      </details>`;
}

function presence(
  facts: readonly (SettingFacts | undefined)[],
  releases: readonly Release[],
): Html | undefined {
  if (facts.every((each) => each !== undefined)) return undefined;
  const known = releases.filter((_, index) => facts[index] !== undefined);
  const isNewest = facts[0] !== undefined;
  return html`<span class="${isNewest ? "added" : "removed"}"
    >${isNewest ? "since" : "until"} ${(isNewest ? known.at(-1) : known[0])?.version}</span
  >`;
}

const titles: Readonly<Record<Change["kind"], string>> = {
  removed: "Removed",
  retyped: "Other types",
  default: "Other defaults",
  added: "Added",
};

function changesPage(settings: readonly Setting[], releases: readonly Release[]): Page {
  const steps = releases.slice(0, -1).map((release, index) => ({
    release,
    before: releases[index + 1],
    changes: changesOf(settings, index),
  }));
  return {
    path: "settings/changes.html",
    title: "What changed between releases",
    summary: "Settings that were added, removed or changed between releases of the gateway.",
    body: html` <h1>What changed between releases</h1>
      <p class="lead">
        Between the releases whose schemas the modules have. If a whole group came or went, only its
        name is listed. The module says at evaluation what your release does not know.
      </p>
      ${steps.map(
        ({ release, before, changes }) =>
          html` <h2 id="to-${release.version}">${before?.version} to ${release.version}</h2>
            ${(Object.keys(titles) as Change["kind"][]).map((kind) => {
              const all = changes.filter((change) => change.kind === kind);
              return html`<h3 id="${kind}-${release.version}">
                  ${titles[kind]} <span class="count">${all.length}</span>
                </h3>
                <div
                  class="scroll"
                  tabindex="0"
                  role="region"
                  aria-label="${titles[kind]}, ${release.version}"
                >
                  <table class="settings">
                    <tbody>
                      ${all.map(changeRow)}
                    </tbody>
                  </table>
                </div>`;
            })}`,
      )}`,
    found: [
      {
        kind: "guide",
        title: "What changed between releases of the gateway",
        address: "settings/changes.html",
        hint: "Settings that were added, removed or changed",
        text: releases.map(({ version }) => version).join(" "),
      },
    ],
  };
}

function changeRow(change: Change): Html {
  const address = settingAddress(change.path).replace("settings/", "");
  return html`<tr>
    <th scope="row"><a href="${address}">${breakable(change.path)}</a></th>
    <td>${detailOf(change)}</td>
  </tr> `;
}

function detailOf(change: Change): Html {
  switch (change.kind) {
    case "added":
      return typeOf(change.now);
    case "removed":
      return typeOf(change.before);
    case "retyped":
      return html`${typeOf(change.before)}
        <span class="arrow" aria-label="now">→</span> ${typeOf(change.now)}`;
    case "default":
      return html`<code>${change.before.default ?? "none"}</code>
        <span class="arrow" aria-label="now">→</span> <code>${change.now.default ?? "none"}</code>`;
  }
}
