/**
 * `<basin-sparkline points="3,5,4,8" label="…">`: a custom element of the sample product, for content to use.
 *
 * Its button tells content that it was used, by the event `headwater-interact`.
 */

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 200;
const HEIGHT = 48;

class Sparkline extends HTMLElement {
  static observedAttributes = ["points", "label"];

  connectedCallback(): void {
    this.draw();
  }

  attributeChangedCallback(): void {
    if (this.isConnected) this.draw();
  }

  private draw(): void {
    const label = this.getAttribute("label") || "Figures";
    const values = (this.getAttribute("points") || "").split(",").map(Number).filter(Number.isFinite);
    const figure = document.createElement("figure");
    const caption = document.createElement("figcaption");
    caption.textContent = `${label}: ${values.join(", ") || "none yet"}`;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Explain this figure";
    button.setAttribute("aria-expanded", "false");
    const more = document.createElement("p");
    more.hidden = true;
    more.textContent = "Each point is a week. The newest one is on the right.";
    button.addEventListener("click", () => {
      more.hidden = !more.hidden;
      button.setAttribute("aria-expanded", String(!more.hidden));
      if (!more.hidden) this.dispatchEvent(new CustomEvent("headwater-interact", { bubbles: true }));
    });
    figure.append(line(values), caption, button, more);
    this.replaceChildren(figure);
  }
}

function line(values: number[]): SVGElement {
  const most = Math.max(...values, 1);
  const step = WIDTH / Math.max(values.length - 1, 1);
  const points = values.map((value, at) => `${(at * step).toFixed(1)},${(HEIGHT - (value / most) * (HEIGHT - 6) - 3).toFixed(1)}`);
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  svg.setAttribute("aria-hidden", "true");
  const drawn = document.createElementNS(SVG, "polyline");
  drawn.setAttribute("points", points.join(" "));
  svg.append(drawn);
  return svg;
}

export function defineSparkline(): void {
  if (!customElements.get("basin-sparkline")) customElements.define("basin-sparkline", Sparkline);
}
