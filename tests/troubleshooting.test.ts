// docs/troubleshooting.md has an entry for every message of the modules, the launcher and the command, and none
// that nothing says any more.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

import { tableOf } from "../tools/site/tables.ts";
import { generatedFile } from "./support/generated.ts";
import { type Message, messagesIn } from "./support/messages.ts";

const page = readFileSync(
  fileURLToPath(new URL("../docs/troubleshooting.md", import.meta.url)),
  "utf8",
);

const columns = ["message", "what it means, and what to do"];

/** The parts of messages on the page; `…` stands for anything. */
const entries = page
  .split(/^## /m)
  .filter((part) => part.includes("| message"))
  .flatMap((part) => tableOf(part, columns).map(([message = ""]) => message));

function says({ text }: Message, entry: string): boolean {
  const parts = entry.split("…").map((part) => part.trim());
  let from = 0;
  return parts.every((part) => {
    const at = text.indexOf(part, from);
    from = at + part.length;
    return at >= 0;
  });
}

describe("every message has an entry, and every entry a message", () => {
  const messages = messagesIn(generatedFile("."), "moltbot");

  test("messages are found in every kind of file", () => {
    const files = new Set(messages.map(({ file }) => file.replace(/\/.*/, "")));
    expect([...files].sort()).toEqual(["lib", "moltbot", "python", "shell"]);
    expect(messages.length).toBeGreaterThan(120);
  });

  test("messages without an entry", () => {
    const lacking = messages.filter((message) => !entries.some((entry) => says(message, entry)));
    expect(lacking).toEqual([]);
  });

  test("entries without a message", () => {
    const stale = entries.filter((entry) => !messages.some((message) => says(message, entry)));
    expect(stale).toEqual([]);
  });

  test("no entry stands twice", () => {
    expect(entries).toEqual([...new Set(entries)]);
  });
});
