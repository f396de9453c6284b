// What free settings name and the sandbox closes: models' servers, browsers' ports, agents' directories. The gateway
// would start, and fail at its first request. Each is refused with the option that opens it.

import {
  and,
  type Assertion,
  choose,
  concat,
  type Exp,
  isMacOS,
  list,
  not,
  or,
  ownDirectories,
  type Ref,
  type Refs,
  table,
  text,
} from "nixmodgen";
import type { relaxations } from "./options/confinement.ts";

interface Inputs {
  readonly relaxed: Refs<typeof relaxations>;
  readonly settings: Ref<unknown>;
  /** The port that the gateway listens on. */
  readonly port: Exp<number>;
  /** Whether the gateway listens on loopback alone. Otherwise private networks are open for its clients. */
  readonly isLocal: Exp<boolean>;
  /** The workspace of agents that have none of their own. It has an option, and an assertion of its own. */
  readonly workspace: Exp<string>;
}

const scheme = "[A-Za-z]+://([^/]*@)?";
const afterHost = "(:[0-9]+)?([/?#].*)?";
const byte = "[0-9]{1,3}";

/** The pattern of a URL, from the pattern of its host. */
const urlOf = (host: string): string => `${scheme}${host}${afterHost}`;

const privateServers = table<readonly string[]>(
  "privateServers",
  "URLs of the local network, of a tailnet and of the cloud's own services.",
  [
    `10([.]${byte}){3}`,
    `172[.](1[6-9]|2[0-9]|3[01])([.]${byte}){2}`,
    `(192[.]168|169[.]254)([.]${byte}){2}`,
    `100[.](6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])([.]${byte}){2}`,
    "[[][fF][c-eC-E][0-9A-Fa-f]{2}:[0-9A-Fa-f:]*[]]",
    "([^/:]*[.])?(home[.]arpa|internal|lan|local|ts[.]net)",
  ].map(urlOf),
);

const localServers = table<readonly string[]>(
  "localServers",
  "URLs of this machine.",
  ["([^/:]*[.])?localhost", "0[.]0[.]0[.]0", `127([.]${byte}){3}`, "[[]::1[]]"].map(urlOf),
);

export function reachAssertions(inputs: Inputs): readonly Assertion[] {
  return [...serverAssertions(inputs), portAssertion(inputs), workspaceAssertion(inputs)];
}

function serverAssertions({ relaxed, settings, isLocal }: Inputs): readonly Assertion[] {
  const { egress } = relaxed;
  const servers = settings.at("models.providers", {}).textsNamed(["baseUrl"]);
  const refuse = (
    isClosed: Exp<boolean>,
    isRefused: (url: Exp<string>) => Exp<boolean>,
    complaint: string,
    platforms: NonNullable<Assertion["platforms"]>,
  ): Assertion => ({
    option: egress,
    offenders: choose<readonly string[]>(isClosed, servers.filter(isRefused), []),
    complaint,
    platforms,
  });
  const isPrivate = (url: Exp<string>): Exp<boolean> => url.matchesOne(privateServers);
  const isHere = (url: Exp<string>): Exp<boolean> => url.matchesOne(localServers);
  return [
    refuse(
      and(egress.is("internet"), isLocal),
      isPrivate,
      'is in `settings`, a server in the local network, which is closed to the service: list its address here, `[ "internet" "192.168.1.10" ]`.',
      ["nixos"],
    ),
    refuse(
      egress.is("none"),
      // One with a variable in it is not known yet.
      (url) => url.matches("[A-Za-z]+://[^$]*").and(not(isHere(url))),
      'is in `settings`, a server elsewhere, but this is "none": list its address here, or set this to "internet".',
      ["nixos"],
    ),
    refuse(
      and(isMacOS, egress.is("internet")),
      isHere,
      'is in `settings`, a server on this machine, which "internet" does not include on macOS: set this to "named", which includes it, or to "any".',
      ["darwin", "home-manager"],
    ),
  ];
}

function portAssertion({ relaxed, settings, port }: Inputs): Assertion {
  const { listenTCPPorts } = relaxed;
  return {
    option: listenTCPPorts,
    offenders: settings
      .at("browser.profiles", {})
      .integersNamed(["cdpPort"])
      .filter((each) => not(or(each.is(port), listenTCPPorts.includes(each))))
      .map((each) => text`${each}`),
    complaint: "is in `settings` the port of a browser, which may not listen there: add it here.",
    // A user's systemd cannot close ports.
    platforms: ["nixos", "darwin"],
  };
}

function workspaceAssertion({ relaxed, settings, workspace }: Inputs): Assertion {
  const { readWritePaths } = relaxed;
  return {
    option: readWritePaths,
    offenders: workspacesIn(settings).filter((path) =>
      and(
        path.hasPrefix("/"),
        not(path.is(workspace)),
        not(isBelow(path, concat(ownDirectories, readWritePaths))),
      ),
    ),
    complaint:
      "is in `settings` the workspace of an agent, and no path that the module can make a directory at: choose one of letters, digits and /._+@~,=-, or add it here.",
  };
}

const workspacesIn = (settings: Ref<unknown>): Exp<readonly string[]> =>
  settings.at("agents", {}).textsNamed(["workspace"]);

const isBelow = (path: Exp<string>, directories: Exp<readonly string[]>): Exp<boolean> =>
  directories.any((directory) => text`${path}/`.hasPrefix(text`${directory}/`));

/** A path that units and sandbox profiles take literally, without a step up. */
const plainDirectory = "(/[.]?[A-Za-z0-9_+@~,=-][A-Za-z0-9._+@~,=-]*)+";

export interface Places {
  readonly settings: Ref<unknown>;
  readonly stateDir: Ref<string>;
  readonly workspaceDir: Ref<string>;
  readonly agentDocuments: Ref<Readonly<Record<string, string>>>;
  readonly confinement: Pick<Refs<typeof relaxations>, "readWritePaths">;
}

/**
 * The workspaces of further agents that the module makes: those with documents, and those that are neither in the
 * service's directories, where the gateway makes them, nor the user's own.
 */
export function furtherWorkspaces(places: Places): Exp<readonly string[]> {
  const { settings, stateDir, workspaceDir, agentDocuments, confinement } = places;
  const known = concat(list(stateDir, workspaceDir), confinement.readWritePaths);
  return workspacesIn(settings).filter((path) =>
    and(
      path.matches(plainDirectory),
      not(path.is(workspaceDir)),
      or(agentDocuments.names().includes(path), not(isBelow(path, known))),
    ),
  );
}
