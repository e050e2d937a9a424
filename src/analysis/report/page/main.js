// Starts every part of the page.
"use strict";

awd.tables.start();
awd.frontier.start();
awd.player.start();
awd.reasons.start();
awd.latency.start();
document.documentElement.dataset.ready = "true";
