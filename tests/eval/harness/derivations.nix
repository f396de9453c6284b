# Reads the texts that trivial builders (writeText, writeShellScript, pkgs.formats.*.generate ...) would
# write from the .drv files that the evaluator puts into the store. It builds nothing.
#
# A .drv file is one long ATerm: Derivation([outputs],[inputs],[sources],"system","builder",
# [arguments],[("variable","value"),...]) with \" \\ \n \r \t escaped inside strings.
{ lib }:
let
  inherit (builtins) head isString;
  discard = builtins.unsafeDiscardStringContext;

  # null if the evaluator did not write to the store (--read-only).
  readDrv =
    drvPath:
    let
      path = discard drvPath;
    in
    if builtins.pathExists path then discard (builtins.readFile path) else null;

  unescape =
    builtins.replaceStrings
      [
        "\\\\"
        "\\\""
        "\\n"
        "\\r"
        "\\t"
      ]
      [
        "\\"
        "\""
        "\n"
        "\r"
        "\t"
      ];

  # One environment variable of a derivation; null when it is not set. Neither separator can occur
  # inside a value, because a value's own quotes are escaped.
  drvEnv =
    name: content:
    let
      parts = lib.splitString ''("${name}","'' content;
      rest = lib.concatStringsSep ''("${name}","'' (lib.tail parts);
      value = lib.removeSuffix ''")])'' (head (lib.splitString ''"),("'' rest));
    in
    if content == null || builtins.length parts < 2 then null else unescape value;

  # The path of the first output.
  drvOutput = content: builtins.elemAt (lib.splitString ''"'' content) 3;

  drvInputs =
    content:
    let
      afterOutputs = lib.concatStringsSep ''")],['' (lib.tail (lib.splitString ''")],['' content));
      inputs = head (lib.splitString ''])],["'' afterOutputs);
    in
    builtins.filter (s: isString s && lib.hasSuffix ".drv" s && lib.hasPrefix "/nix/store/" s) (
      lib.splitString ''"'' inputs
    );

  # The attributes of a derivation: its environment variables, or its structured attributes.
  drvAttr =
    content:
    let
      structured = drvEnv "__json" content;
      attrs = builtins.fromJSON structured;
    in
    if content == null then
      (_: null)
    else if structured != null then
      (name: attrs.${name} or null)
    else
      (name: drvEnv name content);

  # true, "1" (an environment variable) and their absence, as one boolean.
  isTrue = value: value == true || value == "1";

  # The derivation, among the inputs of another, that has this output.
  inputWithOutput =
    content: path:
    lib.findFirst (input: input != null && drvOutput input == path) null (
      map readDrv (drvInputs content)
    );

  # The output of a trivial builder's derivation, or null. Two of the project's own builders
  # count as trivial: one checks a file and copies it (src/runtime/nix/validated-config.nix), the other
  # replaces one line of a text (src/runtime/nix/closure-profile.nix).
  #   text        the content
  #   kind        "text", or "value": the value given to a pkgs.formats.* generator, as JSON
  #   destination path below the output ("" when the output is the file itself)
  #   executable  whether the file is
  drvText =
    content:
    let
      get = drvAttr content;
      text = if get "profile" != null then get "profile" else get "text";
      value = get "value";
      checked = get "rendered";
      isStructured = drvEnv "__json" content != null;
      asText = kind: text: {
        inherit kind text;
        destination = toString (get "destination");
        executable = isTrue (get "executable");
      };
    in
    if content == null || get "src" != null then
      null
    else if checked != null then
      drvText (inputWithOutput content checked)
    else if text != null then
      asText "text" text
    else if value != null then
      asText "value" (if isString value && !isStructured then value else builtins.toJSON value)
    else
      null;

  # The derivations that a string or a package refers to.
  drvPathsOf =
    value:
    if isString value && builtins.hasContext value then
      builtins.filter (lib.hasSuffix ".drv") (builtins.attrNames (builtins.getContext value))
    else if lib.isDerivation value then
      [ (discard value.drvPath) ]
    else
      [ ];

  # All strings inside a value, with their contexts.
  stringsIn =
    value:
    if lib.isDerivation value then
      [ "${value}" ]
    else if isString value then
      [ value ]
    else if builtins.isList value then
      lib.concatMap stringsIn value
    else if builtins.isAttrs value then
      if value ? __toString || value ? outPath then
        [ (toString value) ]
      else
        lib.concatMap stringsIn (lib.attrValues value)
    else
      [ ];
in
{
  inherit
    readDrv
    drvEnv
    drvInputs
    drvText
    drvPathsOf
    ;

  # The text behind a file's `source`: a derivation, "<derivation>/sub/path", or a plain path.
  textOfSource =
    source:
    let
      drvs = drvPathsOf source;
      written = drvText (readDrv (head drvs));
    in
    if builtins.isPath source || (isString source && !builtins.hasContext source) then
      if builtins.pathExists source && builtins.readFileType source == "regular" then
        discard (builtins.readFile source)
      else
        null
    else if drvs != [ ] && written != null then
      written.text
    else
      null;

  # Store path -> its text, for every script and config file that a value refers to,
  # followed through scripts that refer to scripts. For a plain runCommand that `value` refers to directly,
  # the text is its commands (kind "buildCommand").
  textsBehind =
    value:
    let
      start = lib.unique (lib.concatMap drvPathsOf (stringsIn value));
      follow =
        seen: todo:
        if todo == [ ] then
          seen
        else
          let
            drv = head todo;
            content = readDrv drv;
            written = drvText content;
            get = drvAttr content;
            commands = if written == null then get "buildCommand" else null;
            isPackage = get "version" != null || get "src" != null;
            found =
              if written != null then
                written
              else if commands != null && !isPackage && builtins.elem drv start then
                {
                  kind = "buildCommand";
                  text = commands;
                  destination = "";
                  executable = false;
                }
              else
                null;
            record = if found == null then null else found // { path = drvOutput content; };
          in
          if seen ? ${drv} then
            follow seen (lib.tail todo)
          else
            follow (seen // { ${drv} = record; }) (
              lib.tail todo ++ lib.optionals (found != null) (drvInputs content)
            );
      found = builtins.filter (record: record != null) (lib.attrValues (follow { } start));
    in
    builtins.listToAttrs (
      map (record: lib.nameValuePair record.path (removeAttrs record [ "path" ])) found
    );
}
