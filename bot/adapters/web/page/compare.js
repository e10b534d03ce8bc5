// A slider over the painting that uncovers the picture it was made from.

export class Compare {
  #canvas;
  #before;
  #slider;
  #seam;

  constructor(canvas) {
    this.#canvas = canvas;
    this.#before = canvas.querySelector(".before");
    this.#slider = canvas.querySelector("[type=range]");
    this.#seam = canvas.querySelector(".seam");
    this.#slider.addEventListener("input", () => this.#cut());
    this.#before.addEventListener("load", () => this.#offer(true));
    // The picture is no longer kept: there is nothing to compare with.
    this.#before.addEventListener("error", () => this.hide());
  }

  /** Offer the picture at this address, once it is there. */
  show(url, alt) {
    this.#slider.value = 0;
    this.#cut();
    this.#before.alt = alt;
    this.#before.src = url;
  }

  hide() {
    this.#offer(false);
    this.#before.removeAttribute("src");
  }

  #offer(isOffered) {
    for (const part of [this.#before, this.#slider, this.#seam]) part.hidden = !isOffered;
  }

  #cut() {
    const { value } = this.#slider;
    this.#canvas.style.setProperty("--cut", `${value}%`);
    this.#slider.setAttribute("aria-valuetext", `${value}%`);
  }
}
