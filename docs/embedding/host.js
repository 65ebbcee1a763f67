// A page that asks its visitor for a picture. Serve this folder on another port than the studio's, for example with
// `python3 -m http.server 8080 --bind 127.0.0.1`, and list http://127.0.0.1:8080 (README.md: "Who may do what").
const [studio, choose, picture, said] = ["studio", "choose", "picture", "said"].map((id) => document.getElementById(id));

studio.addEventListener("studio-ready", ({ detail }) => {
  choose.disabled = !detail.known;
  said.textContent = detail.known ? "" : "This page is not listed with the studio: it can show it, and no more.";
});
studio.addEventListener("studio-result", ({ detail }) => {
  if (detail.event === "done") said.textContent = `There is a new picture: ${detail.prompt}`;
});

choose.addEventListener("click", async () => {
  said.textContent = "Choose one below.";
  try {
    const { blob, prompt } = await studio.pick();
    URL.revokeObjectURL(picture.src);
    picture.src = URL.createObjectURL(blob);
    picture.alt = prompt;
    picture.hidden = false;
    said.textContent = "";
  } catch ({ code }) {
    said.textContent = code === "cancelled" ? "" : `No picture: ${code}`;
  }
});
