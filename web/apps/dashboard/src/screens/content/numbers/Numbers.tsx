/** What a content brought about: seen, used and answered by whom, as which segment, on which page. */

import { Button, Group, NativeSelect, Stack, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useEffect, useState } from "react";
import { numbersFileAddress, type NumbersSearch } from "../../../api/content";
import { numbersQuery, versionsQuery } from "../../../api/contentQueries";
import type { Content, ContentNumbers } from "../../../api/contentTypes";
import { segmentsQuery } from "../../../api/peopleQueries";
import { Failed, Loading } from "../../../parts/States";
import { When } from "../../../parts/When";
import { DownloadIcon } from "../../../shell/icons";
import { Answers } from "./Answers";
import { Days } from "./Days";
import { Figures, type Row } from "./Figures";
import { count, DEFAULT_DAYS, type Days as DaysValue, lastDays, lasting, momentsOf, percent } from "./period";
import { Viewers } from "./Viewers";

type Part = { segmentId: string; versionId: string; path: string };

const DELAY_MS = 400;

export function Numbers({ content }: { content: Content }) {
  const [days, setDays] = useState<DaysValue>(() => lastDays(DEFAULT_DAYS, Date.now()));
  const [part, setPart] = useState<Part>({ segmentId: "", versionId: "", path: "" });
  const path = useLate(part.path.trim());
  const moments = momentsOf(days);
  const search: NumbersSearch = {
    ...(moments ?? {}),
    ...(part.segmentId ? { segmentId: part.segmentId } : {}),
    ...(part.versionId ? { versionId: part.versionId } : {}),
    ...(path ? { path } : {}),
  };
  const { data, error, isPending, refetch } = useQuery({ ...numbersQuery(content.id, search), enabled: moments !== null });
  return (
    <section aria-label="Numbers">
      <Filter content={content} days={days} part={part} onDays={setDays} onPart={setPart} />
      {moments === null ? (
        <Text role="status">Choose a first and a last day, in this order.</Text>
      ) : isPending ? (
        <Loading what="the numbers" lines={4} />
      ) : error && !data ? (
        <Failed what="count" error={error} retry={() => void refetch()} />
      ) : (
        <Stack gap="lg">
          <Totals numbers={data} file={numbersFileAddress(content.id, search)} />
          <Parts numbers={data} />
          <Viewers content={content} search={search} />
        </Stack>
      )}
    </section>
  );
}

type FilterProps = {
  content: Content;
  days: DaysValue;
  part: Part;
  onDays: (days: DaysValue) => void;
  onPart: (part: Part) => void;
};

function Filter({ content, days, part, onDays, onPart }: FilterProps) {
  const { data: versions } = useQuery(versionsQuery(content.id));
  const { data: segments } = useQuery(segmentsQuery);
  const nameOf = (id: string) => segments?.data.find((each) => each.id === id)?.name ?? id;
  const segmentIds = [
    ...new Set([...content.documents.map(({ segmentId }) => segmentId), ...(versions?.data ?? []).map(({ segmentId }) => segmentId)]),
  ];
  return (
    <form className="hw-search" role="search" aria-label="Numbers" onSubmit={(event: FormEvent) => event.preventDefault()}>
      <TextInput
        type="date"
        label="From"
        value={days.from}
        max={days.to}
        onChange={(event) => onDays({ ...days, from: event.currentTarget.value })}
      />
      <TextInput
        type="date"
        label="to"
        value={days.to}
        min={days.from}
        onChange={(event) => onDays({ ...days, to: event.currentTarget.value })}
      />
      <NativeSelect
        label="Seen as"
        value={part.segmentId}
        data={[{ value: "", label: "any segment" }, ...segmentIds.map((id) => ({ value: id, label: nameOf(id) }))]}
        onChange={(event) => onPart({ ...part, segmentId: event.currentTarget.value })}
      />
      <NativeSelect
        label="Version"
        value={part.versionId}
        data={[
          { value: "", label: "any" },
          ...(versions?.data ?? []).map(({ versionId, number, segmentId }) => ({
            value: versionId,
            label: `${number} for ${nameOf(segmentId)}`,
          })),
        ]}
        onChange={(event) => onPart({ ...part, versionId: event.currentTarget.value })}
      />
      <TextInput
        label="Path of the page"
        placeholder="/home"
        value={part.path}
        onChange={(event) => onPart({ ...part, path: event.currentTarget.value })}
        autoComplete="off"
        spellCheck={false}
      />
    </form>
  );
}

function Totals({ numbers, file }: { numbers: ContentNumbers; file: string }) {
  const { totals, series } = numbers;
  const figures = [
    ["Views", count(totals.views)],
    ["Unique viewers", count(totals.uniqueViewers)],
    ["Interactions", count(totals.interactions)],
    ["Form answers", count(totals.formResponses)],
    ["Dismissals", count(totals.dismissals)],
    ["Conversion", percent(totals.conversionRate)],
  ] as const;
  return (
    <section className="hw-card" aria-labelledby="totals">
      <Group justify="space-between" gap="sm" mb="sm">
        <h2 id="totals" className="hw-heading">
          In all
        </h2>
        <Button
          variant="default"
          size="compact-sm"
          leftSection={<DownloadIcon size={14} />}
          renderRoot={(props) => <a {...props} href={file} download />}
        >
          All figures as CSV
        </Button>
      </Group>
      <dl className="hw-tally">
        {figures.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Text size="sm" c="dimmed" mt="xs">
        Conversion is the part of the viewers who clicked or answered.
      </Text>
      <Days series={series} />
    </section>
  );
}

function Parts({ numbers }: { numbers: ContentNumbers }) {
  const { bySegment, byVersion, byPath, byLabel, forms, goals } = numbers;
  const most = Math.max(1, ...byLabel.map((each) => each.count));
  return (
    <>
      <Figures
        title="By label"
        what="What was clicked"
        heads={["Uses", "People", "Last"]}
        none="Nothing was clicked in this time."
        rows={byLabel.map(
          (each): Row => ({
            name: each.label,
            share: each.count / most,
            cells: [count(each.count), count(each.people), <When key="at" at={each.lastAt} />],
          }),
        )}
      />
      {goals.length > 0 && (
        <Figures
          title="Goals"
          what="Goal"
          heads={["Viewers", "Did it", "Rate", "Half of them within"]}
          none=""
          rows={goals.map(
            (each): Row => ({
              name: `${each.name} (${each.event})`,
              share: each.rate,
              cells: [
                count(each.viewers),
                count(each.converted),
                percent(each.rate),
                each.medianHours === null ? "–" : lasting(each.medianHours),
              ],
            }),
          )}
        />
      )}
      <Answers forms={forms} />
      <Measured title="By segment" what="Segment" parts={bySegment.map((each) => ({ name: each.name, of: each }))} />
      <Measured
        title="By version"
        what="Version"
        parts={byVersion.map((each) => ({
          name: each.number === null ? each.versionId.slice(0, 10) : `${each.number} (${each.versionId.slice(0, 10)})`,
          of: each,
        }))}
      />
      <Measured title="By page" what="Path" parts={byPath.map((each) => ({ name: each.path || "not known", of: each }))} />
    </>
  );
}

type MeasuredProps = { title: string; what: string; parts: { name: string; of: ContentNumbers["totals"] }[] };

function Measured({ title, what, parts }: MeasuredProps) {
  const most = Math.max(1, ...parts.map(({ of }) => of.views));
  return (
    <Figures
      title={title}
      what={what}
      heads={["Views", "Viewers", "Uses", "Answers", "Conversion"]}
      none="Nobody saw it in this time."
      rows={parts.map(
        ({ name, of }): Row => ({
          name,
          share: of.views / most,
          cells: [
            count(of.views),
            count(of.uniqueViewers),
            count(of.interactions),
            count(of.formResponses),
            percent(of.conversionRate),
          ],
        }),
      )}
    />
  );
}

function useLate(value: string): string {
  const [late, setLate] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setLate(value), DELAY_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return late;
}
