// Lets the scheduler prefer a thread that runs for microseconds over compute threads that spin.
#pragma once

namespace awd::server {

/// Asks Linux (6.12 or later) for turns of 0.1 ms for the calling thread: it then interrupts threads with longer ones
/// as soon as it has something to do. Elsewhere nothing changes.
void take_short_turns();

}  // namespace awd::server
