package linnet.tensor.vector;

import java.util.OptionalInt;

/**
 * The row-level primitives that everything else is made of. There are two providers, alike to the bit: {@link
 * #scalar} in plain Java, and {@link #vector} on the Vector API.
 *
 * @param bits the vector width, 0 for the scalar provider
 * @param elements element by element
 * @param sums many to one
 * @param storage between storage types and F32
 * @param panels the inside of a matrix product
 * @param narrow the same for few columns; its tiles' rows are a multiple of the others'
 * @param scores attention between its products
 * @param dots products with few rows
 */
record Lanes(int bits, ElementLanes elements, SumLanes sums, StorageLanes storage, PanelLanes panels,
    PanelLanes narrow, ScoreLanes scores, DotLanes dots) {
  /** The system property that forces a width: 0 (scalar), 128, 256 or 512. */
  static final String PROPERTY = "linnet.vector.bits";

  private static final String MODULE = "jdk.incubator.vector";

  /** The provider that {@value #PROPERTY} asks for; without it, the machine's preferred vectors. */
  static Lanes selected() {
    var requested = requestedBits();
    return requested.isPresent() && requested.getAsInt() == 0 ? scalar() : vector();
  }

  /** Plain Java. */
  static Lanes scalar() {
    return new Lanes(0, new ScalarElements(), new ScalarSums(), new ScalarStorage(), new ScalarPanels(4, 8),
        new ScalarPanels(4, 4), new ScalarScores(), new ScalarDots());
  }

  /**
   * The Vector API.
   *
   * @throws IllegalStateException if its module is not there; the message says how to add it
   */
  static Lanes vector() {
    var module = ModuleLayer.boot().findModule(MODULE);
    if (module.isEmpty() || !Lanes.class.getModule().canRead(module.get())) {
      throw new IllegalStateException("the vector backend needs the module " + MODULE
          + ", which this JVM was started without: add --add-modules " + MODULE
          + " to the java command, or use the slow Backends.reference()");
    }
    return new Lanes(Width.S.vectorBitSize(), new VectorElements(), new VectorSums(), new VectorStorage(),
        VectorPanels.of(Width.REGISTERS), VectorPanels.narrow(Width.REGISTERS), new VectorScores(),
        new VectorDots());
  }

  /** The width that {@value #PROPERTY} asks for. */
  static OptionalInt requestedBits() {
    var value = System.getProperty(PROPERTY);
    if (value == null) {
      return OptionalInt.empty();
    }
    return switch (value) {
      case "0", "128", "256", "512" -> OptionalInt.of(Integer.parseInt(value));
      default -> throw new IllegalArgumentException(
          "-D" + PROPERTY + "=" + value + ": expected 0 (scalar), 128, 256 or 512, or no such property");
    };
  }
}
