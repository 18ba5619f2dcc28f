/** On which pages: rules with wildcards, and a field to try an address against them. */

import { ActionIcon, Button, NativeSelect, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { pagesTestQuery } from "../../../api/contentQueries";
import type { PageRule, Pages } from "../../../api/contentTypes";
import { BlockIcon, CheckIcon, PlusIcon, TrashIcon } from "../../../shell/icons";
import { NO_ADDRESS, pageAddress } from "../addresses";
import { RULE_KINDS, ruleFault, ruleInWords } from "./placement";

const MOST = 20;
const DELAY_MS = 350;

/** `isTried`: somebody wanted to save them. From then on what is wrong is said. */
type Props = { pages: Pages; isTried: boolean; onChange: (pages: Pages) => void };

export function PageFields({ pages, isTried, onChange }: Props) {
  const count = pages.show.length + pages.hide.length;
  const isShort = pages.show.some(isEmpty) || pages.hide.some(isEmpty);
  return (
    <>
      <Text size="sm">
        Without rules it shows on all pages. In a rule, <code>*</code> stands for one part of an address, <code>**</code>{" "}
        for any number of them, <code>?</code> for one character.
      </Text>
      <Rules
        label="Show on"
        rules={pages.show}
        isFull={count >= MOST}
        isTried={isTried}
        onChange={(show) => onChange({ ...pages, show })}
      />
      {pages.show.length > 1 && (
        <NativeSelect
          label="A page must fit"
          value={pages.match}
          data={[
            { value: "any", label: "at least one of them" },
            { value: "all", label: "all of them" },
          ]}
          onChange={(event) => onChange({ ...pages, match: event.currentTarget.value as Pages["match"] })}
        />
      )}
      <Rules
        label="Hide on"
        rules={pages.hide}
        isFull={count >= MOST}
        isTried={isTried}
        onChange={(hide) => onChange({ ...pages, hide })}
      />
      {count > 0 && !isShort && <Tester pages={pages} />}
    </>
  );
}

const isEmpty = ({ value }: PageRule) => value.trim() === "";

type RulesProps = {
  label: string;
  rules: PageRule[];
  isFull: boolean;
  isTried: boolean;
  onChange: (rules: PageRule[]) => void;
};

function Rules({ label, rules, isFull, isTried, onChange }: RulesProps) {
  const whole = useRef<HTMLFieldSetElement>(null);
  const next = useRef<string | null>(null);
  useLayoutEffect(() => {
    if (next.current) whole.current?.querySelector<HTMLElement>(next.current)?.focus();
    next.current = null;
  }, [rules]);
  const put = (at: number, part: Partial<PageRule>) =>
    onChange(rules.map((rule, index) => (index === at ? { ...rule, ...part } : rule)));
  return (
    <fieldset className="hw-fieldset" ref={whole}>
      <legend>{label}</legend>
      <ol className="hw-rule-list">
        {rules.map((rule, index) => {
          const name = `${label}, rule ${index + 1}`;
          const sample = RULE_KINDS.find(({ value }) => value === rule.kind)?.sample;
          return (
            <li key={index} className="hw-rule-line" data-rule={index}>
              <NativeSelect
                aria-label={`${name}: kind`}
                value={rule.kind}
                data={RULE_KINDS}
                onChange={(event) => put(index, { kind: event.currentTarget.value as PageRule["kind"] })}
              />
              <TextInput
                className="hw-rule-value"
                aria-label={`${name}: value`}
                placeholder={sample}
                value={rule.value}
                error={isTried ? ruleFault(rule) : undefined}
                onChange={(event) => put(index, { value: event.currentTarget.value })}
                autoComplete="off"
                spellCheck={false}
              />
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`Remove ${name}`}
                onClick={() => {
                  next.current = "[data-add]";
                  onChange(rules.filter((_, at) => at !== index));
                }}
              >
                <TrashIcon size={15} />
              </ActionIcon>
            </li>
          );
        })}
      </ol>
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<PlusIcon size={14} />}
        disabled={isFull}
        data-add
        mt={rules.length > 0 ? "xs" : 0}
        onClick={() => {
          next.current = `[data-rule="${rules.length}"] input`;
          onChange([...rules, { kind: "path", value: "" }]);
        }}
      >
        Add rule
        <span className="hw-sr">&nbsp;to {label.toLowerCase()}</span>
      </Button>
    </fieldset>
  );
}

/** The server judges, so that what is said here is what happens in pages. */
function Tester({ pages }: { pages: Pages }) {
  const [address, setAddress] = useState("");
  const url = pageAddress(address);
  const asked = useLate(url ? JSON.stringify({ pages, url }) : null);
  const { data, error } = useQuery({ ...pagesTestQuery(asked ?? ""), enabled: asked !== null });
  const missed = data?.rules.filter(({ list, matches }) => list === "show" && !matches) ?? [];
  const hidden = data?.rules.filter(({ list, matches }) => list === "hide" && matches) ?? [];
  const said = (rules: typeof missed) => rules.map(({ rule }) => ruleInWords(rule)).join(", ");
  return (
    <div>
      <TextInput
        label="Try an address"
        type="url"
        placeholder="https://app.example.com/projects/7/settings"
        value={address}
        onChange={(event) => setAddress(event.currentTarget.value)}
        autoComplete="off"
        spellCheck={false}
      />
      <div role="status" className="hw-question" style={{ minHeight: "1.75rem", marginBlockStart: "0.25rem" }}>
        {url && error ? (
          <Text size="sm" c="var(--mantine-color-error)">
            {error.message}
          </Text>
        ) : url && data ? (
          <>
            {data.shows ? <CheckIcon size={16} /> : <BlockIcon size={16} />}
            <Text size="sm">
              {data.shows ? "It shows there." : "It does not show there."}
              {!data.shows && hidden.length > 0 && ` Hidden by ${said(hidden)}.`}
              {!data.shows && hidden.length === 0 && missed.length > 0 && ` It does not fit ${said(missed)}.`}
            </Text>
          </>
        ) : address !== "" && !url ? (
          <Text size="sm">{NO_ADDRESS}</Text>
        ) : null}
      </div>
    </div>
  );
}

function useLate(value: string | null): string | null {
  const [late, setLate] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setLate(value), DELAY_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return late;
}
