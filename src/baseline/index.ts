// The public interface of the library's confinement: rules that a service takes, changes or leaves out.

export { baseline } from "./baseline.ts";
export type { BaselineOptions, BaselineRule } from "./inputs.ts";
export { propertyIs } from "./unit-property.ts";
export { startChecked } from "../model/start-checks.ts";
