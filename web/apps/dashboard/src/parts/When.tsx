import { useEffect, useState } from "react";
import { ago } from "../words/time";

/** A moment as "3 min ago", kept current, with the exact time on hover. */
export function When({ at }: { at: string }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 5_000);
    return () => clearInterval(timer);
  }, []);
  return (
    <time dateTime={at} title={new Date(at).toLocaleString()}>
      {ago(Date.parse(at), Math.max(now, Date.parse(at)))}
    </time>
  );
}
