// Patterns of paths on the machine. systemd ignores a line with a path that is not in its shortest form, with
// only a warning; it cuts blanks off the end of a line, and joins a line that ends in a backslash to the next.

/**
 * The pattern of an absolute path without `.` and `..`.
 *
 * @param refused characters that no name may contain, as the inside of a character class
 * @param refusedAtEnds characters that no name may begin or end with
 */
function pathOf(refused: string, refusedAtEnds: string): RegExp {
  const inside = `[^/\\\\\\x01-\\x1f\\x7f${refused}]`;
  const end = `[^/\\\\\\x01-\\x1f\\x7f${refused}${refusedAtEnds}]`;
  const first = `[^./\\\\\\x01-\\x1f\\x7f${refused}${refusedAtEnds}]`;
  return new RegExp(`^(\\/(${first}|\\.${first}|\\.\\.${end})(${inside}*${end})?)+$`);
}

/** What manuals call the two kinds of paths. */
export const absolutePathWords = "absolute path in its shortest form, not in the Nix store";
export const plainPathWords =
  "absolute path without blanks, colons, quotes, backslashes and percent signs, `.`, `..`, `//` and a final `/`";

/** A path in its shortest form, on one line. */
export const absolutePathPattern = pathOf("", "\\s");

/** A path that units, their lists and specifiers, shells and sandbox profiles take literally. */
export const plainPathPattern = pathOf("\\s:%\"'", "");
