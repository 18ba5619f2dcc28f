"""The management door: one file per resource, thin; what decides lies in `control`, what works behind `ports.Work`."""
