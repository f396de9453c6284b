# The Debian packages that stand in for a package of nixpkgs: name -> Debian packages, or
#   debian      the packages
#   compiledIn  whether Debian's paths of other programs are compiled in (stand_in.py)
#   wrapped     program -> variable -> folders below the package (names or patterns), for programs that
#               look for their own files at Debian's paths
#   afterwards  shell code, run in the package
# A row without packages is an empty package: something refers to it, and nothing runs it. A pattern is
# for packages with a version in their name, which are dependencies of the others.
{ nixpkgs }:
let
  bash = {
    debian = [ "bash" ];
    afterwards = "ln -s bash bin/sh";
  };
  git = {
    debian = [ "git" ];
    wrapped.git = {
      GIT_EXEC_PATH = "lib/git-core";
      GIT_TEMPLATE_DIR = "share/git-core/templates";
    };
  };
  perlModule = package: {
    debian = [ package ];
    afterwards = ''
      mkdir -p lib/perl5
      mv share/perl5 lib/perl5/site_perl
    '';
  };
  util-linux = [
    "util-linux"
    "mount"
    "bsdutils"
    "util-linux-extra"
    "login"
    "fdisk"
    "uuid-runtime"
  ];
in
{
  acl = [ "acl" ];
  attr = [ "attr" ];
  inherit bash;
  bash-completion = [ ];
  bash-interactive = bash;
  bcache-tools = [ ];
  bind = [ ];
  btrfs-progs = [ ];
  bzip2 = [ "bzip2" ];
  Config-IniFiles = [ ];
  coreutils = [ "coreutils" ];
  coreutils-full = [ "coreutils" ];
  cpio = [ "cpio" ];
  curl = [ "curl" ];
  dash = [ "dash" ];
  dbus = [
    "dbus-bin"
    "dbus-daemon"
    "dbus-session-bus-common"
    "dbus-system-bus-common"
    "dbus-user-session"
  ];
  dbus-broker = {
    debian = [ "dbus-broker" ];
    compiledIn = true;
  };
  desktop-file-utils = [ "desktop-file-utils" ];
  diffutils = [ "diffutils" ];
  dosfstools = [ ];
  erofs-utils = [ "erofs-utils" ];
  File-Slurp = perlModule "libfile-slurp-perl";
  findutils = [ "findutils" ];
  fish = [ ];
  fontconfig = [ ];
  gawk = {
    debian = [ "gawk" ];
    afterwards = "ln -sf gawk bin/awk";
  };
  inherit git;
  git-minimal = git;
  gettext = [
    "gettext"
    "gettext-base"
  ];
  glibc = [
    "libc-bin"
    "nscd"
  ];
  glibc-locales = [ ];
  gnugrep = [ "grep" ];
  gnupg = [ ];
  gnused = [ "sed" ];
  gnutar = [ "tar" ];
  gzip = [ "gzip" ];
  hicolor-icon-theme = [ ];
  hostname-debian = [ "hostname" ];
  iana-etc = [ "netbase" ];
  iproute2 = [ "iproute2" ];
  iptables = [ ];
  iputils = [ "iputils-ping" ];
  jq = [ "jq" ];
  JSON = perlModule "libjson-perl";
  kexec-tools = [ ];
  kmod = [ "kmod" ];
  less = [ "less" ];
  libcap = [ "libcap2-bin" ];
  libfido2 = [ ];
  libressl = [ ];
  libxslt = [ "xsltproc" ];
  linux-config = [ ];
  linux-headers = [ ];
  linux-pam = {
    debian = [
      "libpam-modules"
      "libpam-modules-bin"
    ];
    compiledIn = true;
  };
  lndir = [ "xutils-dev" ];
  logrotate = [ "logrotate" ];
  make-initrd-ng = [ ];
  man-db = [ ];
  mkpasswd = [ ];
  nano = [ ];
  ncurses = [
    "ncurses-base"
    "ncurses-bin"
  ];
  nginx = [ "nginx" ];
  nix = {
    debian = [
      "nix-bin"
      "nix-setup-systemd"
    ];
    # Debian's file is for a group of Debian's own; this is Nix's original.
    afterwards = "echo 'd /nix/var/nix/daemon-socket 0755 root root - -' >lib/tmpfiles.d/nix-daemon.conf";
  };
  nix-bash-completions = [ ];
  nixos-firewall-tool = [ ];
  nixos-init = [ ];
  nsncd = {
    debian = [ "nsncd" ];
    afterwards = "mkdir bin && ln -s ../libexec/nsncd bin/nsncd";
  };
  openssh = [ ];
  openssl = [ "openssl" ];
  patch = [ "patch" ];
  perl = {
    debian = [
      "perl"
      "perl-base"
      "perl-modules-5.*"
      "libperl5.*"
    ];
    wrapped.perl.PERL5LIB = "lib/perl/5.* share/perl/5.* lib/perl-base";
  };
  procps = [ "procps" ];
  python3 = [
    "python3-minimal"
    "python3"
    "python3.*-minimal"
    "python3.*"
    "libpython3.*-minimal"
    "libpython3.*-stdlib"
  ];
  rsync = [ ];
  sd-switch = [ ];
  shadow = [
    "passwd"
    "login"
    "login.defs"
    "uidmap"
    "util-linux"
    "util-linux-extra"
  ];
  shared-mime-info = [ "shared-mime-info" ];
  sound-theme-freedesktop = [ ];
  strace = [ "strace" ];
  sudo = {
    debian = [ "sudo" ];
    compiledIn = true;
  };
  switch-to-configuration = [ ];
  systemd = {
    debian = [
      "systemd"
      "systemd-sysv"
      "libsystemd-shared"
      "udev"
      "systemd-coredump"
      "libpam-systemd"
      "libnss-systemd"
      "libnss-myhostname"
    ];
    compiledIn = true;
    # The layout of nixpkgs' package, because NixOS installs the units itself.
    afterwards = ''
      mkdir -p example/systemd example/{binfmt,modules-load}.d
      mv lib/{sysctl.d,tmpfiles.d,sysusers.d} example
      mv lib/systemd/{system,user} example/systemd
      # A unit that Debian's systemd does not have becomes a stand-in without effect.
      stub() {
        case $1 in
          *.service) printf '[Service]\nType=oneshot\nExecStart=/run/current-system/sw/bin/true\n' ;;
          *) echo '[Unit]' ;;
        esac >$1
      }
      grep --recursive --no-filename --only-matching --perl-regexp \
        '"\K[\w@.-]+\.(service|socket|target|path|timer|mount|automount|slice)(\.wants)?(?=")' \
        ${nixpkgs + "/nixos/modules/system/boot"} | sort --unique | while read -r unit; do
        for folder in example/systemd/{system,user}; do
          case $unit in
            *.wants) mkdir -p $folder/$unit ;;
            *) [ -e $folder/$unit ] || stub $folder/$unit ;;
          esac
        done
      done
    '';
  };
  time = [ "time" ];
  tinyxxd = [ "xxd" ];
  tzdata = [ "tzdata" ];
  inherit util-linux;
  util-linux-minimal = util-linux;
  which = {
    debian = [ "debianutils" ];
    afterwards = "ln -sf which.debianutils bin/which";
  };
  xauth = [ ];
  xonsh = [ ];
  xz = [ "xz-utils" ];
  zsh = [ ];
  zstd = [ "zstd" ];
}
