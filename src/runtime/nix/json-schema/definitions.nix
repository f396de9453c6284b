# Finds the files in which a part of an option's value is defined.
#
# Contract: `filesAt path definitions` follows a path of keys and list indices through definitions as
# the module system does. It resolves mkIf, mkMerge, mkOverride and mkOrder at each level, so it does not
# name a definition that lost against mkForce. It runs only for messages.
{ lib }:
let
  # The definitions that are part of the value, in their order.
  effective = definitions: (lib.mergeDefinitions [ ] lib.types.raw definitions).defsFinal;

  into =
    step: definitions:
    if builtins.isInt step then
      intoList step definitions
    else
      lib.concatMap (
        definition:
        lib.optional (builtins.isAttrs definition.value && definition.value ? ${step}) (
          definition // { value = definition.value.${step}; }
        )
      ) definitions;

  # Lists are concatenated in the order of their definitions.
  intoList =
    index: definitions:
    if definitions == [ ] || !builtins.isList (lib.head definitions).value then
      [ ]
    else
      let
        first = lib.head definitions;
        count = builtins.length first.value;
      in
      if index < count then
        [ (first // { value = builtins.elemAt first.value index; }) ]
      else
        intoList (index - count) (lib.tail definitions);

  # Stops at a value that no definition writes itself, such as an item of a computed list.
  definitionsAt =
    path: definitions:
    let
      here = effective definitions;
      next = into (lib.head path) here;
    in
    if path == [ ] || next == [ ] then here else definitionsAt (lib.tail path) next;
in
{
  filesAt =
    path: definitions:
    lib.unique (map (definition: toString definition.file) (definitionsAt path definitions));
}
