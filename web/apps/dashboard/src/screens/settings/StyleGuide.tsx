/** Settings > Style guide: the colours, font and corners of all content, and whether everyone can read it. */

import "../content/studio.css";
import { Alert, Button, Checkbox, Group, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type CSSProperties, type FormEvent, type ReactNode, useId, useState } from "react";
import { queryClient } from "../../api/cache";
import { putStyleGuide } from "../../api/content";
import { styleGuideQuery } from "../../api/contentQueries";
import type { StyleColors, StyleGuide as StyleGuideValue } from "../../api/contentTypes";
import { ApiError } from "../../api/errors";
import { Failed, Loading } from "../../parts/States";
import { WarningIcon } from "../../shell/icons";
import { Page } from "../../shell/Page";
import { isObject } from "../../words/exact";
import { isColour, type Pair, pairs, shownRatio, TOKENS, wordsOn } from "./contrast";
import { Sections } from "./Sections";

export function StyleGuide() {
  const { data, error, isPending, refetch } = useQuery(styleGuideQuery);
  return (
    <Page title="Style guide" lead="How content looks in your pages: its colours, font and corners.">
      <Sections />
      {isPending ? (
        <Loading what="the style guide" />
      ) : error && !data ? (
        <Failed what="load the style guide" error={error} retry={() => void refetch()} />
      ) : (
        <Form guide={data} />
      )}
    </Page>
  );
}

type Scheme = "colors" | "dark";

function Form({ guide }: { guide: StyleGuideValue }) {
  const [edited, setEdited] = useState<StyleGuideValue | null>(null);
  const shown = edited ?? guide;
  const save = useMutation({
    mutationFn: putStyleGuide,
    onSuccess: (saved) => {
      queryClient.setQueryData(styleGuideQuery.queryKey, saved);
      setEdited(null);
    },
  });
  const put = (part: Partial<StyleGuideValue>) => {
    save.reset();
    setEdited({ ...shown, ...part });
  };
  const fault = faultOf(save.error);
  const overtaken = overtakenBy(save.error);
  const problems = {
    size: shown.font.sizePx >= 10 && shown.font.sizePx <= 32 ? null : "From 10 to 32 pixels.",
    radius: shown.radiusPx >= 0 && shown.radiusPx <= 48 ? null : "From 0 to 48 pixels.",
  };
  const isWhole = [shown.colors, shown.dark].every(
    (colors) => colors === null || TOKENS.every((token) => isColour(colors[token] ?? "")),
  );
  function submit(event: FormEvent) {
    event.preventDefault();
    if (isWhole && !problems.size && !problems.radius) save.mutate(shown);
  }
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="lg">
        <Scheme
          title="Colours"
          colors={shown.colors}
          scheme="colors"
          fault={fault}
          guide={shown}
          onChange={(colors) => put({ colors })}
        />
        <Checkbox
          label="Other colours where people like it dark"
          description="Without them the same colours show in both."
          checked={shown.dark !== null}
          onChange={(event) => put({ dark: event.currentTarget.checked ? (guide.dark ?? darkOf(shown.colors)) : null })}
        />
        {shown.dark && (
          <Scheme
            title="Dark colours"
            colors={shown.dark}
            scheme="dark"
            fault={fault}
            guide={shown}
            onChange={(dark) => put({ dark })}
          />
        )}
        <section className="hw-card" aria-label="Font and corners">
          <Group gap="sm" align="flex-start">
            <TextInput
              label="Font"
              description="As CSS names it. Empty: that of the system."
              value={shown.font.family}
              error={fault?.field === "font.family" ? fault.message : undefined}
              onChange={(event) => put({ font: { ...shown.font, family: event.currentTarget.value } })}
              autoComplete="off"
              spellCheck={false}
              style={{ flex: "1 1 16rem", minWidth: 0 }}
            />
            <PixelField
              label="Size in pixels"
              value={shown.font.sizePx}
              problem={problems.size}
              onChange={(sizePx) => put({ font: { ...shown.font, sizePx } })}
            />
            <PixelField
              label="Corners in pixels"
              value={shown.radiusPx}
              problem={problems.radius}
              onChange={(radiusPx) => put({ radiusPx })}
            />
          </Group>
        </section>
        {save.error && !fault && !overtaken && <Failed what="save the style guide" error={save.error} />}
        {overtaken && (
          <Alert color="amber" variant="outline" title={`${overtaken.by} was faster`} role="alert">
            {save.error?.message}
            <Group mt="xs" gap="sm">
              <Button
                size="compact-sm"
                onClick={() => {
                  save.reset();
                  setEdited(null);
                  void queryClient.invalidateQueries(styleGuideQuery);
                }}
              >
                Take theirs
              </Button>
              <Button
                size="compact-sm"
                variant="outline"
                color="brick"
                onClick={() => save.mutate({ ...shown, revision: overtaken.revision })}
              >
                Overwrite with mine
              </Button>
            </Group>
          </Alert>
        )}
        {fault && (
          <Alert color="brick" variant="outline" title="It was not saved" role="alert">
            {fault.message}
            {fault.nearest && fault.token && (
              <Group mt="xs">
                <Button
                  size="compact-sm"
                  variant="default"
                  onClick={() => put(mended(shown, fault.scheme, fault.token ?? "", fault.nearest ?? ""))}
                >
                  Take {fault.nearest} for {fault.token}
                </Button>
              </Group>
            )}
          </Alert>
        )}
        <Group gap="sm">
          <Button type="submit" loading={save.isPending} disabled={edited === null || !isWhole}>
            Save style guide
          </Button>
          {edited !== null && (
            <Button variant="default" onClick={() => setEdited(null)}>
              Leave it as it was
            </Button>
          )}
          <Text size="sm" role="status">
            {edited !== null ? (isWhole ? "Not saved yet." : "A colour is # and six digits from 0 to f.") : save.isSuccess ? "Saved." : ""}
          </Text>
        </Group>
      </Stack>
    </form>
  );
}

/** A beginning for the dark: dark ground, light words, the rest to be looked at. */
function darkOf(colors: StyleColors): StyleColors {
  return { ...colors, background: "#14171f", surface: "#1f2430", text: "#eef1f6", muted: "#aab3c4", border: "#7d8798" };
}

function mended(guide: StyleGuideValue, scheme: Scheme, token: string, colour: string): Partial<StyleGuideValue> {
  return scheme === "dark" ? { dark: { ...guide.dark, [token]: colour } } : { colors: { ...guide.colors, [token]: colour } };
}

type Fault = { message: string; field: string; scheme: Scheme; token: string | null; nearest: string | null };

/** What the server said of one field of the guide. */
function faultOf(error: Error | null): Fault | null {
  if (!(error instanceof ApiError) || !isObject(error.details) || typeof error.details.field !== "string") return null;
  const { field, nearest } = error.details;
  const [scheme, token] = field.split(".");
  const isOfColours = scheme === "colors" || scheme === "dark";
  return {
    message: error.message,
    field,
    scheme: scheme === "dark" ? "dark" : "colors",
    token: isOfColours ? (token ?? null) : null,
    nearest: typeof nearest === "string" ? nearest : null,
  };
}

function overtakenBy(error: Error | null): { by: string; revision: number } | null {
  if (!(error instanceof ApiError) || error.code !== "changed_meanwhile" || !isObject(error.details)) return null;
  return { by: String(error.details.updatedBy), revision: Number(error.details.revision) };
}

type SchemeProps = {
  title: string;
  scheme: Scheme;
  colors: StyleColors;
  guide: StyleGuideValue;
  fault: Fault | null;
  onChange: (colors: StyleColors) => void;
};

function Scheme({ title, scheme, colors, guide, fault, onChange }: SchemeProps) {
  const found = pairs(colors);
  return (
    <section className="hw-card" aria-label={title}>
      <h2 className="hw-heading">{title}</h2>
      <div className="hw-two" style={{ marginBlockStart: "0.75rem" }}>
        <div className="hw-colours">
          {TOKENS.map((token) => (
            <ColourField
              key={token}
              label={`${title}: ${token}`}
              token={token}
              value={colors[token] ?? ""}
              problem={fault?.field === `${scheme}.${token}`}
              onChange={(colour) => onChange({ ...colors, [token]: colour })}
            />
          ))}
        </div>
        <Stack gap="md">
          {found.length > 0 && <Sample colors={colors} guide={guide} />}
          <Contrasts found={found} title={title} />
        </Stack>
      </div>
    </section>
  );
}

type ColourProps = { label: string; token: string; value: string; problem: boolean; onChange: (colour: string) => void };

function ColourField({ label, token, value, problem, onChange }: ColourProps) {
  const id = useId();
  return (
    <div className="hw-colour">
      <label htmlFor={id}>{token}</label>
      <input
        type="color"
        aria-label={`${label}, chosen by eye`}
        value={isColour(value) ? value : "#000000"}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <TextInput
        id={id}
        aria-label={label}
        value={value}
        error={problem || !isColour(value)}
        onChange={(event) => onChange(event.currentTarget.value.trim())}
        autoComplete="off"
        spellCheck={false}
        maxLength={7}
        styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
      />
    </div>
  );
}

type PixelProps = { label: string; value: number; problem: string | null; onChange: (value: number) => void };

function PixelField({ label, value, problem, onChange }: PixelProps) {
  return (
    <TextInput
      label={label}
      inputMode="decimal"
      value={Number.isNaN(value) ? "" : String(value)}
      error={problem}
      onChange={(event) => onChange(event.currentTarget.value.trim() === "" ? Number.NaN : Number(event.currentTarget.value))}
      autoComplete="off"
      maw="10rem"
    />
  );
}

/** All that is too low stands open; the rest for whoever wants to know. */
function Contrasts({ found, title }: { found: Pair[]; title: string }) {
  const [isWhole, setWhole] = useState(false);
  const low = found.filter(({ isEnough }) => !isEnough);
  const shown = isWhole ? found : low;
  if (found.length === 0) return <Text size="sm">The contrast is counted once each colour is whole.</Text>;
  return (
    <div>
      <Stack gap="xs" mb="xs">
        <Text size="sm" role="status">
          {low.length === 0
            ? "Every pair of colours can be told apart."
            : low.length === 1
              ? "One pair of colours is too alike."
              : `${low.length} pairs of colours are too alike.`}
        </Text>
        <Checkbox
          size="xs"
          label={`List the contrast of all ${found.length} pairs`}
          description="Otherwise of those alone that are too alike."
          checked={isWhole}
          onChange={(event) => setWhole(event.currentTarget.checked)}
        />
      </Stack>
      {shown.length > 0 && (
        <ul className="hw-plain" aria-label={`${title}: contrasts`}>
          {shown.map(({ token, behind, ratio, needed, isEnough }) => (
            <li key={`${token} ${behind}`}>
              {isEnough ? "" : <WarningIcon size={14} />} {token} and {behind}: <strong className="hw-figure">{shownRatio(ratio)}:1</strong>{" "}
              <span className="hw-aside">
                {isEnough ? "is enough" : "is too low"}, {needed}:1 is needed
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Blocks in these colours, for the eye. */
function Sample({ colors, guide }: { colors: StyleColors; guide: StyleGuideValue }) {
  const own: CSSProperties = {
    background: colors.background,
    color: colors.text,
    border: `1px solid ${colors.border}`,
    borderRadius: guide.radiusPx,
    fontFamily: guide.font.family,
    fontSize: guide.font.sizePx,
    padding: "1em",
    // It is about these colours: the system's own would say nothing of them.
    forcedColorAdjust: "none",
  };
  return (
    <div style={own} role="img" aria-label="How it looks: a heading, texts, a field, buttons and badges in these colours">
      <div aria-hidden="true">
        <div style={{ fontWeight: 700, fontSize: "1.25em" }}>Welcome back</div>
        <div style={{ color: colors.muted, marginBlock: "0.25em 0.75em" }}>Three steps are left.</div>
        <div style={{ display: "flex", flexWrap: "wrap", gap: "0.5em", alignItems: "center" }}>
          <Filled colors={colors} token="primary" radius={guide.radiusPx}>
            Go on
          </Filled>
          <span style={{ color: colors.primary, textDecoration: "underline" }}>Later</span>
          {["secondary", "success", "warning", "danger"].map((token) => (
            <Filled key={token} colors={colors} token={token} radius={999} isSmall>
              {token}
            </Filled>
          ))}
        </div>
        <div
          style={{
            background: colors.surface,
            border: `1px solid ${colors.border}`,
            borderRadius: guide.radiusPx,
            padding: "0.5em 0.75em",
            marginBlockStart: "0.75em",
          }}
        >
          An answer
        </div>
      </div>
    </div>
  );
}

type FilledProps = { colors: StyleColors; token: string; radius: number; isSmall?: boolean; children: ReactNode };

function Filled({ colors, token, radius, isSmall = false, children }: FilledProps) {
  const style: CSSProperties = {
    background: colors[token],
    color: wordsOn(colors[token] ?? ""),
    borderRadius: radius,
    padding: isSmall ? "0.1em 0.6em" : "0.5em 1em",
    fontSize: isSmall ? "0.85em" : "1em",
    fontWeight: 600,
  };
  return <span style={style}>{children}</span>;
}
