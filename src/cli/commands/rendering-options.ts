import type { KeepAnalysis, RecipientPlace, RenderPartsOptions, Role } from "../../text.js";
import type { Settings } from "../io.js";

/** How a conversation is to be rendered, by the options of the command line. */
export function renderingOptions(settings: Settings): RenderPartsOptions {
  return {
    keepAnalysis: settings.text<KeepAnalysis & string>("analysis"),
    recipientPlace: settings.text<RecipientPlace>("recipient-place"),
    nextTurnRole: settings.text<Role>("completion"),
    ...(settings.flag("training") ? { training: true } : {}),
  };
}
