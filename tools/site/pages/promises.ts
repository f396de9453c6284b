// The promises: each rule with its reason, how each platform keeps it, its proofs with their outcomes on a real
// system, and what happened when each of its directives was taken away.

import type { Rule } from "../../../src/reference/reference-json.ts";
import { html, type Html } from "../html.ts";
import type { Found, Page } from "../layout.ts";
import type { Markdown, Resolve } from "../markdown.ts";
import type { Measured, Mutation } from "../measured.ts";
import { sandboxPicture } from "../picture.ts";
import type { OwnPromise, Reference } from "../sources.ts";

const path = "promises.html";

export function promisesPage(
  reference: Reference,
  own: readonly OwnPromise[],
  measured: Measured,
  markdown: Markdown,
  resolve: Resolve,
): Page {
  const parts = [...new Set(own.map(({ rule }) => rule))];
  return {
    path,
    title: "Promises",
    summary: "What the service is kept from doing, on each platform, and the proofs of it.",
    body: html` <h1>Promises</h1>
      <p class="lead">
        What the service is kept from doing, and how anybody can see that it is. A rule without a
        proof does not compile; a proof that would not notice the loss of its rule is listed as one.
      </p>
      ${sandboxPicture("")}
      <h2 id="numbers">In numbers</h2>
      <p>${measured.occasion}.</p>
      <ul class="numbers">
        <li><b>${reference.rules.length}</b> rules</li>
        <li><b>${measured.promises}</b> promises tried inside</li>
        <li><b>${measured.directives}</b> directives taken away, one by one</li>
      </ul>
      <p>
        Without a directive, the probe of its rule has to fail. ${measured.mutationSummary}. A
        directive that survives says below why it is there.
      </p>
      <h3 id="exposure">Exposure</h3>
      <p>
        <code>systemd-analyze security</code> rates a unit from 0 (closed) to 10 (open), by the
        names of its directives. The same gateway as a unit with a user and nothing else is rated
        ${measured.exposure.bare}.
      </p>
      ${exposureOf(measured)}
      <p>
        What an option relaxes costs something:
        <a href="guides/relaxations.html">Relaxations</a> has the exposure, and the promises given
        up, measured for each.
      </p>
      <h2 id="rules">The rules</h2>
      <p>
        Names of directives are those of systemd.exec(5) and systemd.resource-control(5); on macOS
        the service runs in a Seatbelt sandbox. No Mac has run this yet:
        <a href="guides/what-was-run.html">what was run where</a>.
      </p>
      ${reference.rules.map((rule) => ruleOf(rule, measured, markdown, resolve))}
      <h2 id="facts">Files, secrets and restarts</h2>
      <p>
        These follow from facts about the service. Each was broken on purpose, and its proof had to
        notice: <a href="guides/mutations.html#files-secrets-and-restarts">how</a>.
      </p>
      ${parts.map(
        (part) =>
          html`<h3 id="part-${part}"><code>${part}</code></h3>
            <ul>
              ${own
                .filter(({ rule }) => rule === part)
                .map(({ promise }) => html`<li>${promise}</li>`)}
            </ul>`,
      )}`,
    aside: html`<nav aria-label="Rules" class="toc">
      <h2>Rules</h2>
      <ul>
        ${reference.rules.map(({ id }) => html`<li><a href="#${id}">${id}</a></li>`)}
      </ul>
    </nav>`,
    found: reference.rules.flatMap(foundOf),
  };
}

function exposureOf({ exposure }: Measured): Html {
  const bar = (label: string, value: string, kind: string): Html =>
    html` <div class="bar ${kind}">
      <span class="label">${label}</span
      ><span class="track" aria-hidden="true"
        ><span style="width:${String(Number(value) * 10)}%"></span></span
      ><b>${value}</b>
    </div>`;
  return html`<div class="bars">
    ${bar("with this module", exposure.inside, "yes")}${bar("a user and nothing else", exposure.bare, "no")}
  </div>`;
}

function ruleOf(rule: Rule, measured: Measured, markdown: Markdown, resolve: Resolve): Html {
  const mutations = measured.mutations.filter((mutation) => mutation.rule === rule.id);
  return html` <section class="rule" id="${rule.id}" aria-labelledby="title-${rule.id}">
    <h3 id="title-${rule.id}"><a class="anchor" href="#${rule.id}">${rule.id}</a></h3>
    <div class="why">${markdown.prose(rule.why, resolve)}</div>
    <dl class="platforms">
      ${platformsOf(rule).map(
        ([title, text]) =>
          html`<div>
            <dt>${title}</dt>
            <dd>${text}</dd>
          </div>`,
      )}
    </dl>
    ${rule.proofs.length === 0 ? html`<p class="none">No proof: ${markdownLine(rule.unprovable ?? "")}</p>` : proofsOf(rule, measured)}
    ${mutations.length === 0 ? undefined : mutationsOf(rule, mutations)}
    ${rule.differences.map(
      ({ where, why, lifts }) =>
        html`<p class="difference">
          <b>Less where ${where}:</b> ${lifts.join("; ")}. ${markdownLine(why)}
        </p>`,
    )}
  </section>`;
}

/** How each platform keeps a rule, in the words of the table of promises. */
function platformsOf(rule: Rule): readonly (readonly [string, Html])[] {
  const { directives, cannot, user, seatbelt } = rule;
  const own = user.directives ?? directives;
  const sameDirectives = user.directives === undefined;
  return [
    ["NixOS", html`${listOf(directives)}${limit(cannot)}`],
    [
      "home-manager, Linux",
      html`${sameDirectives ? "the same" : own.length === 0 ? undefined : listOf(own)}${limit(user.cannot)}`,
    ],
    ["nix-darwin", html`${sentence(seatbelt.keptBy)}${limit(seatbelt.cannot)}`],
    [
      "home-manager, macOS",
      html`${seatbelt.agent === undefined ? "the same as nix-darwin" : markdownLine(seatbelt.agent)}`,
    ],
  ];
}

function listOf(names: readonly string[]): Html {
  return html`${names.map((name, index) => html`${index === 0 ? "" : ", "}<code>${name}</code>`)}`;
}

function sentence(text: string | undefined): Html {
  return text === undefined ? html`` : markdownLine(text);
}

function limit(text: string | undefined): Html | undefined {
  return text === undefined
    ? undefined
    : html` <span class="cannot">It cannot ${markdownLine(text)}</span>`;
}

/** Text with code spans. */
function markdownLine(text: string): Html {
  return html`${text
    .split("`")
    .map((part, index) => (index % 2 === 0 ? part : html`<code>${part}</code>`))}`;
}

function proofsOf(rule: Rule, { outcomes }: Measured): Html {
  const rows = rule.proofs.map(({ promise, must, bare }) => {
    const outcome = outcomes.get(`${rule.id}: ${promise}`);
    return html`<tr>
      <th scope="row">${promise}</th>
      <td><code>${outcome?.inside ?? must.join(" or ")}</code></td>
      <td><code>${outcome?.bare ?? bare}</code></td>
    </tr>`;
  });
  return html`<details class="proofs">
    <summary>${rule.proofs.length} ${rule.proofs.length === 1 ? "proof" : "proofs"}</summary>
    <div class="scroll" tabindex="0" role="region" aria-label="Proofs of ${rule.id}">
      <table>
        <thead>
          <tr>
            <th scope="col">tried</th>
            <th scope="col">in the sandbox</th>
            <th scope="col">without</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
  </details>`;
}

function mutationsOf(rule: Rule, mutations: readonly Mutation[]): Html {
  return html`<details class="proofs">
    <summary>
      ${mutations.length} ${mutations.length === 1 ? "directive" : "directives"} taken away
    </summary>
    <div class="scroll" tabindex="0" role="region" aria-label="Directives of ${rule.id}">
      <table>
        <thead>
          <tr>
            <th scope="col">directive</th>
            <th scope="col">result</th>
            <th scope="col">shown by, or reason</th>
          </tr>
        </thead>
        <tbody>
          ${mutations.map(
            ({ directive, result, by }) =>
              html`<tr>
                <th scope="row"><code>${directive}</code></th>
                <td>${result}</td>
                <td>${markdownLine(by)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </details>`;
}

function foundOf(rule: Rule): readonly Found[] {
  const address = `${path}#${rule.id}`;
  const directives = rule.directives.join(" ");
  const promises = rule.proofs.map(({ promise }) => promise).join("; ");
  return [
    {
      kind: "promise",
      title: rule.id,
      address,
      hint: rule.why.slice(0, 120),
      text: `${rule.why} ${directives} ${promises}`,
    },
  ];
}
