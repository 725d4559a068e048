package linnet.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashSet;
import java.util.Set;
import linnet.tensor.Backends;
import linnet.tensor.DType;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.GenerationMode;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

/** Every op's gradient agrees with central differences, over random shapes, strides and broadcasts. */
class OpGradientTest {
  private final OpCases cases = new OpCases();

  @Provide
  Arbitrary<Class<? extends Op>> ops() {
    return Arbitraries.of(cases.all().keySet());
  }

  @Property(tries = 900, generation = GenerationMode.RANDOMIZED, shrinking = ShrinkingMode.OFF)
  void agreesWithCentralDifferences(@ForAll("ops") Class<? extends Op> op, @ForAll long seed) {
    try (var backend = Backends.reference(); var scope = backend.scope("case")) {
      var call = cases.all().get(op).apply(new Draw(seed, scope, DType.F64));
      GradientCheck.standard().check(call.op(), call.inputs());
    }
  }

  @Example
  void noOpIsWithoutACase() {
    var ops = new HashSet<Class<?>>();
    collectRecords(Op.class, ops);
    assertEquals(ops, Set.copyOf(cases.all().keySet()));
  }

  private static void collectRecords(Class<?> type, Set<Class<?>> found) {
    if (type.isRecord()) {
      found.add(type);
    } else if (type.isSealed()) {
      for (var permitted : type.getPermittedSubclasses()) {
        collectRecords(permitted, found);
      }
    }
  }
}
