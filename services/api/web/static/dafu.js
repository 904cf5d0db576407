// The pages work without this; with it a quotation is copied at a press and a note goes away at Escape.
"use strict";

for (const button of document.querySelectorAll("button.copy")) {
  const label = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const area = button.parentElement.querySelector("textarea, .secret");
    const text = "value" in area ? area.value : area.textContent;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      if (!("select" in area)) return;
      area.select();
      document.execCommand("copy");
    }
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = label; }, 2000);
  });
}

// A note over the text can be sent away without moving the pointer or the focus.
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.body.classList.add("away");
});
for (const moved of ["focusin", "pointerover"]) {
  document.addEventListener(moved, (event) => {
    if (event.target.closest && !event.target.closest(".card")) document.body.classList.remove("away");
  });
}

// Tapping a number shows the note; a second tap follows the link.
if (matchMedia("(hover: none)").matches) {
  let shown = null;
  document.addEventListener("click", (event) => {
    const chip = event.target.closest && event.target.closest(".chip");
    if (chip && chip !== shown) event.preventDefault();
    shown = chip;
  });
}

// A fold that holds the place one is sent to opens.
const unfold = () => {
  const place = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const fold = place && place.closest("details:not([open])");
  if (fold) { fold.open = true; place.scrollIntoView(); }
};
addEventListener("hashchange", unfold);
unfold();

// On a phone the table of contents begins folded.
if (matchMedia("(max-width: 56rem)").matches) {
  for (const fold of document.querySelectorAll(".contents details")) fold.open = false;
}
