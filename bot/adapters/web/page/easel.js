// A frame that takes pictures: by dropping, choosing or pasting.

export class Easel {
  #root;
  #input;
  #hung;
  #note;
  #emptyNote;

  /** onFiles(files, easel) is called with what a person brings, onRemove() when the frame is to be emptied. */
  constructor(root, { onFiles, onRemove }) {
    this.#root = root;
    this.#input = root.querySelector("input");
    this.#hung = root.querySelector(".hung");
    this.#note = root.querySelector(".note");
    this.#emptyNote = this.#note.textContent;
    this.#input.addEventListener("change", () => {
      onFiles([...this.#input.files], this);
      this.#input.value = ""; // so that choosing the same file again is a change
    });
    root.querySelector(".remove").addEventListener("click", () => {
      onRemove();
      this.#input.focus();
    });
    // Other formats than the browser's are taken too; they have no thumbnail, only a name.
    this.#hung.addEventListener("error", (event) => (event.target.hidden = true), true);
    this.#takeDrops(onFiles);
  }

  get hasFocus() {
    return this.#root.contains(document.activeElement);
  }

  /** Show pictures, `{url, name}` each, or none, with a note that says what they are. */
  hang(pictures, note) {
    this.#hung.replaceChildren(...pictures.map(({ url, name }) => Object.assign(new Image(), { src: url, alt: name })));
    this.#hung.dataset.count = pictures.length;
    this.#note.textContent = this.#note.title = note ?? this.#emptyNote;
    this.#root.querySelector(".invitation").hidden = pictures.length > 0;
    this.#root.querySelector(".remove").hidden = !pictures.length;
  }

  focus() {
    this.#input.focus();
  }

  /** Whether pictures are taken here at all. */
  set disabled(isDisabled) {
    this.#input.disabled = isDisabled;
    this.#root.classList.toggle("resting", isDisabled);
  }

  #takeDrops(onFiles) {
    const over = (isOver) => () => this.#root.classList.toggle("over", isOver);
    this.#root.addEventListener("dragover", over(true));
    this.#root.addEventListener("dragleave", over(false));
    this.#root.addEventListener("drop", (event) => {
      over(false)();
      event.preventDefault();
      event.stopPropagation();
      onFiles([...event.dataTransfer.files], this);
    });
  }
}
