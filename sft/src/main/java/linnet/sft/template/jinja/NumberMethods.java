package linnet.sft.template.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import linnet.sft.template.jinja.Value.Bool;
import linnet.sft.template.jinja.Value.Int;

/** The attributes and methods of Python's numbers. */
final class NumberMethods {
  private NumberMethods() {}

  /** The attribute of a name, or null. */
  static Value find(Value number, String name) {
    var real = number instanceof Bool b ? new Int(b.number()) : number;
    return switch (name) {
      case "real" -> real;
      case "imag" -> real instanceof Value.Float ? new Value.Float(0) : Int.of(0);
      case "conjugate" -> method(name, real);
      case "as_integer_ratio" -> Attributes.method(name, Signature.positional(), _ -> ratio(real));
      default -> switch (real) {
        case Value.Float f when name.equals("is_integer") -> method(name,
            Bool.of(f.value() == Math.rint(f.value()) && Double.isFinite(f.value())));
        case Int i -> integer(i, name);
        default -> null;
      };
    };
  }

  private static Value integer(Int number, String name) {
    return switch (name) {
      case "numerator" -> number;
      case "denominator" -> Int.of(1);
      case "bit_length" -> method(name, Int.of(number.value().abs().bitLength()));
      case "bit_count" -> method(name, Int.of(number.value().abs().bitCount()));
      default -> null;
    };
  }

  private static Value method(String name, Value result) {
    return Attributes.method(name, Signature.positional(), _ -> result);
  }

  private static Value ratio(Value number) {
    if (!(number instanceof Value.Float f)) {
      return TupleValue.of(number, Int.of(1));
    }
    if (!Double.isFinite(f.value())) {
      throw Double.isNaN(f.value()) ? TemplateException.value("cannot convert NaN to integer ratio")
          : new TemplateException(ErrorKind.OVERFLOW, "cannot convert Infinity to integer ratio");
    }
    var exact = new BigDecimal(f.value());
    var denominator = BigInteger.TEN.pow(Math.max(0, exact.scale()));
    var numerator = exact.multiply(new BigDecimal(denominator)).toBigInteger();
    var common = numerator.gcd(denominator);
    return TupleValue.of(new Int(numerator.divide(common)), new Int(denominator.divide(common)));
  }
}
