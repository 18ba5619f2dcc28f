import { Badge, Text, Title } from "@mantine/core";
import { type CatalogEntry, type EventSpec, propertiesOf, type PropertySpec } from "../../api/types";
import { fold } from "../../words/fold";

/** The events a source declares, each with its call, its table and its properties. */
export function Events({ entry }: { entry: CatalogEntry }) {
  return (
    <section className="hw-card" aria-labelledby="events">
      <Title order={2} id="events" mb="xs">
        Events
      </Title>
      {entry.events.length === 0 ? (
        <Text c="dimmed">This source has no fixed list: whatever is sent gets a table when it first arrives.</Text>
      ) : (
        entry.events.map((event) => <Event key={`${event.call} ${event.name}`} event={event} />)
      )}
    </section>
  );
}

function Event({ event }: { event: EventSpec }) {
  const rows = propertiesOf(event).flatMap((property) => flatten(property, ""));
  return (
    <article style={{ marginBlockStart: "1.25rem" }}>
      <Title order={3} size="1rem" style={{ display: "flex", flexWrap: "wrap", gap: "0.5rem", alignItems: "center" }}>
        {event.name}
        <Badge variant="default" component="span">
          {event.call} call
        </Badge>
      </Title>
      <Text size="sm" mb="xs">
        {event.description} <span style={{ color: "var(--mantine-color-dimmed)" }}>Table:</span>{" "}
        <span className="hw-mono">{fold(event.name)}</span>
      </Text>
      {rows.length > 0 && (
        <div className="hw-scroll" tabIndex={0} role="region" aria-label={`Properties of ${event.name}`}>
          <table className="hw-table hw-stack">
            <thead>
              <tr>
                <th scope="col">Property</th>
                <th scope="col">Type</th>
                <th scope="col">Meaning</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ path, property }) => (
                <tr key={path}>
                  <th scope="row" className="hw-mono">
                    {path}
                  </th>
                  <td data-label="Type">
                    {property.type}
                    {property.ours && <span className="hw-aside"> (our reading)</span>}
                  </td>
                  <td>
                    {property.description}
                    {!property.required && <span className="hw-aside"> Sent only sometimes.</span>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </article>
  );
}

function flatten(property: PropertySpec, above: string): { path: string; property: PropertySpec }[] {
  const path = above + property.name;
  return [{ path, property }, ...(property.properties ?? []).flatMap((inner) => flatten(inner, `${path}.`))];
}
