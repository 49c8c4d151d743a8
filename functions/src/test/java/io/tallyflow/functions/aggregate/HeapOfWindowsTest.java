package io.tallyflow.functions.aggregate;

import static io.tallyflow.functions.Events.MINUTE;
import static io.tallyflow.schemas.event.AnEvent.anEvent;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.tallyflow.functions.aggregate.WindowsRig.Read;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.meter.GroupText;
import io.tallyflow.schemas.usage.Reading;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.math.BigDecimal;
import java.security.MessageDigest;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What windows say that they take, beside what there is of them. How many cells is {@code
 * -Dtallyflow.test.cells}; a million need {@code -Dsurefire.heap=-Xmx12g}.
 */
final class HeapOfWindowsTest {

    private static final int CELLS = Integer.getInteger("tallyflow.test.cells", 30_000);
    private static final long MEBI = 1 << 20;
    private static final long PLENTY = 1L << 40;
    private static final double WITHIN_PERCENT = 25;
    private static final String LATIN = "x".repeat(240);

    /** 85 characters, of three bytes each in UTF-8 and of two on the heap. */
    private static final String OTHER = "日".repeat(80);

    /** Places for windows, which stay, and the last texts that were asked for. */
    private static final long LEFT = 16L * CELLS;

    private static final Set<Class<?>> FOREIGN =
            Set.of(WindowState.class, WindowOutput.class, MessageDigest.class);

    private static final List<String> ONE = List.of("model");
    private static final List<String> FIVE = List.of("a", "b", "c", "d", "e");

    private static final Map<String, Aggregation> METERS =
            Map.of(
                    "sum", Aggregation.SUM,
                    "latest", Aggregation.LATEST,
                    "users", Aggregation.UNIQUE_COUNT);

    /** One of many readings, each of which makes a cell or a distinct value. */
    private enum Kind {
        SHORT_GROUPS {
            @Override
            Read read(int i) {
                return reading("sum", "customer-" + i % 50, group(ONE, "gpt-" + i / 50), 0, i);
            }
        },
        ONE_LONG_GROUP {
            @Override
            Read read(int i) {
                return reading("sum", "customer-" + i % 50, group(ONE, LATIN + i), 0, i);
            }
        },
        FIVE_LONG_GROUPS {
            @Override
            Read read(int i) {
                return reading("sum", "customer-" + i % 50, group(FIVE, LATIN + i), 0, i);
            }
        },
        FIVE_LONG_GROUPS_BEYOND_LATIN {
            @Override
            Read read(int i) {
                return reading("sum", "顧客-" + i % 50, group(FIVE, OTHER + i), 0, i);
            }
        },
        LONG_SUBJECTS {
            @Override
            Read read(int i) {
                return reading("sum", LATIN + i, GroupText.NONE, 0, i);
            }
        },
        TEXTS_THAT_WINDOWS_SHARE {
            @Override
            Read read(int i) {
                String subject = LATIN + i % 10;
                return reading("sum", subject, group(FIVE, OTHER + i / 10 % 10), i / 100, i);
            }
        },
        WINDOWS_OF_ONE_CELL {
            @Override
            Read read(int i) {
                return reading("sum", "customer-" + i % 50, GroupText.NONE, i / 50, i);
            }
        },
        LATEST_OF_LONG_IDS {
            @Override
            Read read(int i) {
                return reading("latest", "customer-" + i, GroupText.NONE, 0, i);
            }
        },
        NUMBERS_OF_38_DIGITS {
            @Override
            Read read(int i) {
                BigDecimal value = new BigDecimal("1234567890123456789." + (100_000_000L + i));
                return read("sum", "customer-" + i, GroupText.NONE, 0, value, null, i);
            }
        },
        DISTINCT_VALUES_OF_ONE_WINDOW {
            @Override
            Read read(int i) {
                return read("users", "customer", GroupText.NONE, 0, null, OTHER + i, i);
            }
        },
        WINDOWS_OF_TWO_DISTINCT_VALUES {
            @Override
            Read read(int i) {
                return read("users", "customer", GroupText.NONE, i / 2, null, "v" + i, i);
            }
        };

        abstract Read read(int i);

        static String group(List<String> names, String value) {
            return GroupText.of(names, Collections.nCopies(names.size(), value));
        }

        static Read reading(String meter, String subject, String group, int minute, int i) {
            return read(meter, subject, group, minute, BigDecimal.valueOf(i), null, i);
        }

        static Read read(
                String meter,
                String subject,
                String group,
                int minute,
                @Nullable BigDecimal value,
                @Nullable String distinct,
                int i) {
            long start = minute * MINUTE;
            UsageEvent event =
                    anEvent()
                            .subject(subject)
                            .source("source" + OTHER)
                            .id(LATIN + i)
                            .timeMicros(start * 1_000L)
                            .kafkaTimeMillis(start)
                            .build();
            return new Read(
                    event, new Reading(meter, group, start, start + MINUTE, value, distinct));
        }
    }

    @ParameterizedTest
    @EnumSource
    void takesWhatItSaysBeforeAndAfterABarrierAndNothingInTheEnd(Kind kind) throws Exception {
        try (WindowsRig rig = rig(PLENTY)) {
            final long empty = walked(rig.windows());
            give(rig, kind, CELLS);
            assertTakesWhatItSays(rig, empty);
            rig.windows().write();
            assertTakesWhatItSays(rig, empty);
            rig.settle();
            assertThat(rig.windows().bytes()).isZero();
            assertThat(walked(rig.windows())).isCloseTo(empty, within(LEFT));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"WINDOWS_OF_ONE_CELL", "WINDOWS_OF_TWO_DISTINCT_VALUES"})
    void takesWhatItSaysOfWindowsThatWereReleased(Kind kind) throws Exception {
        try (WindowsRig rig = rig(MEBI)) {
            final long empty = walked(rig.windows());
            give(rig, kind, CELLS);
            rig.windows().write();
            assertThat(rig.windows().releases()).isPositive();
            assertTakesWhatItSays(rig, empty);
            rig.settle();
            assertThat(rig.windows().bytes()).isZero();
            assertThat(walked(rig.windows())).isCloseTo(empty, within(LEFT));
        }
    }

    /** Else a worker that ran out of memory would do so again each time it starts. */
    @ParameterizedTest
    @EnumSource
    void takesNoMoreAfterARestore(Kind kind) throws Exception {
        try (WindowsRig rig = rig(PLENTY)) {
            final long empty = walked(rig.windows());
            give(rig, kind, CELLS);
            rig.windows().write();
            OpenWindows restored = rig.restored();
            assertThat(restored.bytes()).isLessThanOrEqualTo(rig.windows().bytes());
            assertThat(restored.bytes())
                    .isCloseTo(walked(restored) - empty, withinPercentage(WITHIN_PERCENT));
        }
    }

    /** Of much, since it also finds what other tests have left. */
    @ParameterizedTest
    @EnumSource(names = "FIVE_LONG_GROUPS.*", mode = EnumSource.Mode.MATCH_ALL)
    void takesWhatTheGarbageCollectorFinds(Kind kind) throws Exception {
        try (WindowsRig rig = rig(PLENTY)) {
            long empty = collected();
            give(rig, kind, 3 * CELLS);
            assertThat(rig.windows().bytes())
                    .isCloseTo(collected() - empty, withinPercentage(WITHIN_PERCENT));
        }
    }

    private static WindowsRig rig(long mostBytes) throws Exception {
        return new WindowsRig(METERS, new Unheard(), mostBytes, Integer.MAX_VALUE);
    }

    private static void give(WindowsRig rig, Kind kind, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            rig.add(kind.read(i));
        }
    }

    private static void assertTakesWhatItSays(WindowsRig rig, long empty)
            throws IllegalAccessException {
        assertThat(rig.windows().bytes())
                .isCloseTo(walked(rig.windows()) - empty, withinPercentage(WITHIN_PERCENT));
    }

    private static long walked(OpenWindows windows) throws IllegalAccessException {
        return HeapGraph.bytes(windows, FOREIGN);
    }

    /**
     * Bytes of heap that are reachable. Of four full collections the serial collector lets three
     * leave what has died at the bottom of the heap.
     */
    private static long collected() {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        long least = Long.MAX_VALUE;
        for (int collection = 0; collection < 4; collection++) {
            memory.gc();
            least = Math.min(least, memory.getHeapMemoryUsage().getUsed());
        }
        return least;
    }
}
