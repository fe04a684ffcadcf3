/** A `ref` for what appears far from where somebody is looking, such as the head of a long form. */
export function intoView(element: HTMLElement | null): void {
  element?.scrollIntoView({ block: "nearest" });
}
