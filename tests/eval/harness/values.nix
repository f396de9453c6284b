# Turns configuration values into data that can be printed as JSON, and compares sets.
{ lib }:
let
  discard = builtins.unsafeDiscardStringContext;

  # Copies no path to the store, and replaces functions and derivations, which cannot be printed as JSON.
  jsonify =
    value:
    if lib.isDerivation value then
      discard "${value}"
    else if builtins.isFunction value then
      "<function>"
    else if builtins.isPath value then
      toString value
    else if builtins.isString value then
      discard value
    else if builtins.isList value then
      map jsonify value
    else if builtins.isAttrs value then
      if value ? __toString || value ? outPath then
        discard (toString value)
      else
        builtins.mapAttrs (_: jsonify) value
    else
      value;
in
{
  inherit discard jsonify;

  # The attributes of `new` whose names `old` does not have.
  newAttrs = old: new: removeAttrs new (builtins.attrNames old);

  # The elements of `new` that `old` does not have.
  newElems = old: new: builtins.filter (element: !builtins.elem element old) new;

  # The named attributes of `set`, those that exist.
  pick =
    names: set: lib.genAttrs (builtins.filter (name: set ? ${name}) names) (name: jsonify set.${name});
}
