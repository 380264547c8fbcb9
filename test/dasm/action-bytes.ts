import { ACTION, type ActionName } from "../../src/x86/actions.js";

/** An action list written down by hand: action names and bytes. */
export function actionBytes(...items: readonly (ActionName | number)[]): Uint8Array {
  return Uint8Array.from(items.map((item) => (typeof item === "number" ? item : ACTION[item])));
}
