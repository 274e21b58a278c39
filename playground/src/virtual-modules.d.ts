declare module "virtual:documented-conversations" {
  const examples: readonly { readonly name: string; readonly value: unknown }[];
  export default examples;
}
declare module "virtual:malformed-completions" {
  const examples: readonly { readonly name: string; readonly text: string; readonly tools: string }[];
  export default examples;
}
