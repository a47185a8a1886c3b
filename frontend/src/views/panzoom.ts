/** Zooming and moving a drawing: buttons, Ctrl and wheel, two fingers, dragging. A wheel without Ctrl scrolls the page. */

import { h } from "../dom";
import { translate, type MessageKey } from "../i18n";

type Point = [number, number];

/** A point p of the drawing is at (k * p.x + x, k * p.y + y). */
export interface Transform {
  k: number;
  x: number;
  y: number;
}

export const IDENTITY: Transform = { k: 1, x: 0, y: 0 };

const MAX_ZOOM = 16;
const BUTTON_ZOOM_FACTOR = 1.6;
/** A pointer that moves less has clicked. */
const MIN_DRAG_PIXELS = 4;

/** The transform that zooms by `factor` and keeps a point where it is. */
export function zoomAt(transform: Transform, factor: number, [pointX, pointY]: Point, maxZoom: number): Transform {
  const k = Math.min(maxZoom, Math.max(1, transform.k * factor));
  const ratio = k / transform.k;
  return { k, x: pointX - (pointX - transform.x) * ratio, y: pointY - (pointY - transform.y) * ratio };
}

/** The transform of a zoom that puts a point of the drawing into the middle. */
export function centerOn(k: number, [x, y]: Point, width: number, height: number): Transform {
  return { k, x: width / 2 - x * k, y: height / 2 - y * k };
}

/** The nearest transform in which the drawing covers its whole frame. */
export function keepInFrame(transform: Transform, width: number, height: number): Transform {
  const clamp = (value: number, size: number): number => Math.min(0, Math.max(size * (1 - transform.k), value));
  return { k: transform.k, x: clamp(transform.x, width), y: clamp(transform.y, height) };
}

/** The size of the rectangle around points, and its middle. */
export function boundsOf(points: readonly Point[]): { width: number; height: number; center: Point } {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  return { width: right - left, height: bottom - top, center: [(left + right) / 2, (top + bottom) / 2] };
}

export interface PanZoomOptions {
  /** The size of the drawing in its own coordinates. */
  getSize: () => [number, number];
  /** Draws at a transform. */
  apply: (transform: Transform) => void;
  maxZoom?: number;
  /** Where the button "show everything" leads. */
  getHome?: () => Transform;
  /** The point that the buttons zoom in on until the reader has moved the drawing. */
  getCenterOfInterest?: () => Point | null;
}

export interface PanZoom {
  /** Whether the last press moved the drawing, and so was no click. */
  wasDragged(): boolean;
  buttons: HTMLElement;
  setTransform(transform: Transform): void;
}

/** Let readers zoom and move the drawing in `svg`. */
export function addPanZoom(svg: SVGSVGElement, options: PanZoomOptions): PanZoom {
  const { getSize, apply, maxZoom = MAX_ZOOM, getHome = () => IDENTITY, getCenterOfInterest = () => null } = options;
  let current = IDENTITY;
  let dragged = false;
  let movedByReader = false;
  let fingerDistance = 0;
  const pointers = new Map<number, Point>();

  const setTransform = (transform: Transform): void => {
    current = keepInFrame(transform, ...getSize());
    apply(current);
    svg.classList.toggle("zoomed", current.k > 1);
  };
  const zoom = (factor: number, point?: Point): void => {
    const [width, height] = getSize();
    const interest = movedByReader || point ? null : getCenterOfInterest();
    const next = zoomAt(current, factor, point ?? [width / 2, height / 2], maxZoom);
    setTransform(interest ? centerOn(next.k, interest, width, height) : next);
  };
  const pointOf = (event: MouseEvent): Point => {
    const frame = svg.getBoundingClientRect();
    const [width, height] = getSize();
    return [((event.clientX - frame.left) * width) / frame.width, ((event.clientY - frame.top) * height) / frame.height];
  };
  const measureFingers = (): number => {
    const [a, b] = [...pointers.values()];
    return a && b ? Math.hypot(a[0] - b[0], a[1] - b[1]) : 0;
  };

  svg.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    movedByReader = true;
    zoom(2 ** (-event.deltaY / 200), pointOf(event));
  }, { passive: false });
  svg.addEventListener("pointerdown", (event) => {
    dragged = false;
    if (event.button !== 0) return;
    pointers.set(event.pointerId, pointOf(event));
    fingerDistance = measureFingers();
  });
  svg.addEventListener("pointermove", (event) => {
    const from = pointers.get(event.pointerId);
    if (!from) return;
    const to = pointOf(event);
    if (!dragged && Math.hypot(to[0] - from[0], to[1] - from[1]) < MIN_DRAG_PIXELS) return;
    if (!dragged) svg.setPointerCapture(event.pointerId);
    dragged = movedByReader = true;
    pointers.set(event.pointerId, to);
    if (pointers.size === 1) return setTransform({ k: current.k, x: current.x + to[0] - from[0], y: current.y + to[1] - from[1] });
    const distance = measureFingers();
    if (fingerDistance) zoom(distance / fingerDistance, to);
    fingerDistance = distance;
  });
  const releasePointer = (event: PointerEvent): void => {
    pointers.delete(event.pointerId);
    fingerDistance = measureFingers();
  };
  svg.addEventListener("pointerup", releasePointer);
  svg.addEventListener("pointercancel", releasePointer);
  svg.addEventListener("click", (event) => {
    if (dragged) event.preventDefault();
  }, { capture: true });

  const createButton = (text: string, label: MessageKey, act: () => void): HTMLElement =>
    h("button", { type: "button", class: "quiet", "aria-label": translate(label), title: translate(label), click: act }, text);
  const buttons = h("div", { class: "zoom", title: translate("zoom.hint") },
    createButton("+", "zoom.in", () => zoom(BUTTON_ZOOM_FACTOR)),
    createButton("−", "zoom.out", () => zoom(1 / BUTTON_ZOOM_FACTOR)),
    createButton("⤢", "zoom.reset", () => {
      movedByReader = false;
      setTransform(getHome());
    }));
  return { wasDragged: () => dragged, buttons, setTransform };
}
