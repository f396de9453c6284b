import { expect, test } from "vitest";
import { BugError, formatUserError, together, UserError } from "../src/errors.ts";

const formatted: readonly (readonly [string, { given: UserError; want: string }])[] = [
  ["a message alone", { given: new UserError("no such option"), want: "error: no such option" }],
  [
    "every fact, in reading order",
    {
      given: new UserError("wrong default", {
        next: "write a number",
        received: '"one"',
        expected: "a number",
        location: { file: "schema/options/gateway.ts", line: 3 },
        option: "gateway.port",
      }),
      want: [
        "error: wrong default",
        "  option:   gateway.port",
        "  at:       schema/options/gateway.ts:3",
        "  expected: a number",
        '  received: "one"',
        "  next:     write a number",
      ].join("\n"),
    },
  ],
  [
    "facts that are not known leave no line",
    {
      given: new UserError("wrong default", { option: undefined, next: "write a number" }),
      want: "error: wrong default\n  next:     write a number",
    },
  ],
  [
    "the source below the place, which has a column",
    {
      given: new UserError("wrong", {
        location: { file: "a.ts", line: 3, column: 5 },
        excerpt: "3 | a: b\n  |    ^",
        received: "b",
      }),
      want: [
        "error: wrong",
        "  at:       a.ts:3:5",
        "            3 | a: b",
        "              |    ^",
        "  received: b",
      ].join("\n"),
    },
  ],
  [
    "several, one after the other, and their number",
    {
      given: together(new UserError("one", { next: "go" }), [new UserError("two")]),
      want: "error: one\n  next:     go\n\nerror: two\n\n2 errors",
    },
  ],
];

test.each(formatted)("formatUserError: %s", (_name, { given, want }) => {
  expect(formatUserError(given)).toBe(want);
});

test("a bug says that it is one", () => {
  expect(new BugError("no printer for x").message).toBe(
    "no printer for x (this is a bug in nixmodgen)",
  );
});
