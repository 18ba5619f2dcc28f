/** Event Delivery of the last day: how many arrived, how many did not and why, how many wait, how long it took. */

import { Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { deliveryQuery } from "../../api/sendingQueries";
import type { Delivery as Figures } from "../../api/types";
import { CodeBlock } from "../../parts/CodeBlock";
import { Failed, Loading } from "../../parts/States";
import { ChevronIcon } from "../../shell/icons";
import { written } from "../../words/exact";
import { errorName, latency } from "./words";

export function Delivery({ id }: { id: string }) {
  const { data, error, isPending, refetch } = useQuery(deliveryQuery(id));
  return (
    <section className="hw-card" aria-labelledby="delivery">
      <Title order={2} id="delivery" mb="xs">
        Event Delivery, last 24 hours
      </Title>
      {isPending ? (
        <Loading what="the figures" lines={2} />
      ) : !data ? (
        error && <Failed what="read the figures" error={error} retry={() => void refetch()} />
      ) : (
        <>
          <dl className="hw-tally">
            <Figure name="Delivered" value={count(data.delivered)} />
            <Figure name="Not delivered" value={count(data.notDelivered)} />
            <Figure name="Pending" value={count(data.pending)} />
            <Figure name="95 % arrive within" value={latency(data.p95LatencyMs)} />
          </dl>
          <Trend series={data.series} />
          <Errors errors={data.errors} />
        </>
      )}
    </section>
  );
}

const count = (value: number) => value.toLocaleString("en");

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

const HEIGHT = 48;
const WIDTH = 600;

/** A bar for each stretch of time: what arrived from the ground up, what did not on top of it, hatched. */
function Trend({ series }: { series: Figures["series"] }) {
  const id = useId();
  const highest = Math.max(...series.map((point) => point.delivered + point.notDelivered), 0);
  if (highest === 0) return null;
  const step = WIDTH / series.length;
  const scale = (value: number) => (value / highest) * HEIGHT;
  const delivered = series.reduce((sum, point) => sum + point.delivered, 0);
  const lost = series.reduce((sum, point) => sum + point.notDelivered, 0);
  return (
    <svg
      className="hw-trend"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`Over the last 24 hours ${count(delivered)} delivered, ${count(lost)} not delivered`}
    >
      <defs>
        <pattern id={id} width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="2" height="4" fill="var(--mantine-color-brick-6)" />
        </pattern>
      </defs>
      {series.map((point, index) => {
        const arrived = scale(point.delivered);
        const missed = scale(point.notDelivered);
        const bar = { x: index * step + step * 0.1, width: step * 0.8 };
        return (
          <g key={point.at}>
            <rect {...bar} y={HEIGHT - arrived} height={arrived} fill="var(--hw-ring)" />
            <rect {...bar} y={HEIGHT - arrived - missed} height={missed} fill={`url(#${id})`} />
          </g>
        );
      })}
    </svg>
  );
}

function Errors({ errors }: { errors: Figures["errors"] }) {
  if (errors.length === 0) {
    return (
      <Text size="sm" c="dimmed" mt="sm">
        No error in this time.
      </Text>
    );
  }
  return (
    <>
      <Title order={3} size="h5" mt="sm" mb={4}>
        Errors by kind
      </Title>
      <ul className="hw-events" aria-label="Errors, most frequent first">
        {errors.map((error) => (
          <ErrorRow key={error.code} error={error} />
        ))}
      </ul>
    </>
  );
}

function ErrorRow({ error }: { error: Figures["errors"][number] }) {
  const [isOpen, setOpen] = useState(false);
  const panel = useId();
  return (
    <li>
      <button
        type="button"
        className="hw-event hw-kind"
        aria-expanded={isOpen}
        aria-controls={isOpen ? panel : undefined}
        onClick={() => setOpen(!isOpen)}
      >
        <span className="hw-turn">
          <ChevronIcon size={14} />
        </span>
        <span className="hw-event-body hw-event-name">{errorName(error.code)}</span>
        <span className="hw-event-marks">{count(error.count)}×</span>
      </button>
      {isOpen && (
        <div id={panel} className="hw-detail">
          {error.sample ? (
            <div className="hw-exchange">
              <Part title="Received" code={error.code} value={error.sample.received} />
              <Part title="Sent" code={error.code} value={error.sample.sent} />
              <Part title="Answered" code={error.code} value={error.sample.answered} />
            </div>
          ) : (
            <Text size="sm">No sample is kept of it.</Text>
          )}
        </div>
      )}
    </li>
  );
}

function Part({ title, code, value }: { title: string; code: string; value: unknown }) {
  const text = value == null ? "" : typeof value === "string" ? value : written(value, 2);
  return (
    <div>
      <Title order={4} size="h6" mb={4}>
        {title}
      </Title>
      {text ? <CodeBlock code={text} what={`${title.toLowerCase()} sample of ${code}`} wrap /> : <Text size="sm">Nothing.</Text>}
    </div>
  );
}
