// The options that the type offers to documentation and editors.

import { describe, expect, it } from "vitest";

import type { JsonValue } from "../../src/json.ts";
import {
  annotated,
  evaluate,
  gatewaySchema,
  missingTools,
  nixJson,
  unlessMissing,
} from "./support.ts";

/** The input of `nixosOptionsDoc` for an option of this type. */
const docList = (schema: JsonValue, transform: string): string => `
  let
    evaluated = lib.evalModules { modules = [
      { options.settings = lib.mkOption {
          type = lib.jsonSchemaType { schema = ${nixJson(schema)}; name = "configuration"; };
          default = { };
          description = "Settings.";
        }; }
    ]; };
    options = lib.optionAttrSetToDocList (removeAttrs evaluated.options [ "_module" ]);
  in ${transform}`;

const brief = `map (option: {
  inherit (option) name type description;
} // lib.optionalAttrs (option ? default) { default = option.default.text; }) options`;

describe.skipIf(missingTools.length > 0)(`documentation${unlessMissing}`, () => {
  it("has an option for every key, with its type and default", () => {
    const schema: JsonValue = {
      type: "object",
      properties: {
        port: { type: "integer", minimum: 1, default: 18789, description: "The port." },
        auth: {
          anyOf: [
            { type: "string" },
            { type: "object", properties: { mode: { enum: ["token", "password"] } } },
          ],
        },
        accounts: {
          type: "object",
          additionalProperties: { type: "object", properties: { name: { type: "string" } } },
        },
        rules: { type: "array", items: { type: "object", properties: { id: { type: "string" } } } },
      },
    };
    expect(evaluate(docList(schema, brief))).toEqual([
      { name: "settings", type: "configuration", description: "Settings.", default: "{ }" },
      {
        name: "settings.accounts",
        type: "an attribute set",
        description: "The setting `accounts`.",
      },
      {
        name: "settings.accounts.<name>",
        type: "an attribute set",
        description: "Any key of `accounts`.",
      },
      {
        name: "settings.accounts.<name>.name",
        type: "a string",
        description: "The setting `name`.",
      },
      {
        name: "settings.auth",
        type: "a string or an attribute set",
        description: "The setting `auth`.",
      },
      {
        name: "settings.auth.mode",
        type: '"token" or "password"',
        description: "The setting `mode`.",
      },
      {
        name: "settings.port",
        type: "an integer of at least 1",
        description: "The port.",
        default: "18789",
      },
      {
        name: "settings.rules",
        type: "a list of items that are each an attribute set",
        description: "The setting `rules`.",
      },
      { name: "settings.rules.*.id", type: "a string", description: "The setting `id`." },
    ]);
  });

  it("unfolds a schema that contains itself once", () => {
    const schema: JsonValue = {
      $defs: {
        tree: {
          type: "object",
          properties: { name: { type: "string" }, child: { $ref: "#/$defs/tree" } },
        },
      },
      $ref: "#/$defs/tree",
    };
    expect(evaluate(docList(schema, "map (option: option.name) options"))).toEqual([
      "settings",
      "settings.child",
      "settings.name",
    ]);
  });

  it("does not look at a schema that is for checking alone", () => {
    const type = `lib.jsonSchemaType {
      schema = throw "looked at";
      documentedSchema = { type = "object"; properties.port.type = "integer"; };
    }`;
    expect(evaluate(`builtins.attrNames ((${type}).getSubOptions [ "settings" ])`)).toEqual([
      "port",
    ]);
  });

  it("gives editors one level at a time", () => {
    // nixd and optnix ask a type for its sub-options, and each of those for its own.
    const gateway = nixJson(annotated(gatewaySchema()).document);
    expect(
      evaluate(`
        let
          type = lib.jsonSchemaType { schema = ${gateway}; };
          top = type.getSubOptions [ "settings" ];
          gateway = top.gateway.type.getSubOptions top.gateway.loc;
        in {
          keys = builtins.attrNames gateway;
          port = { inherit (gateway.port) _type loc name; type = gateway.port.type.description; };
          isOption = lib.isOption gateway.port;
        }`),
    ).toMatchObject({
      keys: expect.arrayContaining(["auth", "bind", "mode", "port"]) as unknown,
      port: {
        _type: "option",
        loc: ["settings", "gateway", "port"],
        name: "settings.gateway.port",
        type: "an integer from 1 to 65535",
      },
      isOption: true,
    });
  });

  it("documents all of the gateway's schema", () => {
    const { document } = annotated(gatewaySchema());
    const names = evaluate(
      docList(
        JSON.parse(JSON.stringify(document)) as JsonValue,
        "map (option: assert builtins.isString option.type; option.name) options",
      ),
    ) as readonly string[];
    expect(names.length).toBeGreaterThan(5000);
    expect(names).toContain("settings.channels.telegram.botToken.source");
    expect(names).toContain("settings.models.providers.<name>.models.*.id");
    expect(new Set(names).size).toBe(names.length);
  });
});
