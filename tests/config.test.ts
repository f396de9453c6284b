// Mistakes in the configuration and in the files it names. Each runs the real command, because the way to load
// a TypeScript module depends on the process.

import { describe, expect, test } from "vitest";
import { runCli, stubProject, temporaryDirectory, type Tree } from "./output/project.ts";

const project = stubProject({ "a.json": "1" });

function without(path: string): Tree {
  return Object.fromEntries(Object.entries(project).filter(([name]) => name !== path));
}

function withConfig(text: string): Tree {
  return { ...project, "nixmodgen.config.ts": text };
}

function withSchema(text: string): Tree {
  return { ...project, "schema/demo.ts": text };
}

const accepted: readonly (readonly [string, { tree: Tree; args?: readonly string[] }])[] = [
  ["the least", { tree: project }],
  [
    "a nested output directory",
    {
      tree: withConfig('export default { output: "./generated/", services: ["schema/demo.ts"] };'),
    },
  ],
  [
    "a configuration of another name, elsewhere",
    {
      tree: Object.fromEntries(
        Object.entries(project).map(([path, text]) => [
          path === "package.json"
            ? path
            : `sub/${path.replace("nixmodgen.config.ts", "other.config.ts")}`,
          text,
        ]),
      ),
      args: ["--config", "sub/other.config.ts"],
    },
  ],
];

test.each(accepted)("accepts %s", (_name, { tree, args = [] }) => {
  const { status, stderr } = runCli(temporaryDirectory(tree), ["generate", ...args]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});

const mistakes: readonly (readonly [
  string,
  { tree: Tree; args?: readonly string[]; want: string },
])[] = [
  [
    "no configuration",
    {
      tree: without("nixmodgen.config.ts"),
      want: `error: configuration file nixmodgen.config.ts not found, neither here nor in a directory above
  next:     run the command where nixmodgen.config.ts is, or name the file with --config
`,
    },
  ],
  [
    "no configuration where --config says",
    {
      tree: project,
      args: ["--config", "sub/other.ts"],
      want: `error: configuration file sub/other.ts not found
  next:     name an existing file with --config
`,
    },
  ],
  [
    "a configuration that is a directory",
    {
      tree: project,
      args: ["--config", "schema"],
      want: `error: configuration file schema is a directory
  next:     name the file in it, for example schema/nixmodgen.config.ts
`,
    },
  ],
  [
    "a configuration that is no TypeScript",
    {
      tree: { ...project, "README.md": "# It" },
      args: ["--config", "README.md"],
      want: `error: README.md is not a TypeScript file
  expected: a file whose name ends in .ts
  next:     name nixmodgen.config.ts, or leave --config out: it is found from any directory below it
`,
    },
  ],
  [
    "a schema file that is no TypeScript",
    {
      tree: {
        ...withConfig('export default { output: "generated", services: ["README.md"] };'),
        "README.md": "# It",
      },
      want: `error: README.md is not a TypeScript file
  at:       nixmodgen.config.ts:1
  expected: a file whose name ends in .ts
  next:     correct "services"
`,
    },
  ],
  [
    "an import of something that is no code",
    {
      tree: {
        ...withSchema('import x from "../README.md";\nexport default x;\n'),
        "README.md": "# It",
      },
      want: `error: schema/demo.ts imports README.md, which is not code
  expected: a file whose name ends in .ts, .js or .json
`,
    },
  ],
  [
    "a syntax error",
    {
      tree: withConfig("export default {\n  output: = 1,\n};\n"),
      want: `error: syntax error: Unexpected "="
  at:       nixmodgen.config.ts:2
`,
    },
  ],
  [
    "no default export",
    {
      tree: withConfig('export const config = { output: "generated" };'),
      want: `error: nixmodgen.config.ts has no default export
  next:     add \`export default …\` to it
`,
    },
  ],
  [
    "a default export of another kind",
    {
      tree: withConfig('export default "generated";'),
      want: `error: the default export of nixmodgen.config.ts is not a configuration
  expected: defineConfig({ output: …, services: […] })
  received: 'generated'
`,
    },
  ],
  [
    "a default export that is null",
    {
      tree: withConfig("export default null;"),
      want: `error: the default export of nixmodgen.config.ts is not a configuration
  expected: defineConfig({ output: …, services: […] })
  received: null
`,
    },
  ],
  [
    "an unknown key that looks like a known one",
    {
      tree: withConfig(
        'export default {\n  output: "generated",\n  service: ["schema/demo.ts"],\n  services: ["schema/demo.ts"],\n};\n',
      ),
      want: `error: unknown key "service" in nixmodgen.config.ts
  at:       nixmodgen.config.ts:3
  expected: output, services, released, breaks, platforms, outputs, command
  next:     did you mean "services"?
`,
    },
  ],
  [
    "a known key misspelt, and so missing",
    {
      tree: withConfig(
        'export default {\n  outptu: "generated",\n  services: ["schema/demo.ts"],\n};\n',
      ),
      want: `error: unknown key "outptu" in nixmodgen.config.ts
  at:       nixmodgen.config.ts:2
  expected: output, services, released, breaks, platforms, outputs, command
  next:     did you mean "output"?
`,
    },
  ],
  [
    "a release that is not there",
    {
      tree: withConfig(
        'export default {\n  output: "generated",\n  services: ["schema/demo.ts"],\n  released: "released/1.0.0",\n};\n',
      ),
      want: `error: directory released/1.0.0 not found
  at:       nixmodgen.config.ts:4
  expected: a directory with the interfaces of the last release, for example "released/1.0.0"
  next:     correct "released", or leave it out until something is released
`,
    },
  ],
  [
    "reasons that are no texts",
    {
      tree: withConfig(
        'export default {\n  output: "generated",\n  services: ["schema/demo.ts"],\n  breaks: ["all"],\n};\n',
      ),
      want: `error: "breaks" in nixmodgen.config.ts is not valid
  at:       nixmodgen.config.ts:4
  expected: reasons by names of options, for example { "services.hello.port": "…" }
  received: [ 'all' ]
`,
    },
  ],
  [
    "an unknown key like no other",
    {
      tree: withConfig(
        'export default {\n  output: "generated",\n  services: ["schema/demo.ts"],\n  "x.y": 1,\n};\n',
      ),
      want: `error: unknown key "x.y" in nixmodgen.config.ts
  at:       nixmodgen.config.ts:4
  expected: output, services, released, breaks, platforms, outputs, command
  next:     remove it
`,
    },
  ],
  [
    "a key missing",
    {
      tree: withConfig('export default { output: "generated" };'),
      want: `error: "services" in nixmodgen.config.ts is missing
  at:       nixmodgen.config.ts:1
  expected: a list of schema files, for example ["schema/hello.ts"]
`,
    },
  ],
  [
    "no services",
    {
      tree: withConfig('export default {\n  output: "generated",\n  services: [],\n};\n'),
      want: `error: "services" in nixmodgen.config.ts is not valid
  at:       nixmodgen.config.ts:3
  expected: a list of schema files, for example ["schema/hello.ts"]
  received: []
`,
    },
  ],
  [
    "services of another type",
    {
      tree: withConfig('export default { output: "generated", services: "schema/demo.ts" };'),
      want: `error: "services" in nixmodgen.config.ts is not valid
  at:       nixmodgen.config.ts:1
  expected: a list of schema files, for example ["schema/hello.ts"]
  received: 'schema/demo.ts'
`,
    },
  ],
  ...["", ".", "/tmp/out", "../out", "a/../../out"].map(
    (output) =>
      [
        `the output directory ${JSON.stringify(output)}`,
        {
          tree: withConfig(`export default { output: "${output}", services: ["schema/demo.ts"] };`),
          want: `error: "output" in nixmodgen.config.ts is not valid
  at:       nixmodgen.config.ts:1
  expected: a directory below the configuration file, for example "generated"
  received: '${output}'
`,
        },
      ] as const,
  ),
  [
    "a platform that does not exist",
    {
      tree: withConfig(
        'export default {\n  output: "generated",\n  services: ["schema/demo.ts"],\n  platforms: ["nixos", "macos"],\n};\n',
      ),
      want: `error: "platforms" in nixmodgen.config.ts is not valid
  at:       nixmodgen.config.ts:4
  expected: a list of nixos, home-manager, darwin
  received: [ 'nixos', 'macos' ]
`,
    },
  ],
  [
    "no platform of the service",
    {
      tree: {
        ...withConfig(
          'export default { output: "generated", services: ["schema/demo.ts"], platforms: ["darwin"] };',
        ),
        "schema/demo.ts":
          'export default { kind: "service", name: "demo", platforms: ["nixos", "home-manager"] };',
      },
      want: `error: schema/demo.ts is for none of the platforms of nixmodgen.config.ts
  expected: one of darwin
  received: nixos, home-manager
  next:     add one of the service's platforms to "platforms", or remove the file from "services"
`,
    },
  ],
  [
    "an output that does not exist",
    {
      tree: withConfig(
        'export default { output: "generated", services: ["schema/demo.ts"], outputs: ["tests"] };',
      ),
      want: `error: "outputs" in nixmodgen.config.ts is not valid
  at:       nixmodgen.config.ts:1
  expected: a list of modules, vm-tests, json-schema, promises, reference, interface
  received: [ 'tests' ]
`,
    },
  ],
  [
    "a command that would end the comment it stands in",
    {
      tree: withConfig(
        'export default { output: "generated", services: ["schema/demo.ts"], command: "make\\n{ }" };',
      ),
      want: `error: "command" in nixmodgen.config.ts is not valid
  at:       nixmodgen.config.ts:1
  expected: the command that generates, for example "npm run generate"
  received: 'make\\n{ }'
`,
    },
  ],
  [
    "a schema file that is not there",
    {
      tree: without("schema/demo.ts"),
      want: `error: schema file schema/demo.ts not found
  at:       nixmodgen.config.ts:3
  next:     correct "services"; its paths are relative to the configuration file
`,
    },
  ],
  [
    "a schema file listed twice",
    {
      tree: withConfig(
        'export default { output: "generated", services: ["schema/demo.ts", "./schema/demo.ts"] };',
      ),
      want: `error: schema file schema/demo.ts is listed twice
  at:       nixmodgen.config.ts:1
  next:     remove one of the two from "services"
`,
    },
  ],
  [
    "no tsconfig.json",
    {
      tree: without("tsconfig.json"),
      want: `error: no tsconfig.json beside nixmodgen.config.ts
  next:     create one: schema files are read the way TypeScript reads them
`,
    },
  ],
  [
    "a package that is not of ES modules",
    {
      tree: { ...project, "package.json": "{}" },
      want: `error: nixmodgen.config.ts is not loaded as an ES module
  next:     add "type": "module" to the package.json beside it
`,
    },
  ],
  [
    "a schema that is no service",
    {
      tree: withSchema('export default { name: "demo" };'),
      want: `error: the default export of schema/demo.ts is not a service
  expected: export default defineService({ … })
  received: { name: 'demo' }
`,
    },
  ],
  [
    "a schema without a default export",
    {
      tree: withSchema("export const demo = 1;"),
      want: `error: schema/demo.ts has no default export
  next:     add \`export default …\` to it
`,
    },
  ],
  [
    "a syntax error in a file a schema imports",
    {
      tree: {
        ...withSchema('import { x } from "./options.ts";\nexport default x;\n'),
        "schema/options.ts": "export const x = 1;\nconst = 2;\n",
      },
      want: `error: syntax error: Expected identifier but found "="
  at:       schema/options.ts:2
`,
    },
  ],
  [
    "an import of a file that is not there",
    {
      tree: withSchema('import { x } from "./options.ts";\nexport default x;\n'),
      want: `error: schema/demo.ts imports schema/options.ts, which does not exist
  next:     correct the path in the import
`,
    },
  ],
  [
    "an import of a package that is not installed",
    {
      tree: withSchema('import { x } from "left-pad-of-old";\nexport default x;\n'),
      want: `error: schema/demo.ts imports left-pad-of-old, which does not exist
  next:     install the package left-pad-of-old
`,
    },
  ],
  [
    "an import of a name that is not exported",
    {
      tree: {
        ...withSchema('import { y } from "./options.ts";\nexport default y;\n'),
        "schema/options.ts": "export const x = 1;\n",
      },
      want: `error: schema/demo.ts cannot be imported: The requested module './options.ts' does not provide an export named 'y'
`,
    },
  ],
  [
    "two services of the same name",
    {
      tree: {
        ...withConfig(
          'export default { output: "generated", services: ["schema/demo.ts", "schema/copy.ts"] };',
        ),
        "schema/demo.ts": 'export default { kind: "service", name: "demo" };',
        "schema/copy.ts": 'export default { kind: "service", name: "demo" };',
      },
      want: `error: two services have the name demo
  received: schema/demo.ts and schema/copy.ts
  next:     give each service a name of its own
`,
    },
  ],
  [
    "a schema that throws",
    {
      tree: withSchema(
        "interface Row {\n  readonly port: number;\n}\nconst row = null as unknown as Row;\nexport default row.port;\n",
      ),
      want: `error: schema/demo.ts throws TypeError: Cannot read properties of null (reading 'port')
  at:       schema/demo.ts:5
`,
    },
  ],
];

describe("a mistake is told with the file and what to do", () => {
  test.each(mistakes)("%s", (_name, { tree, args = [], want }) => {
    const root = temporaryDirectory(tree);
    expect(runCli(root, ["generate", ...args])).toEqual({ status: 1, stdout: "", stderr: want });
  });
});
