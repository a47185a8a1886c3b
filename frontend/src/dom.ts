/** Elements, each created in one call. They have no `style` attribute, which the Content-Security-Policy forbids. */

type AttributeValue = string | number | boolean | null | undefined | ((event: Event) => void);
type Attributes = Record<string, AttributeValue>;
type Child = Node | string | null | undefined;

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element. An attribute whose value is a function listens to the event of that name. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  return fillElement(document.createElement(tag), attributes, children);
}

/** An SVG element. */
export function s<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): SVGElementTagNameMap[K] {
  return fillElement(document.createElementNS(SVG, tag), attributes, children);
}

function fillElement<E extends Element>(element: E, attributes: Attributes, children: Child[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child): child is Node | string => child !== null && child !== undefined));
  return element;
}

let idCount = 0;

/** An id that no other element has. */
export function freshId(prefix: string): string {
  idCount += 1;
  return `${prefix}-${idCount}`;
}

/** A function that calls `act` as soon as it has not been called again for some milliseconds. */
export function debounced<A extends unknown[]>(milliseconds: number, act: (...values: A) => void): (...values: A) => void {
  let timer = 0;
  return (...values) => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => act(...values), milliseconds);
  };
}
