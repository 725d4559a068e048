package linnet.sft.template;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import linnet.nn.json.Json;
import linnet.sft.template.jinja.DictValue;
import linnet.sft.template.jinja.ListValue;
import linnet.sft.template.jinja.Str;
import linnet.sft.template.jinja.Value;

/** JSON as values of the template language; numbers become what Python's {@code json} makes of them. */
final class Values {
  private static final String ROLE = "role";
  private static final String THINKING = "thinking";
  private static final String REASONING = "reasoning_content";
  private static final int NO_LABEL = -1;

  private Values() {}

  static Value of(Json json) {
    return of(json, NO_LABEL);
  }

  /** Messages; each text but the role is labelled with the index of its message. */
  static List<Value> messages(List<Message> messages) {
    var values = new ArrayList<Value>(messages.size());
    for (var message : messages) {
      values.add(message(message, values.size()));
    }
    return values;
  }

  private static Value message(Message message, int label) {
    var fields = new LinkedHashMap<String, Value>();
    message.fields().members().forEach((name, json) ->
        fields.put(name, of(json, name.equals(ROLE) ? NO_LABEL : label)));
    return DictValue.of(aliasReasoning(fields));
  }

  /** As transformers does, a message's reasoning can be read under each of the names in use. */
  private static LinkedHashMap<String, Value> aliasReasoning(LinkedHashMap<String, Value> fields) {
    for (var name : List.of(REASONING, THINKING, "reasoning")) {
      var reasoning = fields.get(name);
      if (reasoning != null && !(reasoning instanceof Value.None)) {
        var aliased = new LinkedHashMap<String, Value>();
        aliased.put(THINKING, reasoning);
        aliased.putAll(fields);
        aliased.put(REASONING, reasoning);
        return aliased;
      }
    }
    return fields;
  }

  private static Value of(Json json, int label) {
    return switch (json) {
      case Json.Null _ -> Value.NONE;
      case Json.Bool b -> new Value.Bool(b.value());
      case Json.Str s -> label < 0 ? Str.of(s.value()) : Str.of(s.value(), label);
      case Json.Num n -> number(n.literal());
      case Json.Arr a -> new ListValue(a.elements().stream().map(element -> of(element, label)).toList());
      case Json.Obj o -> {
        var members = new LinkedHashMap<String, Value>();
        o.members().forEach((name, member) -> members.put(name, of(member, label)));
        yield DictValue.of(members);
      }
    };
  }

  private static Value number(String literal) {
    var integer = literal.chars().allMatch(c -> c == '-' || c >= '0' && c <= '9');
    return integer ? new Value.Int(new BigInteger(literal)) : new Value.Float(Double.parseDouble(literal));
  }
}
