// What a path on the machine may look like. systemd passes over a line with a path that is not in its
// shortest form, with no more than a warning; the end of a line is cut off, or joined to the next.

/** All names of a path, none of them `.` or `..`; what a name must not contain, where it ends as well. */
function pathOf(refused: string, refusedAtEnds: string): RegExp {
  const inside = `[^/\\\\\\x01-\\x1f\\x7f${refused}]`;
  const end = `[^/\\\\\\x01-\\x1f\\x7f${refused}${refusedAtEnds}]`;
  const first = `[^./\\\\\\x01-\\x1f\\x7f${refused}${refusedAtEnds}]`;
  return new RegExp(`^(\\/(${first}|\\.${first}|\\.\\.${end})(${inside}*${end})?)+$`);
}

/** In its shortest form, on one line. */
export const absolutePathPattern = pathOf("", "\\s");

/** Taken literally by units, their lists and specifiers, by shells and by sandbox profiles. */
export const plainPathPattern = pathOf("\\s:%\"'", "");
