// Runs in the notebook's page when the panel is shown: sends the controls as they are
// moved and shows the frames that come back. One frame is asked for at a time, so what
// was passed over in between is never drawn.
(root => {
  const {kernel, address} = root.dataset;
  const find = selector => root.querySelector(selector);
  const controls = [...root.querySelectorAll("input, select")];
  const patience = 3000; // milliseconds to wait for a frame
  let comm = null, moved = 0, asked = 0, askedAt = 0, done = false;

  // Cells that run or wait have a star; this one does, too. Lab's pages tell, others do not.
  const others = () => [...document.querySelectorAll(".jp-InputPrompt")].filter(p => p.textContent.includes("*")).length > 1;

  const say = () => comm.send(address, JSON.stringify({seq: moved, done, waiting: others(), values: controls.map(c => c.value)}));

  const ask = () => {
    if (!comm || asked > 0 && Date.now() - askedAt < patience) return;
    [asked, askedAt] = [moved, Date.now()];
    say();
  };

  const move = () => {
    moved++;
    for (const c of controls) if (c.nextElementSibling) c.nextElementSibling.value = c.value;
    ask();
  };

  const show = (_, frame) => {
    if (frame.image) [find("img").src, find("img").alt] = [frame.image, frame.alt];
    find("[role=status]").textContent = frame.note;
    asked = 0;
    if (moved > Number(frame.seq)) ask();
  };

  // GoNB's channel comes later than this script, and may be made anew.
  const connect = () => {
    if (!root.isConnected && comm) return clearInterval(timer);
    const now = globalThis.gonb_comm;
    if (!now || now === comm || now._kernel_id !== kernel) return;
    comm = now;
    comm.subscribe(address + "/frame", show);
    comm.subscribe(address + "/ping", say);
    say();
  };
  const timer = setInterval(connect, 100);

  for (const c of controls) c.addEventListener("input", move);
  // An arrow key moves the slider, not the notebook's selection.
  for (const c of [...controls, find("button")]) c.dataset.lmSuppressShortcuts = "true";
  find("button").addEventListener("click", () => { done = true; moved++; asked = 0; ask(); });
  root.style.colorScheme = document.body.dataset.jpThemeLight === "false" ? "dark" : "light";
})(document.currentScript.parentElement);
