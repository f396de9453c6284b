// HTML as values: text in a template is escaped, only HTML is not.

export interface Html {
  readonly kind: "html";
  readonly text: string;
}

export type Part = Html | string | number | undefined | readonly Part[];

/** HTML that another program made, or that is known to be whole. */
export function raw(text: string): Html {
  return { kind: "html", text };
}

export function html(template: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const pieces = template.raw.map((piece, index) => `${piece}${textOf(parts[index])}`);
  return raw(pieces.join(""));
}

function textOf(part: Part): string {
  if (part === undefined) return "";
  if (typeof part === "string") return escapeHtml(part);
  if (typeof part === "number") return String(part);
  if ("kind" in part) return part.text;
  return part.map(textOf).join("");
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** The fragment of a URL for a heading or a name. */
export function slugOf(text: string): string {
  const slug = text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, "-")
    .replaceAll(/^-|-$/g, "");
  return slug === "" ? "part" : slug;
}
