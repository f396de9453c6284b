# A machine with the service: it answers to those who have the token, and to nobody else.
{ module }:
{
  name = "greeter";

  nodes.machine = {
    imports = [ module ];
    services.greeter = {
      enable = true;
      greeting = "Good evening";
      tokenFile = "/run/keys/greeter";
    };
    # A secret of this test only: everybody can read the store, so real ones never get there.
    systemd.tmpfiles.rules = [ "f /run/keys/greeter 0400 root root - a-token" ];
  };

  testScript = ''
    url = "http://127.0.0.1:8080"
    visitor = f"curl --fail --silent --header 'Authorization: Bearer a-token' {url}"

    machine.wait_for_unit("greeter.service")
    machine.wait_for_open_port(8080)
    machine.succeed(f"curl --fail {url}/health")
    machine.fail(f"curl --fail {url}")
    assert "Good evening" in machine.succeed(visitor)

    machine.succeed(f"{visitor} --data Ada")
    machine.systemctl("restart greeter.service")
    machine.wait_until_succeeds(f"{visitor} | grep Ada")
  '';
}
