package linnet.sft.template.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Python's arithmetic and comparison operators. */
final class Operators {
  private static final int EXACT_DOUBLE_BITS = 53;

  private Operators() {}

  /**
   * {@code left operator right}.
   *
   * @throws TemplateException where the types or values do not fit; worded as Python words it
   */
  static Value arithmetic(Budget budget, TokenType operator, Value left, Value right) {
    requireDefined(left);
    if (operator == TokenType.MOD && left instanceof Str format) {
      return PercentFormat.format(budget, format, right);
    }
    requireDefined(right);
    if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
      return left instanceof Value.Float || right instanceof Value.Float
          ? new Value.Float(floating(operator, Numbers.toDouble(left), Numbers.toDouble(right)))
          : integral(budget, operator, Numbers.integer(left), Numbers.integer(right));
    }
    return switch (operator) {
      case ADD -> concatenate(budget, left, right);
      case MUL -> repeat(budget, left, right);
      default -> unsupported(operator, left, right);
    };
  }

  private static void requireDefined(Value value) {
    if (value instanceof Undefined undefined) {
      throw undefined.error();
    }
  }

  private static Value unsupported(TokenType operator, Value left, Value right) {
    var symbol = operator == TokenType.POW ? "** or pow()" : operator.words();
    throw TemplateException.type("unsupported operand type(s) for " + symbol + ": '" + left.typeName()
        + "' and '" + right.typeName() + "'");
  }

  private static Value integral(Budget budget, TokenType operator, BigInteger a, BigInteger b) {
    return switch (operator) {
      case ADD -> new Value.Int(budget.integer(a.add(b)));
      case SUB -> new Value.Int(budget.integer(a.subtract(b)));
      case MUL -> {
        budget.integerBits((long) a.bitLength() + b.bitLength() - 1);
        yield new Value.Int(a.multiply(b));
      }
      case DIV -> new Value.Float(quotient(a, b));
      case FLOOR_DIV -> new Value.Int(floorDivide(a, b));
      case MOD -> new Value.Int(a.subtract(floorDivide(a, b, "integer modulo by zero").multiply(b)));
      default -> power(budget, a, b);
    };
  }

  private static double quotient(BigInteger a, BigInteger b) {
    if (b.signum() == 0) {
      throw divisionByZero("division by zero");
    }
    if (a.bitLength() <= EXACT_DOUBLE_BITS && b.bitLength() <= EXACT_DOUBLE_BITS) {
      return a.doubleValue() / b.doubleValue();
    }
    var result = new BigDecimal(a).divide(new BigDecimal(b), new MathContext(800)).doubleValue();
    if (Double.isInfinite(result)) {
      throw new TemplateException(ErrorKind.OVERFLOW, "integer division result too large for a float");
    }
    return result;
  }

  private static BigInteger floorDivide(BigInteger a, BigInteger b) {
    return floorDivide(a, b, "integer division or modulo by zero");
  }

  private static BigInteger floorDivide(BigInteger a, BigInteger b, String byZero) {
    if (b.signum() == 0) {
      throw divisionByZero(byZero);
    }
    var parts = a.divideAndRemainder(b);
    return parts[1].signum() != 0 && parts[1].signum() != b.signum() ? parts[0].subtract(BigInteger.ONE)
        : parts[0];
  }

  private static TemplateException divisionByZero(String detail) {
    return new TemplateException(ErrorKind.ZERO_DIVISION, detail);
  }

  private static Value power(Budget budget, BigInteger base, BigInteger exponent) {
    if (exponent.signum() < 0) {
      return new Value.Float(floating(TokenType.POW, base.doubleValue(), exponent.doubleValue()));
    }
    if (base.abs().bitLength() <= 1) {
      var odd = exponent.testBit(0);
      return new Value.Int(exponent.signum() == 0 || base.signum() < 0 && !odd ? BigInteger.ONE : base);
    }
    budget.integerBits(exponent.bitLength() >= Integer.SIZE
        ? Long.MAX_VALUE : (base.abs().bitLength() - 1L) * exponent.intValue());
    return new Value.Int(base.pow(exponent.intValue()));
  }

  private static double floating(TokenType operator, double a, double b) {
    return switch (operator) {
      case ADD -> a + b;
      case SUB -> a - b;
      case MUL -> a * b;
      case DIV -> {
        if (b == 0) {
          throw divisionByZero("float division by zero");
        }
        yield a / b;
      }
      case FLOOR_DIV -> floorDivide(a, b);
      case MOD -> modulo(a, b, "float modulo");
      default -> power(a, b);
    };
  }

  private static double modulo(double a, double b, String byZero) {
    if (b == 0) {
      throw divisionByZero(byZero);
    }
    var rest = a % b;
    if (rest == 0) {
      return Math.copySign(0.0, b);
    }
    return rest < 0 != b < 0 ? rest + b : rest;
  }

  private static double floorDivide(double a, double b) {
    var quotient = (a - modulo(a, b, "float floor division by zero")) / b;
    if (quotient == 0) {
      return Math.copySign(0.0, a / b);
    }
    var floor = Math.floor(quotient);
    return quotient - floor > 0.5 ? floor + 1 : floor;
  }

  private static double power(double a, double b) {
    if (a == 0 && b < 0) {
      throw divisionByZero("0.0 cannot be raised to a negative power");
    }
    if (a < 0 && Double.isFinite(b) && b != Math.rint(b)) {
      throw TemplateException.value(
          "a negative number to a power with a fraction is complex, which templates cannot use");
    }
    var result = Math.pow(a, b);
    if (Double.isInfinite(result) && Double.isFinite(a) && Double.isFinite(b)) {
      throw new TemplateException(ErrorKind.OVERFLOW, "(34, 'Numerical result out of range')");
    }
    return result;
  }

  private static Value concatenate(Budget budget, Value left, Value right) {
    switch (left) {
      case Str a when right instanceof Str b -> {
        return a.isMarkup() || b.isMarkup()
            ? concat(budget, List.of(Markup.escaped(budget, a), Markup.escaped(budget, b))).asMarkup()
            : concat(budget, List.of(a, b));
      }
      case Str a when a.isMarkup() -> {
        return unsupported(TokenType.ADD, left, right);
      }
      case ListValue a when right instanceof ListValue b -> {
        return new ListValue(joined(budget, a.items(), b.items()));
      }
      case TupleValue a when right instanceof TupleValue b -> {
        return new TupleValue(joined(budget, a.items(), b.items()));
      }
      case Str _, ListValue _, TupleValue _ -> throw TemplateException.type("can only concatenate "
          + left.typeName() + " (not \"" + right.typeName() + "\") to " + left.typeName());
      default -> {
        return unsupported(TokenType.ADD, left, right);
      }
    }
  }

  private static List<Value> joined(Budget budget, List<Value> a, List<Value> b) {
    budget.elements((long) a.size() + b.size());
    var items = new ArrayList<Value>(a.size() + b.size());
    items.addAll(a);
    items.addAll(b);
    return items;
  }

  /** Puts texts together. */
  static Str concat(Budget budget, List<Str> parts) {
    var out = new Str.Builder(budget);
    parts.forEach(out::add);
    return out.build();
  }

  private static Value repeat(Budget budget, Value left, Value right) {
    var sequence = Numbers.isInteger(left) ? right : left;
    var factor = Numbers.isInteger(left) ? left : right;
    if (!(sequence instanceof Str) && Sequences.ordered(sequence) == null) {
      return Numbers.isNumber(right) || !(right instanceof Str || Sequences.ordered(right) != null)
          ? unsupported(TokenType.MUL, left, right) : repeatError(left);
    }
    if (!Numbers.isInteger(factor)) {
      return repeatError(factor);
    }
    var times = Math.max(0, Numbers.size(factor));
    if (sequence instanceof Str s) {
      return s.text().isEmpty() ? Str.EMPTY : repeat(budget, s, times);
    }
    var items = Sequences.ordered(sequence);
    budget.elements((long) items.size() * times);
    var repeated = new ArrayList<Value>();
    for (var i = 0; i < times && !items.isEmpty(); i++) {
      repeated.addAll(items);
    }
    return sequence instanceof ListValue ? new ListValue(repeated) : new TupleValue(repeated);
  }

  private static Str repeat(Budget budget, Str text, int times) {
    if (!text.origins().isEmpty()) {
      return concat(budget, Collections.nCopies(times, text));
    }
    budget.characters((long) text.text().length() * times);
    return Str.of(text.text().repeat(times));
  }

  private static Value repeatError(Value factor) {
    throw TemplateException.type("can't multiply sequence by non-int of type '" + factor.typeName() + "'");
  }

  /** {@code +value} or {@code -value}. */
  static Value sign(boolean minus, Value value) {
    requireDefined(value);
    if (!Numbers.isNumber(value)) {
      throw TemplateException.type("bad operand type for unary " + (minus ? "-" : "+") + ": '"
          + value.typeName() + "'");
    }
    if (value instanceof Value.Float f) {
      return minus ? new Value.Float(-f.value()) : f;
    }
    var number = Numbers.integer(value);
    return new Value.Int(minus ? number.negate() : number);
  }

  /** {@code left relation right}. */
  static boolean compare(Budget budget, Expr.Relation relation, Value left, Value right) {
    return switch (relation) {
      case EQ -> equal(budget, left, right);
      case NE -> !equal(budget, left, right);
      case LT -> order(budget, "<", left, right);
      case LE -> order(budget, "<=", left, right);
      case GT -> order(budget, ">", left, right);
      case GE -> order(budget, ">=", left, right);
      case IN -> Sequences.contains(budget, right, left);
      case NOT_IN -> !Sequences.contains(budget, right, left);
    };
  }

  /** Python's {@code ==}, which walks as much as the smaller of two values holds. */
  static boolean equal(Budget budget, Value left, Value right) {
    budget.steps(Math.min(Weight.of(left), Weight.of(right)));
    return left.equals(right);
  }

  /** Whether {@code left symbol right} holds, where the symbol is one of the four that order. */
  static boolean order(Budget budget, String symbol, Value left, Value right) {
    requireDefined(left);
    requireDefined(right);
    if (Numbers.isNaN(left) && Numbers.isNumber(right) || Numbers.isNaN(right) && Numbers.isNumber(left)) {
      return false;
    }
    var a = Sequences.ordered(left);
    var b = Sequences.ordered(right);
    if (a != null && b != null && left.getClass() == right.getClass()) {
      for (var i = 0; i < Math.min(a.size(), b.size()); i++) {
        budget.step();
        if (!equal(budget, a.get(i), b.get(i))) {
          return order(budget, symbol, a.get(i), b.get(i));
        }
      }
      return holds(symbol, Integer.compare(a.size(), b.size()));
    }
    if (left instanceof Str x && right instanceof Str y) {
      budget.steps(Math.min(Weight.of(x), Weight.of(y)));
      return holds(symbol, PythonText.compare(x.text(), y.text()));
    }
    if (!Numbers.isNumber(left) || !Numbers.isNumber(right)) {
      throw TemplateException.type("'" + symbol + "' not supported between instances of '" + left.typeName()
          + "' and '" + right.typeName() + "'");
    }
    return holds(symbol, Numbers.compare(left, right));
  }

  private static boolean holds(String symbol, int order) {
    return switch (symbol) {
      case "<" -> order < 0;
      case "<=" -> order <= 0;
      case ">" -> order > 0;
      default -> order >= 0;
    };
  }

  /** The order of sorting, which asks only for {@code <}. */
  static int sortOrder(Budget budget, Value left, Value right) {
    return order(budget, "<", left, right) ? -1 : equal(budget, left, right) ? 0 : 1;
  }
}
