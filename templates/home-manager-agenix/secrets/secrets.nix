# Who can decrypt the secrets. `agenix -e claude.age`, in this directory, writes one.
let
  # CHANGE: your own public key (~/.ssh/id_ed25519.pub).
  keys = [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" ];
in
{
  "claude.age".publicKeys = keys;
  "telegram.age".publicKeys = keys;
}
