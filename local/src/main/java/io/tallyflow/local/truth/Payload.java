package io.tallyflow.local.truth;

import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * The {@code data} of a generated event, and what stands at the paths of the demo's meters.
 *
 * @param json as sent, in either content mode; null for an event without data
 * @param quantity where the meters of the event's type look for a number
 * @param item where they look for what is told apart
 * @param groups where they look for their groups, in the order of their names
 */
record Payload(@Nullable String json, Written quantity, Written item, List<Written> groups) {

    /** An event that says nothing but that it happened. */
    static final Payload NONE = without(null);

    /** Data in which a volume is not what the paths expect. */
    private static final List<Payload> MISSHAPEN =
            List.of(
                    without("{\"volume\":[{\"bytes\":1,\"id\":\"v\"}],\"zones\":{\"0\":\"eu-1\"}}"),
                    without("{\"volume\":\"volume-1\",\"zones\":\"eu-1\"}"),
                    without("{\"volume\":null,\"zones\":[]}"),
                    without("{\"volume.bytes\":1,\"zones[0]\":\"eu-1\",\"bytes\":2}"),
                    without("{}"));

    private static final int RARELY = 150;

    static Payload prompt(Random random) {
        return random.nextInt(RARELY) == 0 ? NONE : prompt(random, quantity(random));
    }

    static Payload storage(Random random) {
        int roll = random.nextInt(RARELY);
        if (roll <= MISSHAPEN.size()) {
            return roll == 0 ? NONE : MISSHAPEN.get(roll - 1);
        }
        return storage(random, quantity(random));
    }

    /** Of this type, with a quantity that leaves no room for another one in its cell. */
    static Payload huge(String type, Random random) {
        Written quantity = Numbers.huge(random);
        return type.equals(DemoMeters.STORAGE)
                ? storage(random, quantity)
                : prompt(random, quantity);
    }

    private static Payload prompt(Random random, Written tokens) {
        Written user = Words.USERS.any(random);
        Written model = Words.MODELS.any(random);
        Written type = Words.TYPES.any(random);
        StringBuilder json = new StringBuilder(128).append("{\"region\":\"eu\"");
        member(json, "tokens", tokens);
        member(json, "model", model);
        member(json, "type", type);
        member(json, "user", user);
        return new Payload(json.append('}').toString(), tokens, user, List.of(model, type));
    }

    private static Payload storage(Random random, Written bytes) {
        Written id = Words.VOLUMES.any(random);
        Written zone = Words.ZONES.any(random);
        StringBuilder json = new StringBuilder(128).append("{\"volume\":{\"kind\":\"ssd\"");
        member(json, "bytes", bytes);
        member(json, "id", id);
        json.append("},\"zones\":[");
        if (zone.json() != null) {
            json.append(zone.json()).append(",\"spare\"");
        }
        return new Payload(json.append("]}").toString(), bytes, id, List.of(id, zone));
    }

    /** The same usage in other bytes. */
    Payload changed(Random random) {
        String other;
        if (json == null) {
            other = "{}";
        } else if (random.nextBoolean()) {
            other = "{ " + json.substring(1);
        } else {
            other = json.substring(0, json.length() - 1);
            other += (json.length() == 2 ? "" : ",") + "\"changed\":true}";
        }
        return new Payload(other, quantity, item, groups);
    }

    private static Payload without(@Nullable String json) {
        return new Payload(
                json, Written.MISSING, Written.MISSING, List.of(Written.MISSING, Written.MISSING));
    }

    private static Written quantity(Random random) {
        return random.nextInt(80) == 0 ? Numbers.unreadable(random) : Numbers.any(random);
    }

    private static void member(StringBuilder json, String name, Written value) {
        if (value.json() != null) {
            json.append(",\"").append(name).append("\":").append(value.json());
        }
    }
}
