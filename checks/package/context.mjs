import { inject } from "vitest";

/**
 * What setup.mjs made for all of the checks.
 * @type {import("../packed.mjs").Installed & { update: boolean }}
 */
export const { folder, packed, project, installed, update } = inject("package");
