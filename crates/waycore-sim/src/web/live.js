// Fetches the page again while it is visible and nobody is typing, and puts the parts that change in place.
const isInUse = () => document.hidden || document.querySelector('form:focus-within');

setInterval(async () => {
  if (isInUse()) return;
  try {
    const answer = await fetch(location.href);
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
    // Somebody may have begun meanwhile.
    if (isInUse()) return;
    for (const part of document.querySelectorAll('[data-live]')) {
      const next = fresh.getElementById(part.id);
      if (next && next.innerHTML !== part.innerHTML) part.innerHTML = next.innerHTML;
    }
  } catch {
    // The simulator is away; the next time may find it.
  }
}, 2000);
