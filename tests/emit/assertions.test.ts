// The library's own assertions in a module. tests/eval evaluates them.

import { describe, expect, test } from "vitest";
import { emitAllAssertions } from "../../src/emit/assertions.ts";
import { platforms } from "../../src/model/platform.ts";
import { printNix } from "../../src/nix/index.ts";
import { named, not, reference } from "../../src/schema/build-expression.ts";
import { credential } from "../../src/schema/define-option.ts";
import { emitExpression, scopeOf } from "../../src/emit/emit-expression.ts";
import { lowerWith } from "../lower/service.ts";

const service = lowerWith({ options: { keyFile: credential({ variable: "API_KEY" }) } });

describe.each(platforms)("on %s", (platform) => {
  const text = printNix(emitAllAssertions(service, platform, { assertions: [] }));

  test("no variable may be set that a credential with an option is exported as", () => {
    // In `environment` and in `credentials`, for each instance, whether or not the option is set.
    expect(text).toMatch(/names = lib\.attrNames instance\.names;/);
    expect(text).toMatch(/names = lib\.attrNames instance\.credentials;/);
    expect(text).toMatch(/lib\.elem variable names\)? \(?\s*secretOptions/);
    expect(text).toContain("${variable} is made of `${option}`");
  });
});

test("a named expression is defined once, and written out where nothing defines it", () => {
  const files = reference<readonly string[]>(["files"]);
  const some = named(
    "some",
    "Files of a kind.",
    files.filter((file) => file.hasPrefix("/a")),
  );
  const using = lowerWith({
    model: {
      assertions: [
        { option: files, holds: not(some.isEmpty()), message: "none" },
        { option: files, offenders: some.filter((file) => not(file.is("/a"))), complaint: "wrong" },
      ],
    },
  });
  const text = printNix(emitAllAssertions(using, "nixos", { assertions: [] }));
  const definition = 'some = lib.filter (lib.hasPrefix "/a") instance.files;';
  expect(text.split(definition)).toHaveLength(2);
  expect(text).toContain("# Files of a kind.");
  expect(text).toContain("(some != [ ])");
  expect(text.match(/\bsome\b/g)).toHaveLength(3);
  expect(printNix(emitExpression(some.node, scopeOf(using, "instance"))).trim()).toBe(
    'lib.filter (lib.hasPrefix "/a") instance.files',
  );
});
