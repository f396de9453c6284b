# Answers questions about the JSON form of a Nix value.
#
# Contract: one question per function, answered as `builtins.toJSON` would. Nix copies nothing
# to the store and builds nothing: the functions make up the store path of a file.
{ lib }:
let
  # Whether `toJSON` writes a set as a string: derivations, and sets with __toString.
  isTextSet = value: value ? outPath || value ? __toString;

  # It has the length and the characters of a real store path, so lengths and patterns hold.
  imaginedStorePath =
    path: "${builtins.storeDir}/00000000000000000000000000000000-${baseNameOf (toString path)}";

  # Every UTF-8 character has exactly one byte that is not of this kind.
  continuationBytes = map (
    byte: builtins.substring 1 1 (builtins.fromJSON ''"\u00${lib.toHexString byte}"'')
  ) (lib.range 128 191);

  withoutContinuationBytes = builtins.replaceStrings continuationBytes (
    map (_: "") continuationBytes
  );

  # First bytes of characters beyond 16 bits.
  astralBytes =
    map (surrogate: builtins.substring 0 1 (builtins.fromJSON ''"\u${surrogate}\udc00"''))
      [
        "d83d"
        "d8c0"
        "d9c0"
        "dac0"
        "dbc0"
      ];

  # Characters that are white space or line ends in ECMAScript, but not in POSIX.
  unicodeSpaces = map (code: builtins.fromJSON ''"\u${code}"'') [
    "00a0"
    "1680"
    "2000"
    "2001"
    "2002"
    "2003"
    "2004"
    "2005"
    "2006"
    "2007"
    "2008"
    "2009"
    "200a"
    "2028"
    "2029"
    "202f"
    "205f"
    "3000"
    "feff"
  ];

  containsAny = needles: text: builtins.replaceStrings needles (map (_: "") needles) text != text;

  isPlainAscii = text: builtins.match "[ -~]*" text != null;
in
rec {
  isText =
    value:
    builtins.isString value || builtins.isPath value || (builtins.isAttrs value && isTextSet value);

  isObject = value: builtins.isAttrs value && !isTextSet value;

  # toJSON writes infinite numbers and NaN as null.
  isNumber = value: builtins.isInt value || (builtins.isFloat value && value - value == 0.0);

  # JSON has one kind of numbers: 1.0 is an integer.
  isInteger =
    value:
    builtins.isInt value
    || (
      builtins.isFloat value
      && isNumber value
      # Beyond these bounds every float is whole, and may be too large for `floor`.
      && (value >= 9007199254740992.0 || value <= -9007199254740992.0 || builtins.floor value == value)
    );

  textOf =
    value:
    if builtins.isString value then
      value
    else if builtins.isPath value then
      imaginedStorePath value
    else
      toString value;

  # The value in a form that `==` can compare with a constant.
  scalarOf = value: if isText value then textOf value else value;

  # The number of characters; Nix counts bytes.
  characters = text: builtins.stringLength (withoutContinuationBytes text);

  # The number of bytes decides most cases: a character has one to four of them.
  hasAtLeast =
    count: text:
    let
      bytes = builtins.stringLength text;
    in
    bytes >= count && (bytes >= 4 * count - 3 || characters text >= count);

  hasAtMost = count: text: builtins.stringLength text <= count || characters text <= count;

  # The first bytes of a text, without a part of a character at the end.
  truncate =
    length: text:
    let
      next = builtins.substring length 1 text;
    in
    if builtins.elem next continuationBytes then
      truncate (length - 1) text
    else
      builtins.substring 0 length text;

  # Whether a translated pattern accepts a text.
  #
  # `match` sees bytes. So only the first byte of a character outside ASCII stays: it counts as one, and a
  # translated pattern cannot name it. A character beyond 16 bits counts as one or two in
  # ECMAScript, depending on a flag: both are tried. Texts with white space that
  # POSIX does not know are accepted.
  matches =
    pattern: text:
    let
      single = withoutContinuationBytes text;
      double = builtins.replaceStrings astralBytes (map (byte: byte + byte) astralBytes) single;
      accepts = form: builtins.match pattern form != null;
    in
    if isPlainAscii text then
      accepts text
    else
      accepts single || accepts double || containsAny unicodeSpaces text;
}
