# A proxy that adds a key to a service's requests to one server.
#
# Contract: `unitOf` gives the directives of a unit of its own user, which gets its socket from systemd, has no network,
# and reaches the server through a socket file. The key comes by a credential. The unit writes it into a file for
# itself, so it is neither in the store nor among the words of a command.
#
# https://nginx.org/en/docs/http/ngx_http_proxy_module.html
{
  lib,
  pkgs,
  missingCredential,
}:
let
  inherit (import ./functions.nix { inherit lib pkgs; }) escapeSpecifiers;

  # Headers by which servers know whose request it is. Nobody's but the key's owner's may get through.
  keyHeaders = [
    "Api-Key"
    "Authorization"
    "Cookie"
    "Ocp-Apim-Subscription-Key"
    "Proxy-Authorization"
    "X-Api-Key"
    "X-Goog-Api-Key"
    "Xi-Api-Key"
  ];

  # Arguments of a URL that do the same, also with letters that are written as numbers.
  keyArguments =
    let
      letter = "%(4[1-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9A])";
    in
    "(^|[&;])([^=&;]*${letter}[^=&;]*|(access|auth|oauth)[-_]?token|(api|subscription)?[-_]?key)([=&;]|$)";

  # The server's socket file, as the proxy sees it.
  server = "/tmp/server";

  configurationOf =
    directory:
    {
      address,
      port,
      key,
      ...
    }:
    let
      others = lib.filter (header: lib.toLower header != lib.toLower key.header) keyHeaders;
      temporary = map (what: "${what}_temp_path /run/${directory}/${what};") [
        "client_body"
        "fastcgi"
        "proxy"
        "scgi"
        "uwsgi"
      ];
      # A server's certificate has to be for its name. The depth is that of long chains.
      secure = lib.optionals key.isSecure [
        "proxy_ssl_name ${key.host};"
        "proxy_ssl_protocols TLSv1.2 TLSv1.3;"
        "proxy_ssl_server_name on;"
        "proxy_ssl_trusted_certificate /etc/ssl/certs/ca-certificates.crt;"
        "proxy_ssl_verify on;"
        "proxy_ssl_verify_depth 8;"
      ];
    in
    pkgs.writeText "${directory}.conf" ''
      daemon off;
      worker_processes 1;
      pid /run/${directory}/pid;
      error_log stderr error;
      events {
        worker_connections 2048;
      }
      http {
        access_log off;
        server_tokens off;
        ${lib.concatStringsSep "\n  " temporary}

        client_max_body_size 0;
        large_client_header_buffers 8 64k;
        client_body_timeout 1h;
        send_timeout 1h;

        # Until the server has shown its certificate: what passes connections on takes them before it asks.
        proxy_connect_timeout 30s;
        proxy_buffering off;
        proxy_request_buffering off;
        proxy_http_version 1.1;
        proxy_read_timeout 1h;
        proxy_send_timeout 1h;
        proxy_redirect off;
        ${lib.concatStringsSep "\n  " secure}

        upstream server {
          server unix:${server};
        }

        server {
          listen ${address}:${toString port};

          location / {
            if ($args ~* "${keyArguments}") {
              return 403;
            }
            proxy_pass ${if key.isSecure then "https" else "http"}://server;
            proxy_set_header Host ${key.server};
            ${lib.concatMapStringsSep "\n      " (header: "proxy_set_header ${header} \"\";") others}
            include /run/${directory}/key.conf;
          }
        }
      }
    '';

  keepOf =
    directory:
    { key, ... }:
    pkgs.writeShellScript "${directory}-key" ''
      set -euo pipefail

      missing_credential=${missingCredential}
      ${builtins.readFile ../shell/secrets-systemd.sh}
      ${builtins.readFile ../shell/launch.sh}
      ${builtins.readFile ../shell/outside-key.sh}
      keep_key ${
        lib.escapeShellArgs [
          key.title
          key.file
          key.header
          key.prefix
          "/run/${directory}/key.conf"
        ]
      }
    '';
in
{
  # `socket` is the server's; `host` is one of named-hosts.nix with its `key`, whose `title` is the option for messages.
  unitOf = unit: socket: host:
    let
      directory = "outside-${unit}.${host.key.name}";
    in
    {
      Type = "exec";
      ExecStartPre = keepOf directory host;
      ExecStart = "${lib.getExe' pkgs.nginx "nginx"} -e stderr -p /run/${directory} -c ${configurationOf directory host}";
      # The socket that systemd passes on, as nginx passes sockets to a new version of itself.
      Environment = "NGINX=3;";
      NonBlocking = true;
      LoadCredential = "key:${escapeSpecifiers host.key.file}";
      SetCredential = "key:${missingCredential}";
      RuntimeDirectory = directory;
      RuntimeDirectoryMode = "0700";
      BindReadOnlyPaths = "${socket}:${server}";
      PrivateNetwork = true;
      RestrictAddressFamilies = [ "AF_UNIX" ];
      SocketBindDeny = "any";
      IPAddressDeny = "any";
      LimitNOFILE = 8192;
    };
}
