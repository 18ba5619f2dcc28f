/** A React component of the sample product, which content uses with props of its author. */

export interface PlanMeterProps {
  used?: number;
  limit?: number;
  unit?: string;
  onInteract?: (label?: string) => void;
}

export function PlanMeter({ used = 0, limit = 10, unit = "reports", onInteract }: PlanMeterProps) {
  const most = Math.max(Number(limit) || 0, 1);
  const now = Math.min(Math.max(Number(used) || 0, 0), most);
  return (
    <div className="plan-meter">
      <label>
        {now} of {most} {unit} used
        <meter min={0} max={most} value={now}>
          {now} of {most}
        </meter>
      </label>
      <button type="button" onClick={() => onInteract?.()}>
        Ask for more
      </button>
    </div>
  );
}
