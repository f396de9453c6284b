/** Breaks a comment at blanks into lines of at most `width` characters; a longer word has a line of its own. */
export function wrapComment(text: string, width = 88): string {
  return text
    .split(/\s+/)
    .reduce<string[]>((lines, word) => {
      const last = lines.at(-1);
      if (last === undefined || last.length + 1 + word.length > width) return [...lines, word];
      return [...lines.slice(0, -1), `${last} ${word}`];
    }, [])
    .join("\n");
}
