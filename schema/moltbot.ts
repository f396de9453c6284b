// moltbot: an AI gateway (upstream calls it openclaw now) as an isolated service.

import {
  and,
  choose,
  configFile,
  defineService,
  derived,
  type Exp,
  isMacOS,
  list,
  literal,
  type ManagedFile,
  not,
  record,
  setting,
  standardConfig,
  standardModel,
  text,
  textFile,
  when,
} from "nixmodgen";
import { browserAssertions, browserPreset, browserSettings } from "./browser.ts";
import { care, elsewhere } from "./care.ts";
import { confinement } from "./confinement.ts";
import { documentAssertions, documents } from "./documents.ts";
import { generations, since2026_7, since2026_8, until2026_8 } from "./generations.ts";
import { agent, routing } from "./options/agent.ts";
import { appDomain, desktop } from "./options/app.ts";
import { browser } from "./options/browser.ts";
import { telegram } from "./options/channels.ts";
import { relaxations } from "./options/confinement.ts";
import { environment } from "./options/environment.ts";
import { gateway } from "./options/gateway.ts";
import { identity } from "./options/identity.ts";
import { mediaProviders, modelProviders } from "./options/providers.ts";
import { modelAssertions } from "./models.ts";
import { isLocal, listeningAssertions, proxyAssertions, triesFreePort } from "./listening.ts";
import {
  installsPlugins,
  pluginAssertions,
  pluginPackage,
  type Plugins,
  pluginSettings,
} from "./plugins.ts";
import { furtherWorkspaces, reachAssertions } from "./reach.ts";
import { chosenPortRefusal, ownRefusals, portRefusals, refusals } from "./refusals.ts";
import { skillAssertions, skillFiles, skillSettings, skillsInPlace } from "./skills.ts";
import { scenarios } from "./scenarios.ts";
import { superseded } from "./superseded.ts";
import { workspace } from "./options/workspace.ts";

// The values in the rendered configuration, also if free settings decide them.
const port = setting<number>("gateway.port");
const authMode = setting<string>("gateway.auth.mode");
const effectiveWorkspace = setting<string>("agents.defaults.workspace");

/** Programs the gateway and its tools expect; attributes of the package collection. */
const packages = ["bashInteractive", "coreutils", "findutils", "gitMinimal", "gnugrep", "gnused"];

/** Where the gateway looks for skills. */
const skillsFolder = "skills";

/** Files that keep their places from everybody else: a directory as a whole, where it is in one. */
const closed = (...targets: readonly string[]): Exp<readonly ManagedFile[]> =>
  list(
    ...targets.map((target) =>
      record({
        target,
        sources: list(textFile("closed", "# The service's configuration keeps this empty.\n")),
      }),
    ),
  );

/**
 * Files from which the gateway and its command line would take settings or code, besides the configuration:
 * variables in `.env` (they decide what its command line connects to and what Node trusts), plugins that load by
 * themselves, and the folders in which Node looks for modules last. Found with strace, and by putting code
 * there, on 2026.6.5 and 2026.9.6.
 */
const closedFiles = closed(
  ...[".env", ".node_modules/.closed", ".node_libraries/.closed", "extensions/.closed"],
);

/** npm installs plugins here, and they win over plugins of the same id in the package. */
const closedInstallations = closed("npm/.closed");

/** Switches a plugin off if the gateway would miss it (`isMissed`), unless the user lists it in `plugins`. */
const withoutPlugin = (
  id: string,
  declared: Plugins,
  isMissed: Exp<boolean> = literal(true),
): Exp<unknown> =>
  when(
    and(generations.value.isCurrent, isMissed, not(declared.names().includes(id))),
    record({ enabled: literal(false) }),
  );

/** A word in any case, as part of a POSIX regular expression. */
const inAnyCase = (word: string): string =>
  word.replace(/[a-z]/g, (letter) => `[${letter.toUpperCase()}${letter}]`);

/** A pattern of variable names whose values are secrets. */
const secretVariable = `(.*_)?(${["key", "token", "secret", "password", "passwd", "pass", "pat"]
  .map(inAnyCase)
  .join("|")})|.*${inAnyCase("apikey")}`;

export default defineService({
  name: "moltbot",
  summary: "the moltbot AI gateway as an isolated service",
  documentation: "https://docs.openclaw.ai/gateway",
  variants: generations.table,
  configSchema: {
    directory: "gateway",
    command: "pnpm sync-gateway <version>",
    versions: ["2026.6.5", "2026.9.6"],
    variant: "openclaw",
  },

  options: {
    ...identity,
    gateway,
    providers: { ...modelProviders, ...mediaProviders, telegram },
    agent,
    routing,
    browser,
    ...workspace,
    ...desktop,
    ...environment,
    confinement: relaxations,
  },

  model: (cfg) => ({
    unit: "moltbot-gateway",
    variant: cfg.gateway.generation,

    derived: [derived(cfg.appDefaults.gatewayPort, cfg.gateway.port)],
    presets: [browserPreset(cfg.browser, cfg.confinement)],

    ...standardModel(cfg),
    build: pluginPackage(cfg.gateway.plugins),
    arguments: ["gateway"],
    packages,

    directories: [cfg.workspaceDir],
    namedDirectories: { option: cfg.settings, paths: furtherWorkspaces(cfg) },

    readable: skillsInPlace(cfg.skills),

    // It keeps its locks there, and no setting moves them.
    temporaryPrefixes: ["openclaw-"],
    // The gateway also locks the database beside each of them as long as it runs.
    locks: "openclaw-*/gateway.*.lock",

    config: {
      ...standardConfig(cfg),
      title: "configuration of the gateway",
      secretAdvice:
        'Use `credentials.<NAME>` and refer to it as "${NAME}" or as a secret reference.',
      // Release 2026.8 made a set of the list.
      moved: {
        "agents.list":
          'This release has `agents.entries`: an agent that was `{ id = "work"; … }` in the list is `agents.entries.work = { … }` now, without its `id`.',
        "agents.entries":
          'This release has `agents.list`: an agent that would be `agents.entries.work = { … }` is `{ id = "work"; … }` in that list.',
      },
      validation: {
        wanted: cfg.validateConfig,
        script: "validate-config.sh",
        variables: {
          configVariable: generations.value.configPath,
          stateVariable: generations.value.stateDir,
        },
      },
      link: text`${cfg.stateDir}/${generations.value.configName}`,
      layers: [
        generations.value.settings,
        when(
          generations.value.isCurrent.and(cfg.package.isAtLeast("2026.7")),
          literal(since2026_7),
        ),
        when(
          generations.value.isCurrent.and(cfg.package.isAtLeast("2026.8")),
          literal(since2026_8),
        ),
        when(
          generations.value.isCurrent.and(not(cfg.package.isAtLeast("2026.8"))),
          literal(until2026_8),
        ),
        skillSettings(cfg.skills),
        // Otherwise strangers get a pairing code, and somebody could be talked into approving it.
        when(
          cfg.providers.telegram.enable,
          record({ channels: record({ telegram: record({ dmPolicy: "allowlist" }) }) }),
        ),
        record({
          gateway: record({ mode: "local", reload: record({ mode: "off" }) }),
          logging: record({ file: text`${cfg.stateDir}/logs/gateway.log` }),
          agents: record({ defaults: record({ workspace: cfg.workspaceDir }) }),
          plugins: record({
            entries: record({
              // The gateway would fetch these from npm when it starts, and does not start if that fails.
              // The first three read the same keys as plugins that come with the gateway.
              perplexity: withoutPlugin(
                "perplexity",
                cfg.gateway.plugins,
                cfg.providers.openrouter.apiKeyFile.isSet(),
              ),
              opencode: withoutPlugin(
                "opencode",
                cfg.gateway.plugins,
                cfg.providers.opencode.apiKeyFile.isSet(),
              ),
              qwen: withoutPlugin(
                "qwen",
                cfg.gateway.plugins,
                cfg.providers.alibaba.apiKeyFile.isSet(),
              ),
              // Without it, the gateway uses OpenAI's models by their API.
              codex: withoutPlugin("codex", cfg.gateway.plugins),
              telegram: when(
                generations.value.enablesChannelPlugins.and(cfg.providers.telegram.enable),
                record({ enabled: literal(true) }),
              ),
            }),
          }),
        }),
        pluginSettings(cfg.gateway.plugins),
        ...browserSettings(cfg.browser, cfg.package),
      ],
    },

    environment: [
      { name: "HOME", value: cfg.stateDir },
      { name: generations.value.stateDir, value: cfg.stateDir },
      { name: generations.value.configPath, value: configFile },
      // The gateway prefers this variable to the configuration.
      { name: generations.value.port, value: text`${port}` },
      { name: generations.value.nixMode, value: "1" },
      { name: generations.value.readOnlyConfig, value: "1" },
      { name: generations.value.noBonjour, value: "1" },
      { name: generations.value.noRespawn, value: "1" },
      // The model must not set variables by start-up files of the shell, nor settings of npm.
      { name: generations.value.loadProfile, value: "0" },
      { name: "NPM_CONFIG_USERCONFIG", value: "/dev/null" },
      { name: generations.value.ownPath, value: "1" },
      { name: generations.value.supervisor, value: "external" },
      { name: when(cfg.confinement.nixDaemon, "NIX_REMOTE"), value: "daemon" },
      // File system events would tell the gateway about files of others, so it polls instead.
      { name: when(isMacOS, "CHOKIDAR_USEPOLLING"), value: "1", isDefault: true },
      // git must not use a repository that happens to lie above the workspace.
      { name: "GIT_CEILING_DIRECTORIES", value: cfg.workspaceDir },
    ],
    generatedSecrets: [
      {
        variable: generations.value.token,
        file: text`${cfg.stateDir}/gateway-token`,
        when: cfg.gateway.auth.mode.is("token").and(cfg.gateway.auth.tokenFile.isNull()),
      },
    ],

    managedFiles: [
      {
        name: "documents",
        directories: documents(cfg),
      },
      {
        name: "skills",
        directory: cfg.workspaceDir,
        files: skillFiles(cfg.skills, skillsFolder),
      },
      { name: "closed", directory: cfg.stateDir, files: closedFiles },
      {
        name: "plugins",
        directory: cfg.stateDir,
        files: choose(installsPlugins(cfg.gateway.plugins), literal([]), closedInstallations),
      },
    ],

    unique: [{ what: "workspace", option: cfg.workspaceDir }],

    assertions: [
      ...modelAssertions(cfg),
      {
        option: cfg.gateway.auth.mode,
        // The gateway follows the settings, the secret follows the option.
        holds: authMode.is(cfg.gateway.auth.mode),
        message: text`is "${cfg.gateway.auth.mode}", which the secret goes by, but \`settings\` says "${authMode}". Set it here, and remove it there.`,
      },
      {
        option: cfg.gateway.auth.mode,
        holds: authMode.is("none").implies(isLocal),
        message:
          'is "none", but `gateway.bind` is not "loopback": everybody who reaches the port could give the model orders. Set the mode to "token", or `gateway.bind` to "loopback".',
      },
      {
        option: cfg.settings,
        holds: not(cfg.settings.has("gateway.auth.token")),
        message:
          "`gateway.auth.token` is there, and the operator's command and the service would have different tokens: set `gateway.auth.tokenFile` to a file that holds it.",
      },
      ...proxyAssertions(cfg.gateway.auth.mode, cfg.settings),
      {
        option: cfg.workspaceDir,
        holds: effectiveWorkspace.is(cfg.workspaceDir),
        message: text`is ${cfg.workspaceDir}, where the service has its directory and its documents, but \`settings\` says that the workspace is ${effectiveWorkspace}. Remove that, and set this.`,
      },
      {
        option: cfg.gateway.auth.passwordFile,
        holds: cfg.gateway.auth.mode.is("password").implies(cfg.gateway.auth.passwordFile.isSet()),
        message:
          'is needed, because `gateway.auth.mode` is "password": set it to a file holding the password.',
      },
      {
        option: cfg.gateway.auth.passwordFile,
        holds: cfg.gateway.auth.passwordFile.isSet().implies(cfg.gateway.auth.mode.is("password")),
        message:
          'has no effect while `gateway.auth.mode` is not "password": set the mode to that, or remove this.',
      },
      {
        option: cfg.gateway.auth.tokenFile,
        holds: cfg.gateway.auth.tokenFile.isSet().implies(cfg.gateway.auth.mode.is("token")),
        message:
          'has no effect while `gateway.auth.mode` is not "token": set the mode to that, or remove this.',
      },
      {
        option: cfg.providers.telegram.botTokenFile,
        holds: cfg.providers.telegram.enable.implies(cfg.providers.telegram.botTokenFile.isSet()),
        message:
          "is needed, because `providers.telegram.enable` is true: set it to a file holding the bot's token.",
      },
      {
        option: cfg.providers.telegram.allowFrom,
        holds: cfg.providers.telegram.enable.implies(
          not(cfg.providers.telegram.allowFrom.isEmpty()),
        ),
        message: "is empty: list the ids of the Telegram users who may talk to the bot.",
      },
      {
        option: cfg.settings,
        holds: setting<string>("gateway.mode").is("local"),
        message: text`\`gateway.mode\` is "${setting<string>("gateway.mode")}", and there would be no gateway here: it is a client's setting. Remove it; to run commands for a gateway elsewhere, use its own program as yourself.`,
      },
      ...pluginAssertions({
        hasPlugins: generations.value.isCurrent,
        package: cfg.package,
        plugins: cfg.gateway.plugins,
        settings: cfg.settings,
        variables: [
          { option: cfg.credentials, names: cfg.credentials.names() },
          {
            option: cfg.environment,
            // Another assertion refuses secrets there, for any program.
            names: cfg.environment.names().filter((name) => not(name.matches(secretVariable))),
          },
        ],
      }),
      ...skillAssertions(cfg.skills, cfg.settings, cfg.confinement.readWritePaths),
      ...documentAssertions(cfg),
      {
        option: cfg.environment,
        holds: not(cfg.environment.names().any((name) => name.matches(secretVariable))),
        message: text`these look like secrets and would be readable by everybody: ${cfg.environment
          .names()
          .filter((name) => name.matches(secretVariable))
          .join(", ")}. Use \`credentials.<NAME>\` with a file instead.`,
      },
      ...listeningAssertions({ options: cfg.gateway, settings: cfg.settings }),
      ...reachAssertions({
        relaxed: cfg.confinement,
        settings: cfg.settings,
        port,
        isLocal,
        workspace: effectiveWorkspace,
      }),
      ...portRefusals(cfg.gateway.port, port),
      ...[cfg.confinement.listenTCPPorts, cfg.confinement.listenUDPPorts].map(chosenPortRefusal),
      ...browserAssertions(cfg.browser, cfg.confinement),
      ...ownRefusals(cfg),
      ...refusals({
        relaxed: cfg.confinement,
        user: cfg.user,
        group: cfg.group,
        isLocal,
        port,
      }),
    ],

    ready: {
      port,
      path: "/readyz",
      // Without a certificate nobody can ask a gateway that speaks TLS.
      patience: choose(cfg.settings.at<boolean>("gateway.tls.enabled", false), 0, 30),
      limit: 240,
      why: "A gateway that finds a mistake late ends seconds after it has begun to listen. Waiting until it is ready makes that a failed start. A channel that cannot be reached keeps it from being ready, but not from working: half a minute of listening is enough, then. Small machines take minutes.",
    },

    restart: {
      stopTimeout: 330,
      stopTimeoutReason:
        "A busy gateway drains its sessions first; it budgets 315 s for that, 10 s for cleaning up and 5 s to spare. Releases before 2026.8 take 25 s at most, and leave answers unfinished.",
      hiddenVariables: {
        names: ["INVOCATION_ID", "JOURNAL_STREAM", "SYSTEMD_EXEC_PID"],
        why: "With these the gateway would know that it runs under systemd, ask systemd in vain how long a stop may take, and then assume 90 s instead of its own budget.",
      },
    },

    confinement: confinement({ package: cfg.package, relaxed: cfg.confinement }),
    acceptMissing: cfg.confinement.acceptMissing,

    reach: {
      readable: cfg.confinement.readOnlyPaths,
      writable: cfg.confinement.readWritePaths,
      sockets: choose<readonly string[]>(
        cfg.confinement.nixDaemon,
        ["/nix/var/nix/daemon-socket/socket"],
        [],
      ),
      tcpPorts: cfg.confinement.listenTCPPorts,
      udpPorts: cfg.confinement.listenUDPPorts,
      freePort: triesFreePort(cfg.package),
      // Another assertion refuses named hosts where this is read.
      egress: choose<unknown>(
        cfg.confinement.egress.is([]).or(cfg.confinement.egress.is("named")),
        "none",
        cfg.confinement.egress,
      ),
    },

    hosts: {
      wanted: cfg.confinement.egress.is("named"),
      option: cfg.confinement.hosts,
      urls: cfg.settings.textsNamed(["baseUrl", "apiRoot"]),
      keysOutside: {
        wanted: cfg.confinement.egress.is("named").and(cfg.confinement.keysOutside),
        option: cfg.confinement.keysOutside,
      },
      proxy: {
        port: cfg.confinement.proxyPort,
        variables: [
          "OPENCLAW_PROXY_URL",
          ...["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"],
        ],
        exceptions: ["NO_PROXY", "no_proxy"],
        // Node's own clients ask no proxy otherwise, in the programs that the model starts.
        more: { NODE_USE_ENV_PROXY: "1" },
        account: { user: "_moltbot-proxy", id: 901 },
      },
    },

    evidence: {
      probes: "/docs/proofs.md",
      sandbox: "/tests/seatbelt/decisions.test.ts",
      job: "/tests/eval/darwin.test.ts",
      limit:
        "No Mac has run any of it. What this table says of macOS follows from documentation and sources, and is tested\nas far as other machines can; [one-line checks](/docs/macos-checks.md) are for people with a Mac.",
    },

    scenarios,

    application: {
      package: cfg.app.package,
      install: cfg.app.install.enable,
      defaults: {
        domain: appDomain,
        write: cfg.appDefaults.enable,
        values: {
          "openclaw.nixMode": cfg.appDefaults.nixMode,
          "openclaw.gateway.attachExistingOnly": cfg.appDefaults.attachExistingOnly,
          gatewayPort: cfg.appDefaults.gatewayPort,
        },
      },
    },

    supersedes: superseded({
      model: cfg.agent.model,
      thinkingDefault: cfg.agent.thinkingDefault,
      queueByChannel: cfg.routing.queue.byChannel,
      port: cfg.gateway.port,
      tokenFile: cfg.gateway.auth.tokenFile,
      settings: cfg.settings,
      appPackage: cfg.app.package,
      installApp: cfg.app.install.enable,
    }),

    command: {
      name: "moltbot",
      secrets: [generations.value.token, generations.value.password],
      // Commands that ask for a terminal if there is none, in any release.
      interactive: [
        ...["tui", "chat", "terminal", "resume", "attach", "configure", "onboard", "setup"],
        ...["agents add", "channels add", "channels login", "models auth", "secrets configure"],
      ],
      options: ["--help", "-h", "--version", "-V"],
      elsewhere,
      care: care(cfg.workspaceDir),
    },
    listen: { option: cfg.gateway.port, openFirewall: cfg.gateway.openFirewall },
  }),
});
