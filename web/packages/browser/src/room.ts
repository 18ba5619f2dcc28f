/**
 * Room for what this page showed the last time, held from before it is drawn: so that nothing moves when content comes.
 *
 * The renderer writes down where its content stood and how high it was, and takes the room over; what it does not take
 * goes after some seconds.
 */

/** `address width` → selector, place as `insertAdjacentElement` has it, height in pixels. */
export const ROOMS = "headwater:rooms";
const PATIENCE_MS = 5000;

type Room = [selector: string, place: InsertPosition, heightPx: number];

/** `kept`: what stands under ROOMS. Throws when somebody else wrote there. */
export function holdRoom(kept: string | null, address: string) {
  // The window's width is asked for last: the browser would work out styles to tell it.
  if (!kept?.includes(address)) return;
  let waiting = (JSON.parse(kept) as Record<string, Room[]>)[`${address} ${innerWidth >> 6}`] || [];
  if (!waiting[0]) return;
  const rooms: Element[] = [];
  const look = () => {
    waiting = waiting.filter(([selector, place, heightPx]) => {
      const target = document.querySelector(selector);
      if (!target) return true;
      const room = document.createElement("div");
      room.className = "headwater-room";
      room.style.height = `${heightPx}px`;
      target.insertAdjacentElement(place, room);
      rooms.push(room);
    });
  };
  const observer = new MutationObserver(look);
  observer.observe(document, { childList: true, subtree: true });
  setTimeout(() => {
    observer.disconnect();
    rooms.forEach((room) => room.remove());
  }, PATIENCE_MS);
  look();
}
