package io.tallyflow.local.truth;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tallyflow.schemas.event.Lane;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Meters records one by one from their bytes alone, slowly and by the book. */
final class NaiveMetering {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final BigDecimal LIMIT = new BigDecimal("1e20");

    final Map<Lane, Long> lanes = new EnumMap<>(Lane.class);
    final Map<String, Long> reasons = new TreeMap<>();
    private final Map<TruthCell, List<Sample>> samples = new HashMap<>();
    private final Map<TruthCell, BigDecimal> sums = new HashMap<>();
    private final Map<List<String>, List<String>> accepted = new HashMap<>();
    private final List<Meter> meters = meters();

    /** What one event adds to a cell. */
    private record Sample(NaiveEvent event, @Nullable BigDecimal number, String text) {}

    private static List<Meter> meters() {
        try (InputStream in = NaiveMetering.class.getResourceAsStream(DemoMeters.RESOURCE)) {
            return MeterFile.parse("demo", new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Lane read(GeneratedRecord record) {
        Lane lane = lane(record);
        lanes.merge(lane, 1L, Long::sum);
        return lane;
    }

    private Lane lane(GeneratedRecord record) {
        NaiveEvent event = NaiveEvent.of(record);
        if (event == null) {
            return Lane.REJECTED;
        }
        if (event.isStale()) {
            return Lane.STALE;
        }
        List<String> identity = List.of(event.subject(), event.source(), event.id());
        List<String> content = List.of(event.type(), event.dataBytes());
        List<String> first = accepted.putIfAbsent(identity, content);
        if (first != null) {
            return first.equals(content) ? Lane.DUPLICATE : Lane.CONFLICT;
        }
        boolean metered = false;
        for (Meter meter : meters) {
            if (meter.eventType().equals(event.type())) {
                metered = true;
                meter(meter, event);
            }
        }
        return metered ? Lane.METERED : Lane.UNMATCHED;
    }

    private void meter(Meter meter, NaiveEvent event) {
        Object value = meter.valuePath() == null ? null : event.at(meter.valuePath().text());
        String reason = null;
        BigDecimal number = null;
        if (meter.aggregation() == Aggregation.UNIQUE_COUNT) {
            reason = nothing(value);
        } else if (meter.aggregation() != Aggregation.COUNT) {
            reason = value instanceof Boolean ? "BOOLEAN" : nothing(value);
            reason = reason == null ? problem(written(value)) : reason;
            number = reason == null ? number(written(value)) : null;
        }
        TruthCell cell = cell(meter, event);
        if (number != null && isBeyond(cell, number)) {
            reason = "TOTAL_RANGE";
        }
        if (reason == null) {
            samples.computeIfAbsent(cell, c -> new ArrayList<>())
                    .add(new Sample(event, number, text(value)));
        } else {
            reasons.merge("ignored." + reason, 1L, Long::sum);
        }
    }

    private boolean isBeyond(TruthCell cell, BigDecimal number) {
        BigDecimal sum = sums.getOrDefault(cell, BigDecimal.ZERO).add(number);
        if (sum.abs().compareTo(LIMIT) >= 0) {
            return true;
        }
        sums.put(cell, sum);
        return false;
    }

    private static TruthCell cell(Meter meter, NaiveEvent event) {
        Map<String, String> group = new TreeMap<>();
        meter.groupBy().forEach(g -> group.put(g.name(), text(event.at(g.path().text()))));
        long windowMicros = meter.windowSize().millis() * 1_000;
        long start = event.timeMicros() - Math.floorMod(event.timeMicros(), windowMicros);
        return new TruthCell(meter.slug(), event.subject(), json(group), start / 1_000);
    }

    private static String json(Map<String, String> group) {
        // Of control characters only these occur, and only these have a short form.
        return JSON.valueToTree(group)
                .toString()
                .replace("\\t", "\\u0009")
                .replace("\\n", "\\u000a");
    }

    private static @Nullable String nothing(@Nullable Object value) {
        if (value == null) {
            return "MISSING";
        }
        if (value == NaiveJson.NULL) {
            return "NULL";
        }
        if (value instanceof Map) {
            return "OBJECT";
        }
        return value instanceof List ? "ARRAY" : null;
    }

    private static String written(Object value) {
        return value instanceof NaiveJson.Numeral numeral ? numeral.text() : value.toString();
    }

    private static @Nullable String problem(String text) {
        if (text.length() > 64
                || !text.matches("[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]+)?")) {
            return "NUMBER_FORMAT";
        }
        String exponent = text.replaceAll("^[^eE]*[eE]?", "");
        boolean immense =
                !exponent.isEmpty()
                        && new BigInteger(exponent).compareTo(BigInteger.TEN.pow(4)) > 0;
        return immense || number(text).abs().compareTo(LIMIT) >= 0 ? "NUMBER_RANGE" : null;
    }

    private static BigDecimal number(String text) {
        return new BigDecimal(text).setScale(18, RoundingMode.HALF_UP);
    }

    /** The text of a group or a distinct value. */
    private static String text(@Nullable Object value) {
        if (nothing(value) != null) {
            return "";
        }
        String text =
                value instanceof NaiveJson.Numeral numeral
                        ? new BigDecimal(numeral.text()).stripTrailingZeros().toPlainString()
                        : value.toString();
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= 256) {
            return text;
        }
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
            return "sha256:" + HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * What a table would hold of a cell.
     *
     * @param numbers sum, min, max and latest; null where there is no number
     * @param distinct of a meter that counts them, otherwise none
     */
    record Row(
            TruthCell cell,
            long readings,
            List<@Nullable BigDecimal> numbers,
            NaiveEvent latest,
            Set<String> distinct) {}

    List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        samples.forEach((cell, all) -> rows.add(row(cell, all)));
        return rows;
    }

    private Row row(TruthCell cell, List<Sample> all) {
        Sample latest = all.stream().max(NaiveMetering::compareMoment).orElseThrow();
        boolean numeric = latest.number() != null;
        List<BigDecimal> numbers = Arrays.asList(null, null, null, null);
        if (numeric) {
            numbers =
                    List.of(
                            sum(all),
                            all.stream().map(Sample::number).min(Comparator.naturalOrder()).get(),
                            all.stream().map(Sample::number).max(Comparator.naturalOrder()).get(),
                            latest.number());
        }
        boolean distinct = meter(cell.meter()).aggregation() == Aggregation.UNIQUE_COUNT;
        Set<String> texts =
                distinct ? all.stream().map(Sample::text).collect(Collectors.toSet()) : Set.of();
        return new Row(cell, all.size(), numbers, latest.event(), texts);
    }

    private Meter meter(String slug) {
        return meters.stream().filter(m -> m.slug().equals(slug)).findFirst().orElseThrow();
    }

    Map<TruthCell, Total> totals() {
        Map<TruthCell, Total> totals = new HashMap<>();
        samples.forEach(
                (cell, all) -> totals.put(cell, new Total(all.size(), value(cell.meter(), all))));
        return totals;
    }

    /** Of everything together. */
    @Nullable BigDecimal total(String slug) {
        List<Sample> all = new ArrayList<>();
        samples.forEach(
                (cell, some) -> {
                    if (cell.meter().equals(slug)) {
                        all.addAll(some);
                    }
                });
        return all.isEmpty() ? null : value(slug, all);
    }

    private @Nullable BigDecimal value(String slug, List<Sample> all) {
        Meter meter = meter(slug);
        BigDecimal count = BigDecimal.valueOf(all.size());
        return switch (meter.aggregation()) {
            case SUM -> sum(all);
            case COUNT -> count;
            case AVG -> sum(all).divide(count, 18, RoundingMode.HALF_UP);
            case MIN -> all.stream().map(Sample::number).min(Comparator.naturalOrder()).get();
            case MAX -> all.stream().map(Sample::number).max(Comparator.naturalOrder()).get();
            case LATEST -> all.stream().max(NaiveMetering::compareMoment).get().number();
            case UNIQUE_COUNT ->
                    BigDecimal.valueOf(all.stream().map(Sample::text).distinct().count());
        };
    }

    private static BigDecimal sum(List<Sample> all) {
        return all.stream().map(Sample::number).reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    private static int compareMoment(Sample left, Sample right) {
        int byTime = Long.compare(left.event().timeMicros(), right.event().timeMicros());
        int bySource = compareBytes(left.event().source(), right.event().source());
        int byId = compareBytes(left.event().id(), right.event().id());
        return byTime != 0 ? byTime : bySource != 0 ? bySource : byId;
    }

    private static int compareBytes(String left, String right) {
        return Arrays.compareUnsigned(
                left.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8));
    }
}
