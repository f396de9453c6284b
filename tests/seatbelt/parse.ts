// Reads the text of a sandbox profile as data: symbols, strings, patterns, numbers and lists.
//
// Contract: the profile language is a Scheme; this parser knows only the part that profiles use.
// Anything else (dots, other escapes, a bracket too many) is an error with its line, because
// a test that guesses the system's reading proves nothing.

/** `(a "b" #"c" 1)` */
export type Expression =
  | { readonly kind: "symbol"; readonly name: string; readonly line: number }
  | { readonly kind: "string"; readonly value: string; readonly line: number }
  | { readonly kind: "pattern"; readonly value: string; readonly line: number }
  | { readonly kind: "number"; readonly value: number; readonly line: number }
  /** `'a`: the name itself, not its value. */
  | { readonly kind: "quoted"; readonly name: string; readonly line: number }
  | { readonly kind: "list"; readonly items: readonly Expression[]; readonly line: number };

/** The evaluator does not support the profile. */
export class ProfileError extends Error {
  constructor(message: string, line: number) {
    super(`line ${line}: ${message}`);
    this.name = "ProfileError";
  }
}

type Token =
  | Exclude<Expression, { readonly kind: "list" }>
  | { readonly kind: "open" | "close"; readonly line: number };

const TOKEN =
  /(?<space>\s+|;[^\n]*)|(?<open>\()|(?<close>\))|#"(?<pattern>[^"\n]*)"|"(?<string>(?:[^"\\\n]|\\.)*)"|(?<number>\d+(?=[\s();]|$))|'(?<quoted>[A-Za-z][A-Za-z0-9_*-]*)|(?<symbol>[A-Za-z][A-Za-z0-9_*-]*\??)/uy;

/** The escapes of the only two characters that need one in a string; other escapes have a meaning in Scheme. */
const ESCAPES: Readonly<Record<string, string>> = { "\\\\": "\\", '\\"': '"' };

function unescape(text: string, line: number): string {
  return text.replaceAll(/\\./gu, (escape) => {
    const character = ESCAPES[escape];
    if (character === undefined) throw new ProfileError(`unknown escape ${escape}`, line);
    return character;
  });
}

function tokenOf(groups: Readonly<Record<string, string | undefined>>, line: number): Token {
  const { open, close, pattern, string, number, quoted, symbol } = groups;
  if (open !== undefined) return { kind: "open", line };
  if (close !== undefined) return { kind: "close", line };
  if (pattern !== undefined) return { kind: "pattern", value: pattern, line };
  if (string !== undefined) return { kind: "string", value: unescape(string, line), line };
  if (number !== undefined) return { kind: "number", value: Number(number), line };
  if (quoted !== undefined) return { kind: "quoted", name: quoted, line };
  if (symbol !== undefined) return { kind: "symbol", name: symbol, line };
  throw new ProfileError("empty token", line);
}

function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const token = new RegExp(TOKEN);
  let line = 1;
  while (token.lastIndex < text.length) {
    const start = token.lastIndex;
    const match = token.exec(text);
    if (match?.groups === undefined) {
      throw new ProfileError(`cannot read ${JSON.stringify(text.slice(start, start + 20))}`, line);
    }
    if (match.groups["space"] === undefined) tokens.push(tokenOf(match.groups, line));
    line += match[0].split("\n").length - 1;
  }
  return tokens;
}

/** All expressions at the top of a profile. */
export function parse(text: string): readonly Expression[] {
  const tokens = tokenize(text);
  let position = 0;

  function items(openedAt: number | undefined): readonly Expression[] {
    const found: Expression[] = [];
    for (;;) {
      const token = tokens[position];
      position += 1;
      if (token === undefined) {
        if (openedAt !== undefined) throw new ProfileError("bracket is never closed", openedAt);
        return found;
      }
      switch (token.kind) {
        case "open":
          found.push({ kind: "list", items: items(token.line), line: token.line });
          break;
        case "close":
          if (openedAt === undefined)
            throw new ProfileError("bracket was never opened", token.line);
          return found;
        case "symbol":
        case "string":
        case "pattern":
        case "number":
        case "quoted":
          found.push(token);
      }
    }
  }

  return items(undefined);
}
