/**
 * Knights and knaves: two islanders each say one thing; knights always tell the truth and knaves always lie; who is
 * what? A generator of puzzles, a solver that checks every answer, and a generator of texts about the island that
 * teach its language without ever solving a puzzle (the source of the bundled tiny model).
 */
package linnet.examples.knights;
