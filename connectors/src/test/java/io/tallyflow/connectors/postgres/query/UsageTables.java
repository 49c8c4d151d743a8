package io.tallyflow.connectors.postgres.query;

import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.meter.Meter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Writes readings as the commit path would: usage rows, adjustments and distinct values. */
final class UsageTables {

    private static final String CELL =
            """
            insert into tallyflow.cell (cell, layer, subject, group_by)
            select tallyflow.cell_of(name, ?, ?), layer, ?, ?::jsonb
            from tallyflow.layer where slug = ?
            on conflict do nothing
            """;

    private static final String USAGE_ROW =
            """
            insert into tallyflow.usage_row (layer, cell, window_start, readings, sum, min, max,
                latest, latest_at, latest_source, latest_id, shard, settled, commit)
            select layer, tallyflow.cell_of(name, ?, ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, false, 1
            from tallyflow.layer where slug = ?
            """;

    private static final String ADJUSTMENT =
            """
            insert into tallyflow.adjustment_row (layer, cell, window_start, readings, sum, min, max,
                latest, latest_at, latest_source, latest_id, reason, commit, checkpoint,
                committed_at)
            select layer, tallyflow.cell_of(name, ?, ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, 'late', ?, 1,
                now()
            from tallyflow.layer where slug = ?
            """;

    private static final String DISTINCT_VALUE =
            """
            insert into tallyflow.distinct_value (layer, cell, window_start, value_hash, value,
                commit)
            select layer, tallyflow.cell_of(name, ?, ?), ?,
                encode(substring(sha256(convert_to(?, 'UTF8')) for 16), 'hex')::uuid, ?, 1
            from tallyflow.layer where slug = ?
            on conflict do nothing
            """;

    private static final Comparator<TakenReading> LATEST =
            Comparator.comparing(TakenReading::at)
                    .thenComparing(reading -> TextByBytes.of(reading.source()))
                    .thenComparing(reading -> TextByBytes.of(reading.id()));

    private final Connection connection;
    private final Meter meter;
    private final int shards;

    UsageTables(Connection connection, Meter meter) {
        this(connection, meter, 1);
    }

    /** As a stream would have written that splits each subject's events. */
    UsageTables(Connection connection, Meter meter, int shards) {
        this.connection = connection;
        this.meter = meter;
        this.shards = shards;
    }

    private record Cell(String subject, String group, Instant start) {}

    private record Shard(Cell cell, int number) {}

    /** Writes all; late ones as one adjustment each, the others as one usage row per shard. */
    void insert(List<TakenReading> readings) throws SQLException {
        Map<Shard, List<TakenReading>> cells =
                readings.stream()
                        .filter(reading -> !reading.late())
                        .collect(Collectors.groupingBy(this::shard));
        for (Map.Entry<Shard, List<TakenReading>> cell : cells.entrySet()) {
            try (PreparedStatement row = connection.prepareStatement(USAGE_ROW)) {
                insertCell(cell.getKey().cell());
                int next = bindPartial(row, cell.getKey().cell(), cell.getValue());
                row.setInt(next++, cell.getKey().number());
                row.setString(next, meter.slug());
                row.executeUpdate();
            }
        }
        int commit = 2;
        for (TakenReading late : readings.stream().filter(TakenReading::late).toList()) {
            try (PreparedStatement row = connection.prepareStatement(ADJUSTMENT)) {
                insertCell(cell(late));
                int next = bindPartial(row, cell(late), List.of(late));
                row.setLong(next++, commit++);
                row.setString(next, meter.slug());
                row.executeUpdate();
            }
        }
        if (meter.aggregation() == Aggregation.UNIQUE_COUNT) {
            insertDistinct(readings);
        }
    }

    private void insertDistinct(List<TakenReading> readings) throws SQLException {
        try (PreparedStatement row = connection.prepareStatement(DISTINCT_VALUE)) {
            for (TakenReading reading : readings) {
                int next = bindCell(row, cell(reading));
                row.setString(next++, reading.text());
                row.setString(next++, reading.text());
                row.setString(next, meter.slug());
                row.addBatch();
            }
            row.executeBatch();
        }
    }

    private void insertCell(Cell cell) throws SQLException {
        try (PreparedStatement row = connection.prepareStatement(CELL)) {
            row.setString(1, cell.subject());
            row.setString(2, cell.group());
            row.setString(3, cell.subject());
            row.setString(4, cell.group());
            row.setString(5, meter.slug());
            row.executeUpdate();
        }
    }

    private int bindCell(PreparedStatement row, Cell cell) throws SQLException {
        int next = 1;
        row.setString(next++, cell.subject());
        row.setString(next++, cell.group());
        row.setObject(next++, cell.start().atOffset(ZoneOffset.UTC));
        return next;
    }

    private int bindPartial(PreparedStatement row, Cell cell, List<TakenReading> readings)
            throws SQLException {
        int next = bindCell(row, cell);
        row.setLong(next++, readings.size());
        boolean numeric =
                meter.aggregation() != Aggregation.COUNT
                        && meter.aggregation() != Aggregation.UNIQUE_COUNT;
        if (!numeric) {
            for (int i = 0; i < 4; i++) {
                row.setNull(next++, Types.NUMERIC);
            }
            row.setNull(next++, Types.TIMESTAMP_WITH_TIMEZONE);
            row.setNull(next++, Types.VARCHAR);
            row.setNull(next++, Types.VARCHAR);
            return next;
        }
        List<BigDecimal> values = readings.stream().map(TakenReading::value).toList();
        TakenReading latest = readings.stream().max(LATEST).orElseThrow();
        row.setBigDecimal(next++, values.stream().reduce(BigDecimal.ZERO, BigDecimal::add));
        row.setBigDecimal(next++, values.stream().min(Comparator.naturalOrder()).orElseThrow());
        row.setBigDecimal(next++, values.stream().max(Comparator.naturalOrder()).orElseThrow());
        row.setBigDecimal(next++, latest.value());
        row.setObject(next++, OffsetDateTime.ofInstant(latest.at(), ZoneOffset.UTC));
        row.setString(next++, latest.source());
        row.setString(next++, latest.id());
        return next;
    }

    private Shard shard(TakenReading reading) {
        int number = Math.floorMod((reading.source() + reading.id()).hashCode(), shards);
        return new Shard(cell(reading), number);
    }

    private Cell cell(TakenReading reading) {
        long start = meter.windowSize().startOf(reading.at().toEpochMilli());
        return new Cell(reading.subject(), json(reading.groups()), Instant.ofEpochMilli(start));
    }

    /** Canonical text of a group: names sorted, no white space. */
    private static String json(Map<String, String> groups) {
        StringWriter text = new StringWriter();
        try (var json = new com.fasterxml.jackson.core.JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            for (Map.Entry<String, String> group : new TreeMap<>(groups).entrySet()) {
                json.writeStringField(group.getKey(), group.getValue());
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }
}
