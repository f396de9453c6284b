# The script of a test whose nodes are the generations of one machine; SYSTEMS has their systems by name.
script:
{ nodes, ... }:
builtins.concatStringsSep "\n" [
  ''
    import json

    SYSTEMS = json.loads(${
      builtins.toJSON (
        builtins.toJSON (builtins.mapAttrs (_: node: "${node.system.build.toplevel}") nodes)
      )
    })
  ''
  (builtins.readFile ./switch.py)
  (builtins.readFile script)
]
