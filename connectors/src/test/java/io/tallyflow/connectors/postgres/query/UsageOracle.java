package io.tallyflow.connectors.postgres.query;

import io.tallyflow.schemas.meter.Meter;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a query must answer, computed from the single readings with {@code java.time} and {@link
 * BigDecimal}: nothing is shared with the SQL.
 */
final class UsageOracle {

    private final Meter meter;
    private final List<TakenReading> readings;

    UsageOracle(Meter meter, List<TakenReading> readings) {
        this.meter = meter;
        this.readings = readings;
    }

    private record Window(@Nullable Instant start, @Nullable Instant end) {}

    private record Row(Window window, @Nullable String subject, Map<String, String> groups) {}

    List<AnswerRow> answer(QueryCall query) {
        Map<Row, List<TakenReading>> rows = new HashMap<>();
        List<TakenReading> counted =
                readings.stream().filter(reading -> counts(query, reading)).toList();
        Window whole = whole(query, counted);
        for (TakenReading reading : counted) {
            Window window =
                    query.windowSize() == null
                            ? whole
                            : windowOf(reading.at(), query.windowSize(), zone(query.timeZone()));
            rows.computeIfAbsent(rowOf(query, reading, window), row -> new ArrayList<>())
                    .add(reading);
        }
        if (rows.isEmpty() && zeroForNothing(query)) {
            return List.of(
                    new AnswerRow(whole.start(), whole.end(), null, Map.of(), BigDecimal.ZERO));
        }
        return rows.entrySet().stream()
                .map(entry -> row(entry.getKey(), entry.getValue()))
                .sorted(ORDER)
                .toList();
    }

    private static final Comparator<AnswerRow> ORDER =
            Comparator.<AnswerRow, Instant>comparing(
                            AnswerRow::start, Comparator.nullsFirst(Comparator.naturalOrder()))
                    .thenComparing(
                            row -> TextByBytes.of(row.subject() == null ? "" : row.subject()))
                    .thenComparing(row -> TextByBytes.of(row.groups().getOrDefault("b", "")))
                    .thenComparing(row -> TextByBytes.of(row.groups().getOrDefault("aa", "")));

    private boolean counts(QueryCall query, TakenReading reading) {
        Instant start = grainOf(reading.at());
        Instant end = start.plusMillis(meter.windowSize().millis());
        return (query.from() == null || end.isAfter(query.from()))
                && (query.to() == null || start.isBefore(query.to()))
                && (query.subjects() == null || query.subjects().contains(reading.subject()))
                && (query.filter() == null
                        || query.filter().entrySet().stream()
                                .allMatch(
                                        allowed ->
                                                allowed.getValue()
                                                        .contains(
                                                                reading.groups()
                                                                        .get(allowed.getKey()))));
    }

    private Window whole(QueryCall query, List<TakenReading> counted) {
        Instant first =
                counted.stream().map(r -> grainOf(r.at())).min(Instant::compareTo).orElse(null);
        Instant last =
                counted.stream()
                        .map(r -> grainOf(r.at()).plusMillis(meter.windowSize().millis()))
                        .max(Instant::compareTo)
                        .orElse(null);
        Instant from = query.from() == null ? first : grainOf(query.from());
        Instant to = query.to();
        if (to == null) {
            return new Window(from, last);
        }
        Instant floor = grainOf(to);
        return new Window(
                from, floor.equals(to) ? to : floor.plusMillis(meter.windowSize().millis()));
    }

    private Instant grainOf(Instant at) {
        return Instant.ofEpochMilli(meter.windowSize().startOf(at.toEpochMilli()));
    }

    private static Window windowOf(Instant at, String size, ZoneId zone) {
        if (size.equals("MINUTE") || size.equals("HOUR")) {
            Instant start = at.truncatedTo(ChronoUnit.MINUTES);
            Instant end = start.plus(1, ChronoUnit.MINUTES);
            while (size.equals("HOUR") && !beginsAnHour(start, zone)) {
                start = start.minus(1, ChronoUnit.MINUTES);
            }
            while (size.equals("HOUR") && !beginsAnHour(end, zone)) {
                end = end.plus(1, ChronoUnit.MINUTES);
            }
            return new Window(start, end);
        }
        LocalDate day = startDay(at.atZone(zone).toLocalDate().plusDays(1), size);
        while (day.atStartOfDay(zone).toInstant().isAfter(at)) {
            day = startDay(day.minusDays(1), size);
        }
        return new Window(
                day.atStartOfDay(zone).toInstant(),
                after(day, size).atStartOfDay(zone).toInstant());
    }

    /** Clocks show a full hour, or would if they had not skipped it. */
    private static boolean beginsAnHour(Instant minute, ZoneId zone) {
        if (minute.atZone(zone).getMinute() == 0) {
            return true;
        }
        ZoneOffsetTransition change = zone.getRules().previousTransition(minute.plusMillis(1));
        return change != null
                && minute.isBefore(change.getInstant().plus(change.getDuration()))
                && minute.atOffset(change.getOffsetBefore()).getMinute() == 0;
    }

    private static ZoneId zone(String inAnyCase) {
        return ZoneId.getAvailableZoneIds().stream()
                .filter(inAnyCase::equalsIgnoreCase)
                .map(ZoneId::of)
                .findFirst()
                .orElseThrow();
    }

    private static LocalDate startDay(LocalDate day, String size) {
        return switch (size) {
            case "DAY" -> day;
            case "WEEK" -> day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
            case "MONTH" -> day.withDayOfMonth(1);
            case "YEAR" -> day.withDayOfYear(1);
            default -> throw new IllegalArgumentException(size);
        };
    }

    private static LocalDate after(LocalDate start, String size) {
        return switch (size) {
            case "DAY" -> start.plusDays(1);
            case "WEEK" -> start.plusWeeks(1);
            case "MONTH" -> start.plusMonths(1);
            case "YEAR" -> start.plusYears(1);
            default -> throw new IllegalArgumentException(size);
        };
    }

    private static Row rowOf(QueryCall query, TakenReading reading, Window window) {
        List<String> groupBy = query.groupBy() == null ? List.of() : query.groupBy();
        Map<String, String> groups = new TreeMap<>(reading.groups());
        groups.keySet().retainAll(groupBy);
        boolean bySubject = query.subjects() != null || groupBy.contains("subject");
        return new Row(window, bySubject ? reading.subject() : null, groups);
    }

    private boolean zeroForNothing(QueryCall query) {
        boolean grouped = query.groupBy() != null && !query.groupBy().isEmpty();
        return query.windowSize() == null
                && query.subjects() == null
                && !grouped
                && switch (meter.aggregation()) {
                    case COUNT, UNIQUE_COUNT -> true;
                    default -> false;
                };
    }

    private AnswerRow row(Row row, List<TakenReading> of) {
        BigDecimal value = value(of).stripTrailingZeros();
        return new AnswerRow(
                row.window().start(),
                row.window().end(),
                row.subject(),
                row.groups(),
                value.scale() < 0 ? value.setScale(0, RoundingMode.UNNECESSARY) : value);
    }

    private BigDecimal value(List<TakenReading> of) {
        BigDecimal sum =
                of.stream().map(TakenReading::value).reduce(BigDecimal.ZERO, BigDecimal::add);
        BigDecimal count = BigDecimal.valueOf(of.size());
        Comparator<TakenReading> byValue = Comparator.comparing(TakenReading::value);
        return switch (meter.aggregation()) {
            case SUM -> sum;
            case COUNT -> count;
            case AVG -> sum.divide(count, 18, RoundingMode.HALF_UP);
            case MIN -> of.stream().min(byValue).orElseThrow().value();
            case MAX -> of.stream().max(byValue).orElseThrow().value();
            case UNIQUE_COUNT ->
                    BigDecimal.valueOf(of.stream().map(TakenReading::text).distinct().count());
            case LATEST ->
                    of.stream()
                            .max(
                                    Comparator.comparing(TakenReading::at)
                                            .thenComparing(r -> TextByBytes.of(r.source()))
                                            .thenComparing(r -> TextByBytes.of(r.id())))
                            .orElseThrow()
                            .value();
        };
    }
}
