# The changes with which NixOS runs as a container of the guest's driver. They are as few as possible.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  # Files that Debian's programs need at paths which are compiled into them (stand_in.py).
  compiledIn = pkgs.runCommand "compiled-in" { } ''
    mkdir $out
    ln -s ${pkgs.systemd}/lib/systemd $out/systemd
    ln -s ${pkgs.sudo}/libexec/sudo $out/sudo
    ln -s ${pkgs.libc.bin}/lib/locale $out/locale
    ln -s /run/current-system/sw/share/dbus-1 $out/dbus-1
    ln -s /run/wrappers/bin/unix_chkpwd $out/unix_chkpwd
    for package in ${
      lib.concatMapStringsSep " " lib.getBin [
        pkgs.systemd
        pkgs.util-linux
        pkgs.kmod
        pkgs.coreutils
        pkgs.dbus-broker
      ]
    }; do
      for program in $package/bin/*; do
        [ -e $out/''${program##*/} ] || ln -s $program $out/
      done
    done
  '';
in
{
  boot.isContainer = true;
  boot.isNspawnContainer = true;
  system.stateVersion = "26.11";
  documentation.enable = false;

  # Debian's systemd needs this link when it starts.
  system.activationScripts.compiledIn = "ln -sfn ${compiledIn} /run/deb";

  # With /etc as an overlay, activation mounts the next overlay beneath the current one.
  system.activationScripts.mountBeneath = ''
    mount() {
      if [ "$1 $2" = "--move --beneath" ]; then
        ${pkgs.python3}/bin/python3 ${./mount_beneath.py} "$3" "$4"
      else
        command mount "$@"
      fi
    }
  '';
  system.activationScripts.etc.deps = [ "mountBeneath" ];

  # Debian's su comes from util-linux and uses the PAM service su-l with -l; NixOS has shadow's su.
  environment.etc."pam.d/su-l".source = config.environment.etc."pam.d/su".source;

  # The driver's containers have only their own network, without a name server.
  networking.useDHCP = false;
  networking.useHostResolvConf = false;
  networking.resolvconf.enable = lib.mkDefault false;

  # Debian has no counterpart of these programs, and no test here needs them.
  nix.enable = lib.mkDefault false;
  system.tools.nixos-rebuild.enable = false;
  system.switch.enable = false;
  networking.firewall.enable = false;
  services.logrotate.enable = false;
  fonts.fontconfig.enable = false;
  xdg.mime.enable = false;
  xdg.icons.enable = false;
  xdg.sounds.enable = false;
  # NixOS computes this file from the configuration of a kernel, and there is none.
  environment.etc."sysctl.d/55-nixos-aslr-entropy.conf".enable = false;
}
