/** Whom the rule would hold now: how many, and some of them. Asked a moment after the last change. */

import { Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { previewQuery } from "../../api/peopleQueries";
import type { Rule } from "../../api/people";
import { Shown } from "../../parts/Shown";
import { written } from "../../words/exact";
import { nameOf, secondNameOf } from "../people/names";

const DELAY_MS = 350;
const SHOWN = 8;

export function usePreview(rule: Rule | null, isAskable: boolean) {
  const [asked, setAsked] = useState<Rule | null>(isAskable ? rule : null);
  const text = rule === null ? "" : written(rule);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(isAskable ? rule : null), DELAY_MS);
    return () => clearTimeout(timer);
    // The rule is made anew with each drawing; its text says whether it is another.
  }, [text, isAskable]);
  const answer = useQuery({ ...previewQuery(asked ?? {}), enabled: asked !== null });
  // An error is that of the rule as it stood: of one that was changed since nothing is known yet.
  const isCurrent = asked !== null && written(asked) === text && isAskable;
  return { answer, isCurrent, error: isCurrent ? answer.error : null };
}

export function Preview({ preview, isAskable }: { preview: ReturnType<typeof usePreview>; isAskable: boolean }) {
  const { answer, isCurrent, error } = preview;
  const found = isAskable && !error ? answer.data : undefined;
  return (
    <section className="hw-card hw-beside" aria-labelledby="preview">
      <Title order={2} id="preview" mb="xs">
        Who is in it
      </Title>
      <div role="status" aria-busy={isAskable && !isCurrent}>
        {!isAskable ? (
          <Text size="sm">Finish the conditions, and the people whom they hold are counted here.</Text>
        ) : error ? (
          <Text size="sm">The people are counted once the rule is right.</Text>
        ) : found ? (
          <p className="hw-count">
            <strong>{found.count.toLocaleString("en")}</strong> {found.count === 1 ? "person" : "people"} right now
          </p>
        ) : (
          <Text size="sm">Counting …</Text>
        )}
      </div>
      {found && found.sample.length > 0 && (
        <>
          <Text size="sm" c="dimmed" mt="xs" mb={4}>
            {found.count > SHOWN ? "Some of them:" : "They are:"}
          </Text>
          <ul className="hw-events" aria-label="Some of the people">
            {found.sample.slice(0, SHOWN).map((person) => (
              <li key={person.id} className="hw-person-line">
                <Link to="/people/$id" params={{ id: person.id }} className="hw-link">
                  <Shown text={nameOf(person)} />
                </Link>{" "}
                <span className="hw-event-who">{secondNameOf(person) && <Shown text={secondNameOf(person)} />}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
