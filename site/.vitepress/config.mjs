// The site: guide, documentation and API reference, with a search that needs no server. Nothing in it comes from elsewhere.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { defineConfig } from "vitepress";
import { playgroundFragment } from "../playground-link.mjs";

/** The path under which the site is served: `/`, or `/docs/`. `run.mjs` sets it. */
const base = process.env.SITE_BASE ?? "/";

const pages = new URL("../pages/", import.meta.url);
const playground = new URL("../pages/public/playground/index.html", import.meta.url);
const hasPlayground = existsSync(playground);

/** Nothing is fetched from another origin. VitePress has scripts and styles within its pages. */
const POLICY = [
  "default-src 'self'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** A marker, as the format writes it. */
const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#3451b2"/>' +
  '<path d="M9 11 4 16l5 5M16 8v16M23 11l5 5-5 5" fill="none" stroke="#fff" stroke-width="3"/></svg>';

/** Special tokens stand out; everything else is text. */
const harmony = {
  name: "harmony",
  scopeName: "source.harmony",
  patterns: [{ name: "keyword.control.marker.harmony", match: "<\\|[a-z_]+\\|>" }],
  repository: {},
};

export default defineConfig({
  base,
  srcDir: "pages",
  outDir: "build",
  title: "harmony-format",
  description:
    "The OpenAI Harmony response format in TypeScript: a guide to the format, and the documentation of the package.",
  head: [
    ["meta", { "http-equiv": "Content-Security-Policy", content: POLICY }],
    ["link", { rel: "icon", href: `data:image/svg+xml,${encodeURIComponent(ICON)}` }],
  ],
  lastUpdated: false,
  markdown: {
    languages: [harmony],
    // VitePress's own choice is too faint on the ground of a block.
    theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
    anchor: { slugify },
    toc: { slugify },
    config: (md) => {
      withPlaygroundLinks(md);
      withoutEmptyHeaders(md);
    },
  },
  themeConfig: {
    search: { provider: "local" },
    outline: { level: [2, 3] },
    nav: [
      { text: "Guide", link: "/guide/", activeMatch: "/guide/" },
      { text: "Documentation", link: "/", activeMatch: "^/(?!guide|api)" },
      { text: "API", link: "/api/", activeMatch: "/api/" },
      ...(hasPlayground ? [{ text: "Playground", link: "/playground/index.html", target: "_self" }] : []),
    ],
    sidebar: {
      "/guide/": [{ text: "A guide to Harmony", link: "/guide/", items: linksIn(textOf("guide/index.md")) }],
      "/api/": [{ text: "API reference", link: "/api/", items: references() }],
      "/": sections(),
    },
  },
  vite: { build: { chunkSizeWarningLimit: 4096 } },
});

/** The name of a heading in links, as GitHub makes it, so that links work in both places. */
function slugify(text) {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}\s_-]/gu, "")
    .trim()
    .replaceAll(/\s/g, "-");
}

/** The pages that the lists of a text link to. */
function linksIn(text) {
  return Array.from(text.matchAll(/^(?:\d+\.|-) .*$/gm)).flatMap(([line]) =>
    Array.from(line.matchAll(/\[([^\]]+)\]\((\/[\w/-]+)\.md\)/g), ([, title, link]) => ({
      text: title.replaceAll("`", ""),
      link,
    })),
  );
}

function textOf(page) {
  return readFileSync(new URL(page, pages), "utf8");
}

/** The sidebar of the documentation: the sections of its first page. */
function sections() {
  const found = textOf("index.md").split(/^## /m).slice(1);
  return [
    { text: "A guide to Harmony", link: "/guide/" },
    ...found.map((section) => ({ text: section.split("\n", 1)[0], items: linksIn(section) })),
  ];
}

function references() {
  const entries = readdirSync(new URL("api/harmony-format/", pages)).map(
    (file) => `harmony-format/${file.slice(0, -3)}`,
  );
  return ["harmony-format", ...entries.sort()].map((name) => ({ text: name, link: `/api/${name}` }));
}

/** Examples of the guide open in the playground, if that has been built. */
function withPlaygroundLinks(md) {
  const fence = md.renderer.rules.fence;
  md.renderer.rules.fence = (tokens, index, ...others) => {
    const html = fence(tokens, index, ...others);
    const fragment = hasPlayground && playgroundFragment(tokens[index].info, tokens[index].content.trimEnd());
    if (!fragment) return html;
    const href = `${base}playground/index.html#${fragment}`;
    return `${html}<p class="open-in-playground"><a href="${href}" target="_self">Open in the playground</a></p>`;
  };
}

/** A table's corner without a word is no header of anything. */
function withoutEmptyHeaders(md) {
  md.core.ruler.push("empty-headers", ({ tokens }) => {
    for (const [index, { type }] of tokens.entries()) {
      if (type !== "th_open" || tokens[index + 1].content.trim() !== "") continue;
      tokens[index].tag = "td";
      tokens[index + 2].tag = "td";
    }
  });
}
