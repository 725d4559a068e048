/** Short programs and data generators. */
module linnet.examples {
  requires transitive linnet.sft;

  exports linnet.examples;
  exports linnet.examples.knights;
}
