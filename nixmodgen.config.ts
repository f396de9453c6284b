import { defineConfig } from "./src/index.ts";

export default defineConfig({
  output: "generated",
  services: ["schema/moltbot.ts"],
});
