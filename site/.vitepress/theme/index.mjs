// VitePress's own theme with the fonts of the reader's system: nothing to load, and nothing that jumps.
import theme from "vitepress/theme-without-fonts";
import "./style.css";

export default theme;
