import { useState } from "preact/hooks";

/** Copies the address, which carries the state. */
export function ShareButton({ isLink }: { readonly isLink: boolean }) {
  const [said, setSaid] = useState("");
  const copy = async (): Promise<void> => {
    if (!isLink) {
      setSaid("Too long for a link; it is kept in this browser");
    } else {
      // The address follows the last change after a moment.
      await new Promise((resolve) => setTimeout(resolve, 400));
      const copied = await navigator.clipboard.writeText(location.href).then(
        () => true,
        () => false,
      );
      setSaid(copied ? "Link copied" : "Copy the link from the address bar");
    }
    setTimeout(() => setSaid(""), 4000);
  };
  return (
    <span class="share">
      <button type="button" class="strong" onClick={() => void copy()}>
        Copy link
      </button>
      <span class="said" role="status">
        {said}
      </span>
    </span>
  );
}
