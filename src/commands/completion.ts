// `nixmodgen completion SHELL`: a script that a shell sources. It knows the commands and their options; the names of
// a service's options it asks for when they are needed (`explain --list`), because they depend on the directory.
//
// https://www.gnu.org/software/bash/manual/html_node/Programmable-Completion.html
// https://zsh.sourceforge.io/Doc/Release/Completion-System.html
// https://fishshell.com/docs/current/completions.html

export const shells = ["bash", "zsh", "fish"] as const;

export type Shell = (typeof shells)[number];

export interface CompletedOption {
  /** `--json` */
  readonly flag: string;
  readonly description: string;
  /** Whether a file follows. */
  readonly takesFile: boolean;
}

export interface CompletedCommand {
  readonly name: string;
  readonly description: string;
  readonly options: readonly CompletedOption[];
  /** What its arguments are. */
  readonly takes: "nothing" | "option names" | "files" | readonly string[];
}

/**
 * @param program the program that is completed: its name, and the words that start it from any directory
 */
export function completionScript(
  shell: Shell,
  program: { readonly name: string; readonly start: readonly string[] },
  commands: readonly CompletedCommand[],
): string {
  const list = [...program.start, "explain", "--list"].map(quote).join(" ");
  switch (shell) {
    case "bash":
      return bashScript(program.name, list, commands);
    case "zsh":
      return zshScript(program.name, list, commands);
    case "fish":
      return fishScript(program.name, list, commands);
  }
}

/** A word for a POSIX shell; fish reads it in the same way, but for backslashes. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Whole names, and the same without the prefix of the service: both can be typed. */
const bothForms = String.raw`sed 'p; s/^services\.[^.]*\.//'`;

/** The words that may follow a command in any place. */
function wordsOf({ options, takes }: CompletedCommand): readonly string[] {
  const flags = options.map(({ flag }) => flag);
  return typeof takes === "string" ? flags : [...takes, ...flags];
}

function bashScript(name: string, list: string, commands: readonly CompletedCommand[]): string {
  const fileFlags = flagsWithFiles(commands);
  const cases = commands.map((command) => {
    const more = {
      nothing: "",
      files: ' $(compgen -f -- "$word")',
      "option names": "",
    };
    const files = typeof command.takes === "string" ? more[command.takes] : "";
    const names =
      command.takes === "option names"
        ? `\n      [[ $word == -* ]] || words+=" $(${list} 2>/dev/null | ${bothForms})"`
        : "";
    return [
      `    ${command.name})`,
      `      words="${wordsOf(command).join(" ")}"${names}`,
      `      COMPREPLY=($(compgen -W "$words" -- "$word")${files})`,
      "      ;;",
    ].join("\n");
  });
  return `# Completion of ${name} for bash: source <(${name} completion bash)
_${name}() {
  local word="\${COMP_WORDS[COMP_CWORD]}" words
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${commands.map((command) => command.name).join(" ")}" -- "$word"))
    return
  fi
  case "\${COMP_WORDS[COMP_CWORD - 1]}" in
    ${fileFlags.join(" | ")})
      COMPREPLY=($(compgen -f -- "$word"))
      return
      ;;
  esac
  case "\${COMP_WORDS[1]}" in
${cases.join("\n")}
  esac
}
complete -o bashdefault -F _${name} ${name}
`;
}

function zshScript(name: string, list: string, commands: readonly CompletedCommand[]): string {
  const fileFlags = flagsWithFiles(commands);
  const cases = commands.map((command) => {
    const words = wordsOf(command).map(quote).join(" ");
    const more = {
      nothing: "",
      files: "\n      _files",
      "option names": `\n      [[ $PREFIX == -* ]] || compadd -- \${(f)"$(${list} 2>/dev/null | ${bothForms})"}`,
    };
    const rest = typeof command.takes === "string" ? more[command.takes] : "";
    return `    ${command.name})\n      compadd -- ${words}${rest}\n      ;;`;
  });
  return `#compdef ${name}
# Completion of ${name} for zsh: source <(${name} completion zsh)
_${name}() {
  if (( CURRENT == 2 )); then
    local -a commands=(
${commands.map(({ name: command, description }) => `      ${quote(`${command}:${description}`)}`).join("\n")}
    )
    _describe command commands
    return
  fi
  case "\${words[CURRENT - 1]}" in
    ${fileFlags.join(" | ")})
      _files
      return
      ;;
  esac
  case "\${words[2]}" in
${cases.join("\n")}
  esac
}
compdef _${name} ${name}
`;
}

function fishScript(name: string, list: string, commands: readonly CompletedCommand[]): string {
  const line = (...words: readonly string[]): string =>
    ["complete", "-c", name, ...words].join(" ");
  return [
    `# Completion of ${name} for fish: ${name} completion fish | source`,
    line("-f"),
    ...commands.map((command) =>
      line(
        ...["-n", "__fish_use_subcommand"],
        ...["-a", command.name, "-d", quote(command.description)],
      ),
    ),
    ...commands.flatMap(({ name: command, options, takes }) => {
      const inCommand = ["-n", `'__fish_seen_subcommand_from ${command}'`];
      return [
        ...options.map(({ flag, description, takesFile }) =>
          line(
            ...inCommand,
            ...["-l", flag.replace(/^--/, ""), ...(takesFile ? ["-r", "-F"] : [])],
            ...["-d", quote(description)],
          ),
        ),
        ...(takes === "nothing"
          ? []
          : takes === "files"
            ? [line(...inCommand, "-F")]
            : takes === "option names"
              ? [
                  line(
                    ...inCommand,
                    "-a",
                    `"(${list} 2>/dev/null | ${bothForms.replaceAll("\\", "\\\\")})"`,
                  ),
                ]
              : [line(...inCommand, "-a", quote(takes.join(" ")))]),
      ];
    }),
    "",
  ].join("\n");
}

function flagsWithFiles(commands: readonly CompletedCommand[]): readonly string[] {
  const flags = commands.flatMap(({ options }) =>
    options.filter(({ takesFile }) => takesFile).map(({ flag }) => flag),
  );
  return [...new Set(flags)];
}
