// Gets a real engine without installing anything: Debian's llama-server and what it needs, unpacked into a folder, and a
// tiny gpt-oss to run on it. Both stay in `.cache`, which git ignores.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { publishedFile, SHA256 } from "../../scripts/published-vocabulary.mjs";

const CACHE = fileURLToPath(new URL(".cache/", import.meta.url));
const VENV = fileURLToPath(new URL("../../.venv/engines/", import.meta.url));
const GGUF = "gguf==0.19.0";

/** The release of Debian that has llama-server; older ones do not. */
const RELEASE = "sid";
const KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg";

/**
 * Installs what is missing.
 * @returns {{ program: string, options: string[], env: Record<string, string>, model: string }} The program with the options
 *   and the environment that it always needs, and the path of the model.
 */
export function installEngine() {
  mkdirSync(CACHE, { recursive: true });
  return { ...installServer(), model: makeModel() };
}

/** The program: the one that LLAMA_SERVER names, or Debian's. */
function installServer() {
  const { LLAMA_SERVER } = process.env;
  if (LLAMA_SERVER) return { program: LLAMA_SERVER, options: [], env: {} };
  const folder = `${CACHE}llama-server`;
  if (!existsSync(folder)) {
    try {
      const unfinished = unpack();
      renameSync(unfinished, folder);
    } catch (cause) {
      const remedy = "it takes apt, Debian's keys and x64; elsewhere, set LLAMA_SERVER to a llama-server of your own";
      throw new Error(`Debian's llama-server could not be fetched: ${remedy}`, { cause });
    }
  }
  const libraries = `${folder}/usr/lib/x86_64-linux-gnu`;
  const backends = readdirSync(`${libraries}/ggml`).find((name) => name.startsWith("backends"));
  return {
    // Its own loader and libc, since those of the machine may be years older.
    program: `${libraries}/ld-linux-x86-64.so.2`,
    options: ["--library-path", `${libraries}:${libraries}/llama`, `${folder}/usr/bin/llama-server`],
    // Otherwise it looks for the code of its processors where Debian installs it. This one runs on all of them.
    env: { GGML_BACKEND_PATH: `${libraries}/ggml/${backends}/libggml-cpu-x64.so` },
  };
}

/** Has apt fetch the package and all that it depends on, as if nothing were installed, and unpacks it. */
function unpack() {
  const work = `${CACHE}unfinished-${process.pid}`;
  const [apt, files] = [`${work}/apt`, `${work}/files`];
  for (const folder of [`${apt}/lists/partial`, `${apt}/archives/partial`, files])
    mkdirSync(folder, { recursive: true });
  try {
    // What is not said here, such as a proxy, apt takes from the machine's own configuration.
    const settings = {
      "APT::Architecture": "amd64",
      "APT::Architectures": "amd64",
      "APT::Sandbox::User": "root",
      "APT::Install-Recommends": "false",
      "Acquire::Languages": "none",
      "Debug::NoLocking": "true",
      "Dir::State": apt,
      "Dir::State::status": `${apt}/status`,
      "Dir::Cache": apt,
      "Dir::Etc::SourceList": `${apt}/sources.list`,
      "Dir::Etc::SourceParts": "/dev/null",
      "Dir::Etc::Preferences": "/dev/null",
      "Dir::Etc::PreferencesParts": "/dev/null",
    };
    const options = Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
    writeFileSync(`${apt}/status`, "");
    writeFileSync(`${apt}/sources.list`, `deb [signed-by=${KEYS}] ${debianMirror()} ${RELEASE} main\n`);
    run("apt-get", ...options, "-qq", "update");
    run("apt-get", ...options, "-qq", "--yes", "--download-only", "install", "llama.cpp-tools");
    for (const name of readdirSync(`${apt}/archives`)) {
      if (name.endsWith(".deb")) run("dpkg-deb", "--extract", `${apt}/archives/${name}`, files);
    }
    const finished = `${work}-files`;
    renameSync(files, finished);
    return finished;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Where this machine gets its own packages from; DEBIAN_MIRROR is for machines that are not Debian. */
function debianMirror() {
  const { DEBIAN_MIRROR } = process.env;
  if (DEBIAN_MIRROR) return DEBIAN_MIRROR;
  const format = ["--format", "$(REPO_URI) $(ORIGIN) $(LABEL)", "Created-By: Packages"];
  const sources = execFileSync("apt-get", ["indextargets", ...format], { encoding: "utf8" }).split("\n");
  // The archive of security fixes calls itself Debian-Security.
  const archive = sources.find((line) => /^\S+ Debian Debian$/.test(line));
  if (archive === undefined) throw new Error("apt knows no archive of Debian here; DEBIAN_MIRROR can name one");
  return archive.split(" ")[0];
}

/**
 * The model; made again when what makes it has changed.
 * @returns {string} Its path.
 */
export function makeModel() {
  mkdirSync(CACHE, { recursive: true });
  const script = fileURLToPath(new URL("tiny-gpt-oss.py", import.meta.url));
  const recipe = createHash("sha256").update(readFileSync(script)).update(GGUF).update(SHA256).digest("hex");
  const model = `${CACHE}tiny-gpt-oss-${recipe.slice(0, 12)}.gguf`;
  if (existsSync(model)) return model;
  const unfinished = `${model}-${process.pid}`;
  execFileSync(installPython(), [script, unfinished], { input: publishedFile(), stdio: ["pipe", 2, 2] });
  renameSync(unfinished, model);
  return model;
}

function installPython() {
  const python = `${VENV}bin/python`;
  const stamp = `${VENV}installed`;
  if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== GGUF) {
    run("python3", "-m", "venv", VENV);
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", GGUF);
    writeFileSync(stamp, GGUF);
  }
  return python;
}

function run(program, ...options) {
  execFileSync(program, options, { stdio: ["ignore", 2, 2] });
}
