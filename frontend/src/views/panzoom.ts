/** Zooming and moving a drawing: buttons, Ctrl and wheel, two fingers, dragging. A plain wheel scrolls the page. */

import { h } from "../dom";
import { say } from "../i18n";

export interface Transform {
  k: number;
  x: number;
  y: number;
}

export const IDENTITY: Transform = { k: 1, x: 0, y: 0 };

/** The transform that zooms by `factor` and keeps the point where it is. */
export function zoomed(t: Transform, factor: number, [px, py]: [number, number], most: number): Transform {
  const k = Math.min(most, Math.max(1, t.k * factor));
  const grown = k / t.k;
  return { k, x: px - (px - t.x) * grown, y: py - (py - t.y) * grown };
}

/** The transform at a zoom with a spot of the drawing in the middle. */
export function centred(k: number, [x, y]: [number, number], width: number, height: number): Transform {
  return { k, x: width / 2 - x * k, y: height / 2 - y * k };
}

/** The transform that keeps the drawing over its frame. */
export function kept(t: Transform, width: number, height: number): Transform {
  const within = (value: number, size: number): number => Math.min(0, Math.max(size * (1 - t.k), value));
  return { k: t.k, x: within(t.x, width), y: within(t.y, height) };
}

export interface PanZoom {
  /** Whether the last press moved the drawing, and so was no click. */
  moved(): boolean;
  buttons: HTMLElement;
  set(t: Transform): void;
}

/**
 * Make `svg` zoom and move; `apply` draws at a transform. Sizes are those of the SVG's own coordinates. `home` is where
 * it begins, `interest` the spot that the buttons approach until someone moves the drawing.
 */
export function panZoom(
  svg: SVGSVGElement, size: () => [number, number], apply: (t: Transform) => void, most = 16, home: () => Transform = () => IDENTITY,
  interest: () => [number, number] | null = () => null,
): PanZoom {
  let t = IDENTITY;
  let moved = false;
  // Whether someone has chosen what to look at.
  let steered = false;
  let space = 0;
  const pointers = new Map<number, [number, number]>();

  const set = (next: Transform): void => {
    t = kept(next, ...size());
    apply(t);
    svg.classList.toggle("zoomed", t.k > 1);
  };
  const zoom = (factor: number, at?: [number, number]): void => {
    const [width, height] = size();
    const spot = steered || at ? null : interest();
    const next = zoomed(t, factor, at ?? [width / 2, height / 2], most);
    set(spot ? centred(next.k, spot, width, height) : next);
  };
  const place = (event: MouseEvent): [number, number] => {
    const frame = svg.getBoundingClientRect();
    const [width, height] = size();
    return [((event.clientX - frame.left) * width) / frame.width, ((event.clientY - frame.top) * height) / frame.height];
  };
  const spread = (): number => {
    const [a, b] = [...pointers.values()];
    return a && b ? Math.hypot(a[0] - b[0], a[1] - b[1]) : 0;
  };

  svg.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    steered = true;
    zoom(2 ** (-event.deltaY / 200), place(event));
  }, { passive: false });
  svg.addEventListener("pointerdown", (event) => {
    moved = false;
    if (event.button !== 0) return;
    pointers.set(event.pointerId, place(event));
    space = spread();
  });
  svg.addEventListener("pointermove", (event) => {
    const from = pointers.get(event.pointerId);
    if (!from) return;
    const to = place(event);
    if (!moved && Math.hypot(to[0] - from[0], to[1] - from[1]) < 4) return;
    if (!moved) svg.setPointerCapture(event.pointerId);
    moved = steered = true;
    pointers.set(event.pointerId, to);
    if (pointers.size === 1) return set({ k: t.k, x: t.x + to[0] - from[0], y: t.y + to[1] - from[1] });
    const now = spread();
    if (space) zoom(now / space, to);
    space = now;
  });
  const release = (event: PointerEvent): void => {
    pointers.delete(event.pointerId);
    space = spread();
  };
  svg.addEventListener("pointerup", release);
  svg.addEventListener("pointercancel", release);
  svg.addEventListener("click", (event) => {
    if (moved) event.preventDefault();
  }, { capture: true });

  const button = (text: string, word: "zoom.in" | "zoom.out" | "zoom.reset", act: () => void): HTMLElement =>
    h("button", { type: "button", class: "quiet", "aria-label": say(word), title: say(word), click: act }, text);
  const buttons = h("div", { class: "zoom", title: say("zoom.hint") },
    button("+", "zoom.in", () => zoom(1.6)),
    button("−", "zoom.out", () => zoom(1 / 1.6)),
    button("⤢", "zoom.reset", () => {
      steered = false;
      set(home());
    }));
  return { moved: () => moved, buttons, set };
}
