import { defineConfig } from "nixmodgen";

export default defineConfig({
  output: "generated",
  services: ["schema/moltbot.ts"],
  command: "pnpm generate",
});
