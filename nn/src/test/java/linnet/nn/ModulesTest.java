package linnet.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ModulesTest {
  private static final Initializer ZERO = new Initializer.Constant(0);

  record Layer(Linear qProj, Optional<RmsNorm> postNorm) implements Module {}

  record Toy(@Key("wte") Embedding tokens, List<Layer> layers, OutputHead lmHead, List<Integer> sizes,
      String name) implements Module {}

  record NotNull(Linear inner) implements Module {
    NotNull {
      if (inner.bias().isPresent()) {
        throw new IllegalArgumentException("no bias here");
      }
    }
  }

  private static final class NoRecord implements Module {}

  private static DeclaredParam param(int... sizes) {
    return new DeclaredParam(ZERO, sizes);
  }

  private static Linear linear() {
    return Linear.declare(2, 3, true, ZERO);
  }

  private static Toy toy() {
    var table = param(5, 2);
    var layers = List.of(new Layer(linear(), Optional.of(RmsNorm.declare(2, 1e-6))),
        new Layer(linear(), Optional.empty()));
    return new Toy(new Embedding(table), layers, new OutputHead(table), List.of(1, 2), "toy");
  }

  @Test
  void keysAreComponentNamesInSnakeCaseAndTiedWeightsAppearOnce() {
    assertEquals(List.of("wte.weight", "layers.0.q_proj.weight", "layers.0.q_proj.bias",
            "layers.0.post_norm.weight", "layers.1.q_proj.weight", "layers.1.q_proj.bias"),
        List.copyOf(Modules.parameters(toy()).keySet()));
  }

  @Test
  void modulesAreFoundByTypeUnderTheirPaths() {
    assertEquals(List.of("layers.0.q_proj", "layers.1.q_proj"),
        List.copyOf(Modules.find(toy(), Projection.class).keySet()));
    assertEquals(List.of("", "wte", "layers.0", "layers.0.q_proj", "layers.0.post_norm", "layers.1",
            "layers.1.q_proj", "lm_head"),
        List.copyOf(Modules.find(toy(), Module.class).keySet()));
  }

  @Test
  void placesNameTheOwner() {
    var places = Modules.places(toy());
    assertTrue(places.get(0).owner() instanceof Embedding);
    assertTrue(places.get(3).owner() instanceof RmsNorm);
  }

  @Test
  void replacedParametersStayTiedAndAttributesStay() {
    var toy = toy();
    var calls = new ArrayList<String>();
    var mapped = Modules.mapParams(toy, (key, old) -> {
      calls.add(key);
      return new DeclaredParam(ZERO, old.shape().toArray());
    });
    assertEquals(List.copyOf(Modules.parameters(toy).keySet()), calls);
    assertSame(mapped.tokens().weight(), mapped.lmHead().weight());
    assertNotSame(toy.tokens().weight(), mapped.tokens().weight());
    assertSame(toy.sizes(), mapped.sizes());
    assertEquals("toy", mapped.name());
    assertEquals(Modules.parameters(toy).keySet(), Modules.parameters(mapped).keySet());
  }

  @Test
  void whatDoesNotChangeIsShared() {
    var toy = toy();
    assertSame(toy, Modules.mapParams(toy, (key, param) -> param));
    var mapped = Modules.mapParams(toy, (key, param) -> key.startsWith("layers.1") ? param(3, 2) : param);
    assertSame(toy.layers().get(0), mapped.layers().get(0));
    assertNotSame(toy.layers().get(1), mapped.layers().get(1));
  }

  @Test
  void modulesAreReplacedInnerOnesFirst() {
    var order = new ArrayList<String>();
    var mapped = Modules.mapModules(toy(), (path, module) -> {
      order.add(path);
      return module instanceof Layer layer ? new Layer(layer.qProj(), Optional.empty()) : module;
    });
    assertTrue(order.indexOf("layers.0.q_proj") < order.indexOf("layers.0"));
    assertEquals("", order.getLast());
    assertTrue(mapped.layers().get(0).postNorm().isEmpty());
  }

  @Test
  void aPlaceThatDoesNotTakeTheModuleIsNamed() {
    var error = assertThrows(IllegalArgumentException.class, () -> Modules.mapModules(toy(),
        (path, module) -> module instanceof Linear l
            ? new LoraLinear(l, param(1, 2), param(3, 1), 1, 0) : module));
    assertEquals("layers.0: component qProj of Layer takes a Linear, not a LoraLinear", error.getMessage());
  }

  @Test
  void theRootKeepsItsType() {
    assertThrows(IllegalArgumentException.class,
        () -> Modules.mapModules(linear(), (path, module) -> RmsNorm.declare(1, 1)));
  }

  @Test
  void whatTheConstructorThrowsComesThrough() {
    var module = new NotNull(Linear.declare(1, 1, false, ZERO));
    var error = assertThrows(IllegalArgumentException.class, () -> Modules.mapModules(module,
        (path, inner) -> inner instanceof Linear ? Linear.declare(1, 1, true, ZERO) : inner));
    assertEquals("no bias here", error.getMessage());
  }

  @Test
  void aModuleThatIsNoRecordIsRefused() {
    var error = assertThrows(IllegalArgumentException.class, () -> Modules.parameters(new NoRecord()));
    assertTrue(error.getMessage().contains("NoRecord is a Module but not a record"), error.getMessage());
  }

  @Test
  void aDeclaredParameterSaysThatItHasNoValues() {
    var error = assertThrows(IllegalStateException.class, () -> param(2, 3).value());
    assertTrue(error.getMessage().contains("(2, 3) is declared but holds no values"), error.getMessage());
  }
}
