// The pattern of a host that a service in a network of its own may reach. `named-hosts.nix` reads it.

const label = "[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?";
const name = `(${label}[.])*[a-zA-Z]([a-zA-Z0-9-]*[a-zA-Z0-9])?`;

const byte = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
const address = `(${byte}[.]){3}${byte}`;

const port =
  "(6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[1-9][0-9]{0,3})";

/** `NAME`, `NAME=ADDRESS` or `ADDRESS`, each with `:PORT` or without; addresses are of version 4. */
export const namedHostPattern = new RegExp(`^(${name}(=${address})?|${address})(:${port})?$`);
