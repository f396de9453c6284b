// A program for the gateway's own Node: validates many configurations in one process.
//
// Contract: calls the functions that the gateway's command `config validate` calls, in the way it
// does, for each configuration of the JSON list in the file LIST, and prints a JSON list of
// { valid, issues, warnings }. The environment (OPENCLAW_CONFIG_PATH) names the file that the gateway
// reads as its configuration; the program writes it anew for each.
//
// usage: node validate-configs.ts DIST LIST     (DIST: the folder `dist` of the gateway's package)

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [dist = "", list = ""] = process.argv.slice(2);
const configFile = process.env["OPENCLAW_CONFIG_PATH"] ?? "";

type Call = (argument: unknown) => unknown;

/** A function that a file of the package exports under its own name. */
async function exported(file: string, name: string): Promise<Call> {
  const module: unknown = await import(pathToFileURL(join(dist, file)).href);
  const value: unknown =
    typeof module === "object" && module !== null ? Reflect.get(module, name) : undefined;
  if (typeof value !== "function") throw new Error(`${file} exports no function ${name}`);
  return (argument) => Reflect.apply(value, undefined, [argument]) as unknown;
}

/** The file that the command imports the function from; its name ends with a hash. */
function validationFile(): string {
  const command = readdirSync(dist).find(
    (file) =>
      /^config-cli-\w+\.mjs$/.test(file) &&
      readFileSync(join(dist, file), "utf8").includes("async function runConfigValidate("),
  );
  const text = readFileSync(join(dist, command ?? ""), "utf8");
  const file = /finishConfigValidationForCli \} = await import\("\.\/([^"]+)"\)/.exec(text)?.[1];
  if (file === undefined) throw new Error(`cannot find what config validate calls in ${dist}`);
  return file;
}

const read = await exported("config/config.js", "readConfigFileSnapshotWithPluginMetadata");
const finish = await exported(validationFile(), "finishConfigValidationForCli");

const configs: unknown = JSON.parse(readFileSync(list, "utf8"));
const answers: unknown[] = [];
for (const config of Array.isArray(configs) ? (configs as readonly unknown[]) : []) {
  writeFileSync(configFile, JSON.stringify(config));
  answers.push(await finish(await read({ observe: false, prepareValidation: "strict" })));
}
const answersText = JSON.stringify(answers, (key, value: unknown) =>
  // The rest of an answer is the configuration itself.
  key === "" || /^(\d+|valid|issues|warnings|path|message)$/.test(key) ? value : undefined,
);
writeFileSync(`${list}.answers`, answersText);
// The gateway's modules keep the process alive.
process.exit(0);
