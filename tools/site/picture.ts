// The sandbox as a picture: what the service can reach, and what it cannot. Each line names the rule that keeps it.

import { html, type Html } from "./html.ts";

interface Thing {
  readonly title: string;
  readonly detail: string;
  readonly rule: string;
}

/** What the service on NixOS reaches by default. */
export const reachable: readonly Thing[] = [
  { title: "Its own state", detail: "sessions, workspace, logs", rule: "file-system" },
  { title: "Its secrets", detail: "the few that you give it", rule: "root" },
  { title: "Documents and skills", detail: "to read, not to change", rule: "managed-files" },
  { title: "The Nix store", detail: "programs, to read", rule: "root" },
  { title: "One port", detail: "for its clients", rule: "listening" },
  { title: "The internet", detail: "models and messengers", rule: "egress" },
];

export const unreachable: readonly Thing[] = [
  { title: "Homes", detail: "SSH keys, mail, browsers", rule: "homes" },
  { title: "Other services", detail: "state, sockets, databases", rule: "root" },
  { title: "Other processes", detail: "and their variables", rule: "processes" },
  { title: "The local network", detail: "routers, printers, clouds", rule: "egress" },
  { title: "Devices", detail: "disks, camera, microphone", rule: "devices" },
  { title: "The kernel", detail: "modules, mounts, settings", rule: "kernel" },
  { title: "More privileges", detail: "set-uid, capabilities", rule: "privileges" },
];

const row = 52;
const boxWidth = 196;
const top = 32;

/** The picture in three columns, for wide pages, and in one, for narrow ones. */
export function sandboxPicture(promises: string): Html {
  return html`<figure class="picture">
    ${wide(promises)}${narrow(promises)}
    <figcaption>
      A service on NixOS with the defaults. Each item leads to the rule that keeps it, and to its
      proofs.
    </figcaption>
  </figure>`;
}

function wide(promises: string): Html {
  const height = top + Math.max(reachable.length, unreachable.length) * row + 8;
  const centre = { left: 282, right: 438, middle: top + (height - top - 20) / 2 };
  const yOf = (count: number, index: number): number =>
    top + index * row + ((unreachable.length - count) * row) / 2;
  return html`<svg
    class="for-wide"
    viewBox="0 0 720 ${height}"
    role="group"
    aria-labelledby="picture-wide"
  >
    <title id="picture-wide">${describe()}</title>
    <text class="caption yes" x="1" y="${yOf(reachable.length, 0) - 12}">can reach</text>
    <text class="caption no" x="${720 - boxWidth + 1}" y="${top - 12}">cannot reach</text>
    ${reachable.map((thing, index) => {
      const y = yOf(reachable.length, index);
      return html`<path
          class="way yes"
          d="M${centre.left} ${centre.middle} C ${centre.left - 50} ${centre.middle}, ${boxWidth + 50} ${y + 20}, ${boxWidth + 3} ${y + 20}"
        />${box(thing, 0, y, "yes", promises)}`;
    })}
    ${unreachable.map((thing, index) => {
      const y = yOf(unreachable.length, index);
      const wall = 478;
      return html`<path
          class="way no"
          d="M${centre.right} ${centre.middle} C ${centre.right + 22} ${centre.middle}, ${wall - 24} ${y + 20}, ${wall} ${y + 20}"
        /><path
          class="stop"
          d="M${wall + 5} ${y + 8}v24"
        />${box(thing, 720 - boxWidth, y, "no", promises)}`;
    })}
    ${core(centre.left, centre.middle - 62)}
  </svg>`;
}

function narrow(promises: string): Html {
  const width = 330;
  const half = 160;
  const step = 38;
  const first = 172;
  const rows = Math.max(reachable.length, unreachable.length);
  const right = width - half;
  return html`<svg
    class="for-narrow"
    viewBox="0 0 ${width} ${first + rows * step}"
    role="group"
    aria-labelledby="picture-narrow"
  >
    <title id="picture-narrow">${describe()}</title>
    ${core(width / 2 - 78, 2)}
    <path
      class="way yes"
      d="M${width / 2 - 40} 128 C ${width / 2 - 40} 142, ${half / 2} 134, ${half / 2} 146"
    />
    <path
      class="way no"
      d="M${width / 2 + 40} 128 C ${width / 2 + 40} 142, ${right + half / 2} 134, ${right + half / 2} 146"
    />
    <text class="caption yes" x="${half / 2}" y="162" text-anchor="middle">can reach</text>
    <text class="caption no" x="${right + half / 2}" y="162" text-anchor="middle">
      cannot reach
    </text>
    ${reachable.map(({ title, rule }, index) => box({ title, rule }, 0, first + index * step, "yes", promises, half))}
    ${unreachable.map(({ title, rule }, index) => box({ title, rule }, right, first + index * step, "no", promises, half))}
  </svg>`;
}

function core(x: number, y: number): Html {
  return html`<g class="core"
    ><rect x="${x}" y="${y}" width="156" height="124" rx="10" />
    <text class="title" x="${x + 78}" y="${y + 46}" text-anchor="middle">the gateway</text>
    <text class="detail" x="${x + 78}" y="${y + 70}" text-anchor="middle">a user of its own,</text>
    <text class="detail" x="${x + 78}" y="${y + 87}" text-anchor="middle">an empty root</text></g
  >`;
}

function box(
  { title, detail, rule }: Omit<Thing, "detail"> & { readonly detail?: string },
  x: number,
  y: number,
  kind: "yes" | "no",
  promises: string,
  width = boxWidth,
): Html {
  const height = detail === undefined ? 30 : 42;
  const below =
    detail === undefined
      ? undefined
      : html`<text class="detail" x="${x + 12}" y="${y + 34}">${detail}</text>`;
  return html`<a href="${promises}#${rule}"
    ><g class="thing ${kind}"
      ><rect x="${x + 1}" y="${y}" width="${width - 2}" height="${height}" rx="6" />
      <text class="title" x="${x + 12}" y="${y + (detail === undefined ? 20 : 18)}">${title}</text
      >${below}</g
    ></a
  >`;
}

function describe(): string {
  const names = (things: readonly Thing[]): string =>
    things.map(({ title }) => title.toLowerCase()).join(", ");
  return `The gateway can reach: ${names(reachable)}. It cannot reach: ${names(unreachable)}.`;
}
