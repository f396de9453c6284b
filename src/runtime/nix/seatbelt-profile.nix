# The sandbox profile of a service on macOS, in the language of sandbox-exec(1), version 1.
#
# Contract: plain data in, the profile's text out; nothing is built. seatbelt-base.sb holds what
# every service needs from macOS; this file adds the paths and ports of one service. A profile is
# the same for a daemon with a user of its own and for an agent in somebody's home: only the paths
# differ. Nothing is readable, writable or startable unless it is named here or there.
#
# Paths are what a person writes: /var, /tmp and /etc become the directories that they are links
# to, because that is what the kernel compares. A path that the language could not take literally
# is refused while the configuration is evaluated.
#
# The closure of a service is known only when it is built. With `storePaths = null` the store is
# named exactly once, as `(subpath "/nix/store")`, so that a build step can put a line for each
# path of the closure in its place.
{ lib }:

{
  # What the profile is for; a comment in its first line.
  name,
  # Files and directories (with all below them) that may be read.
  readable ? [ ],
  # The service's own directories, which may be read and written. They must exist: the service can
  # neither make nor remove them, only what is in them. Sockets in them are the service's own, too.
  writable ? [ ],
  # Whether it makes those that are missing after all.
  makesWritable ? false,
  # The same for directories of others, where it gives files neither second names nor flags.
  shared ? [ ],
  # The same for all names that begin with one of these texts, which the service makes itself:
  # "/tmp/hello-" where a program insists on a name there.
  writablePrefixes ? [ ],
  # Files and directories inside the writable ones that are written for the service, not by it:
  # they can be neither changed, nor removed, nor moved away together with a directory above them.
  # The same holds for their names with .new behind, by which they are prepared.
  managed ? [ ],
  # Files and directories outside the store from which programs and libraries may be started.
  executable ? [ ],
  # The TCP port the service listens on, and reaches itself by; null where it listens on none.
  listenPort,
  # Further ports it may listen on, and reach itself by.
  tcpPorts ? [ ],
  udpPorts ? [ ],
  # Whether it also listens on a TCP port that the kernel chooses. Which that is nobody knows before, so
  # all of them are open for listening; connections of its own to them are not.
  freePort ? false,
  # Sockets of others (files) that it may connect to.
  sockets ? [ ],
  # "localhost", or "*" for all addresses of the machine. There is nothing in between, and
  # "localhost" was seen to match each address of the machine: what a service listens on is up to
  # its own configuration.
  listenHost ? "localhost",
  # Where connections may go: "none"; "internet", which is everything by IPv4 but this machine
  # (private networks included: the language knows no address but "localhost"); "any", which is this
  # machine and IPv6, too.
  egress ? "internet",
  # Paths of the store that may be read and started; null for all of them.
  storePaths ? null,
  # Further system services that may be looked up, such as "com.apple.FSEvents".
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

  # Written as JSON, as Nix has no escape for them. The character 0 cannot be in a string.
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

  # Links that every macOS has. The last one is the other name of the volume that holds all files
  # that are not macOS itself; the kernel never reports paths by it.
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

  # A rule, or nothing when there is nothing to which it applies: a rule without filters would
  # apply to everything.
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

  # All that writing a file consists of, but for the bits, owners and lists that the base refuses.
  writeOperations = [
    "file-write-create"
    "file-write-data"
    "file-write-mode"
    "file-write-times"
    "file-write-unlink"
    "file-write-xattr"
  ];

  # A second name takes a file out of the reach of rules for its first one, and an immutable file is
  # in the way of whoever looks after the directory. Programs need both all the same: some
  # publish archives by links, Python's copytree() copies flags.
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

  # Directories above a managed file in which the service could replace its parent by another.
  aboveProtected = builtins.filter (path: lib.any (root: isAtOrBelow root path) write) (
    concatMap ancestors protected
  );

  # Where the base hides whether files exist.
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
    # Names are resolved by this service; its configuration, for programs that ask servers directly.
    (outbound [ (filter "literal" "/private/var/run/mDNSResponder") ])
    (rule "allow"
      [ "mach-lookup" ]
      [
        (filter "global-name" "com.apple.SystemConfiguration.DNSConfiguration")
      ]
    )
    # The order in which to try addresses: a question to the kernel that is put as a connection.
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
      [ "Programs and libraries of the store, and what else may be started." ]
      [
        (rule "allow" [
          "file-read*"
          "file-map-executable"
          "process-exec*"
        ] (subpaths (store ++ start)))
      ]
    )
    (section
      [ "What may be read." ]
      [
        (rule "allow" [ "file-read*" ] (subpaths read))
      ]
    )
    (section
      [ "What may be read and written." ]
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
      [ "Directories above all of these: realpath() looks at each." ]
      [
        (rule "allow" [ "file-read-metadata" ] (
          # Those above the store's paths are the same, whether they are known already or not.
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
        "The writable directories themselves stay what they are, as do those above managed files: a"
        "directory that is moved away takes all rules for what was in it with it."
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
      [ "Managed files. The family and its members, as a rule for a member beats the family's." ]
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
