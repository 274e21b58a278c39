/** The browser makes a block some frames after it has come into view. */
const MOST_FRAMES = 30;

/** Brings a token into view. What is far away is an empty block, which is made when it is near. */
export function showToken(flow: Element, at: number): void {
  const blocks = [...flow.querySelectorAll<HTMLElement>(".block")];
  const block = blocks.findLast(({ dataset }) => Number(dataset.from) <= at);
  const find = (): Element | null => flow.querySelector(`[data-at="${at}"]`);
  if (find() === null) block?.scrollIntoView({ block: "center" });
  let frames = 0;
  const look = (): void => {
    const token = find();
    frames += 1;
    if (token !== null) token.scrollIntoView({ block: "center" });
    else if (frames < MOST_FRAMES) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}
