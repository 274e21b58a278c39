import { installTools } from "../tool-folder.mjs";
import { installEngine } from "./install.mjs";

/** Installs the engine before the first test needs it, and what the tests take from npm. */
export default function setup() {
  installTools(new URL("./", import.meta.url));
  installEngine();
}
