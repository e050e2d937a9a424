// The fair control of a gate: truncating chunks at random, as often as the gate makes queries.
#pragma once

namespace awd {

/// What the random arm's rate of queries has to meet.
struct MatchTarget {
  double full_queries_per_step = 0;  // of the other arm, first steps included
  int steps = 0;                     // mean length of its episodes
  int longest = 0;                   // steps after which a query is due anyway (the horizon)
};

/// Expected full queries per step of an episode of `target.steps` steps whose first step is a query and whose every
/// later step is one with `probability`, or when the last query is `target.longest` steps old.
double random_query_rate(double probability, const MatchTarget& target);

/// The probability for which random_query_rate() meets the target: 0 where chunks run out more often than that, 1 where
/// even every step is too few.
double matched_probability(const MatchTarget& target);

}  // namespace awd
