package linnet.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import linnet.tensor.DType;
import linnet.tensor.Segments;
import linnet.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Types, and the errors of inputs that do not fit: op, letters, shapes. */
class InferTest {
  private static TensorType f32(int... sizes) {
    return new TensorType(DType.F32, Shape.of(sizes));
  }

  private static TensorType type(DType dtype, int... sizes) {
    return new TensorType(dtype, Shape.of(sizes));
  }

  private static Arguments refused(String message, Op op, TensorType... inputs) {
    return Arguments.of(message, op, Arrays.asList(inputs));
  }

  static Stream<Arguments> refusals() {
    return Stream.of(
        refused("add[a(…), b(…)]: the shapes do not broadcast;",
            new Arithmetic.Add(), f32(2, 3), f32(2)),
        refused("mul[a(…), b(…)]: b is F64, expected F32;",
            new Arithmetic.Mul(), f32(2), type(DType.F64, 2)),
        refused("exp[x(…)]: x is BF16, expected F32 or F64;",
            new Elementwise.Exp(), type(DType.BF16, 2)),
        refused("exp[x(…)] takes 1 inputs, found 2", new Elementwise.Exp(), f32(2), f32(2)),
        refused("dropout: dropout probability 1.0 is not in [0, 1)",
            new Elementwise.Dropout(1, new long[2]), f32(2, 3)),
        refused("dropout: 3 row keys for 2 rows (T) of x(T,D)",
            new Elementwise.Dropout(0.5, new long[3]), f32(2, 3)),
        refused("sum[x(…)]: there are no dimensions [2];",
            new Reduction.Sum(List.of(2)), f32(2, 3)),
        refused("max[x(…)]: dimension 1 is empty;", new Reduction.Max(1), f32(2, 0)),
        refused("softmax[x(…,D)]: x has rank 0;", new Reduction.Softmax(), f32()),
        refused("matmul[a(…,M,K), any b(…,K,N)]: K is 3 before and 2 in b;",
            new Contraction.Matmul(), f32(2, 3), f32(2, 3)),
        refused("matmul[a(…,M,K), any b(…,K,N)]: leading dimensions do not broadcast;",
            new Contraction.Matmul(), f32(2, 1, 1), f32(3, 1, 1)),
        refused("linear[x(M,K), any w(N,K)]: K is 576 before and 512 in w;",
            new Contraction.Linear(), f32(8, 576), type(DType.BF16, 1536, 512)),
        refused("linear[x(M,K), any w(N,K)]: x has rank 3;",
            new Contraction.Linear(), f32(2, 8, 4), f32(5, 4)),
        refused("linear[x(M,K), any w(N,K)]: w is I32, expected a floating type;",
            new Contraction.Linear(), f32(8, 4), type(DType.I32, 5, 4)),
        refused("loraLinear[x(T,K), any w(N,K), a(R,K), b(N,R)]: R is 2 before and 3 in b;",
            new Contraction.LoraLinear(1, 0, new long[0]), f32(8, 4), f32(5, 4), f32(2, 4), f32(5, 3)),
        refused("reshape[any x(…)]: 6 elements do not fit the sizes [4, -1];",
            new View.Reshape(List.of(4, -1)), f32(2, 3)),
        refused("reshape[any x(…)]: 6 elements do not fit the sizes [-2, -3];",
            new View.Reshape(List.of(-2, -3)), f32(2, 3)),
        refused("transpose[any x(…)]: there are no dimensions 0 and 2;",
            new View.Transpose(0, 2), f32(2, 3)),
        refused("slice[any x(…)]: there is no part [2, 4) of dimension -1;",
            new View.Slice(-1, 2, 4), f32(2, 3)),
        refused("expand[any x(…)]: x does not expand to (4, 3);",
            new View.Expand(Shape.of(4, 3)), f32(2, 3)),
        refused("rmsNorm[x(…,D), w(D)]: D is 3 before and 2 in w;",
            new Norm.RmsNorm(1e-5), f32(2, 3), f32(2)),
        refused("rope[x(T,H,D), cos(T,R), sin(T,R)]: 2·R rotated features are more than D;",
            new Rotary.Rope(), f32(2, 1, 4), f32(2, 3), f32(2, 3)),
        refused("swiGlu[gate(T,D), up(T,D)]: D is 3 before and 4 in up;",
            new Gated.SwiGlu(), f32(2, 3), f32(2, 4)),
        refused("causalAttention[q(T,H,D), k(S,G,D), v(S,G,D)]: H is not a multiple of G;",
            new Attention.CausalAttention(Segments.of(0, 2), 1), f32(2, 3, 4), f32(2, 2, 4), f32(2, 2, 4)),
        refused("causalAttention[q(T,H,D), k(S,G,D), v(S,G,D)]: the rows have 3 queries (T) and 3 keys (S);",
            new Attention.CausalAttention(Segments.of(0, 3), 1), f32(2, 1, 4), f32(2, 1, 4), f32(2, 1, 4)),
        refused("gatherRows[any table(V,D), i32 rows(T)]: rows is I64, expected I32;",
            new Indexing.GatherRows(), f32(5, 4), type(DType.I64, 3)),
        refused("gatherRows[any table(V,D), i32 rows(T)]: there is no row 5 of padding;",
            new Indexing.GatherRows(OptionalInt.of(5)), f32(5, 4), type(DType.I32, 3)),
        refused("concat: inputs must be all F32 or all F64, and equal in every dimension but 0;",
            new Indexing.Concat(0), f32(2, 3), f32(2, 4)),
        refused("logProbs[h(T,D), any w(V,D), i32 targets(T)]: T is 2 before and 3 in targets;",
            new Loss.LogProbs(), f32(2, 4), f32(9, 4), type(DType.I32, 3)),
        refused("crossEntropy[h(T,D), any w(V,D), i32 targets(T), weights(T)]:"
            + " T is 2 before and 1 in weights;",
            new Loss.CrossEntropy(), f32(2, 4), f32(9, 4), type(DType.I32, 2), f32(1)));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void inputsThatDoNotFitAreNamed(String message, Op op, List<TensorType> inputs) {
    var failure = assertThrows(IllegalArgumentException.class, () -> op.infer(inputs));
    assertTrue(failure.getMessage().startsWith(message), failure.getMessage());
    if (message.endsWith(";")) {
      for (var type : inputs) {
        assertTrue(failure.getMessage().contains(type.toString()), failure.getMessage());
      }
    }
  }

  @Test
  void frozenWeightsMayHaveAnyFloatingType() {
    for (var dtype : new DType[] {DType.F64, DType.F16, DType.BF16, DType.Q8_0, DType.Q4_0, DType.Q4_1}) {
      assertEquals(f32(8, 5), new Contraction.Linear().infer(List.of(f32(8, 32), type(dtype, 5, 32))));
    }
    assertEquals(f32(3, 32),
        new Indexing.GatherRows().infer(List.of(type(DType.BF16, 9, 32), type(DType.I32, 3))));
  }

  @Test
  void resultsHaveTheShapesOfTheirLetters() {
    assertEquals(f32(2, 5, 3, 6), new Contraction.Matmul().infer(List.of(f32(2, 1, 3, 4), f32(5, 4, 6))));
    assertEquals(f32(2), new Reduction.Sum(List.of(-1, 1)).infer(List.of(f32(2, 3, 4))));
    assertEquals(f32(), new Reduction.Sum(List.of()).infer(List.of(f32(2, 3, 4))));
    assertEquals(f32(2, 12), new View.Reshape(List.of(2, -1)).infer(List.of(f32(2, 3, 4))));
    assertEquals(f32(2, 7), new Indexing.Concat(-1).infer(List.of(f32(2, 3), f32(2, 4))));
  }

  @Test
  void operandsAreWrittenInOneWay() {
    assertThrows(IllegalArgumentException.class, () -> Signature.of("x[M]"));
  }
}
