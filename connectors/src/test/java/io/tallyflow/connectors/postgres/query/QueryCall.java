package io.tallyflow.connectors.postgres.query;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A call of {@code tallyflow.query}; null stands for the default. */
public record QueryCall(
        String meter,
        @Nullable Instant from,
        @Nullable Instant to,
        @Nullable String windowSize,
        String timeZone,
        @Nullable List<String> subjects,
        @Nullable List<String> groupBy,
        @Nullable Map<String, List<String>> filter) {

    private static final String SQL =
            """
            select window_start, window_end, subject,
                array(select key from jsonb_each_text(group_by) order by key collate "C"),
                array(select value from jsonb_each_text(group_by) order by key collate "C"),
                value
            from tallyflow.query(?, ?, ?, ?, ?, ?, ?, ?::jsonb)
            """;

    /** All of a meter. */
    public static QueryCall of(String meter) {
        return new QueryCall(meter, null, null, null, "UTC", null, null, null);
    }

    public QueryCall between(@Nullable Instant newFrom, @Nullable Instant newTo) {
        return new QueryCall(
                meter, newFrom, newTo, windowSize, timeZone, subjects, groupBy, filter);
    }

    public QueryCall between(String newFrom, String newTo) {
        return between(Instant.parse(newFrom), Instant.parse(newTo));
    }

    public QueryCall by(@Nullable String newWindowSize) {
        return new QueryCall(meter, from, to, newWindowSize, timeZone, subjects, groupBy, filter);
    }

    public QueryCall in(String newTimeZone) {
        return new QueryCall(meter, from, to, windowSize, newTimeZone, subjects, groupBy, filter);
    }

    public QueryCall ofSubjects(String... names) {
        return new QueryCall(
                meter, from, to, windowSize, timeZone, List.of(names), groupBy, filter);
    }

    public QueryCall groupedBy(String... names) {
        return new QueryCall(
                meter, from, to, windowSize, timeZone, subjects, List.of(names), filter);
    }

    public QueryCall where(String name, String... allowed) {
        return new QueryCall(
                meter,
                from,
                to,
                windowSize,
                timeZone,
                subjects,
                groupBy,
                Map.of(name, List.of(allowed)));
    }

    /** Runs it. */
    public List<AnswerRow> rows(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SQL)) {
            statement.setString(1, meter);
            bind(statement, 2, from);
            bind(statement, 3, to);
            statement.setString(4, windowSize);
            statement.setString(5, timeZone);
            statement.setArray(6, array(connection, subjects));
            statement.setArray(7, array(connection, groupBy));
            statement.setString(8, json(filter));
            try (ResultSet rows = statement.executeQuery()) {
                List<AnswerRow> result = new ArrayList<>();
                while (rows.next()) {
                    result.add(row(rows));
                }
                return result;
            }
        }
    }

    /** Runs it and keeps the values. */
    public List<BigDecimal> values(Connection connection) throws SQLException {
        return rows(connection).stream().map(AnswerRow::value).toList();
    }

    private static AnswerRow row(ResultSet rows) throws SQLException {
        String[] names = (String[]) rows.getArray(4).getArray();
        String[] texts = (String[]) rows.getArray(5).getArray();
        Map<String, String> groups = new TreeMap<>();
        for (int i = 0; i < names.length; i++) {
            groups.put(names[i], texts[i]);
        }
        return new AnswerRow(
                instant(rows, 1),
                instant(rows, 2),
                rows.getString(3),
                groups,
                rows.getBigDecimal(6));
    }

    private static @Nullable Instant instant(ResultSet rows, int column) throws SQLException {
        OffsetDateTime time = rows.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    private static void bind(PreparedStatement statement, int index, @Nullable Instant instant)
            throws SQLException {
        if (instant == null) {
            statement.setNull(index, Types.TIMESTAMP_WITH_TIMEZONE);
        } else {
            statement.setObject(index, instant.atOffset(ZoneOffset.UTC));
        }
    }

    private static @Nullable Array array(Connection connection, @Nullable List<String> texts)
            throws SQLException {
        return texts == null ? null : connection.createArrayOf("text", texts.toArray());
    }

    private static @Nullable String json(@Nullable Map<String, List<String>> filter) {
        if (filter == null) {
            return null;
        }
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            for (Map.Entry<String, List<String>> entry : filter.entrySet()) {
                json.writeArrayFieldStart(entry.getKey());
                for (String allowed : entry.getValue()) {
                    json.writeString(allowed);
                }
                json.writeEndArray();
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }
}
