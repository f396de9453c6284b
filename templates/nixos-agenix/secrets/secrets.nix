# Who can decrypt the secrets. `agenix -e claude.age`, in this directory, writes one.
let
  # CHANGE: your own public key, and the machine's (/etc/ssh/ssh_host_ed25519_key.pub).
  keys = [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" ];
in
{
  "claude.age".publicKeys = keys;
  "telegram.age".publicKeys = keys;
}
