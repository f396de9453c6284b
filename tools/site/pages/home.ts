// The first page: what it is, in one picture, and where to go.

import { html, type Html } from "../html.ts";
import type { Page } from "../layout.ts";
import type { Measured } from "../measured.ts";
import { sandboxPicture } from "../picture.ts";
import type { Reference } from "../sources.ts";

const starts: readonly (readonly [title: string, anchor: string, text: string])[] = [
  [
    "NixOS",
    "nixos",
    "A system user of its own, with an empty root and no way to the local network.",
  ],
  ["nix-darwin", "nix-darwin", "A daemon with a hidden user, in a sandbox that denies by default."],
  [
    "home-manager",
    "home-manager",
    "A service of your own user that sees nothing of your home but its own directory.",
  ],
];

export function homePage(reference: Reference, measured: Measured): Page {
  return {
    path: "index.html",
    title: reference.name,
    summary: "An AI gateway as an isolated service, on NixOS, home-manager and nix-darwin.",
    body: html` <div class="hero">
        <h1>Run an AI gateway without handing it your account</h1>
        <p class="lead">
          A gateway acts on what it reads: mail, web pages, chat messages. Under your own account,
          one message that talks its model into something gets your SSH keys, your mail and your
          tokens. These modules run it as an isolated service, and prove each promise on a real
          system.
        </p>
        <p class="go">
          <a class="button" href="guides/quick-start.html">Quick start</a>
          <a href="options.html">All ${String(reference.options.length)} options</a>
        </p>
      </div>
      ${sandboxPicture("promises.html")}
      <ul class="numbers">
        <li><b>${measured.promises}</b> promises, tried inside the sandbox and outside</li>
        <li>
          <b>${measured.directives}</b> directives, each taken away to see whether a proof fails
        </li>
        <li>
          <b>${measured.exposure.inside}</b> exposure by systemd's scale, ${measured.exposure.bare}
          without
        </li>
      </ul>
      <h2 id="start">Three places to run it</h2>
      <ul class="cards three">
        ${starts.map(
          ([title, anchor, text]): Html =>
            html`<li>
              <a href="guides/quick-start.html#${anchor}">${title}</a>
              <p>${text}</p>
            </li>`,
        )}
      </ul>
      <h2 id="what-remains">What remains</h2>
      <p>
        The gateway reaches the internet, its model acts on what it reads, and its memory holds
        every secret that you give it. Give it few. On macOS the sandbox is weaker and has not been
        run on a Mac yet:
        <a href="guides/what-was-run.html">what was run where, and what never was</a>.
      </p>`,
    found: [],
  };
}
