import { createRoot } from "react-dom/client";
import { App } from "./App";
import { readConfig } from "./config";
import "./demo.css";
import { watch } from "./loop/watch";
import { defineSparkline } from "./parts/sparkline";

defineSparkline();
watch();
const root = createRoot(document.getElementById("root")!);
void readConfig().then((config) => root.render(<App config={config} />));
