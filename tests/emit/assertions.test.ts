// The library's own assertions in a module. tests/eval evaluates them.

import { describe, expect, test } from "vitest";
import { emitAllAssertions } from "../../src/emit/assertions.ts";
import { platforms } from "../../src/model/platform.ts";
import { printNix } from "../../src/nix/index.ts";
import { credential } from "../../src/schema/define-option.ts";
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
