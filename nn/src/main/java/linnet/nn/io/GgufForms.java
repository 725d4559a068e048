package linnet.nn.io;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import linnet.nn.io.GgufFamily.Form;
import linnet.tensor.Codec;
import linnet.tensor.DType;
import linnet.tensor.Shape;

/**
 * Tensors in GGUF's form and in Hugging Face's, one way and the other. What is stored alike is not copied.
 *
 * @param heads heads of queries
 * @param kvHeads heads of keys
 */
public record GgufForms(int heads, int kvHeads) {
  /**
   * What Hugging Face has for a tensor of a file.
   *
   * @param file what errors call the file
   * @param stored the tensor there
   * @param form how it is stored
   * @param name Hugging Face's name
   * @throws ModelFormatException if its shape or type does not allow the form
   */
  TensorSpec huggingFace(Object file, TensorSpec stored, Form form, String name) {
    return switch (form) {
      case SAME -> new TensorSpec(name, stored.dtype(), stored.shape());
      case QUERY_PAIRS, KEY_PAIRS -> {
        rows(form).check(file, stored);
        yield new TensorSpec(name, stored.dtype(), stored.shape());
      }
      case TRANSPOSED -> new TensorSpec(name, plain(stored.dtype()), transposed(file, stored));
      case PLUS_ONE -> {
        if (stored.shape().rank() != 1) {
          throw new ModelFormatException(file, stored.name(), "found the shape " + stored.shape()
              + ", expected the weights of a norm");
        }
        yield new TensorSpec(name, DType.F32, stored.shape());
      }
    };
  }

  /** A tensor of a file as Hugging Face has it; {@code spec} comes from {@link #huggingFace}. */
  StoredTensor toHuggingFace(StoredTensor stored, Form form, TensorSpec spec, SegmentAllocator memory) {
    return switch (form) {
      case SAME -> new StoredTensor(spec, stored.bytes());
      case QUERY_PAIRS, KEY_PAIRS -> {
        var target = memory.allocate(stored.bytes().byteSize(), Long.BYTES);
        rows(form).pairsToHalves(stored, target);
        yield new StoredTensor(spec, target.asReadOnly());
      }
      case TRANSPOSED -> transpose(stored, spec, memory);
      case PLUS_ONE -> plus(-1, stored, spec, memory);
    };
  }

  /**
   * A tensor of Hugging Face as GGUF has it.
   *
   * @param file what errors call the model
   * @param stored the tensor there
   * @param form how GGUF stores it
   * @param name GGUF's name
   * @param memory where a copy goes, if one is needed
   * @throws ModelFormatException if its shape does not allow the form
   */
  public StoredTensor toGguf(Object file, StoredTensor stored, Form form, String name,
      SegmentAllocator memory) {
    return switch (form) {
      case SAME -> new StoredTensor(new TensorSpec(name, stored.dtype(), stored.shape()), stored.bytes());
      case QUERY_PAIRS, KEY_PAIRS -> {
        rows(form).check(file, stored.spec());
        var target = memory.allocate(stored.bytes().byteSize(), Long.BYTES);
        rows(form).halvesToPairs(stored, target);
        yield new StoredTensor(new TensorSpec(name, stored.dtype(), stored.shape()), target);
      }
      case TRANSPOSED -> transpose(stored, new TensorSpec(name, plain(stored.dtype()),
          transposed(file, stored.spec())), memory);
      case PLUS_ONE -> plus(1, stored, new TensorSpec(name, DType.F32, stored.shape()), memory);
    };
  }

  /** The shape of a tensor of Hugging Face in GGUF. */
  public static Shape shapeInGguf(Form form, Shape shape) {
    return form == Form.TRANSPOSED && shape.rank() == 2 ? Shape.of(shape.size(1), shape.size(0)) : shape;
  }

  private RotaryRows rows(Form form) {
    return new RotaryRows(form == Form.QUERY_PAIRS ? heads : kvHeads);
  }

  /** Blocks lie within a row and cannot be transposed: their values become F32. */
  private static DType plain(DType dtype) {
    return dtype.isQuantized() ? DType.F32 : dtype;
  }

  /** A bias stays as it is. */
  private static Shape transposed(Object file, TensorSpec spec) {
    if (spec.shape().rank() != 1 && spec.shape().rank() != 2) {
      throw new ModelFormatException(file, spec.name(), "found the shape " + spec.shape()
          + ", expected a matrix or a vector");
    }
    return shapeInGguf(Form.TRANSPOSED, spec.shape());
  }

  private static StoredTensor transpose(StoredTensor stored, TensorSpec spec, SegmentAllocator memory) {
    if (stored.shape().rank() == 1) {
      return new StoredTensor(spec, stored.bytes());
    }
    int rows = stored.shape().size(0);
    int columns = stored.shape().size(1);
    var target = memory.allocate(spec.bytes(), Long.BYTES);
    if (stored.dtype().isQuantized()) {
      var values = new float[columns];
      for (int row = 0; row < rows; row++) {
        Codec.decode(stored.dtype(), stored.bytes(), (long) row * columns, values, 0, columns);
        for (int column = 0; column < columns; column++) {
          target.setAtIndex(ValueLayout.JAVA_FLOAT, (long) column * rows + row, values[column]);
        }
      }
    } else {
      for (int row = 0; row < rows; row++) {
        for (int column = 0; column < columns; column++) {
          copy(stored.dtype().bytesPerBlock(), stored.bytes(), (long) row * columns + column, target,
              (long) column * rows + row);
        }
      }
    }
    return new StoredTensor(spec, target.asReadOnly());
  }

  private static void copy(int size, MemorySegment from, long source, MemorySegment to, long target) {
    switch (size) {
      case 1 -> to.set(ValueLayout.JAVA_BYTE, target, from.get(ValueLayout.JAVA_BYTE, source));
      case 2 ->
          to.setAtIndex(ValueLayout.JAVA_SHORT, target, from.getAtIndex(ValueLayout.JAVA_SHORT, source));
      case 4 -> to.setAtIndex(ValueLayout.JAVA_INT, target, from.getAtIndex(ValueLayout.JAVA_INT, source));
      default ->
          to.setAtIndex(ValueLayout.JAVA_LONG, target, from.getAtIndex(ValueLayout.JAVA_LONG, source));
    }
  }

  private static StoredTensor plus(float offset, StoredTensor stored, TensorSpec spec,
      SegmentAllocator memory) {
    var values = new float[Math.toIntExact(stored.shape().elements())];
    Codec.decode(stored.dtype(), stored.bytes(), 0, values, 0, values.length);
    for (int i = 0; i < values.length; i++) {
      values[i] += offset;
    }
    var target = memory.allocate(spec.bytes(), Long.BYTES);
    Codec.encode(DType.F32, values, 0, values.length, target, 0);
    return new StoredTensor(spec, target.asReadOnly());
  }
}
