package io.tallyflow.integration.protocol;

import io.tallyflow.schemas.event.ConsumedRecord;
import io.tallyflow.schemas.event.ImportMark;
import io.tallyflow.schemas.event.Lane;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterFile;
import io.tallyflow.schemas.progress.LaneCounts;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A topic made from a seed, with copies, conflicts, late, stale, imported, unmatched and bad
 * records among the good ones, which knows what each record must come to. That knowledge is written
 * down while the record is made; no code of the pipeline is asked.
 */
public final class UsageLog {

    public static final String METERS =
            """
            meters:
              - slug: tokens
                eventType: prompt
                aggregation: SUM
                valueProperty: $.tokens
                groupBy:
                  model: $.model
              - slug: requests
                eventType: prompt
                aggregation: COUNT
            """;

    private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
    private static final long MINUTE = Duration.ofMinutes(1).toMillis();
    private static final int SUBJECTS = 5;

    private final List<List<Entry>> partitions = new ArrayList<>();
    private final Random random;
    private int ids;

    /**
     * A record and what it must come to.
     *
     * @param adds per cell, what it adds to the total
     */
    public record Entry(
            ConsumedRecord record, Lane lane, Map<Cell, BigDecimal> adds, int ignored) {}

    /** Where a reading counts. */
    public record Cell(String meter, String subject, String group, long windowStartMillis) {}

    /** What a prefix of the topic must come to. */
    public record Expected(LaneCounts counts, Map<Cell, BigDecimal> totals) {}

    private record Event(
            String subject, String id, String type, Instant time, String data, boolean imported) {}

    public UsageLog(long seed, int partitionCount, int records) {
        this.random = new Random(seed);
        long[] clocks = new long[partitionCount];
        for (int p = 0; p < partitionCount; p++) {
            partitions.add(new ArrayList<>());
            clocks[p] = START.toEpochMilli();
        }
        List<List<Event>> accepted = new ArrayList<>();
        partitions.forEach(p -> accepted.add(new ArrayList<>()));
        for (int i = 0; i < records; i++) {
            int p = random.nextInt(partitionCount);
            clocks[p] += random.nextInt(12_000);
            partitions.get(p).add(next(p, clocks[p], accepted.get(p)));
        }
    }

    public int partitions() {
        return partitions.size();
    }

    public List<Entry> partition(int number) {
        return partitions.get(number);
    }

    public long[] ends() {
        return partitions.stream().mapToLong(List::size).toArray();
    }

    /** The definitions. */
    static List<Meter> meters() {
        return MeterFile.parse("meters.yaml", METERS);
    }

    /** What the records below the given offsets must come to. */
    public Expected truth(long[] offsets) {
        Map<Lane, Long> lanes = new HashMap<>();
        Map<Cell, BigDecimal> totals = new HashMap<>();
        long readings = 0;
        long ignored = 0;
        for (int p = 0; p < offsets.length; p++) {
            for (Entry entry : partitions.get(p).subList(0, (int) offsets[p])) {
                lanes.merge(entry.lane(), 1L, Long::sum);
                entry.adds().forEach((cell, value) -> totals.merge(cell, value, BigDecimal::add));
                readings += entry.adds().size();
                ignored += entry.ignored();
            }
        }
        LaneCounts counts =
                LaneCounts.inOrder(
                        lanes.values().stream().mapToLong(Long::longValue).sum(),
                        lanes.getOrDefault(Lane.METERED, 0L),
                        lanes.getOrDefault(Lane.UNMATCHED, 0L),
                        lanes.getOrDefault(Lane.DUPLICATE, 0L),
                        lanes.getOrDefault(Lane.CONFLICT, 0L),
                        lanes.getOrDefault(Lane.STALE, 0L),
                        lanes.getOrDefault(Lane.REJECTED, 0L),
                        readings,
                        0,
                        ignored);
        return new Expected(counts, totals);
    }

    private Entry next(int partition, long clock, List<Event> accepted) {
        int dice = random.nextInt(100);
        if (dice < 10 && !accepted.isEmpty()) {
            Event copy = accepted.get(random.nextInt(accepted.size()));
            return entry(partition, clock, json(copy), copy.imported(), Lane.DUPLICATE, null);
        }
        if (dice < 13 && !accepted.isEmpty()) {
            Event first = accepted.get(random.nextInt(accepted.size()));
            Event other =
                    new Event(
                            first.subject(),
                            first.id(),
                            first.type(),
                            first.time(),
                            "{\"tokens\":-1,\"other\":true}",
                            first.imported());
            return entry(partition, clock, json(other), other.imported(), Lane.CONFLICT, null);
        }
        if (dice < 16) {
            String[] bad = {"", "{", "[]", "{\"id\":\"1\"}", "\u0000", "{\"id\":1,\"id\":2}"};
            return entry(
                    partition,
                    clock,
                    bad[random.nextInt(bad.length)],
                    dice == 15,
                    Lane.REJECTED,
                    null);
        }
        if (dice < 17) {
            return entry(partition, clock, null, false, Lane.REJECTED, null);
        }
        return fresh(partition, clock, dice, accepted);
    }

    private Entry fresh(int partition, long clock, int dice, List<Event> accepted) {
        Instant time = Instant.ofEpochMilli(clock - random.nextInt(2_000));
        Lane lane = Lane.METERED;
        String type = "prompt";
        boolean imported = dice == 18;
        if (dice < 19) {
            time = time.minus(Duration.ofDays(33));
            lane = imported ? Lane.METERED : Lane.STALE;
        } else if (dice < 22) {
            type = "something.else";
            lane = Lane.UNMATCHED;
        } else if (dice < 30) {
            time = time.minusMillis(1 + random.nextInt(600_000));
        }
        String subject = "customer-" + (partition + partitions.size() * random.nextInt(SUBJECTS));
        Event event = new Event(subject, "e" + ids++, type, time, data(), imported);
        if (lane != Lane.STALE) {
            accepted.add(event);
        }
        return entry(
                partition, clock, json(event), imported, lane, lane == Lane.METERED ? event : null);
    }

    private String data() {
        String model = random.nextInt(3) == 0 ? "" : ",\"model\":\"m" + random.nextInt(2) + "\"";
        String tokens =
                switch (random.nextInt(10)) {
                    case 0 -> "\"many\"";
                    case 1 -> "\"0.1\"";
                    case 2 -> "-3";
                    default -> Integer.toString(random.nextInt(1_000));
                };
        return "{\"tokens\":" + tokens + model + "}";
    }

    private Entry entry(
            int partition,
            long clock,
            @Nullable String json,
            boolean imported,
            Lane lane,
            @Nullable Event metered) {
        ImportMark mark = new ImportMark(7, Instant.ofEpochMilli(clock).plusSeconds(3_600));
        ConsumedRecord record =
                new ConsumedRecord(
                        "usage.events",
                        partition,
                        partitions.get(partition).size(),
                        clock,
                        json == null ? null : json.getBytes(StandardCharsets.UTF_8),
                        imported ? List.of(mark.header()) : List.of());
        Map<Cell, BigDecimal> adds = new HashMap<>();
        int ignored = 0;
        if (metered != null) {
            long start = Math.floorDiv(metered.time().toEpochMilli(), MINUTE) * MINUTE;
            adds.put(new Cell("requests", metered.subject(), "{}", start), BigDecimal.ONE);
            String tokens = metered.data().split("[:,}]")[1].replace("\"", "");
            if (tokens.equals("many")) {
                ignored = 1;
            } else {
                String model =
                        metered.data().contains("model")
                                ? metered.data().split("\"model\":\"")[1].substring(0, 2)
                                : "";
                adds.put(
                        new Cell(
                                "tokens",
                                metered.subject(),
                                "{\"model\":\"" + model + "\"}",
                                start),
                        new BigDecimal(tokens));
            }
        }
        return new Entry(record, lane, adds, ignored);
    }

    private static String json(Event event) {
        return "{\"specversion\":\"1.0\",\"id\":\""
                + event.id()
                + "\",\"source\":\"test\",\"type\":\""
                + event.type()
                + "\",\"subject\":\""
                + event.subject()
                + "\",\"time\":\""
                + event.time()
                + "\",\"data\":"
                + event.data()
                + "}";
    }
}
