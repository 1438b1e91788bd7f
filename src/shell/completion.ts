import type { CommandWords, OptionWords, Words } from './words.ts';

/** The shells that there is a script for. */
export const shells = ['bash', 'zsh', 'fish'] as const;

/** One of them. */
export type Shell = (typeof shells)[number];

const PROGRAM = 'antares-client';

/** A script that teaches a shell to complete the command. It is fixed text: nothing is started when the Tab key is hit. */
export function completionScript(shell: Shell, words: Words): string {
  return { bash, zsh, fish }[shell](words);
}

function bash({ options, commands }: Words): string {
  const all = [...options, ...commands.flatMap((each) => each.options)];
  const values = new Map(
    all.filter((each) => each.values.length > 0).map((each) => [each.name, each.values]),
  );
  const free = new Set(all.filter((each) => each.takesValue && !values.has(each.name)).flatMap(spellings));
  return `# ${PROGRAM} completion for bash: source <(${PROGRAM} completion bash)
_antares_client() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} words
  case $before in
${[...values].map(([name, each]) => `    --${name}) words="${each.join(' ')}" ;;`).join('\n')}
    ${[...free].join('|')}) return ;;
    *)
      case \${COMP_WORDS[1]} in
${commands.map((each) => `        ${each.name}) words="${dashed(each.options)}" ;;`).join('\n')}
        *) words="${dashed(options)}" ;;
      esac
      if ((COMP_CWORD == 1)); then words="$words ${commands.map(({ name }) => name).join(' ')}"; fi
      ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _antares_client ${PROGRAM}
`;
}

function zsh({ options, commands }: Words): string {
  const rows = (each: readonly OptionWords[]): string =>
    each.map((option) => `      ${zshOption(option)} \\`).join('\n');
  return `#compdef ${PROGRAM}
# ${PROGRAM} completion for zsh: ${PROGRAM} completion zsh > "\${fpath[1]}/_${PROGRAM}"
_antares_client() {
  local -a commands=(
${commands.map(({ name, describe }) => `    ${quoted(`${name}:${describe}`)}`).join('\n')}
  )
  case \${words[2]} in
${commands.map((each) => `    ${each.name})\n    _arguments \\\n${rows(each.options)}\n      '*:file:_files'\n    ;;`).join('\n')}
    *)
    if ((CURRENT == 2)); then _describe command commands; fi
    _arguments \\
${rows(options)}
      '*:topic:'
    ;;
  esac
}
if [[ \${zsh_eval_context[-1]} == loadautofunc ]]; then _antares_client "$@"; else compdef _antares_client ${PROGRAM}; fi
`;
}

function zshOption({ name, describe, takesValue, values }: OptionWords): string {
  const text = describe.replace(/[[\]:]/g, (character) => `\\${character}`);
  const action = values.length > 0 ? `(${values.join(' ')})` : '_files';
  return quoted(`--${name}[${text}]${takesValue ? `:${name}:${action}` : ''}`);
}

function fish({ options, commands }: Words): string {
  const names = commands.map(({ name }) => name).join(' ');
  return [
    `# ${PROGRAM} completion for fish: ${PROGRAM} completion fish > ~/.config/fish/completions/${PROGRAM}.fish`,
    ...commands.map(
      ({ name, describe }) =>
        `complete -c ${PROGRAM} -n __fish_use_subcommand -a ${name} -d ${quoted(describe)}`,
    ),
    ...options.map((each) => fishOption(each, `not __fish_seen_subcommand_from ${names}`)),
    ...commands.flatMap((command: CommandWords) =>
      command.options.map((each) => fishOption(each, `__fish_seen_subcommand_from ${command.name}`)),
    ),
    '',
  ].join('\n');
}

function fishOption({ name, letters, describe, takesValue, values }: OptionWords, where: string): string {
  const short = letters.map((letter) => ` -s ${letter}`).join('');
  const value = values.length > 0 ? ` -x -a ${quoted(values.join(' '))}` : takesValue ? ' -r' : '';
  return `complete -c ${PROGRAM} -n ${quoted(where)} -l ${name}${short}${value} -d ${quoted(describe)}`;
}

function spellings({ name, letters }: OptionWords): string[] {
  return [`--${name}`, ...letters.map((letter) => `-${letter}`)];
}

function dashed(options: readonly OptionWords[]): string {
  return options.flatMap(spellings).join(' ');
}

/** As one word of any of the shells. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
