# The keys that requests of a service get outside of it.
#
# Contract: reads credentials that say how requests get them (`outside`), and the service's settings. The service
# gets a placeholder for each key, and settings that lead to a name of its own network, where a proxy has the key.
{ lib }:
let
  namedHosts = import ./named-hosts.nix { inherit lib; };

  # Scheme, host with port, path. Other parts of a URL would have no meaning for a proxy.
  partsOf = builtins.match "(https?)://([A-Za-z0-9.-]+(:[0-9]+)?)(/[A-Za-z0-9._~/-]*)?";

  urlOf = settings: { setting, outside, ... }: lib.attrByPath setting outside.url settings;
in
rec {
  # Inside of the network there is no TLS, so it is the port of HTTP.
  port = 80;

  # Whether a proxy can be made for the server that the settings name.
  isKnown =
    settings: credential:
    let
      url = urlOf settings credential;
    in
    lib.isString url
    && partsOf url != null
    && namedHosts.ofURL url != [ ]
    # A proxy does not find an address in a certificate.
    && !(lib.hasPrefix "https:" url && lib.any ({ name, ... }: namedHosts.isAddress name) (namedHosts.ofURL url));

  # The keys among credentials, with their servers: `to` is the server's place, `server` its name
  # and port in requests; messages call the key by its `title`.
  keysOf =
    prefix: settings: credentials:
    map (
      { outside, ... }@credential:
      let
        url = urlOf settings credential;
        part = lib.elemAt (partsOf url);
        server = lib.head (namedHosts.ofURL url);
      in
      {
        inherit (credential) option variable file setting;
        title = "${prefix}.${credential.option}";
        inherit (outside)
          name
          header
          prefix
          placeholder
          ;
        settings = outside.settings or { };
        inherit url;
        inherit (server) to;
        host = server.name;
        serverPort = server.port;
        server = part 1;
        isSecure = part 0 == "https";
        inner = "http://${nameOf outside}${if part 3 == null then "" else part 3}";
      }
    ) (lib.filter (credential: credential.outside or null != null && isKnown settings credential) credentials);

  # A name that is never one of the internet's (ICANN keeps it free).
  nameOf = { name, ... }: "${name}.keys.internal";

  # The settings with which requests go to the proxies. The user's own win over those that the program only needs
  # because the server has another name; a user who names a server knows how it is asked.
  settingsWith =
    keys: settings:
    let
      unnamed = lib.filter ({ setting, ... }: !lib.hasAttrByPath setting settings) keys;
      needed = map (key: key.settings) unnamed;
      leading = map (key: lib.setAttrByPath key.setting key.inner) keys;
    in
    lib.foldl' lib.recursiveUpdate { } (needed ++ [ settings ] ++ leading);

  # The places of the proxies in the service's network, as named-hosts.nix has hosts.
  hostsOf = map (key: {
    name = nameOf key;
    to = key.to;
    inherit port key;
  });

  # Credentials for a server that gets another key from a proxy.
  strayOf =
    keys: credentials:
    lib.filter (
      { option, setting ? null, ... }:
      let
        first = lib.findFirst (key: key.setting == setting) null keys;
      in
      first != null && first.option != option
    ) credentials;
}
