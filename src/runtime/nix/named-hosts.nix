# The hosts that a service reaches by name from a network of its own.
#
# Contract: reads hosts as users write them, and URLs, and gives each host an address inside of that network and a
# unit. Nothing else is in the network, so the addresses only have to differ.
{ lib }:
rec {
  # Programs refuse to connect to a private address that a name has, because somebody may have made the name lead
  # there. So these look public. Whose they are does not matter: nothing leads from here to the owner.
  addressPrefix = "28.0";
  network = "${addressPrefix}.0.0/16";

  # The network's name server: it knows these hosts, and says of every other name that there is none.
  nameServer = "127.0.0.53";

  isAddress =
    text:
    let
      byte = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    in
    builtins.match "(${byte}[.]){3}${byte}" text != null;

  isPort =
    digits:
    builtins.match "[1-9][0-9]{0,4}" digits != null && lib.toIntBase10 digits <= 65535;

  # Whether an address or a name is this machine's own.
  isHere =
    text:
    text == "localhost"
    || lib.hasSuffix ".localhost" text
    || isAddress text && lib.hasPrefix "127." text;

  # Where a host is outside. The proxy tries only the first address of a name, and `localhost` has two.
  placeOf = name: if isHere name && !isAddress name then "127.0.0.1" else name;

  # `NAME`, `NAME:PORT`, `NAME=ADDRESS`, `NAME=ADDRESS:PORT`
  ofText =
    text:
    let
      part = lib.elemAt (builtins.match "([^=:]+)(=([^:]+))?(:([0-9]+))?" text);
      name = lib.toLower (part 0);
    in
    {
      inherit name;
      to = if part 2 == null then placeOf name else part 2;
      port = if part 4 == null then 443 else lib.toIntBase10 (part 4);
    };

  # No host if the URL does not show one: it may have a variable in it. Nor if systemd would refuse its socket, and the
  # service with it: for a port that is none, or for an address in another notation, which no program looks up.
  ofURL =
    url:
    let
      parts = builtins.match "([A-Za-z]+)://([^/?#@]*@)?([A-Za-z0-9.-]+)(:([0-9]+))?([/?#].*)?" url;
      part = lib.elemAt parts;
      given = lib.toLower (part 2);
      # Programs that connect to this address reach their own machine.
      name = if given == "0.0.0.0" then "localhost" else given;
      isSecure = lib.elem (lib.toLower (part 0)) [
        "https"
        "wss"
      ];
      isReachable =
        (part 4 == null || isPort (part 4)) && (isAddress name || builtins.match "[0-9.]*" name == null);
    in
    lib.optional (parts != null && isReachable) {
      inherit name;
      to = placeOf name;
      port =
        if part 4 != null then
          lib.toIntBase10 (part 4)
        else if isSecure then
          443
        else
          80;
    };

  # All hosts, each once: of two with one name and one port, the first of the list counts.
  hostsOf =
    unit: given:
    let
      keyOf = { name, port, ... }: "${name}:${toString port}";
      hosts = lib.attrValues (lib.listToAttrs (map (host: lib.nameValuePair (keyOf host) host) given));
      named = lib.unique (
        lib.filter (name: !isHere name && !isAddress name) (map ({ name, ... }: name) hosts)
      );
      numbers = lib.listToAttrs (lib.imap1 (number: name: lib.nameValuePair name number) named);
      addressOf =
        name:
        if isAddress name then
          name
        else if isHere name then
          "127.0.0.1"
        else
          "${addressPrefix}.${toString (numbers.${name} / 256)}.${toString (lib.mod numbers.${name} 256)}";
    in
    map (
      host:
      host
      // {
        address = addressOf host.name;
        unit = "${unit}:${keyOf host}";
      }
    ) hosts;

  # Behind a forward proxy there are no addresses inside. What is on this machine is reached without the proxy, by its
  # port; what a name with an address of this machine leads to, through the proxy.
  ownPortsOf = hosts: lib.unique (map ({ port, ... }: port) (lib.filter ({ name, ... }: isHere name) hosts));
  proxiedOf = lib.filter ({ name, ... }: !isHere name);

  # A host as the operator's command shows it where a proxy leads to it, and as the proxy's log has it.
  shownProxied =
    { name, port, ... }:
    "${name}:${toString port}=${lib.optionalString (!isHere name) "${name}:${toString port}"}";

  # A host as the operator's command shows it, and the unit by which it is used. If a key is added, that unit is the
  # one of the server.
  shown =
    { name, port, unit, ... }@host:
    if host ? key then
      "${host.key.host}:${toString host.key.serverPort}, with a key=server-${unit}"
    else
      "${name}:${toString port}=${unit}";

  # All addresses inside of the network, but for those of every machine's own.
  rangesOf =
    hosts:
    [ network ]
    ++ lib.unique (
      lib.concatMap ({ name, ... }: lib.optional (isAddress name && !isHere name) "${name}/32") hosts
    );

  # A hosts(5) file.
  tableOf =
    hosts:
    lib.concatLines (
      [ "127.0.0.1 localhost" ]
      ++ lib.unique (
        lib.concatMap (
          { name, address, ... }: lib.optional (name != "localhost" && !isAddress name) "${address} ${name}"
        ) hosts
      )
    );
}
