// All messages that the module and the launcher have for people, found in the generated files. `…` stands for what
// only a configuration or a run knows.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { type NixExpr, parseNix } from "../../src/nix/index.ts";

export interface Message {
  readonly file: string;
  readonly text: string;
}

/** @param root the directory of the generated files */
export function messagesIn(root: string, service: string): readonly Message[] {
  const nixFiles = [
    `${service}/assertions.nix`,
    `${service}/options.nix`,
    ...readdirSync(join(root, "lib"))
      .filter((name) => name.endsWith(".nix"))
      .map((name) => `lib/${name}`),
    ...readdirSync(join(root, "lib/json-schema")).map((name) => `lib/json-schema/${name}`),
    ...["nixos", "home-manager", "darwin"].map((platform) => `${platform}/${service}.nix`),
  ];
  const shellFiles = readdirSync(join(root, "shell")).map((name) => `shell/${name}`);
  const pythonFiles = readdirSync(join(root, "python")).map((name) => `python/${name}`);
  const read = (file: string): string => readFileSync(join(root, file), "utf8");
  return [
    ...nixFiles.flatMap((file) =>
      messagesOfNix(parseNix(withoutComments(read(file)))).map((text) => ({ file, text })),
    ),
    ...[...shellFiles, `${service}/build.sh`, `${service}/validate.sh`].flatMap((file) =>
      messagesOfShell(read(file)).map((text) => ({ file, text })),
    ),
    ...pythonFiles.flatMap((file) => messagesOfPython(read(file)).map((text) => ({ file, text }))),
  ].filter(({ text }) => /\p{L}{3}/u.test(text.replaceAll("…", "")));
}

/** Texts of `message = …`, of `expect`, `refuse`, `throw`, `abort` and `warn`. */
function messagesOfNix(node: NixExpr): readonly string[] {
  const found: string[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) {
      value.forEach(visit);
      return;
    }
    if (typeof value !== "object" || value === null) return;
    if ("kind" in value && value.kind === "call") {
      const { callee, args } = value as Extract<NixExpr, { readonly kind: "call" }>;
      const name =
        callee.kind === "identifier"
          ? callee.name
          : callee.kind === "select"
            ? textOfKey(callee.path.at(-1))
            : "";
      const last = args.at(-1);
      const isAssertion = name === "expect" || name === "refuse";
      if (isAssertion && last !== undefined)
        found.push(...textsOf(last, name === "refuse" ? "… " : ""));
      if (["throw", "abort"].includes(name) && last !== undefined) found.push(...textsOf(last));
      if (name === "warn" && args[0] !== undefined) found.push(...textsOf(args[0]));
    }
    if ("kind" in value && value.kind === "assign" && "path" in value && "value" in value) {
      const path = value.path as readonly unknown[];
      const name = textOfKey(path.at(-1));
      if (name === "message") found.push(...textsOf(value.value as NixExpr));
    }
    Object.values(value).forEach(visit);
  };
  visit(node);
  return found;
}

function textOfKey(key: unknown): string {
  return typeof key === "object" && key !== null && "name" in key ? String(key.name) : "";
}

/** The texts that an expression may be. */
function textsOf(node: NixExpr, before = ""): readonly string[] {
  if (node.kind === "if") {
    return [...textsOf(node.consequent, before), ...textsOf(node.alternative, before)];
  }
  if (node.kind !== "string" && node.kind !== "indentedString") return [];
  const text = node.parts.map((part) => (part.kind === "text" ? part.text : "…")).join("");
  return [`${before}${text}`];
}

/** Texts of `fail "…"`, and of `echo` and `printf` to standard error. */
function messagesOfShell(script: string): readonly string[] {
  const lines = script.replaceAll("\\\n", " ").split("\n");
  return lines.flatMap((line) => {
    const isSaid = /\b(fail|die|complain|refuse)\b/.test(line) || line.includes(">&2");
    if (!isSaid || line.trim().startsWith("#")) return [];
    return [
      ...line.matchAll(
        /(?:fail|die|echo|refuse|'%s\\n'|'(%s[^']{9,})\\n') ?(?:"((?:[^"\\]|\\.)*)")?/g,
      ),
    ].flatMap(([, format, text]) => {
      const said = format ?? text;
      return said === undefined
        ? []
        : [said.replaceAll(/\$\{[^}]*\}|\$\([^)]*\)|\$\w+|%s|\$\d/g, "…")];
    });
  });
}

/** The texts of `end(STATUS, …)`. */
function messagesOfPython(program: string): readonly string[] {
  return [...program.matchAll(/\bend\(\w+, f?"((?:[^"\\]|\\.)*)"/g)].map(([, text = ""]) =>
    text.replaceAll(/\{[^}]*\}/g, "…"),
  );
}

/** The parser knows comments at few places only. */
function withoutComments(text: string): string {
  return text.replace(/^(#.*\n|\n)+/, "").replaceAll(/^ *#.*\n/gm, "");
}
