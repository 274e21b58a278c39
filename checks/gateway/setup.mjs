import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { buildGateway } from "../../gateway/run.mjs";
import { installTools } from "../tool-folder.mjs";
import { installStores } from "./install-stores.mjs";

/** Builds the package and the gateway, and installs what they are tried with. */
export default function setup() {
  installTools(new URL("./", import.meta.url));
  const options = { cwd: fileURLToPath(new URL("../..", import.meta.url)), stdio: ["ignore", 2, 2] };
  execFileSync("npm", ["run", "--silent", "build"], options);
  buildGateway();
  installStores();
}
