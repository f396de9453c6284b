# CHANGE: put your home's own configuration here.
{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  home.stateVersion = "26.11";
}
