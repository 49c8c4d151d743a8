package io.tallyflow.functions.meter;

import static io.tallyflow.functions.meter.ReaderSamples.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.functions.paths.Kind;
import io.tallyflow.functions.paths.PathTrie;
import io.tallyflow.functions.paths.Places;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.meter.JsonPath;
import io.tallyflow.schemas.usage.Reading;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** There are more groups here than places to remember them, so that many share one. */
final class RecentGroupsTest {

    private static final int VALUES = 200;

    @Test
    void tellsGroupsApartThatShareAPlace() {
        MeterReader reader =
                ReaderSamples.reader(
                        "{slug: m, eventType: t, aggregation: COUNT, groupBy: {a: $.a, b: $.b}}");
        for (int a = 0; a < VALUES; a++) {
            for (int b = VALUES; b >= 0; b--) {
                assertThat(group(reader, a, b == 0 ? a : b))
                        .isEqualTo(text("a", a) + "," + text("b", b == 0 ? a : b));
            }
        }
    }

    private static String group(MeterReader reader, int a, int b) {
        UsageEvent event = event("{" + text("a", a) + "," + text("b", b) + "}");
        int[] places =
                Places.none(
                        new PathTrie("t", List.of(JsonPath.parse("$.a"), JsonPath.parse("$.b"))));
        Places.put(places, 0, Kind.STRING, 6, 14);
        Places.put(places, 1, Kind.STRING, 21, 29);
        String group = reader.read(event, places).readings().get(0).group();
        return group.substring(1, group.length() - 1);
    }

    @Test
    void tellsGroupingsApartThatShareAPlace() {
        String[] meters =
                IntStream.range(0, 500)
                        .mapToObj(
                                i ->
                                        "{slug: m"
                                                + i
                                                + ", eventType: t, aggregation: COUNT, groupBy: {g"
                                                + i
                                                + ": $.a}}")
                        .toArray(String[]::new);
        int[] places = Places.none(new PathTrie("t", List.of(JsonPath.parse("$.a"))));
        Places.put(places, 0, Kind.STRING, 6, 14);
        List<Reading> readings =
                ReaderSamples.reader(meters)
                        .read(event("{" + text("a", 7) + "}"), places)
                        .readings();
        for (int i = 0; i < readings.size(); i++) {
            assertThat(readings.get(i).group()).isEqualTo("{" + text("g" + i, 7) + "}");
        }
    }

    private static String text(String name, int value) {
        // Eight digits that look like chance, so that places are shared as chance has it.
        return String.format(Locale.ROOT, "\"%s\":\"%08x\"", name, value * 0x9E37_79B1);
    }
}
