// Pieces of Nix in the official style, one per rule of layout. The printer must return each unchanged, and
// `nixfmt` must change nothing.

export interface LayoutCase {
  readonly name: string;
  readonly want: string;
}

const long = "aNameThatIsSoLongThatSeveralOfItDoNotFit";

export const layouts: readonly LayoutCase[] = [
  { name: "an empty set", want: "{ }\n" },
  { name: "an empty list", want: "[ ]\n" },
  { name: "one element", want: "[ a ]\n" },
  { name: "two elements", want: "[\n  a\n  b\n]\n" },
  { name: "a set with one binding", want: "{ a = 1; }\n" },
  { name: "a set as a value", want: "{\n  a = {\n    b = 1;\n  };\n}\n" },
  { name: "a list as a value", want: "{ a = [ b ]; }\n" },
  {
    name: "comments and blank lines",
    want: `{
  # first
  a = 1;

  # second,
  #
  #   of three lines
  b = [
    # element
    c

    d
  ];
  inherit e;
}
`,
  },
  { name: "a short pattern", want: "{ lib, ... }: lib.id\n" },
  { name: "a short pattern before a set", want: "{ lib, ... }:\n{\n  a = 1;\n  b = 2;\n}\n" },
  {
    name: "a long pattern",
    want: `{
  a,
  # why
  b ? 1,

  c ? {
    d = 1;
  },
  ...
}@args:
a
`,
  },
  { name: "a pattern without parameters", want: "{ }: a\n" },
  { name: "curried parameters", want: "a: b: c: {\n  d = 1;\n  e = 2;\n}\n" },
  {
    name: "let",
    want: `let
  a = 1;

  inherit (lib) mkIf;
in
a
`,
  },
  {
    name: "many inherited names",
    want: `{
  inherit (lib)
    a
    b
    c
    d
    ;
}
`,
  },
  { name: "if on one line", want: "if a then b else c\n" },
  {
    name: "a chain of else if",
    want: `if a then
  b
else if c then
  d
else
  e
`,
  },
  { name: "with", want: "with lib; [ a ]\n" },
  { name: "assert", want: "assert a != null;\nb\n" },
  { name: "a call with a set", want: "f a {\n  b = 1;\n  c = 2;\n}\n" },
  {
    name: "a call with a set in the middle",
    want: `f {
  b = 1;
  c = 2;
} a
`,
  },
  {
    name: "a function as the last argument",
    want: `f (a: {
  b = 1;
  c = 2;
})
`,
  },
  {
    name: "a long function in the middle",
    want: `mapAttrs' (
  name: value:
  nameValuePair "prefix-\${name}" {
    a = value;
    b = 1;
  }
) instances
`,
  },
  {
    name: "arguments that do not fit",
    want: `{
  a =
    ${long} ${long}
      ${long}
      (
        if ${long}.${long} then
          ${long}
        else
          b
      )
      c;
}
`,
  },
  {
    name: "a value that does not fit",
    want: `{
  ${long} =
    ${long}.${long}Either;
}
`,
  },
  {
    name: "lists that are joined",
    want: `{
  a = [
    b
    c
  ]
  ++ optional d e
  ++ [ f ];
}
`,
  },
  {
    name: "a set that is overridden",
    want: `{
  a = mkEnableOption "it" // {
    default = true;
  };
}
`,
  },
  {
    name: "an operator at the start of the line",
    want: `{
  a =
    ${long} == ${long} && b
    || ${long};
}
`,
  },
  {
    name: "an indented string",
    want: `{
  a = ''
    first
      second

    $x ''\${y} it's '''quoted'''
  '';
}
`,
  },
  { name: "an indented string without a newline at its end", want: "''\n  first\n  last''\n" },
  { name: "a space that is no indentation", want: "''\n  ''\\  first\n     last\n''\n" },
  {
    name: "an interpolation over several lines",
    want: `''
  before \${
    f {
      a = 1;
      b = 2;
    }
  } after
  \${f {
    a = 1;
    b = 2;
  }}
''
`,
  },
  { name: "a computed name", want: '{\n  ${a} = 1;\n  "b-${c}".d = 2;\n}\n' },
  { name: "names that need quotes", want: '{\n  "a.b" = 1;\n  "if" = 2;\n  c-d\' = 3;\n}\n' },
  { name: "paths", want: "[\n  ./a.nix\n  ../b/${c}.nix\n  /etc/d\n  ~/e\n  <nixpkgs/lib>\n]\n" },
  { name: "selections", want: "a.b.c or d.e or f ? g.h\n" },
  { name: "rec", want: "rec {\n  a = b;\n  b = 1;\n}\n" },
];
