# What a Nix value becomes when it is written as JSON.
#
# Contract: one question per function, each as `builtins.toJSON` would answer it. Nothing is copied
# to the store and nothing is realised: the store path of a file is only imagined.
{ lib }:
let
  # Sets that `toJSON` writes as a string: derivations, and what says so itself.
  isTextSet = value: value ? outPath || value ? __toString;

  # As long as a real one and made of the same characters, so that lengths and patterns hold.
  imaginedStorePath =
    path: "${builtins.storeDir}/00000000000000000000000000000000-${baseNameOf (toString path)}";

  # One UTF-8 character has one byte that is not of this kind.
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

  # White space and line ends for ECMAScript, not for POSIX.
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

  # What is infinite or no number at all becomes null.
  isNumber = value: builtins.isInt value || (builtins.isFloat value && value - value == 0.0);

  # JSON has one kind of number: 1.0 is an integer.
  isInteger =
    value:
    builtins.isInt value
    || (
      builtins.isFloat value
      && isNumber value
      # Beyond this every float is whole, and may be too large for `floor`.
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

  # The value itself, in the form in which it can be compared.
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
  # `match` sees bytes. Here a character outside ASCII stands as its first byte alone, so that it
  # counts as one and is none of the characters that a translated pattern can name. Beyond 16 bits
  # ECMAScript counts one or two, depending on a flag: either will do. Texts with white space that
  # POSIX does not know as such are accepted.
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
