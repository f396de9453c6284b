# Packages for which a plain stand-in is not enough: NixOS configures them, takes them apart or uses further
# attributes.
final: prev:
let
  inherit (final) lib;
in
{
  # NixOS installs the programs of the C library.
  stdenv = prev.stdenv // {
    cc = prev.stdenv.cc // {
      libc = final.glibc;
    };
  };
  # stages.nix links all compiled programs statically.
  pkgsStatic = final;

  # nixpkgs' expressions of glibc and of the locales need nixpkgs' compiler.
  glibc = final.stdenv.mkDerivation {
    pname = "glibc";
    version = "2";
    outputs = [
      "out"
      "bin"
      "dev"
      "getent"
    ];
    src = null;
  };
  glibcLocales = lib.makeOverridable (
    _:
    final.stdenv.mkDerivation {
      pname = "glibc-locales";
      inherit (final.glibc) version;
      src = null;
    }
  ) { };

  # nixpkgs composes it of many packages.
  nix = final.stdenv.mkDerivation {
    pname = "nix";
    version = "2.26";
    src = null;
    meta.mainProgram = "nix";
  };

  # NixOS takes one header out of the sources of the C library.
  srcOnly =
    package:
    final.stdenv.mkDerivation {
      name = "${package.name}-source";
      phases = [
        "unpackPhase"
        "installPhase"
      ];
      unpackPhase = ''
        mkdir -p sysdeps/generic
        cp ${./unsecvars.h} sysdeps/generic/unsecvars.h
      '';
      installPhase = "cp -r . $out";
    };

  # The linter, which does not matter here.
  shellcheck-minimal = final.writeShellScriptBin "shellcheck" "exit 0" // {
    compiler.bootstrapAvailable = true;
  };

  # Programs in Rust, or missing in Debian: small versions with the features that NixOS uses.
  userborn =
    final.writeScriptBin "userborn" "#!${final.python3}/bin/python3\n${builtins.readFile ./userborn.py}"
    // {
      meta.mainProgram = "userborn";
    };
  composefs = final.writeScriptBin "mkcomposefs" "#!/usr/bin/python3\n${builtins.readFile ./mkcomposefs.py}";

  # Debian's authorities, and those of the configuration.
  cacert = lib.makeOverridable (
    {
      extraCertificateFiles ? [ ],
      extraCertificateStrings ? [ ],
      blacklist ? [ ],
    }:
    assert blacklist == [ ];
    final.runCommand "nss-cacert-debian"
      {
        outputs = [
          "out"
          "unbundled"
          "p11kit"
          "hashed"
        ];
        added = lib.concatStringsSep "\n" extraCertificateStrings;
        passAsFile = [ "added" ];
        inherit extraCertificateFiles;
      }
      ''
        mkdir -p $out/etc/ssl/certs $unbundled $p11kit $hashed
        cat /etc/ssl/certs/ca-certificates.crt $extraCertificateFiles "$addedPath" \
          | tee $out/etc/ssl/certs/ca-bundle.crt >$out/etc/ssl/certs/ca-no-trust-rules-bundle.crt
      ''
  ) { };
}
