import { useEffect, useState } from "react";
import { ago, ahead } from "../words/time";

/** The reader's clock, read again every so often, in milliseconds since 1970. */
export function useNow(everyMs = 5_000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** What has been, as "3 min ago", kept current, with the exact time on hover. The server's clock may be ahead of ours. */
export function When({ at }: { at: string }) {
  const then = Date.parse(at);
  return <Moment at={at} words={ago(then, Math.max(useNow(), then))} />;
}

/** What is said of a moment that lies ahead, and nothing any more once it is over. */
export function Awaited({ at, what }: { at: string; what: string }) {
  const words = ahead(Date.parse(at), useNow(1_000));
  if (words === null) return null;
  return (
    <>
      {what} <Moment at={at} words={words} />.
    </>
  );
}

function Moment({ at, words }: { at: string; words: string }) {
  return (
    <time dateTime={at} title={new Date(at).toLocaleString()}>
      {words}
    </time>
  );
}
