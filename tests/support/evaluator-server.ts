// Shares the evaluators of the process that runs the tests with its workers, over a Unix socket.
//
// A question is one line, a JSON record of expressions by name; the answer is one line, their reports by the same names.

import { mkdtempSync, rmSync } from "node:fs";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import type { Evaluators, Report } from "./evaluators.ts";

/** The environment variable with the socket's path, for workers. */
export const serverVariable = "NIXMODGEN_EVALUATORS";

type Expressions = Readonly<Record<string, string>>;
type Reports = Readonly<Record<string, Report>>;

export interface RunningServer {
  readonly path: string;
  readonly close: () => void;
}

/** @param start called at the first question */
export function serveEvaluators(start: () => Evaluators): RunningServer {
  const directory = mkdtempSync(join(tmpdir(), "nixmodgen-server-"));
  const path = join(directory, "socket");
  let evaluators: Evaluators | undefined;
  const answer = async (expressions: Expressions): Promise<Reports> => {
    const all = (evaluators ??= start());
    const reports = Object.entries(expressions).map(
      async ([name, expression]) => [name, await all.evaluate(expression)] as const,
    );
    return Object.fromEntries(await Promise.all(reports));
  };
  const server: Server = createServer((socket: Socket) => {
    // A worker that ends early needs no answer.
    socket.on("error", () => undefined);
    createInterface(socket).once("line", (line) => {
      void answer(JSON.parse(line) as Expressions).then((reports) => {
        socket.end(`${JSON.stringify(reports)}\n`);
      });
    });
  });
  server.listen(path);
  return {
    path,
    close: () => {
      server.close();
      evaluators?.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export function askServer(path: string, expressions: Expressions): Promise<Reports> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    socket.once("error", reject);
    let text = "";
    socket.setEncoding("utf8").on("data", (part) => {
      text += String(part);
    });
    socket.once("end", () => {
      if (text === "") reject(new Error("the evaluators ended early"));
      else resolve(JSON.parse(text) as Reports);
    });
    socket.write(`${JSON.stringify(expressions)}\n`);
  });
}
