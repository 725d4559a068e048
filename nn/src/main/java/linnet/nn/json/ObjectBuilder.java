package linnet.nn.json;

import java.util.Collection;
import java.util.LinkedHashMap;

/** Builds a {@link Json.Obj} member by member; a name put again keeps its place and takes the new value. */
public final class ObjectBuilder {
  private final LinkedHashMap<String, Json> members = new LinkedHashMap<>();

  ObjectBuilder() {}

  /**
   * Adds a value.
   *
   * @param name the member's name
   * @param value its value
   * @return this
   */
  public ObjectBuilder put(String name, Json value) {
    members.put(name, value);
    return this;
  }

  /**
   * Adds a string.
   *
   * @param name the member's name
   * @param value its value
   * @return this
   */
  public ObjectBuilder put(String name, String value) {
    return put(name, Json.of(value));
  }

  /**
   * Adds an integer.
   *
   * @param name the member's name
   * @param value its value
   * @return this
   */
  public ObjectBuilder put(String name, long value) {
    return put(name, Json.of(value));
  }

  /**
   * Adds a double in its shortest form; NaN and the infinities become null.
   *
   * @param name the member's name
   * @param value its value
   * @return this
   */
  public ObjectBuilder put(String name, double value) {
    return put(name, Json.of(value));
  }

  /**
   * Adds a float in its shortest form; NaN and the infinities become null.
   *
   * @param name the member's name
   * @param value its value
   * @return this
   */
  public ObjectBuilder put(String name, float value) {
    return put(name, Json.of(value));
  }

  /**
   * Adds a truth value.
   *
   * @param name the member's name
   * @param value its value
   * @return this
   */
  public ObjectBuilder put(String name, boolean value) {
    return put(name, Json.of(value));
  }

  /**
   * Adds an array.
   *
   * @param name the member's name
   * @param elements its elements
   * @return this
   */
  public ObjectBuilder put(String name, Collection<? extends Json> elements) {
    return put(name, Json.of(elements));
  }

  /**
   * Adds the object that another builder has built so far.
   *
   * @param name the member's name
   * @param object the builder of its value
   * @return this
   */
  public ObjectBuilder put(String name, ObjectBuilder object) {
    return put(name, object.build());
  }

  /**
   * Adds all members of an object.
   *
   * @param object the members to add
   * @return this
   */
  public ObjectBuilder putAll(Json.Obj object) {
    members.putAll(object.members());
    return this;
  }

  /**
   * Removes a member, if there is one of that name.
   *
   * @param name the member's name
   * @return this
   */
  public ObjectBuilder remove(String name) {
    members.remove(name);
    return this;
  }

  /**
   * The object built so far.
   *
   * @return an object that later calls do not change
   */
  public Json.Obj build() {
    return new Json.Obj(members);
  }
}
