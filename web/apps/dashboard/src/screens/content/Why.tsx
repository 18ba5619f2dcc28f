/** "Why did I (not) see this?": one person, one content, each rule on the way with what it found. */

import { Badge, Button, NativeSelect, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { whyQuery } from "../../api/contentQueries";
import type { Content, Device, WhyAnswer, WhyPlacement } from "../../api/contentTypes";
import { peopleQuery, segmentsQuery } from "../../api/peopleQueries";
import type { Person } from "../../api/types";
import { Shown } from "../../parts/Shown";
import { Failed, Loading } from "../../parts/States";
import { BlockIcon, CheckIcon, ClockIcon, SearchIcon } from "../../shell/icons";
import { WhyTree } from "../people/Explain";
import { nameOf, secondNameOf } from "../people/names";
import { frequencyInWords, ruleInWords, triggerInWords } from "./placements/placement";

type Asked = { url: string; device: Device | ""; language: string };

export function Why({ content }: { content: Content }) {
  const [words, setWords] = useState("");
  const [q, setQ] = useState<string | null>(null);
  const [draft, setDraft] = useState<Asked>({ url: "", device: "", language: "" });
  const [asked, setAsked] = useState<Asked>(draft);
  const put = (part: Partial<Asked>) => setDraft((before) => ({ ...before, ...part }));
  function seek(event: FormEvent) {
    event.preventDefault();
    setQ(words.trim());
    setAsked({ ...draft, url: draft.url.trim(), language: draft.language.trim() });
  }
  return (
    <section aria-labelledby="why" className="hw-card">
      <h2 id="why" className="hw-heading">
        Why does somebody (not) see this?
      </h2>
      <form onSubmit={seek} className="hw-search" style={{ marginBlockStart: "0.5rem" }}>
        <TextInput
          label="User id, e-mail or name"
          placeholder="empty: somebody whom nobody knows"
          type="search"
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
          leftSection={<SearchIcon />}
          autoComplete="off"
          spellCheck={false}
          className="hw-search-wide"
        />
        <TextInput
          label="Address of the page"
          type="url"
          placeholder="may be empty"
          value={draft.url}
          onChange={(event) => put({ url: event.currentTarget.value })}
          autoComplete="off"
          spellCheck={false}
          className="hw-search-wide"
        />
        <NativeSelect
          label="Device"
          value={draft.device}
          data={[
            { value: "", label: "any" },
            { value: "desktop", label: "desktop" },
            { value: "tablet", label: "tablet" },
            { value: "mobile", label: "phone" },
          ]}
          onChange={(event) => put({ device: event.currentTarget.value as Asked["device"] })}
        />
        <TextInput
          label="Language"
          placeholder="any"
          value={draft.language}
          onChange={(event) => put({ language: event.currentTarget.value })}
          autoComplete="off"
          spellCheck={false}
        />
        <Button type="submit">Find out</Button>
      </form>
      {q === "" && <Answer content={content} person={null} asked={asked} />}
      {q && <Found key={q} content={content} q={q} asked={asked} />}
    </section>
  );
}

const SHOWN = 10;

/** Whom the words fit; when there is but one, that one's answer. */
function Found({ content, q, asked }: { content: Content; q: string; asked: Asked }) {
  const [chosen, setChosen] = useState<string | null>(null);
  const { data, error, isPending, refetch } = useQuery(
    peopleQuery({ q, traits: {}, segmentId: null, limit: SHOWN, offset: 0 }),
  );
  const people = data?.data ?? [];
  const exact = people.filter(({ userIds }) => userIds.includes(q));
  const only = exact.length === 1 ? exact[0] : people.length === 1 ? people[0] : undefined;
  const person = people.find(({ id }) => id === chosen) ?? only;
  if (isPending) return <Loading what="the people" lines={1} />;
  if (error && !data) return <Failed what="look for people" error={error} retry={() => void refetch()} />;
  if (people.length === 0) return <Text role="status">Nobody matches.</Text>;
  if (person) return <Answer content={content} person={person} asked={asked} />;
  return (
    <>
      <Text size="sm" role="status" mb="xs">
        {data.pagination.total > people.length
          ? `${data.pagination.total} people match. Whom of the first do you mean?`
          : "Several match. Whom do you mean?"}
      </Text>
      <ul className="hw-events" aria-label="People who match">
        {people.map((each) => (
          <li key={each.id} className="hw-listed">
            <span style={{ flex: "1 1 12rem" }}>
              <Shown text={nameOf(each)} />{" "}
              <span className="hw-event-who">{secondNameOf(each) && <Shown text={secondNameOf(each)} />}</span>
            </span>
            <Button size="compact-sm" variant="default" onClick={() => setChosen(each.id)}>
              Choose
              <span className="hw-sr">&nbsp;{nameOf(each)}</span>
            </Button>
          </li>
        ))}
      </ul>
    </>
  );
}

function Answer({ content, person, asked }: { content: Content; person: Person | null; asked: Asked }) {
  const { data, error, isPending, refetch } = useQuery(whyQuery(content.id, { personId: person?.id ?? null, ...asked }));
  if (isPending) return <Loading what="the explanation" lines={2} />;
  if (error && !data) return <Failed what="explain it" error={error} retry={() => void refetch()} />;
  return (
    <>
      <Verdict person={person} answer={data} />
      <h3 className="hw-heading">Segments, in their order</h3>
      <Segments answer={data} />
      <h3 className="hw-heading">Placements</h3>
      <PlacementRules answer={data} />
    </>
  );
}

/** Null: it depends on what was not said. */
function Mark({ isMet }: { isMet: boolean | null }) {
  const look =
    isMet === null
      ? { color: "gray", Icon: ClockIcon, word: "open" }
      : isMet
        ? { color: undefined, Icon: CheckIcon, word: "yes" }
        : { color: "amber", Icon: BlockIcon, word: "no" };
  return (
    <Badge
      variant={isMet ? "default" : "outline"}
      color={look.color}
      leftSection={<look.Icon size={12} />}
      component="span"
    >
      {look.word}
    </Badge>
  );
}

function Verdict({ person, answer }: { person: Person | null; answer: WhyAnswer }) {
  const shown = answer.documents.find(({ documentId }) => documentId === answer.shown);
  return (
    <Text role="status" mb="sm">
      <strong>{person ? <Shown text={nameOf(person)} /> : "Somebody whom nobody knows"}</strong>{" "}
      {shown ? `gets the design for ${shown.segmentName}.` : "sees nothing of it."} {answer.note}
    </Text>
  );
}

function Segments({ answer }: { answer: WhyAnswer }) {
  const { data: segments } = useQuery(segmentsQuery);
  const named = (id: string) => segments?.data.find((segment) => segment.id === id)?.name ?? id;
  return (
    <ol className="hw-why hw-numbered" aria-label="Segments">
      {answer.documents.map(({ documentId, segmentId, segmentName, member, tree, note }) => (
        <li key={documentId}>
          <div className="hw-why-line">
            <Mark isMet={member} />
            <span>
              {segmentName}
              {documentId === answer.shown && <strong>: this one shows</strong>}
              {note && <span className="hw-aside"> {note}</span>}
            </span>
          </div>
          {segmentId !== "Everyone" && (
            <ul className="hw-why">
              <WhyTree node={tree} nameOf={named} />
            </ul>
          )}
        </li>
      ))}
    </ol>
  );
}

function PlacementRules({ answer }: { answer: WhyAnswer }) {
  if (answer.placements.length === 0) return <Text size="sm">It has no placement.</Text>;
  return (
    <ul className="hw-why" aria-label="Placements">
      {answer.placements.map((placement) => (
        <li key={placement.placementId}>
          <div className="hw-why-line">
            <Mark isMet={placement.result} />
            <strong>{placement.name ?? `Placement ${placement.placementId}`}</strong>
          </div>
          <ul className="hw-why">
            {placement.pages === null ? <li>on all pages</li> : <PageRules pages={placement.pages} />}
            <Choice of={placement.devices} all="on every device" some="on" />
            <Choice of={placement.languages} all="in every language" some="in" />
            <li>
              {triggerInWords(placement.trigger, placement.delayS)}; {frequencyInWords(placement.frequency)}{" "}
              <span className="hw-aside">the browser decides this</span>
            </li>
          </ul>
        </li>
      ))}
    </ul>
  );
}

function PageRules({ pages }: { pages: NonNullable<WhyPlacement["pages"]> }) {
  const count = pages.rules.filter(({ list }) => list === "show").length;
  return (
    <li>
      <div className="hw-why-line">
        <Mark isMet={pages.result} />
        <span>
          the page fits
          {count > 1 && (pages.match === "all" ? ", all rules of where it shows have to" : ", one rule of where it shows has to")}
          {pages.result === null && <span className="hw-aside"> no address was given</span>}
        </span>
      </div>
      <ul className="hw-why">
        {pages.rules.map((rule, index) => (
          <li key={index} className="hw-why-line">
            <Mark isMet={rule.result} />
            <span>
              {rule.list === "hide" ? "hidden on" : "shown on"} {ruleInWords(rule)}
              {rule.fault && <span className="hw-aside"> {rule.fault}</span>}
            </span>
          </li>
        ))}
      </ul>
    </li>
  );
}

function Choice({ of, all, some }: { of: WhyPlacement["devices"]; all: string; some: string }) {
  if (of === null) return <li>{all}</li>;
  return (
    <li className="hw-why-line">
      <Mark isMet={of.result} />
      <span>
        {some} {of.allowed.join(", ")} <span className="hw-aside">{of.given ? `given is ${of.given}` : "none was given"}</span>
      </span>
    </li>
  );
}
