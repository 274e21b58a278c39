import { createHash } from "node:crypto";
import { fileError } from "../failures.js";
import { checkPartial, openFile } from "../output/destination.js";

/** A file that is written from its beginning to its end, and its checksum. */
export class HashedFile {
  readonly name: string;
  readonly #handle: Awaited<ReturnType<typeof openFile>>;
  readonly #hash = createHash("sha256");
  #length = 0;

  private constructor(name: string, handle: Awaited<ReturnType<typeof openFile>>) {
    this.name = name;
    this.#handle = handle;
  }

  /**
   * Opens a file.
   * @param keep How many bytes there are of an earlier run.
   * @throws FileError
   */
  static async open(name: string, keep: number): Promise<HashedFile> {
    if (keep > 0) await checkPartial(name, keep);
    const file = new HashedFile(name, await openFile(name, keep === 0 ? "w" : "r+"));
    try {
      await file.#handle.truncate(keep);
      const block = new Uint8Array(1 << 20);
      while (file.#length < keep) {
        const { bytesRead } = await file.#handle.read(block, 0, block.length, file.#length);
        if (bytesRead === 0) break;
        file.#hash.update(block.subarray(0, bytesRead));
        file.#length += bytesRead;
      }
    } catch (error) {
      throw fileError(error, name, "write");
    }
    return file;
  }

  /** How many bytes it has. */
  get length(): number {
    return this.#length;
  }

  get digest(): string {
    return this.#hash.copy().digest("hex");
  }

  /** @throws FileError */
  async write(data: Uint8Array): Promise<void> {
    this.#hash.update(data);
    try {
      for (let from = 0; from < data.length; ) {
        const { bytesWritten } = await this.#handle.write(data, from, data.length - from, this.#length);
        from += bytesWritten;
        this.#length += bytesWritten;
      }
    } catch (error) {
      throw fileError(error, this.name, "write");
    }
  }

  /** @throws FileError */
  async close(): Promise<void> {
    try {
      await this.#handle.sync();
      await this.#handle.close();
    } catch (error) {
      throw fileError(error, this.name, "write");
    }
  }

  /** Closes it however it is. */
  async abandon(): Promise<void> {
    await this.#handle.close().catch(() => {});
  }
}
