// Requests in the form of a table: an operation and, in one text, its subject.

import { type Endpoint, type Request } from "./evaluator.ts";
import { subjectOf } from "./operations.ts";

function endpointOf(protocol: string | undefined, address: string | undefined): Endpoint {
  const [, host, port] = /^\[?([0-9a-f:.]+?)\]?:(\d+)$/u.exec(address ?? "") ?? [];
  if ((protocol !== "tcp" && protocol !== "udp") || host === undefined) {
    throw new Error(`expected tcp or udp and an address with a port, not ${address ?? "nothing"}`);
  }
  return { protocol, host, port: Number(port) };
}

/** "/a/socket", "control com.apple.netsrc", "remote tcp 127.0.0.1:80" */
function connectionTo(text: string): Partial<Request> {
  const [kind, first, second] = text.split(" ");
  if (text.startsWith("/")) return { path: text };
  if (kind === "control" && first !== undefined) return { control: first };
  if (kind === "local") return { local: endpointOf(first, second) };
  if (kind === "remote") return { remote: endpointOf(first, second) };
  throw new Error(`no connection: ${text}`);
}

function processOf(text: string): NonNullable<Request["process"]> {
  if (text === "self" || text === "child" || text === "other") return text;
  throw new Error(`no process: ${text}`);
}

/** "AF_UNIX", "AF_SYSTEM 2" */
function socketOf(text: string): NonNullable<Request["socket"]> {
  const [domain = "", protocol] = text.split(" ");
  return protocol === undefined ? { domain } : { domain, protocol: Number(protocol) };
}

/** "/path", or "/path with <extension>" */
function fileAt(text: string): Partial<Request> {
  const [path = "", extension] = text.split(" with ");
  return extension === undefined ? { path } : { path, extensions: [extension] };
}

function subjectFrom(operation: string, text: string): Partial<Request> {
  const subject = subjectOf(operation);
  switch (subject) {
    case "path":
      return fileAt(text);
    case "process":
      return { process: processOf(text) };
    case "connection":
      return connectionTo(text);
    case "service":
      return { service: text };
    case "sysctl":
      return { sysctl: text };
    case "posix-object":
      return { posixObject: text };
    case "socket-kind":
      return { socket: socketOf(text) };
    case "nothing":
      return {};
    case undefined:
      throw new Error(`${operation} cannot be asked for`);
  }
}

export function requestOf(operation: string, subject: string): Request {
  return { operation, ...subjectFrom(operation, subject) };
}
