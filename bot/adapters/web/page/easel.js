// A frame that takes one picture: by dropping, choosing or pasting.

export class Easel {
  #file = null;
  #root;
  #input;
  #picture;
  #note;
  #emptyNote;

  /** onFiles(files, easel) is called with what a person brings; onChange() after the picture changed. */
  constructor(root, { onFiles, onChange }) {
    this.#root = root;
    this.#input = root.querySelector("input");
    this.#picture = root.querySelector(".picture");
    this.#note = root.querySelector(".note");
    this.#emptyNote = this.#note.textContent;
    this.onChange = onChange;
    this.#input.addEventListener("change", () => {
      onFiles([...this.#input.files], this);
      this.#input.value = ""; // so that choosing the same file again is a change
    });
    root.querySelector(".remove").addEventListener("click", () => {
      this.file = null;
      this.#input.focus();
    });
    // Other formats than the browser's are taken too; they have no thumbnail, only a name.
    this.#picture.addEventListener("error", () => (this.#picture.hidden = true));
    this.#takeDrops(onFiles);
  }

  get hasFocus() {
    return this.#root.contains(document.activeElement);
  }

  get file() {
    return this.#file;
  }

  /** Address of the picture for an <img>, or null. */
  get url() {
    return this.#file && this.#picture.src;
  }

  set file(file) {
    if (this.#file) URL.revokeObjectURL(this.#picture.src);
    this.#file = file;
    if (file) this.#picture.src = URL.createObjectURL(file);
    else this.#picture.removeAttribute("src");
    this.#picture.hidden = !file;
    this.#picture.alt = file ? file.name : "";
    this.#note.textContent = this.#note.title = file ? file.name : this.#emptyNote;
    this.#root.querySelector(".invitation").hidden = Boolean(file);
    this.#root.querySelector(".remove").hidden = !file;
    this.onChange();
  }

  focus() {
    this.#input.focus();
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
