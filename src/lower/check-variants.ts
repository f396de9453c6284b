// Checks that the values of the option that selects a variant are exactly the variants of the table.

import type { OptionDocs } from "../docs/option-docs.ts";
import { UserError } from "../errors.ts";
import type { IrService } from "../model/service-model.ts";
import { mistake } from "./place.ts";

export function checkVariants(service: IrService, docs: OptionDocs): void {
  const { variants, model } = service;
  if (variants === undefined && model.variant === undefined) return;
  if (variants === undefined || model.variant === undefined) {
    throw new UserError(
      variants === undefined
        ? "the model selects a variant, but there is no table of variants"
        : `nothing selects a row of the table ${variants.name}`,
      {
        option: model.variant?.path.join("."),
        location: docs.service,
        next:
          variants === undefined
            ? "give the service the table: defineService({ variants: … })"
            : "name the option that does: model: (cfg) => ({ variant: cfg.… })",
      },
    );
  }
  const { path } = model.variant;
  const option = service.options.find((candidate) => candidate.path.join() === path.join());
  const received =
    option?.type.kind === "enum" ? option.type.values.map(String).toSorted().join(", ") : undefined;
  const expected = Object.keys(variants.variants).toSorted().join(", ");
  if (received === expected) return;
  throw mistake(
    { path, docs },
    `the values of the option are not the variants of ${variants.name}`,
    {
      expected,
      received: received ?? `a type that is no enum: ${option?.type.kind ?? "none"}`,
      next: "use z.enum() with the table's names",
    },
  );
}
