/** Where a gateway keeps what the next request may need. Values are plain data, as JSON holds it. */
export interface State {
  /** What is kept of a key; `undefined` if it is not known, or has been forgotten. */
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<void>;
  /** @returns Whether there was something to delete. */
  delete(key: string): Promise<boolean>;
  close(): Promise<void>;
}
