# What the containers of nixpkgs' test driver cannot show, by the reason: names of rules, "rule: promise", or
# "relaxation: promise". The test names them and leaves them out.
#
# Measured in a container with their flags on systemd 257, outside of Nix's build sandbox: the promises that failed
# there, and those that the container kept even without the service's sandbox.
{
  "the container may not load the programs with which systemd decides about ports and addresses" = [
    "egress"
    "listening"
    "nested-sandboxes: other ports stay closed"
  ];
  "the container itself has no such capability" = [
    "clock-and-host-name: setting the clock"
    "clock-and-host-name: the clock cannot be set"
    "kernel: no kernel log can be read"
    "kernel: no modules can be loaded"
    "privileges: ports of devices are closed"
  ];
  "the container itself refuses the call" = [
    "system-calls: adding keys"
    "system-calls: bpf"
    "system-calls: files of other processes"
    "system-calls: keyrings"
    "system-calls: obsolete questions about file systems"
    "system-calls: performance counters"
    "system-calls: segments of other processors"
    "system-calls: swap space"
  ];
}
