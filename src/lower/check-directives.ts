// Checks the values of directives that have a fixed set or form of values. systemd ignores a value that it does
// not know, with a line in the journal, and the service then runs without that directive.

import type { OptionDocs } from "../docs/option-docs.ts";
import { UserError } from "../errors.ts";
import { type Directives, directiveChoices } from "../model/directives.ts";
import { type ExpNode, isExp } from "../model/expression.ts";
import type { IrService } from "../model/service-model.ts";

export function checkDirectives({ model }: IrService, docs: OptionDocs): void {
  for (const { id, directives, user } of model.confinement) {
    check(directives, `the rule ${id}`, docs);
    check(user.directives ?? {}, `the rule ${id} under a user's systemd`, docs);
  }
}

function check(directives: Directives, owner: string, { service: location }: OptionDocs): void {
  for (const [name, value] of Object.entries(directives)) {
    const form = forms.get(name);
    const wrong = form && literalsIn(value).find((literal) => !form.accepts(literal));
    if (form === undefined || wrong === undefined) continue;
    const received = typeof wrong === "string" ? wrong : JSON.stringify(wrong);
    throw new UserError(`${name} of ${owner} cannot be ${received}`, {
      location,
      expected: form.expected,
      next: "correct it: systemd would ignore it",
    });
  }
}

interface Form {
  readonly accepts: (value: unknown) => boolean;
  readonly expected: string;
}

const octal: Form = {
  accepts: (value) => typeof value === "string" && /^[0-7]{3,4}$/.test(value),
  expected: 'octal digits, for example "0077"',
};

const forms: ReadonlyMap<string, Form> = new Map<string, Form>([
  ...Object.entries(directiveChoices).map(([name, choices]): readonly [string, Form] => [
    name,
    {
      accepts: (value) =>
        (Array.isArray(value) ? value : [value]).every((one) =>
          choices.some((choice) => choice === one),
        ),
      expected: choices.map((choice) => JSON.stringify(choice)).join(", "),
    },
  ]),
  ["UMask", octal],
  ["RuntimeDirectoryMode", octal],
  [
    "OOMScoreAdjust",
    {
      accepts: (value) =>
        typeof value === "number" && Number.isInteger(value) && Math.abs(value) <= 1000,
      expected: "a whole number from -1000 to 1000",
    },
  ],
]);

/** The possible values of a directive, as far as the schema writes them as literals. */
function literalsIn(value: unknown): readonly unknown[] {
  return isExp(value) ? literalsOf(value.node) : [value];
}

function literalsOf(node: ExpNode): readonly unknown[] {
  if (node.kind === "literal") return [node.value];
  if (node.kind === "if") return [...literalsOf(node.then), ...literalsOf(node.else)];
  const isWritten = node.kind === "text" && node.parts.every((part) => typeof part === "string");
  return isWritten ? [node.parts.join("")] : [];
}
