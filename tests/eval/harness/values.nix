# Configuration values as data that can be printed as JSON, and what one set adds to another.
{ lib }:
let
  discard = builtins.unsafeDiscardStringContext;

  # Never copies a path to the store, and keeps the JSON printer from meeting a function or a
  # derivation's attributes.
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
