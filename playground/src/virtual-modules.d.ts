interface DocumentedExample {
  readonly name: string;
  readonly text: string;
}
declare module "virtual:documented-conversations" {
  const examples: readonly DocumentedExample[];
  export default examples;
}
declare module "virtual:malformed-completions" {
  const examples: readonly (DocumentedExample & { readonly tools: string })[];
  export default examples;
}
