/** A tooltip beside the mark that has the pointer or the focus; Escape hides it. */

import { h } from "../dom";

const MARGIN_PIXELS = 8;
/** So far a tooltip may stand out above its frame before it goes under the mark. */
const MAX_OVERHANG_PIXELS = 20;
const MAX_PAIRS = 8;

export class Tooltip {
  // Screen readers read the name of the mark instead.
  private readonly box = h("div", { class: "tip", hidden: true, "aria-hidden": "true" });

  constructor(private readonly frame: HTMLElement) {
    frame.append(this.box);
    frame.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.hide();
    });
  }

  /** Show a mark's content while the mark has the pointer or the focus. */
  attach(mark: Element, getContent: () => Node[]): void {
    const show = (): void => this.show(mark, getContent());
    const hide = (): void => this.hide();
    mark.addEventListener("pointerenter", show);
    mark.addEventListener("focus", show);
    mark.addEventListener("pointerleave", hide);
    mark.addEventListener("blur", hide);
  }

  hide(): void {
    this.box.hidden = true;
  }

  private show(mark: Element, content: Node[]): void {
    this.box.replaceChildren(...content);
    this.box.hidden = false;
    const frame = this.frame.getBoundingClientRect();
    const visible = visiblePart(mark.getBoundingClientRect(), frame);
    const { offsetWidth: width, offsetHeight: height } = this.box;
    const left = (visible.left + visible.right) / 2 - frame.left - width / 2;
    const above = visible.top - frame.top - height - MARGIN_PIXELS;
    const top = above > -MAX_OVERHANG_PIXELS ? above : visible.bottom - frame.top + MARGIN_PIXELS;
    this.box.style.left = `${Math.max(0, Math.min(left, frame.width - width))}px`;
    this.box.style.top = `${Math.min(top, Math.max(0, frame.height - height))}px`;
  }
}

/** The content of a tooltip: a title, and pairs of a name and a value. */
export function tooltipContent(title: string, pairs: [string, string][]): Node[] {
  const rows = pairs.slice(0, MAX_PAIRS).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)));
  return [h("strong", {}, title), ...(rows.length ? [h("dl", {}, ...rows)] : [])];
}

/** The part of a mark that is inside its frame. */
function visiblePart(mark: DOMRect, frame: DOMRect): { left: number; right: number; top: number; bottom: number } {
  return {
    left: Math.max(mark.left, frame.left),
    right: Math.min(mark.right, frame.right),
    top: Math.max(mark.top, frame.top),
    bottom: Math.min(mark.bottom, frame.bottom),
  };
}
