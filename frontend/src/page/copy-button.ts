/** Buttons that copy a text to the clipboard, and say whether that worked. */

import { h } from "../dom";
import { translate, type MessageKey } from "../i18n";

/** How long a button says that it has copied. */
const FEEDBACK_MILLISECONDS = 2500;

/** A button that copies what `getText` returns when it is pressed. */
export function copyButton(getText: () => string, label: MessageKey = "copy"): HTMLButtonElement {
  const button = h("button", { type: "button", class: "quiet", "aria-live": "polite" }, translate(label));
  button.addEventListener("click", async () => {
    let feedback: MessageKey = "copied";
    try {
      await navigator.clipboard.writeText(getText());
    } catch {
      // Browsers have no clipboard without https, and may forbid it.
      feedback = "copy.failed";
    }
    button.textContent = translate(feedback);
    window.setTimeout(() => (button.textContent = translate(label)), FEEDBACK_MILLISECONDS);
  });
  return button;
}

/** Put a copy button on every `<pre data-copy>`. */
export function enhanceCopyableBlocks(root: ParentNode): void {
  for (const block of root.querySelectorAll<HTMLPreElement>("pre[data-copy]")) {
    const frame = h("div", { class: "copyable" });
    block.before(frame);
    frame.append(block, copyButton(() => block.textContent ?? ""));
  }
}
