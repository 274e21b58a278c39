import { closeSync, openSync } from "node:fs";
import type { OpenStore } from "./keyv-state.js";

/** What `node:sqlite` and `better-sqlite3` have in common. */
interface Database {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

interface Statement {
  get(...values: unknown[]): unknown;
  run(...values: unknown[]): { readonly changes: number | bigint };
}

/** How often what has been forgotten is taken out of the file, in milliseconds. */
const SWEEP = 600_000;

/**
 * Opens a file of SQLite, and makes it if there is none. Node has SQLite inside from version 22.13 on; before that, the
 * package `better-sqlite3` does the same. Several gateways of one machine can share the file.
 *
 * @throws Error for a file that cannot be opened, and where there is no SQLite; the message names the remedy.
 */
export async function openSqlite(file: string): Promise<OpenStore> {
  if (file === "") throw new Error("the state sqlite: needs the name of a file, such as sqlite:./gateway.db");
  const name = `SQLite in ${file}`;
  const open = await findSqlite();
  let database: Database;
  try {
    // Conversations are nobody else's business.
    closeSync(openSync(file, "a", 0o600));
    database = open(file);
    // Readers and a writer do not wait for each other; a writer waits for another one.
    database.exec("PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
    // What is deleted is overwritten.
    database.exec("PRAGMA secure_delete = ON");
    database.exec("CREATE TABLE IF NOT EXISTS state (key TEXT PRIMARY KEY, value TEXT NOT NULL, expires INTEGER)");
    database.exec("CREATE INDEX IF NOT EXISTS state_expires ON state (expires)");
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${name} cannot be opened: ${why}; name a file that this user can write`, { cause: error });
  }
  const store = new SqliteStore(database);
  store.sweep();
  const timer = setInterval(() => {
    // A file that another process is writing for long is swept the next time.
    try {
      store.sweep();
    } catch {}
  }, SWEEP);
  timer.unref();
  return {
    name,
    store,
    close: () => {
      clearInterval(timer);
      database.close();
    },
  };
}

/** A store for Keyv in one table. */
class SqliteStore {
  readonly #database: Database;
  readonly #get: Statement;
  readonly #set: Statement;
  readonly #delete: Statement;
  readonly #sweep: Statement;

  constructor(database: Database) {
    this.#database = database;
    this.#get = database.prepare("SELECT value FROM state WHERE key = ?");
    this.#set = database.prepare("INSERT OR REPLACE INTO state (key, value, expires) VALUES (?, ?, ?)");
    this.#delete = database.prepare("DELETE FROM state WHERE key = ?");
    this.#sweep = database.prepare("DELETE FROM state WHERE expires < ?");
  }

  async get(key: string): Promise<string | undefined> {
    return this.#read(key);
  }

  async getMany(keys: readonly string[]): Promise<(string | undefined)[]> {
    return keys.map((key) => this.#read(key));
  }

  async set(key: string, text: string, ttl?: number): Promise<void> {
    this.#write(key, text, ttl);
  }

  async setMany(entries: readonly { key: string; value: string; ttl?: number }[]): Promise<void> {
    this.#atOnce(() => {
      for (const { key, value, ttl } of entries) this.#write(key, value, ttl);
    });
  }

  async delete(key: string): Promise<boolean> {
    return this.#deleteOne(key);
  }

  async deleteMany(keys: readonly string[]): Promise<boolean> {
    return this.#atOnce(() => keys.map((key) => this.#deleteOne(key)).some(Boolean));
  }

  async clear(): Promise<void> {
    this.#database.exec("DELETE FROM state");
  }

  /** Takes out what has been forgotten. */
  sweep(): void {
    this.#sweep.run(Date.now());
  }

  #read(key: string): string | undefined {
    return (this.#get.get(key) as { readonly value: string } | undefined)?.value;
  }

  #write(key: string, text: string, ttl: number | undefined): void {
    this.#set.run(key, text, ttl === undefined ? null : Date.now() + ttl);
  }

  #deleteOne(key: string): boolean {
    return Number(this.#delete.run(key).changes) > 0;
  }

  #atOnce<Result>(work: () => Result): Result {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.#database.exec("COMMIT");
      return result;
    } catch (error) {
      this.#database.exec("ROLLBACK");
      throw error;
    }
  }
}

/** @throws Error where there is none. */
async function findSqlite(): Promise<(file: string) => Database> {
  // Neither name is in the types of every version of Node.
  const [inside, installed] = ["node:sqlite", "better-sqlite3"];
  try {
    const { DatabaseSync } = await import(inside!);
    return (file) => new DatabaseSync(file) as Database;
  } catch {}
  try {
    const { default: BetterSqlite3 } = await import(installed!);
    return (file) => new BetterSqlite3(file) as Database;
  } catch (error) {
    const message = `a state in SQLite needs Node 22.13 or later, or the package better-sqlite3 with this Node (${process.version}): npm install better-sqlite3@12`;
    throw new Error(message, { cause: error });
  }
}
