import { defineConfig } from "nixmodgen";

export default defineConfig({
  output: "generated",
  services: ["schema/greeter.ts"],
  platforms: ["nixos", "home-manager", "darwin"],
  command: "npm run generate",
});
