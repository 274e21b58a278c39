import { ANY_MODEL, type ClientSettings } from "./settings.js";

/** A model of a client. */
export interface Model {
  readonly id: string;
  readonly object: "model";
  /** In seconds since 1970; not known, and so 0. */
  readonly created: number;
  readonly owned_by: string;
}

/** The models of a client. */
export interface ModelList {
  readonly object: "list";
  readonly data: readonly Model[];
}

/** What can be asked about the models of a client. */
export interface Models {
  /** The names that requests can have as their `model`. */
  list(): Promise<ModelList>;
}

/** The models of a client. */
export function modelsOf({ models }: ClientSettings): Models {
  const ids = models.length === 0 ? [ANY_MODEL] : models;
  return {
    list: async () => ({
      object: "list",
      data: ids.map((id) => ({ id, object: "model", created: 0, owned_by: "harmony-format" })),
    }),
  };
}
