package io.tallyflow.results.query;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.core.util.Separators.Spacing;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An array of objects, one on a line. Values are JSON numbers with all their digits. */
final class JsonRows implements RowPrinter {

    private static final int ROWS_AT_ONCE = 1_000;

    private final PrintWriter out;
    private @Nullable JsonGenerator started;
    private long rows;

    JsonRows(PrintWriter out) {
        this.out = out;
    }

    @Override
    public void accept(QueryRow row) throws IOException {
        JsonGenerator json = json();
        json.writeStartObject();
        time(json, "window_start", row.windowStart());
        time(json, "window_end", row.windowEnd());
        json.writeStringField("subject", row.subject());
        json.writeObjectFieldStart("group_by");
        for (Map.Entry<String, String> group : row.groupBy().entrySet()) {
            json.writeStringField(group.getKey(), group.getValue());
        }
        json.writeEndObject();
        json.writeNumberField("value", row.value());
        json.writeEndObject();
        if (++rows % ROWS_AT_ONCE == 0) {
            json.flush();
            RowPrinter.flush(out);
        }
    }

    @Override
    public void end() throws IOException {
        JsonGenerator json = json();
        json.writeEndArray();
        json.close();
        out.write('\n');
        RowPrinter.flush(out);
    }

    private JsonGenerator json() throws IOException {
        JsonGenerator json = started;
        if (json == null) {
            json = new JsonFactory().createGenerator(out);
            json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            json.disable(JsonGenerator.Feature.FLUSH_PASSED_TO_STREAM);
            json.enable(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN);
            json.setPrettyPrinter(onePerLine());
            json.writeStartArray();
            started = json;
        }
        return json;
    }

    private static DefaultPrettyPrinter onePerLine() {
        Separators compact =
                Separators.createDefaultInstance()
                        .withObjectFieldValueSpacing(Spacing.NONE)
                        .withArrayEmptySeparator("")
                        .withObjectEmptySeparator("");
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter(compact);
        printer.indentArraysWith(new DefaultIndenter("", "\n"));
        printer.indentObjectsWith(DefaultPrettyPrinter.NopIndenter.instance);
        return printer;
    }

    private static void time(JsonGenerator json, String name, @Nullable Instant instant)
            throws IOException {
        json.writeStringField(name, instant == null ? null : instant.toString());
    }
}
