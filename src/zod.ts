// Only this file imports zod. zod-to-json-schema reads only `zod/v3` schemas (it silently turns a
// zod 4 object into `{}`), so all other files must use this one.
export { z } from "zod/v3";
