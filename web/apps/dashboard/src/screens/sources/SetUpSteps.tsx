import { Accordion, Text, Title } from "@mantine/core";
import type { CatalogEntry } from "../../api/types";

/** What is left of the catalogue's set-up steps: open right after the source was added, folded away later. */
export function SetUpSteps({ entry, isOpen }: { entry: CatalogEntry | undefined; isOpen: boolean }) {
  const left = entry?.setup.slice(entry.setupToAdd) ?? [];
  if (left.length === 0) return null;
  const steps = (
    <ol className="hw-steps">
      {left.map((step) => (
        <li key={step}>{step}</li>
      ))}
    </ol>
  );
  if (isOpen) {
    return (
      <section className="hw-card" aria-labelledby="set-up">
        <Title order={2} id="set-up" mb={4}>
          Set-up
        </Title>
        <Text size="sm" c="dimmed" mb="sm">
          The source is added, and its tables are there, still empty. This is left to do:
        </Text>
        {steps}
      </section>
    );
  }
  return (
    <Accordion variant="contained" order={2}>
      <Accordion.Item value="set-up">
        <Accordion.Control>Set-up steps</Accordion.Control>
        <Accordion.Panel>{steps}</Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}
