# What a NixOS needs to run as a container of the guest's driver: it differs as little as possible
# from one that runs anywhere.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  # What Debian's programs look for at paths that are compiled into them (stand_in.py).
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

  # What has to be there before systemd is.
  system.activationScripts.compiledIn = "ln -sfn ${compiledIn} /run/deb";

  # Whose /etc is an overlay mounts the next one beneath it.
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

  # Debian's su is util-linux's, which calls itself so with -l; NixOS has that of shadow.
  environment.etc."pam.d/su-l".source = config.environment.etc."pam.d/su".source;

  # The driver's containers have no network but their own, and nobody answers for names.
  networking.useDHCP = false;
  networking.useHostResolvConf = false;
  networking.resolvconf.enable = lib.mkDefault false;

  # With sources that Debian has nothing alike of, and not of these tests.
  nix.enable = lib.mkDefault false;
  system.tools.nixos-rebuild.enable = false;
  system.switch.enable = false;
  networking.firewall.enable = false;
  services.logrotate.enable = false;
  fonts.fontconfig.enable = false;
  xdg.mime.enable = false;
  xdg.icons.enable = false;
  xdg.sounds.enable = false;
  # It is computed from the configuration of a kernel.
  environment.etc."sysctl.d/55-nixos-aslr-entropy.conf".enable = false;
}
