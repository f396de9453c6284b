# The sandbox profile of a service on macOS, in the language of sandbox-exec(1), version 1.
#
# Contract: takes plain data and returns the profile's text; nothing is built. seatbelt-base.sb holds the rules
# that every service needs on macOS; this file adds the paths and ports of one service. A daemon with a user of
# its own and an agent in somebody's home have the same profile but for paths. A service can read, write
# and start only what one of the two files names.
#
# Paths may be written as a person writes them: /var, /tmp and /etc become the directories that they link
# to, because the kernel compares those. Evaluation fails for a path that the language could not take
# literally.
#
# Only a build knows the closure of a service. With `storePaths = null` the profile names the store exactly
# once, as `(subpath "/nix/store")`, so that a build step can replace that with a line for each path of
# the closure.
{ lib }:

{
  # The profile's name; a comment in its first line.
  name,
  # Files and directories (with all below them) that the service may read.
  readable ? [ ],
  # The service's own directories, which it may read and write. They must exist: the service can
  # neither make nor remove them, only files in them. Sockets in them are the service's own, too.
  writable ? [ ],
  # Whether the service may make its own directories after all.
  makesWritable ? false,
  # Directories of others that the service may read and write; it gives files there neither second names nor flags.
  shared ? [ ],
  # Prefixes of paths that the service may make, read and write: "/tmp/hello-" for a program that
  # insists on a name there.
  writablePrefixes ? [ ],
  # Files and directories inside the writable ones that the configuration writes, and the service must not:
  # it can neither change nor remove them, nor move them away together with a directory above them.
  # The same holds for their names with .new appended, under which they are prepared.
  managed ? [ ],
  # Files and directories outside the store from which programs and libraries may be started.
  executable ? [ ],
  # The TCP port on which the service listens, and to which it may connect; null if it listens on none.
  listenPort,
  # Further ports on which it may listen, and to which it may connect.
  tcpPorts ? [ ],
  udpPorts ? [ ],
  # Whether it also listens on a TCP port that the kernel chooses. Nobody knows that port before, so the service
  # may listen on all ports; it may not connect to them.
  freePort ? false,
  # TCP ports of this machine to which it may connect, and on which others listen.
  connectPorts ? [ ],
  # Sockets of others (files) to which it may connect.
  sockets ? [ ],
  # "localhost", or "*" for all addresses of the machine. There is nothing in between, and
  # "localhost" was seen to match each address of the machine: the service's own configuration decides
  # on which it listens.
  listenHost ? "localhost",
  # Where connections may go: "none"; "internet", which is everything by IPv4 but this machine
  # (private networks included: the language knows no address but "localhost"); "any", which is this
  # machine and IPv6, too.
  egress ? "internet",
  # Store paths that the service may read and start; null for all of them.
  storePaths ? null,
  # Further system services that the service may look up, such as "com.apple.FSEvents".
  machServices ? [ ],
}:

let
  inherit (lib)
    concatMap
    concatStringsSep
    hasInfix
    hasPrefix
    removePrefix
    splitString
    take
    unique
    ;

  quoted = text: ''"${builtins.replaceStrings [ "\\" "\"" ] [ "\\\\" "\\\"" ] text}"'';

  # Written as JSON, because Nix has no escapes for them. No Nix string contains the character 0.
  controlCharacters = builtins.fromJSON (
    "[" + concatStringsSep "," (map (code: ''"\u${code}"'') controlCodes) + "]"
  );
  controlCodes = map (code: lib.fixedWidthString 4 "0" (lib.toHexString code)) (
    lib.range 1 31 ++ [ 127 ]
  );

  hasControlCharacter =
    text: builtins.replaceStrings controlCharacters (map (_: "") controlCharacters) text != text;

  refuse =
    path: reason: throw "sandbox profile of ${name}: the path ${builtins.toJSON path} ${reason}";

  # Links that every macOS has. The last one is another name of the volume with all files
  # that are not macOS itself; the kernel never reports paths by that name.
  realRoots = [
    {
      link = "/etc";
      target = "/private/etc";
    }
    {
      link = "/tmp";
      target = "/private/tmp";
    }
    {
      link = "/var";
      target = "/private/var";
    }
    {
      link = "/System/Volumes/Data";
      target = "";
    }
  ];

  isAtOrBelow = directory: path: path == directory || hasPrefix "${directory}/" path;

  resolveRoot =
    path:
    let
      root = lib.findFirst ({ link, ... }: isAtOrBelow link path) null realRoots;
    in
    if root == null then path else resolveRoot (root.target + removePrefix root.link path);

  checkText =
    path:
    if hasControlCharacter path then
      refuse path "has a control character"
    else if hasInfix "\${" path then
      refuse path "has \${, which the sandbox would read as a variable"
    else if !hasPrefix "/" path then
      refuse path "is not absolute"
    else
      path;

  # The path as the kernel reports it, without its links and without empty parts.
  realPath =
    given:
    let
      path = checkText (toString given);
      parts = builtins.filter (part: part != "") (splitString "/" path);
      real = resolveRoot ("/" + concatStringsSep "/" parts);
    in
    if builtins.elem ".." parts || builtins.elem "." parts then
      refuse path "has . or .. in it"
    else if
      builtins.elem real [
        ""
        "/"
      ]
    then
      refuse path "is the whole file system"
    else
      real;

  # A prefix may end in the middle of a name, or with a slash.
  realPrefix = prefix: realPath prefix + lib.optionalString (lib.hasSuffix "/" prefix) "/";

  # /a and /a/b for /a/b/c.
  ancestors =
    path:
    let
      parts = builtins.tail (splitString "/" path);
    in
    lib.genList (index: "/" + concatStringsSep "/" (take (index + 1) parts)) (
      builtins.length parts - 1
    );

  filter = kind: text: "(${kind} ${quoted text})";
  subpaths = map (filter "subpath");
  literals = map (filter "literal");

  # A rule, or nothing without filters: a rule without filters would apply to everything.
  rule =
    action: operations: filters:
    lib.optionalString (filters != [ ]) ''
      (${action} ${concatStringsSep " " operations}${
        lib.concatMapStrings (text: "\n  ${text}") (unique filters)
      })
    '';

  section =
    title: rules:
    let
      text = lib.concatStrings rules;
    in
    lib.optionalString (text != "") "\n${lib.concatMapStrings (line: "; ${line}\n") title}${text}";

  # The operations of writing a file, without those for set-uid bits, owners and access lists, which the base
  # refuses.
  writeOperations = [
    "file-write-create"
    "file-write-data"
    "file-write-mode"
    "file-write-times"
    "file-write-unlink"
    "file-write-xattr"
  ];

  # Rules for a file's name do not apply to its second name, and an immutable file hinders the preparation. But
  # programs need both: some publish archives by links, and Python's copytree() copies flags.
  ownOperations = [
    "file-link"
    "file-write-flags"
  ];

  read = map realPath readable;
  own = map realPath writable;
  write = own ++ map realPath shared;
  writePrefixes = map realPrefix writablePrefixes;
  writeFilters = subpaths write ++ map (filter "prefix") writePrefixes;
  protected = concatMap (path: [
    path
    "${path}.new"
  ]) (map realPath managed);
  start = map realPath executable;
  store = if storePaths == null then [ builtins.storeDir ] else map realPath storePaths;

  # Writable directories above a managed file, which the service could otherwise move away.
  aboveProtected = builtins.filter (path: lib.any (root: isAtOrBelow root path) write) (
    concatMap ancestors protected
  );

  # Whether the base hides the existence of files there.
  isHidden = path: isAtOrBelow "/Users" path || isAtOrBelow "/private/var/root" path;

  checkPort =
    port:
    if builtins.isInt port && 0 < port && port < 65536 then
      toString port
    else
      throw "sandbox profile of ${name}: ${builtins.toJSON port} is no port to listen on";

  portFilters =
    side: address:
    map (port: ''(${side} tcp "${address}:${checkPort port}")'') (lib.optional (listenPort != null) listenPort ++ tcpPorts)
    ++ map (port: ''(${side} udp "${address}:${checkPort port}")'') udpPorts;
  host =
    if
      builtins.elem listenHost [
        "localhost"
        "*"
      ]
    then
      listenHost
    else
      throw "sandbox profile of ${name}: it can listen on \"localhost\" or on \"*\", not on ${builtins.toJSON listenHost}";

  outbound = filters: rule "allow" [ "network-outbound" ] filters;
  noOutbound = filters: rule "deny" [ "network-outbound" ] filters;

  lookupRules = [
    # The resolver, and its configuration for programs that ask name servers directly.
    (outbound [ (filter "literal" "/private/var/run/mDNSResponder") ])
    (rule "allow"
      [ "mach-lookup" ]
      [
        (filter "global-name" "com.apple.SystemConfiguration.DNSConfiguration")
      ]
    )
    # The C library asks the kernel in which order to try addresses, by a socket of this kind.
    (rule "allow" [ "system-socket" ] [ "(require-all (socket-domain AF_SYSTEM) (socket-protocol 2))" ])
    (outbound [ (filter "control-name" "com.apple.netsrc") ])
  ];

  egressRules =
    {
      none = [ ];
      # IPv4 alone: with IPv6, the addresses of this machine can be written in forms that "localhost"
      # was seen not to match (::ffff:0.0.0.0). The order of these three was seen to matter, too.
      internet = lookupRules ++ [
        (outbound [ ''(remote ip4 "*:*")'' ])
        (noOutbound [ ''(remote ip4 "localhost:*")'' ])
        (noOutbound [ ''(remote ip6 "*:*")'' ])
      ];
      any = lookupRules ++ [ (outbound [ ''(remote ip "*:*")'' ]) ];
    }
    .${egress}
      or (throw "sandbox profile of ${name}: egress is \"none\", \"internet\" or \"any\", not ${builtins.toJSON egress}");

  checkName =
    text:
    if builtins.match "[A-Za-z0-9._-]+" text != null then
      text
    else
      throw "sandbox profile: ${builtins.toJSON text} is no name: letters, digits, dots, dashes";

  sections = [
    (section
      [ "Programs and libraries of the store, and further ones that the service may start." ]
      [
        (rule "allow" [
          "file-read*"
          "file-map-executable"
          "process-exec*"
        ] (subpaths (store ++ start)))
      ]
    )
    (section
      [ "Files that the service may read." ]
      [
        (rule "allow" [ "file-read*" ] (subpaths read))
      ]
    )
    (section
      [ "Files that the service may read and write." ]
      [
        (rule "allow" ([ "file-read*" ] ++ writeOperations) writeFilters)
      ]
    )
    (section
      [ "Links between files of its own, and their flags." ]
      [
        (rule "allow" ownOperations (subpaths own))
      ]
    )
    (section
      [ "Directories above all of these, because realpath() looks at each." ]
      [
        (rule "allow" [ "file-read-metadata" ] (
          # "any" stands for a store path: all have the same directories above them.
          literals (
            concatMap ancestors ([ "${builtins.storeDir}/any" ] ++ start ++ read ++ write ++ writePrefixes)
          )
        ))
      ]
    )
    (section
      [ "In homes, the service may see that its own files, and those directories, exist." ]
      [
        (rule "allow" [ "file-test-existence" ] (
          literals (builtins.filter isHidden (concatMap ancestors (start ++ read ++ write ++ writePrefixes)))
          ++ subpaths (builtins.filter isHidden (start ++ read ++ write))
          ++ map (filter "prefix") (builtins.filter isHidden writePrefixes)
        ))
      ]
    )
    (section
      [
        "The service can move neither the writable directories themselves nor those above managed files:"
        "the rules would not apply to the files in a directory that was moved away."
      ]
      [
        (rule "deny" (
          lib.optional (!makesWritable) "file-write-create"
          ++ [
            "file-write-flags"
            "file-write-unlink"
          ]
        ) (literals (write ++ aboveProtected)))
      ]
    )
    (section
      [ "Managed files. Both the family and its members, because a rule for a member beats the family's." ]
      [
        (rule "deny" ([ "file-write*" ] ++ writeOperations ++ ownOperations) (subpaths protected))
      ]
    )
    (section
      [ "Sockets that are files: the service's own." ]
      [
        (rule "allow" [
          "network-bind"
          "network-inbound"
          "network-outbound"
        ] writeFilters)
      ]
    )
    (section [ "Sockets of others." ] [ (outbound (literals (map realPath sockets))) ])
    (section [ "Connections to elsewhere." ] egressRules)
    (section
      [ "Ports of others on this machine." ]
      [ (outbound (map (port: ''(remote tcp "localhost:${checkPort port}")'') connectPorts)) ]
    )
    (section
      [ "The service's port, for others and for itself." ]
      [
        (rule "allow" [
          "network-bind"
          "network-inbound"
        ] (portFilters "local" host ++ lib.optional freePort ''(local tcp "${host}:*")''))
        (outbound (portFilters "remote" "localhost"))
      ]
    )
    (section
      [ "Further system services." ]
      [
        (rule "allow" [ "mach-lookup" ] (
          map (service: filter "global-name" (checkName service)) machServices
        ))
      ]
    )
  ];
in
"; Sandbox profile of ${checkName name}\n${builtins.readFile ./seatbelt-base.sb}${lib.concatStrings sections}"
