# NixOS's modules without services, programs and hardware, but with those that the others read, or that the tests
# configure. If one is missing, the evaluation says which attribute it does not find.
{ lib, trees }:
let
  root = toString trees.nixpkgs + "/nixos/modules/";
  left = "(services|programs|hardware|virtualisation|i18n|installer|testing|image)/.*";
  needed = [
    "programs/bash/bash-completion.nix"
    "programs/i3lock.nix"
    "programs/shadow.nix"
    "programs/ssh.nix"
    "services/logging/rsyslogd.nix"
    "services/logging/syslog-ng.nix"
    "services/misc/sssd.nix"
    "services/networking/firewall-iptables.nix"
    "services/networking/firewall-nftables.nix"
    "services/networking/firewall.nix"
    "services/networking/firewalld"
    "services/networking/nftables.nix"
    "services/networking/ssh/sshd.nix"
    "services/security/kanidm.nix"
    "services/system/kerberos/default.nix"
    "services/system/nix-daemon.nix"
    "services/system/nscd.nix"
    "services/system/userborn.nix"
    "services/x11/display-managers/lightdm.nix"
    "services/x11/xscreensaver.nix"
    "services/x11/xserver.nix"
    "virtualisation/nixos-containers.nix"
  ];
  isNeeded =
    module:
    let
      name = lib.removePrefix root (toString module);
    in
    builtins.match left name == null || lib.elem name needed;
in
builtins.filter isNeeded
