// How a key gets into the configuration of its proxy, and what does not.

import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { runShell, withDirectory } from "./run-shell.ts";

const files = ["secrets-systemd", "launch", "outside-key"] as const;

function keep(
  directory: string,
  content: string,
  prefix = "",
): { readonly status: number | null; readonly stderr: string } {
  writeFileSync(join(directory, "key"), content);
  return runShell(
    files,
    `missing_credential=missing-credential-file\nkeep_key opt /keys/k X-Api-Key '${prefix}' line`,
    directory,
    { CREDENTIALS_DIRECTORY: directory },
  );
}

const kept: readonly (readonly [what: string, content: string, prefix: string, line: string])[] = [
  ["a key", "sk-ant-api03-Ab_9~", "", 'proxy_set_header X-Api-Key "sk-ant-api03-Ab_9~";\n'],
  ["a final newline is no part of it", "sk\n", "", 'proxy_set_header X-Api-Key "sk";\n'],
  ["a prefix", "sk", "Bearer ", 'proxy_set_header X-Api-Key "Bearer sk";\n'],
  ["all characters", "aZ09._~+/=:@-", "", 'proxy_set_header X-Api-Key "aZ09._~+/=:@-";\n'],
  [
    "as much as is allowed",
    "x".repeat(3000),
    "",
    `proxy_set_header X-Api-Key "${"x".repeat(3000)}";\n`,
  ],
];

describe("a key becomes one line that its user alone can read", () => {
  test.each(kept)("%s", (_, content, prefix, line) => {
    withDirectory((directory) => {
      expect(keep(directory, content, prefix)).toMatchObject({ status: 0, stderr: "" });
      expect(readFileSync(join(directory, "line"), "utf8")).toBe(line);
      expect(statSync(join(directory, "line")).mode & 0o777).toBe(0o400);
    });
  });
});

const otherThanKey =
  "opt: /keys/k holds something else than one key of at most 3000 letters, digits and ._~+/=:@-, which is all that a key outside of the service may have\n";

const refused: readonly (readonly [what: string, content: string, message: string])[] = [
  ...(
    [
      "",
      " ",
      "a b",
      "a\nb",
      "\na",
      "a\r",
      "a\tb",
      'a"',
      "a'",
      "a\\",
      "a$host",
      "a;",
      "a{",
      "a}",
      "a#",
      "a%",
      "a*",
      "schlüssel",
      "x".repeat(3001),
    ] as const
  ).map((content) => [JSON.stringify(content).slice(0, 30), content, otherThanKey] as const),
  [
    "systemd's fallback for a file that does not exist",
    "missing-credential-file",
    "opt: /keys/k does not exist or cannot be read: create it, or change the option\n",
  ],
];

describe("what is no key is refused, and leaves no file", () => {
  test.each(refused)("%s", (_, content, stderr) => {
    withDirectory((directory) => {
      expect(keep(directory, content)).toMatchObject({ status: 78, stderr });
      expect(() => statSync(join(directory, "line"))).toThrow("ENOENT");
    });
  });
});
