// The filters of a sandbox profile, which decide to what a rule applies.
//
// Contract: `compileFilter` checks a filter completely when the profile is read, so that it also finds mistakes
// in rules that no request reaches. It refuses unknown filters.

import { type Expression, ProfileError } from "./parse.ts";

/** One end of a connection. Hosts are addresses, because names never reach the kernel. */
export interface Endpoint {
  readonly protocol: "tcp" | "udp";
  readonly host: string;
  readonly port: number;
}

/** An operation and its subject. An operation on a file has a path, a connection one of three subjects. */
export interface Request {
  readonly operation: string;
  /** Real path of a file, a program, or a socket that is a file. */
  readonly path?: string;
  /** Rights that the system has given for the file, such as "com.apple.sandbox.pty". */
  readonly extensions?: readonly string[];
  readonly process?: "self" | "child" | "other";
  readonly local?: Endpoint;
  readonly remote?: Endpoint;
  /** A part of the kernel, addressed like a connection. */
  readonly control?: string;
  readonly service?: string;
  readonly sysctl?: string;
  /** The name of shared memory or of a semaphore. */
  readonly posixObject?: string;
  readonly socket?: { readonly domain: string; readonly protocol?: number };
}

export type Filter = (request: Request) => boolean;

type List = Extract<Expression, { readonly kind: "list" }>;

function refuse(expression: Expression, message: string): never {
  throw new ProfileError(message, expression.line);
}

/** The name of a list and its arguments. */
export function call(expression: Expression): {
  readonly name: string;
  readonly args: readonly Expression[];
} {
  const [head, ...args] = expression.kind === "list" ? expression.items : [];
  if (head?.kind !== "symbol") return refuse(expression, "expected (name ...)");
  return { name: head.name, args };
}

function text(list: List, args: readonly Expression[]): string {
  const [only] = args;
  if (args.length !== 1 || only?.kind !== "string") return refuse(list, "expected one string");
  return only.value;
}

function symbol(list: List, args: readonly Expression[], known: readonly string[]): string {
  const [only] = args;
  if (args.length !== 1 || only?.kind !== "symbol" || !known.includes(only.name)) {
    return refuse(list, `expected one of ${known.join(", ")}`);
  }
  return only.name;
}

/** Refuses a path that the kernel would never report: a filter with it could not match. */
function realPath(list: List, args: readonly Expression[]): string {
  const path = text(list, args);
  if (!path.startsWith("/")) return refuse(list, `${path} is not absolute`);
  if (path.includes("${")) return refuse(list, `${path} has a variable`);
  return path;
}

function subpath(list: List, args: readonly Expression[]): Filter {
  const root = realPath(list, args);
  if (root !== "/" && root.endsWith("/")) return refuse(list, `${root} ends with a slash`);
  return ({ path }) =>
    path !== undefined && (path === root || path.startsWith(root === "/" ? root : `${root}/`));
}

/** Patterns that mean the same in POSIX and in JavaScript. */
const COMMON_PATTERN = /^\^(?:[A-Za-z0-9/_-]|\\\.|\[[A-Za-z0-9-]+\]\+?)*\$$/u;

function regex(list: List, args: readonly Expression[]): Filter {
  const [only] = args;
  if (args.length !== 1 || only?.kind !== "pattern" || !COMMON_PATTERN.test(only.value)) {
    return refuse(list, "expected one pattern from ^ to $ without groups");
  }
  const pattern = new RegExp(only.value, "u");
  return ({ path }) => path !== undefined && pattern.test(path);
}

const isVersion6 = (host: string): boolean => host.includes(":");
const isLoopback = (host: string): boolean => /^127\.|^::1$/u.test(host);

const PROTOCOLS: Readonly<Record<string, (endpoint: Endpoint) => boolean>> = {
  ip: () => true,
  ip4: ({ host }) => !isVersion6(host),
  ip6: ({ host }) => isVersion6(host),
  tcp: ({ protocol }) => protocol === "tcp",
  udp: ({ protocol }) => protocol === "udp",
};

/** `(local tcp "localhost:80")`, `(remote ip4 "*:*")`: the language knows only these two hosts. */
function endpoint(end: "local" | "remote", list: List, args: readonly Expression[]): Filter {
  const [protocol, address, ...more] = args;
  const isProtocol =
    protocol?.kind === "symbol" && Object.hasOwn(PROTOCOLS, protocol.name)
      ? PROTOCOLS[protocol.name]
      : undefined;
  const parts =
    address?.kind === "string" ? /^(\*|localhost):(\*|[1-9]\d{0,4})$/u.exec(address.value) : null;
  const [, host, port] = parts ?? [];
  if (isProtocol === undefined || host === undefined || port === undefined || more.length > 0) {
    return refuse(list, `expected (${end} ip "localhost:80"), with * for any host or port`);
  }
  return ({ [end]: actual }) =>
    actual !== undefined &&
    isProtocol(actual) &&
    (host === "*" || isLoopback(actual.host)) &&
    (port === "*" || Number(port) === actual.port);
}

/** The processes that a target stands for. A child is in its parent's sandbox. */
const TARGETS: Readonly<Record<string, readonly Request["process"][]>> = {
  self: ["self"],
  children: ["child"],
  "same-sandbox": ["self", "child"],
  others: ["other"],
};

const SOCKET_DOMAINS = ["AF_INET", "AF_INET6", "AF_ROUTE", "AF_SYSTEM", "AF_UNIX"];

type Compile = (list: List, args: readonly Expression[]) => Filter;

const FILTERS: Readonly<Record<string, Compile>> = {
  literal: (list, args) => {
    const wanted = realPath(list, args);
    return ({ path }) => path === wanted;
  },
  prefix: (list, args) => {
    const wanted = realPath(list, args);
    return ({ path }) => path?.startsWith(wanted) === true;
  },
  subpath,
  regex,
  extension: (list, args) => {
    const wanted = text(list, args);
    return ({ extensions = [] }) => extensions.includes(wanted);
  },
  target: (list, args) => {
    const wanted = TARGETS[symbol(list, args, Object.keys(TARGETS))] ?? [];
    return ({ process }) => process !== undefined && wanted.includes(process);
  },
  local: (list, args) => endpoint("local", list, args),
  remote: (list, args) => endpoint("remote", list, args),
  "control-name": (list, args) => {
    const wanted = text(list, args);
    return ({ control }) => control === wanted;
  },
  "global-name": (list, args) => {
    const wanted = text(list, args);
    return ({ service }) => service === wanted;
  },
  "sysctl-name": (list, args) => {
    const wanted = text(list, args);
    return ({ sysctl }) => sysctl === wanted;
  },
  "sysctl-name-prefix": (list, args) => {
    const wanted = text(list, args);
    return ({ sysctl }) => sysctl?.startsWith(wanted) === true;
  },
  "ipc-posix-name": (list, args) => {
    const wanted = text(list, args);
    return ({ posixObject }) => posixObject === wanted;
  },
  "ipc-posix-name-prefix": (list, args) => {
    const wanted = text(list, args);
    return ({ posixObject }) => posixObject?.startsWith(wanted) === true;
  },
  "socket-domain": (list, args) => {
    const wanted = symbol(list, args, SOCKET_DOMAINS);
    return ({ socket }) => socket?.domain === wanted;
  },
  "socket-protocol": (list, args) => {
    const [only] = args;
    if (args.length !== 1 || only?.kind !== "number") return refuse(list, "expected one number");
    return ({ socket }) => socket?.protocol === only.value;
  },
  "require-all": (list, args) => {
    const parts = some(list, args);
    return (request) => parts.every((part) => part(request));
  },
  "require-any": (list, args) => {
    const parts = some(list, args);
    return (request) => parts.some((part) => part(request));
  },
  "require-not": (list, args) => {
    const [part, ...more] = some(list, args);
    if (part === undefined || more.length > 0) return refuse(list, "expected one filter");
    return (request) => !part(request);
  },
};

function some(list: List, args: readonly Expression[]): readonly Filter[] {
  if (args.length === 0) return refuse(list, "expected filters");
  return args.map(compileFilter);
}

export function compileFilter(expression: Expression): Filter {
  const { name, args } = call(expression);
  const compile = Object.hasOwn(FILTERS, name) ? FILTERS[name] : undefined;
  if (compile === undefined || expression.kind !== "list") {
    return refuse(expression, `unknown filter ${name}`);
  }
  return compile(expression, args);
}
