import { Component, type ComponentType, type JSX } from "preact";

/** A component that is made again only when one of its properties is another than before. */
export function memo<P extends object>(render: (props: P) => JSX.Element): ComponentType<P> {
  return class extends Component<P> {
    override shouldComponentUpdate(next: Readonly<P>): boolean {
      for (const key in next) {
        if (key !== "children" && next[key] !== this.props[key as keyof P]) return true;
      }
      return false;
    }
    override render(): JSX.Element {
      const Inner = render as ComponentType<P>;
      return <Inner {...(this.props as P & JSX.IntrinsicAttributes)} />;
    }
  };
}
